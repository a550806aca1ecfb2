package cli

import (
	"context"
	"io"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/command"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/observe"
	"github.com/l5d-pki/l5d-pki-render/internal/observe/caller"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// clusterProgram links the client of Kubernetes (docs/observe.md).
var clusterProgram = program{"l5d-pki-render-cluster", "L5D_PKI_CLUSTER_PROGRAM", child.Clusters, problem.ObserveProgram, nil, nil}

// clusterFlags say which cluster is observed, and how it is reached.
type clusterFlags struct{ caller.Options }

func (f *clusterFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.Kubeconfig, "kubeconfig", "", "kubeconfig of the cluster; as kubectl's")
	cmd.Flags().StringVar(&f.Context, "context", "", "context in the kubeconfig; as kubectl's")
	cmd.Flags().StringVar(&f.Prometheus.URL, "prometheus", "", "address of a Prometheus that scrapes the proxies, for the dates of leaves")
	cmd.Flags().StringVar(&f.Prometheus.TokenFile, "prometheus-token-file", "", "file with a bearer token for it")
	cmd.Flags().StringVar(&f.Prometheus.CAFile, "prometheus-ca-file", "", "PEM file of certificate authorities to verify it with")
	cmd.Flags().StringVar(&f.Labels, "prometheus-labels", "", "NAMESPACE,POD: the labels that say which pod a series is of")
	cmd.Flags().StringVar(&f.Dial, "dial", observe.DialNever, "proxies to ask for their chain by TLS, and webhooks: never, stale, all, or how many; needs pods/portforward")
	cmd.Flags().BoolVar(&f.Certify, "certify", false, "have each identity replica sign a leaf that is thrown away, to see its chain; needs pods/portforward and a token")
	cmd.Flags().StringVar(&f.DryRunPod, "dry-run-pod", "", "NAMESPACE that is injected: ask what would become of a pod there (none is made), to see what the injector gives")
	cmd.Flags().DurationVar(&f.Limit, "observe-timeout", 5*time.Minute, "how long reading the cluster may take")
}

// observeCall is one call of the command observe.
type observeCall struct {
	clusterFlags
	state, cluster, namespace, format, to string
	rbac, strict                          bool
	several                               command.Observing
}

// observe reads the live cluster.
func (a *app) observe() *cobra.Command {
	var c observeCall
	cmd := &cobra.Command{
		Use:   "observe",
		Short: "read the live cluster, and write what it holds as an observation",
		Long: `observe reads what the cluster delivers, holds and signs with, and writes an
observation for --evidence. It only reads, with get and list rights, and no
Secret. What it cannot see is named on stderr and left out: unknown opens no
gate. --rbac prints the roles that it needs.

With --fleet it reads every member that has a context, several at the same time,
and writes each observation where ` + "`fleet status`" + ` looks for it. A member that
cannot be read is named, and keeps the observation that it has; exit code 1.`,
		Example: `  l5d-pki-render observe --to observation.yaml
  l5d-pki-render observe --context prod --prometheus http://localhost:9090
  l5d-pki-render observe --rbac | kubectl apply -f -
  l5d-pki-render observe --fleet fleet.yaml --observe-timeout 1m`,
		Args: cobra.NoArgs,
		RunE: a.runForStdout(func(cmd *cobra.Command, _ []string) error {
			if c.format != results.JSON && c.format != "yaml" {
				return problem.CLIFormat.With(c.format, "yaml or json")
			}
			if c.several.Path != "" {
				return a.observeFleet(&c)
			}
			s, err := a.loadState(c.state)
			if err != nil && (!c.rbac || cmd.Flags().Changed("state")) {
				return err
			}
			return a.observeOne(&c, s)
		}),
	}
	stateFlag(cmd, &c.state)
	c.add(cmd)
	cmd.Flags().StringVar(&c.cluster, "cluster", "", "name of the cluster in the observation; default: the state's")
	cmd.Flags().StringVar(&c.namespace, "namespace", "", "namespace of the control plane; default: spec.linkerd.namespace")
	cmd.Flags().StringVarP(&c.format, "output", "o", "yaml", "yaml or json")
	cmd.Flags().StringVar(&c.to, "to", "", "write into this file instead of stdout")
	cmd.Flags().BoolVar(&c.rbac, "rbac", false, "print the roles that observing needs, and read nothing")
	cmd.Flags().BoolVar(&c.Publish, "publish", false, "also write the observation into ConfigMap "+observe.Published+", which --rbac --publish makes, and with spec.gate the status of the gate")
	cmd.Flags().BoolVar(&c.strict, "strict", false, "exit with 1 if something could not be seen")
	c.several.Add(cmd)
	return cmd
}

