package cli

import (
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/workloads"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"github.com/spf13/cobra"
)

// workloadsFlags are what `workloads` takes.
type workloadsFlags struct {
	statePath, report, namespace string
	inject, namespaces           []string
	check, diff, remove          bool
	allowNothing, waveDone       bool
}

// workloads: stdin -> stdout, or files in place.
func (a *app) workloads() *cobra.Command {
	var f workloadsFlags
	cmd := &cobra.Command{
		Use:   "workloads [PATH|PATTERN ...]",
		Short: "stamp meshed workloads, so that they restart with the wave",
		Long: `workloads writes the stamp of the current wave, the pod annotation
l5d-pki-render/rollout, on every meshed workload, and the trust bundle where
` + "`linkerd inject --manual`" + ` wrote it as text. Meshed means what Linkerd's injector
means by it: the pod template and its Namespace decide.

Without arguments it edits stdin to stdout. With files, folders or patterns
(** is any number of folders) it edits .yaml, .yml and .json files in place: one line
per workload, everything else as it stood. All files are read and rendered
before the first one is written. Files that are no Kubernetes objects are left
alone, as are Helm templates.

A wave that was split reaches the namespaces of --namespaces; the others keep
the stamp of before. --wave-done ends it.`,
		Example: `  l5d-pki-render workloads apps clusters/prod
  l5d-pki-render workloads --check 'apps/**/*.yaml'
  l5d-pki-render workloads --namespaces emojivoto,books apps
  helm template web ./web -n web | l5d-pki-render workloads -n web --namespace-inject web=enabled`,
		RunE: a.run(func(_ *cobra.Command, args []string) error { return a.doWorkloads(&f, args) }),
	}
	stateFlag(cmd, &f.statePath)
	cmd.Flags().StringSliceVar(&f.inject, "namespace-inject", nil, "NAME=enabled (ingress, disabled): what the annotation of a namespace says that is not in the input")
	cmd.Flags().StringVarP(&f.namespace, "namespace", "n", "", "namespace of objects that name none")
	cmd.Flags().StringSliceVar(&f.namespaces, "namespaces", nil, "namespaces that the split wave reaches now; the state file records them")
	cmd.Flags().BoolVar(&f.waveDone, "wave-done", false, "end the split wave: all other namespaces get its stamp")
	cmd.Flags().BoolVar(&f.check, "check", false, "write nothing; list the files that would change and exit 2 if there are any")
	cmd.Flags().BoolVar(&f.diff, "diff", false, "write nothing; print what would change")
	cmd.Flags().BoolVar(&f.remove, "remove", false, "take the stamps away again")
	cmd.Flags().BoolVar(&f.allowNothing, "allow-nothing", false, "let an input pass in which no workload is meshed")
	cmd.Flags().StringVar(&f.report, "report", "", "say what restarts, what does not and why: text or json (on stdout, or on stderr beside a stream or a diff)")
	cmd.MarkFlagsMutuallyExclusive("remove", "namespaces")
	cmd.MarkFlagsMutuallyExclusive("remove", "wave-done")
	return cmd
}

// doWorkloads stamps, and prints the stream, the difference or the names of files.
func (a *app) doWorkloads(f *workloadsFlags, args []string) error {
	if f.report != "" && f.report != results.Text && f.report != results.JSON {
		return problem.CLIFormat.With(f.report, "text or json")
	}
	inject, err := workloads.Injected(f.inject)
	if err != nil {
		return err
	}
	r, err := workloads.Stamp(workloads.Options{
		StatePath: f.statePath, Paths: args, Stdin: a.Stdin, Namespace: f.namespace, Inject: inject,
		Namespaces: f.namespaces, WaveDone: f.waveDone, Remove: f.remove, AllowNothing: f.allowNothing,
		Keep: f.check || f.diff, Files: a.files(), Progress: workloads.Progress{To: a.Stderr},
	})
	if err != nil || r.NoStamp {
		return err
	}
	said := r.Say(workloads.Form{Stream: len(args) == 0, Check: f.check, Diff: f.diff, Report: f.report})
	a.data = said.Out
	a.talk.WriteString(said.Notes)
	if f.check && len(r.Changed) > 0 {
		return errWouldChange
	}
	return nil
}
