package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/component"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/phase"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// postRender: stdin -> stdout, as Helm calls it.
func (a *app) postRender() *cobra.Command {
	var statePath, report, kustomize, restrictor string
	var require []string
	var allowNothing, annotate bool
	var secrets secretsFlags
	cmd := &cobra.Command{
		Use:   "post-render",
		Short: "make a stream of manifests carry the PKI of the current phase (stdin to stdout)",
		Long: `post-render reads Kubernetes manifests on stdin, as ` + "`helm template`" + ` writes them
or as Helm hands them to a post-renderer, and writes the same stream with the
trust bundle, issuer and webhook certificates of the state's phase. Documents
that need no edit leave byte for byte as they came.

Secrets with private keys are written with custody file only, whose output goes
to a live host. Every other custody puts its own object in their place. Custody age
has none: --with-keys opens the keys and writes them, for a live host, and
--secrets-apart leaves the Secrets out, where something else delivers them. Without
either the command fails: Helm would delete the live Secrets.

With --kustomize it builds the kustomization in a folder and takes its output
instead of stdin. Nothing is fetched and no program is run for that.`,
		Example: `  helm template linkerd-control-plane linkerd/linkerd-control-plane -n linkerd | l5d-pki-render post-render -s rotation.yaml
  helm upgrade linkerd-control-plane linkerd/linkerd-control-plane --post-renderer l5d-pki-render --post-renderer-args post-render`,
		Args: ownName,
		RunE: a.runForStdout(func(*cobra.Command, []string) error {
			in := render.Input{AllowNothing: allowNothing, Annotate: annotate}
			for _, name := range require {
				group, err := render.ParseGroup(name)
				if err != nil {
					return err
				}
				in.Require = append(in.Require, group)
			}
			input := func() ([]byte, error) { return files.ReadAll(a.Stdin, "stdin", render.MaxStream) }
			if kustomize == "" {
				return a.doPostRender(a.source(statePath, secrets), report, "stdin", in, input)
			}
			input = func() ([]byte, error) {
				built, err := component.Build(kustomize, restrictor, "", a.build)
				return built.Stream, err
			}
			return a.doPostRender(a.source(statePath, secrets), report, kustomize, in, input)
		}),
	}
	stateFlag(cmd, &statePath)
	cmd.Flags().StringSliceVar(&require, "require", nil, "groups that the stream must have: control-plane, viz, jaeger, multicluster, workloads")
	cmd.Flags().BoolVar(&allowNothing, "allow-nothing", false, "let a stream pass unchanged in which nothing is Linkerd's")
	annotateFlag(cmd, &annotate)
	cmd.Flags().StringVar(&report, "report", "", "say on stderr what changed: text or json")
	cmd.Flags().StringVarP(&kustomize, "kustomize", "k", "", "build the kustomization in this folder and post-render it, instead of stdin")
	restrictorFlag(cmd, &restrictor)
	secrets.add(cmd, "open the keys of any custody and write the Secrets: for a live host, never for Git")
	cmd.Flags().BoolVar(&secrets.apart, "secrets-apart", false, "leave Secrets with private keys out: they are delivered by other means")
	cmd.MarkFlagsMutuallyExclusive("with-keys", "secrets-apart")
	return cmd
}

// ownName lets the command's name follow it again, and nothing else: the
// plugin for Helm 4 calls post-render itself, and the command lines of Helm 3 say
// --post-renderer-args post-render. So one line serves both.
func ownName(cmd *cobra.Command, args []string) error {
	if len(args) > 0 && args[0] == cmd.Name() {
		args = args[1:]
	}
	return cobra.NoArgs(cmd, args)
}

// doPostRender takes its stream from read; source names it in errors.
func (a *app) doPostRender(f phase.Source, report, source string, in render.Input, read func() ([]byte, error)) error {
	if report != "" && report != results.Text && report != results.JSON {
		return problem.CLIFormat.With(report, "text or json")
	}
	out, note, err := f.PostRender(in, source, read)
	if err != nil {
		return err
	}
	a.stream = out
	if note != "" {
		sink.Note(&a.talk, "%s", note)
	}
	a.report(report, out.Report)
	return nil
}

// report says on stderr what changed, where a flag asks for it.
func (a *app) report(format string, r render.Report) {
	switch format {
	case results.Text:
		a.talk.WriteString(r.Text())
	case results.JSON:
		a.talk.Write(r.JSON())
	}
}

