package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/overlay"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// componentFlags are what `component` takes.
type componentFlags struct {
	statePath, source, pick, to, restrictor, namespace string
	inject                                             []string
	controlPlane, krm                                  bool
}

// component writes a kustomize Component of the phase.
func (a *app) component() *cobra.Command {
	var f componentFlags
	cmd := &cobra.Command{
		Use:   "component",
		Short: "write a kustomize Component that stamps workloads, or patches the control plane",
		Long: `component writes a kustomize Component (kustomize.config.k8s.io/v1alpha1) to
stdout, or to kustomization.yaml in the folder of --to. It holds no key.

kustomize cannot see what Linkerd's injector decides by: the pod template and
the Namespace. So one of these says which workloads get the wave's stamp:

  --for DIR|FILE          those that are meshed in this kustomization or stream,
                          each by its name (- is stdin)
  --select annotated      those with linkerd.io/inject in their own metadata
  --select label=SELECTOR those with these labels of their own
  --select all            all that the including kustomization has

With --krm the Component runs this tool inside of kustomize (` + "`krm`" + `), and makes
the build fail where kustomize does not run it.

With --control-plane the Component patches the trust roots ConfigMap and the
pod annotation that follows it instead. What else a phase changes there, the
issuer's Secret before all, comes from the chart's values, post-render or the
custody. Before the first wave the Component is there and changes nothing.`,
		Example: `  l5d-pki-render component --for apps/shop --to apps/shop-wave
  kustomize build apps/shop | l5d-pki-render component --for - > wave/kustomization.yaml
  l5d-pki-render component --select label=app.kubernetes.io/part-of=shop`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error { return a.doComponent(&f) }),
	}
	stateFlag(cmd, &f.statePath)
	restrictorFlag(cmd, &f.restrictor)
	cmd.Flags().StringVar(&f.source, "for", "", "folder of a kustomization, or file with a stream (- is stdin), whose meshed workloads are stamped")
	cmd.Flags().StringVar(&f.pick, "select", "", "let kustomize choose: annotated, all or label=SELECTOR")
	cmd.Flags().BoolVar(&f.controlPlane, "control-plane", false, "patch the control plane's trust bundle instead of stamping workloads")
	cmd.Flags().BoolVar(&f.krm, "krm", false, "run this tool as a function of kustomize, with the state file of --state as its configuration")
	cmd.Flags().StringVar(&f.to, "to", "", "write kustomization.yaml in this folder, which the tool owns then")
	cmd.Flags().StringVarP(&f.namespace, "namespace", "n", "", "with --for: namespace of objects that name none")
	cmd.Flags().StringSliceVar(&f.inject, "namespace-inject", nil, "with --for: NAME=enabled (ingress, disabled): what the annotation of a namespace says that is not in the input")
	return cmd
}

func (a *app) doComponent(f *componentFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	s, err := a.loadState(f.statePath)
	if err != nil {
		return err
	}
	var text []byte
	switch {
	case f.controlPlane:
		text, err = controlPlaneComponent(s)
	case f.krm:
		text, err = functionComponent(s, f)
	case f.pick != "":
		text, err = selectingComponent(s, f.pick)
	default:
		text, err = a.namingComponent(s, f)
	}
	if err != nil {
		return named(err, f.statePath, f.source)
	}
	if !f.controlPlane && !f.krm && s.Status.Stamp == "" {
		fmt.Fprintln(&a.talk, "note: the state has no stamp yet: this Component changes nothing before the first wave")
	}
	if f.to != "" {
		return a.writeComponent(f.to, text)
	}
	a.data = text
	return nil
}

// check refuses flags that do not say which workloads, or say it twice.
func (f *componentFlags) check() error {
	chosen := 0
	for _, given := range []bool{f.source != "", f.pick != "", f.controlPlane, f.krm} {
		if given {
			chosen++
		}
	}
	switch {
	case chosen == 0:
		return problem.OverlayWhich.With("nothing says which workloads the Component is for")
	case chosen > 1:
		return problem.OverlayWhich.With("--for, --select, --control-plane and --krm exclude each other")
	case f.source == "" && (f.namespace != "" || len(f.inject) > 0):
		return problem.OverlayWhich.With("--namespace and --namespace-inject go with --for")
	}
	return nil
}