func (a *app) observeFleet(c *observeCall) (err error) {
	c.several.Options, c.several.Strict, c.several.JSON = c.Options, c.strict, c.format == results.JSON
	a.data, err = command.Observe(c.several, a.files(), func(ctx context.Context, in io.Reader, out io.Writer) error {
		return a.runProgram(ctx, clusterProgram, in, out)
	}, errFound)
	return err
}

// observeOne observes the cluster of a state. s is nil where only the roles are asked for.
func (a *app) observeOne(c *observeCall, s *state.Rotation) error {
	if c.namespace == "" {
		if c.namespace = linkerd.Namespace; s != nil {
			c.namespace = s.WithDefaults().Spec.Linkerd.Namespace
		}
	}
	if c.rbac {
		a.data = []byte(observe.RBAC(c.namespace, observe.Extra{Dial: c.Dial != observe.DialNever, Certify: c.Certify, DryRunPod: c.DryRunPod, Publish: c.Publish, Gate: s != nil && s.Spec.Gate}))
		return nil
	}
	if c.cluster == "" {
		c.cluster = s.Metadata.Name
	}
	own := c.cluster == s.Metadata.Name
	if err := files.MayWrite(c.to, rotation.ObservationKind); err != nil {
		return err
	}
	o, gaps, err := a.observeNow(&c.clusterFlags, s, caller.Cluster{Name: c.cluster, Namespace: c.namespace})
	if err != nil {
		return err
	}
	if c.Publish && s.Spec.Gate && own {
		if err := a.publishGate(&c.clusterFlags, c.state, s, o); err != nil {
			return err
		}
	}
	write := caller.Text
	if c.format == results.JSON {
		write = rotation.MarshalObservation
	}
	text, err := write(o)
	if err != nil {
		return err
	}
	if c.to == "" {
		a.data = text
	} else if err := moves.ReplaceObservation(a.files(), c.to, o, text, c.state, s); err != nil {
		return err
	} else if own {
		a.afterObserve(c.to, c.state, s)
	}
	if c.strict && len(gaps) > 0 {
		return errFound
	}
	return nil
}

// observeNow takes an observation, and notes what it does not show.
func (a *app) observeNow(f *clusterFlags, s *state.Rotation, c caller.Cluster) (*rotation.Observation, []observe.Gap, error) {
	o, gaps, err := caller.Observe(f.Options, a.cluster(a.Stderr), s, c)
	caller.NoteGaps(&a.talk, gaps)
	return o, gaps, err
}

// cluster runs the program; progress, if not nil, gets what it writes to stderr.
func (a *app) cluster(progress io.Writer) caller.Program {
	run := clusterProgram
	run.progress = progress
	return func(in io.Reader, out io.Writer) error { return a.runProgram(context.Background(), run, in, out) }
}

// publishGate judges the gate by an observation and what moves before left beside
// the state, and writes its status.
func (a *app) publishGate(f *clusterFlags, statePath string, s *state.Rotation, o *rotation.Observation) error {
	e, err := (&moves.Brought{Earlier: true}).Load(statePath, s)
	if err != nil {
		return err
	}
	return caller.PublishGate(f.Options, a.cluster(a.Stderr), s, e, o)
}

// observing adds --observe to a command that takes evidence.
func (f *evidenceFlags) observing(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.observe, "observe", false, "read the live cluster first, and use what is seen as evidence")
	f.cluster.add(cmd)
}

// evidence is what a person brings, and what is seen now where that was asked for.
func (a *app) evidence(f *evidenceFlags, statePath string, s *state.Rotation) (rotation.Evidence, error) {
	e, err := f.Load(statePath, s)
	if err != nil || !f.observe {
		return e, err
	}
	o, _, err := a.observeNow(&f.cluster, s, caller.ClusterOf(s))
	if err != nil {
		return e, err
	}
	e.Observations = append(e.Observations, o)
	return e, nil
}

// loader loads what the flags ask for, for a state that is yet to be read.
func (a *app) loader(f *evidenceFlags) moves.Loader {
	return func(statePath string, s *state.Rotation) (rotation.Evidence, error) {
		return a.evidence(f, statePath, s)
	}
}

// observedText is [app.observeNow] as the file of an observation, signed with the
// SSH key if there is one; nil if nothing is to be observed.
func (a *app) observedText(f *evidenceFlags) func(*state.Rotation) ([]byte, error) {
	if !f.observe {
		return nil
	}
	return func(s *state.Rotation) ([]byte, error) {
		o, _, err := a.observeNow(&f.cluster, s, caller.ClusterOf(s))
		if err != nil {
			return nil, err
		}
		text, err := caller.Text(o)
		if err != nil || f.key == "" {
			return text, err
		}
		return base.Sign(text, f.key)
	}
}
