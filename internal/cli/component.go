package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/component"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/internal/workloads"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
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
		text, err = component.ControlPlane(s)
	case f.krm:
		text, err = component.Function(s, f.statePath, f.to)
	case f.pick != "":
		text, err = component.BySelector(s, f.pick)
	default:
		text, err = a.namingComponent(s, f)
	}
	if err != nil {
		return statefile.Named(err, f.statePath, f.source)
	}
	if !f.controlPlane && !f.krm && s.Status.Stamp == "" {
		sink.Note(&a.talk, "the state has no stamp yet: this Component changes nothing before the first wave")
	}
	if f.to != "" {
		return component.Write(f.to, text, a.files())
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

// namingComponent stamps what --for names.
func (a *app) namingComponent(s *state.Rotation, f *componentFlags) ([]byte, error) {
	inject, err := workloads.Injected(f.inject)
	if err != nil {
		return nil, err
	}
	return component.ByName(s, component.Source{
		Path: f.source, Restrictor: f.restrictor, Namespace: f.namespace, Inject: inject, Build: a.build, Stdin: a.Stdin, Notes: &a.talk,
	})
}

// restrictorFlag adds --load-restrictor to a command that builds kustomizations.
func restrictorFlag(cmd *cobra.Command, value *string) {
	cmd.Flags().StringVar(value, "load-restrictor", "root", "where a kustomization may load files from: root (its folder) or none (anywhere)")
}