// namingComponent stamps the workloads that are meshed in a kustomization or a
// stream, by the same rule as post-render.
func (a *app) namingComponent(s *state.Rotation, f *componentFlags) ([]byte, error) {
	stream, placing, err := a.streamFor(f)
	if err != nil {
		return nil, err
	}
	inject, err := (&workloadsFlags{inject: f.inject}).injected()
	if err != nil {
		return nil, err
	}
	out, err := render.StampWorkloads(render.WorkloadsInput{
		State: s, Files: []render.WorkloadFile{{Name: f.source, Text: stream}}, Stream: true,
		Namespace: f.namespace, Inject: inject,
	})
	if err != nil {
		return nil, err
	}
	all, err := overlay.Workloads(out.Files[0].Text, render.StampHint)
	if err != nil {
		return nil, err
	}
	for i, w := range all {
		namespace := w.Namespace
		if namespace == "" {
			namespace = f.namespace
		}
		if w.Stamp != s.StampOf(namespace) {
			all[i].Stamp = "" // somebody else's annotation
		}
		if all[i].Stamp != "" && w.Literal {
			fmt.Fprintf(&a.talk, "note: %s %s/%s holds the bundle as text, which a stamp does not renew: inject it anew, or use `l5d-pki-render workloads`\n", w.Kind, namespace, w.Name)
		}
	}
	a.tellUnsure(out.Report)
	return overlay.ByName(render.StampHint, all, placing), nil
}

// tellUnsure names the workloads that the Component may lack.
func (a *app) tellUnsure(report render.WorkloadsReport) {
	for _, w := range report.Workloads {
		if w.Fate == render.Unknown || w.Fate == render.Immune {
			fmt.Fprintf(&a.talk, "note: not in the Component: %s: %s\n", w.Object, w.Why)
		}
	}
}

// streamFor is what --for names, built when it is a kustomization.
func (a *app) streamFor(f *componentFlags) ([]byte, overlay.Placing, error) {
	if f.source == "-" {
		stream, err := readLimited(a.Stdin, "stdin", render.MaxStream)
		return stream, overlay.Namespaced, err
	}
	if info, err := os.Stat(f.source); err == nil && !info.IsDir() {
		stream, err := readFile(f.source, render.MaxStream)
		return stream, overlay.Namespaced, err
	}
	built, err := buildKustomization(f.source, f.restrictor)
	if err != nil {
		return nil, overlay.Namespaced, err
	}
	if built.Renames {
		fmt.Fprintf(&a.talk, "note: %s renames its objects after its components: use the Component in a kustomization above it, with %s among the resources\n", f.source, f.source)
	}
	return built.Stream, overlay.Placing(built.Moves), nil
}

// selectingComponent lets kustomize choose.
func selectingComponent(s *state.Rotation, pick string) ([]byte, error) {
	selector := overlay.Selector{}
	labels, byLabel := strings.CutPrefix(pick, "label=")
	switch {
	case byLabel && labels != "":
		selector.Labels = labels
	case pick == "annotated":
		selector.Annotations = "linkerd.io/inject in (enabled,ingress)"
	case pick != "all":
		return nil, problem.OverlayWhich.With(fmt.Sprintf("--select wants annotated, all or label=SELECTOR, not %q", pick))
	}
	wave := overlay.Wave{Stamp: s.Status.Stamp}
	if w := s.Status.Wave; w != nil {
		wave.Split, wave.Previous, wave.Namespaces = true, w.Previous, w.Namespaces
	}
	return overlay.BySelector(render.StampHint, selector, wave)
}

// writeComponent writes the file of --to. A kustomization that the tool did not
// write stays.
func (a *app) writeComponent(folder string, text []byte) error {
	path := filepath.Join(folder, overlay.FileName)
	old, err := readFile(path, render.MaxStream)
	switch {
	case err == nil && !strings.HasPrefix(string(old), overlay.Header):
		return problem.OverlayForeign.With().In(path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := checkPlace(path); err != nil {
		return err
	}
	if err := a.makeDir(folder); err != nil {
		return err
	}
	return a.writeFile(path, text, 0o644, true)
}
