package cli

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/aymanbagabas/go-udiff"
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
(** is any number of folders) it edits .yaml and .yml files in place: one line
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

// doWorkloads gathers the state and the files, renders once, writes once.
func (a *app) doWorkloads(f *workloadsFlags, args []string) error {
	if f.report != "" && f.report != formatText && f.report != formatJSON {
		return problem.CLIFormat.With(f.report, "text or json")
	}
	inject, err := f.injected()
	if err != nil {
		return err
	}
	in := render.WorkloadsInput{
		Stream: len(args) == 0, Namespace: f.namespace, Inject: inject,
		Remove: f.remove, AllowNothing: f.allowNothing, Each: a.each,
	}
	found, err := a.gather(&in, args)
	if err != nil {
		return err
	}
	if len(f.namespaces) == 0 && !f.waveDone {
		if in.State, err = a.loadState(f.statePath); err != nil {
			return err
		}
		return a.stampFiles(f, in, found)
	}
	return a.continueWave(f, in, found)
}

// continueWave stamps with the state as it will be, and then writes the state:
// files first, so that no state says that a namespace is done which is not.
func (a *app) continueWave(f *workloadsFlags, in render.WorkloadsInput, found []foundFile) error {
	var ending error // a check's
	err := a.changeState(f.statePath, func(current *state.Rotation) (change, error) {
		next, err := rotation.ContinueWave(current, f.namespaces, f.waveDone)
		if err != nil {
			return change{}, named(err, f.statePath, f.statePath)
		}
		in.State = next
		if f.check || f.diff {
			ending = a.stampFiles(f, in, found)
			return change{}, nil
		}
		stamp := func() (stored, error) { return stored{}, a.stampFiles(f, in, found) } // the next call does the rest
		return change{next, stamp}, nil
	})
	if err != nil {
		return err
	}
	return ending
}

// stampFiles renders all files, and writes or shows those that change.
func (a *app) stampFiles(f *workloadsFlags, in render.WorkloadsInput, found []foundFile) error {
	if !in.Stream && !in.Remove && in.State.Status.Stamp == "" {
		fmt.Fprintln(&a.talk, "note: no wave was started yet, so there is no stamp: no file changes")
		return nil
	}
	out, err := render.StampWorkloads(in)
	if err != nil {
		return named(err, f.statePath, streamName(in))
	}
	changed := changedFiles(in, out)
	if !in.Stream && !f.check && !f.diff {
		if err := a.replaceFiles(changed, found); err != nil {
			return err
		}
	}
	a.tell(f, in, out, changed)
	if f.check && len(changed) > 0 {
		return errWouldChange
	}
	return nil
}

// streamName is the input's name in problems that name no file themselves.
func streamName(in render.WorkloadsInput) string {
	if in.Stream {
		return in.Files[0].Name
	}
	return ""
}

// changedFile is a file of the input with the text that it gets.
type changedFile struct {
	number   int // in the input
	name     string
	old, new []byte
}

func changedFiles(in render.WorkloadsInput, out render.WorkloadsOutput) (changed []changedFile) {
	for i, file := range out.Files {
		if old := in.Files[i].Text; string(old) != string(file.Text) {
			changed = append(changed, changedFile{i, file.Name, old, file.Text})
		}
	}
	return changed
}

// replaceFiles puts all files in place, or none. A process that is killed in
// between leaves files of which each is old or new.
func (a *app) replaceFiles(changed []changedFile, found []foundFile) error {
	targets := make([]string, len(changed))
	for i, c := range changed {
		targets[i] = found[c.number].target
	}
	root, below, err := rootOf(targets)
	if root == nil {
		return err
	}
	defer root.Close()
	all := make([]disk.File, len(changed))
	for i, c := range changed {
		all[i] = disk.File{Path: below[i], Data: c.new, Mode: found[c.number].mode}
	}
	d := a.below(root)
	show, ended := a.progress("writing", len(changed))
	defer ended()
	written := 0
	d.Step = func(name string) {
		if strings.HasPrefix(name, "rename ") {
			written++
			show(written)
		}
		if a.Step != nil {
			a.Step(name)
		}
	}
	done, err := d.WriteAll(all)
	var failed *disk.FileError
	if errors.As(err, &failed) {
		return problem.WorkloadsPartly.With(reason(failed.Err), done, len(changed)).In(changed[failed.Index].name).Because(err)
	}
	return a.files().Written(fmt.Sprintf("each of %d files", len(changed)), err)
}

// tell fills stdout and stderr: the stream, the diff or the names of files, and
// the report.
func (a *app) tell(f *workloadsFlags, in render.WorkloadsInput, out render.WorkloadsOutput, changed []changedFile) {
	report := out.Report.Summary() + "\n"
	switch f.report {
	case formatText:
		report = sink.Log(out.Report.Text())
	case formatJSON:
		report = string(sink.JSON(out.Report.JSON()))
	}
	switch {
	case f.diff:
		for _, c := range changed {
			a.data = append(a.data, udiff.Unified(c.name, c.name, string(c.old), string(c.new))...)
		}
	case f.check && f.report == "", !in.Stream && f.report == "":
		for _, c := range changed {
			a.data = append(a.data, sink.Log(c.name+"\n")...)
		}
	case in.Stream && !f.check:
		a.data = out.Files[0].Text
	default:
		a.data = append(a.data, report...)
		return
	}
	if !in.Stream || f.report != "" || f.check {
		a.talk.WriteString(report)
	}
}

// injected reads --namespace-inject.
func (f *workloadsFlags) injected() (map[string]string, error) {
	inject := map[string]string{}
	var problems problem.List
	for _, pair := range f.inject {
		name, value, _ := strings.Cut(pair, "=")
		if name == "" || !slices.Contains(state.Injections, value) {
			problems.Add(problem.WorkloadsBadInject.With(pair))
			continue
		}
		inject[name] = value
	}
	return inject, problems.Err()
}

// each spreads work over the processors. What it works on comes out in its
// place, so the order of the work does not show.
func (a *app) each(n int, do func(i int)) {
	show, done := a.progress("reading", n)
	defer done()
	var next, finished atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
				show(int(finished.Add(1)))
			}
		})
	}
	workers.Wait()
}

// readFound reads the files that were found, several at once.
func (a *app) readFound(found []foundFile) ([]render.WorkloadFile, error) {
	files := make([]render.WorkloadFile, len(found))
	errs := make([]error, len(found))
	a.each(len(found), func(i int) {
		files[i].Name = found[i].name
		files[i].Text, errs[i] = readFile(found[i].target, maxWorkloadFile)
		if errs[i] == nil {
			var info os.FileInfo
			if info, errs[i] = os.Stat(found[i].target); errs[i] == nil {
				found[i].mode = info.Mode().Perm()
			}
		}
	})
	var problems problem.List
	for _, err := range errs {
		problems.Add(err)
	}
	return files, problems.Err()
}