// source is a state file, and what the flags say of its Secrets.
func (a *app) source(statePath string, f secretsFlags) phase.Source {
	return phase.Source{
		Custody: a.custodyWorld(f.custodyFlags), StatePath: statePath,
		Wanted: keyfile.Wanted{WithKeys: f.withKeys, Apart: f.apart},
	}
}

// valuesCall is one call for values.
type valuesCall struct {
	state, layout, chart string
	secrets              secretsFlags
	// byHelm: Helm asks, for a values file or for what the index of a chart repository names.
	byHelm bool
}

func (c *valuesCall) flags(cmd *cobra.Command) {
	stateFlag(cmd, &c.state)
	cmd.Flags().StringVar(&c.layout, "layout", "", "external (no keys) or embedded (with keys)")
	cmd.Flags().StringVar(&c.chart, "chart", string(render.ControlPlane), "control-plane, viz or jaeger")
}

// values writes Helm values.
func (a *app) values() *cobra.Command {
	var c valuesCall
	cmd := &cobra.Command{
		Use:   "values",
		Short: "write the Helm values of the current phase",
		Long: `values writes the Helm values of the state's phase to stdout.

Layout external holds no key: the chart renders no issuer Secret, and
something else delivers it (the note says which command). Layout embedded holds the
private keys (crtPEM and keyPEM): for a live host, never for Git; with another
custody than file it is refused without --with-keys. The layout follows
spec.linkerd.issuerScheme; another one is refused.`,
		Example: `  l5d-pki-render values > pki-values.yaml
  helm upgrade linkerd-control-plane linkerd/linkerd-control-plane -f pki-values.yaml`,
		Args: cobra.NoArgs,
		RunE: a.runForStdout(func(*cobra.Command, []string) error { return a.doValues(c) }),
	}
	c.flags(cmd)
	c.secrets.add(cmd, "let layout embedded open the keys of any custody: for a live host, never for Git")
	return cmd
}

func (a *app) doValues(c valuesCall) error {
	out, note, err := a.source(c.state, c.secrets).Values(render.ValuesInput{Layout: render.Layout(c.layout), Chart: render.Group(c.chart)})
	if err != nil {
		return err
	}
	if out.HoldsKeys && c.byHelm && !c.secrets.withKeys {
		return problem.HelmKeys.With()
	}
	a.data = out.YAML
	if note != "" {
		sink.Note(&a.talk, "%s", note)
	}
	if out.HoldsKeys {
		sink.Note(&a.talk, "these values hold private keys: give them to Helm, and never commit them")
	}
	return nil
}

// manifests writes the PKI objects themselves.
func (a *app) manifests() *cobra.Command {
	var statePath, layout string
	var all, annotate, both bool
	var secrets secretsFlags
	cmd := &cobra.Command{
		Use:   "manifests",
		Short: "write the PKI objects of the current phase as plain manifests",
		Long: `manifests writes the trust roots under externalCA and what the custody has in the
place of the Secrets of issuer and webhooks (sealed, encrypted or a reference;
nothing with custodies age and file). With --with-keys it writes the Secrets
themselves, in the form of spec.linkerd.issuerScheme; with --layout only those
that the chart, fed with ` + "`values`" + ` of that layout, does not render.`,
		Example: "  " + delivery.Commands{Custody: state.CustodyAge}.Secrets(),
		Args:    cobra.NoArgs,
		RunE: a.runForStdout(func(*cobra.Command, []string) error {
			text, err := a.source(statePath, secrets).Manifests(render.ManifestsInput{
				All: all, Annotate: annotate, BothSchemes: both, Layout: render.Layout(layout),
			})
			a.data = text
			return err
		}),
	}
	stateFlag(cmd, &statePath)
	cmd.Flags().StringVar(&layout, "layout", "", "leave out the Secrets that the chart renders with values of this layout: external or embedded")
	cmd.Flags().BoolVar(&both, "both-schemes", false, "with --with-keys: only the issuer's Secret, with the fields of both issuer schemes, for moving from one to the other")
	secrets.add(cmd, "add the Secrets, which hold private keys: for a live host, never for Git")
	cmd.Flags().BoolVar(&all, "all", false, "add the objects that the chart renders itself")
	annotateFlag(cmd, &annotate)
	return cmd
}

// annotateFlag adds --annotate to a command that writes the trust roots.
func annotateFlag(cmd *cobra.Command, value *bool) {
	cmd.Flags().BoolVar(value, "annotate", false, "write epoch, phase and the bundle's SHA-256 as annotations on the trust roots ConfigMap, for an admission policy")
}
