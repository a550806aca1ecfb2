package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/observe"
	"github.com/l5d-pki/l5d-pki-render/internal/observe/exchange"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"
)

// clusterProgram links the client of Kubernetes (docs/observe.md).
var clusterProgram = program{"l5d-pki-render-cluster", "L5D_PKI_CLUSTER_PROGRAM", child.Clusters, problem.ObserveProgram, nil}

// clusterFlags say which cluster is observed, and how it is reached.
type clusterFlags struct {
	kubeconfig, context        string
	prometheus, token, ca, ids string
	limit                      time.Duration
}

func (f *clusterFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.kubeconfig, "kubeconfig", "", "kubeconfig of the cluster; as kubectl's")
	cmd.Flags().StringVar(&f.context, "context", "", "context in the kubeconfig; as kubectl's")
	cmd.Flags().StringVar(&f.prometheus, "prometheus", "", "address of a Prometheus that scrapes the proxies, for the dates of leaves")
	cmd.Flags().StringVar(&f.token, "prometheus-token-file", "", "file with a bearer token for it")
	cmd.Flags().StringVar(&f.ca, "prometheus-ca-file", "", "PEM file of certificate authorities to verify it with")
	cmd.Flags().StringVar(&f.ids, "prometheus-labels", "", "NAMESPACE,POD: the labels that say which pod a series is of")
	cmd.Flags().DurationVar(&f.limit, "observe-timeout", 5*time.Minute, "how long reading the cluster may take")
}

// observe reads the live cluster.
func (a *app) observe() *cobra.Command {
	var statePath, cluster, namespace, format, to string
	var flags clusterFlags
	var rbac, strict bool
	cmd := &cobra.Command{
		Use:   "observe",
		Short: "read the live cluster, and write what it holds as an observation",
		Long: `observe reads what the cluster delivers, holds and signs with, and writes an
observation for --evidence. It only reads, with get and list rights, and no
Secret. What it cannot see is named on stderr and left out: unknown opens no
gate. --rbac prints the roles that it needs.`,
		Example: `  l5d-pki-render observe --to observation.yaml
  l5d-pki-render observe --context prod --prometheus http://localhost:9090
  l5d-pki-render observe --rbac | kubectl apply -f -`,
		Args: cobra.NoArgs,
		RunE: a.runForStdout(func(cmd *cobra.Command, _ []string) error {
			if format != results.JSON && format != "yaml" {
				return problem.CLIFormat.With(format, "yaml or json")
			}
			s, err := a.loadState(statePath)
			if err != nil && (!rbac || cmd.Flags().Changed("state")) {
				return err
			}
			if namespace == "" {
				if namespace = linkerd.Namespace; s != nil {
					namespace = s.WithDefaults().Spec.Linkerd.Namespace
				}
			}
			if rbac {
				a.data = []byte(observe.RBAC(namespace))
				return nil
			}
			if cluster == "" {
				cluster = s.Metadata.Name
			}
			o, gaps, err := a.observeNow(&flags, s, cluster, namespace)
			if err != nil {
				return err
			}
			text, err := rotation.MarshalObservation(o)
			if err == nil && format == "yaml" {
				text, err = yaml.JSONToYAML(text)
			}
			if err != nil {
				return err
			}
			if to == "" {
				a.data = text
			} else if err := a.writeFile(to, text, 0o644, true); err != nil {
				return err
			}
			if strict && len(gaps) > 0 {
				return errFound
			}
			return nil
		}),
	}
	stateFlag(cmd, &statePath)
	flags.add(cmd)
	cmd.Flags().StringVar(&cluster, "cluster", "", "name of the cluster in the observation; default: the state's")
	cmd.Flags().StringVar(&namespace, "namespace", "", "namespace of the control plane; default: spec.linkerd.namespace")
	cmd.Flags().StringVarP(&format, "output", "o", "yaml", "yaml or json")
	cmd.Flags().StringVar(&to, "to", "", "write into this file instead of stdout")
	cmd.Flags().BoolVar(&rbac, "rbac", false, "print the roles that observing needs, and read nothing")
	cmd.Flags().BoolVar(&strict, "strict", false, "exit with 1 if something could not be seen")
	return cmd
}

// observeNow takes an observation, and notes what it does not show.
func (a *app) observeNow(f *clusterFlags, s *state.Rotation, cluster, namespace string) (*rotation.Observation, []observe.Gap, error) {
	request := exchange.Request{
		Cluster: cluster, Namespace: namespace, Known: observe.KnownOf(s), Kubeconfig: f.kubeconfig, Context: f.context, Limit: f.limit,
		Prometheus: exchange.Prometheus{URL: f.prometheus, TokenFile: f.token, CAFile: f.ca},
	}
	if f.ids != "" {
		namespace, pod, both := strings.Cut(f.ids, ",")
		if !both || namespace == "" || pod == "" {
			return nil, nil, problem.ObserveLabels.With(f.ids)
		}
		request.Prometheus.Labels = observe.Labels{Namespace: namespace, Pod: pod}
	}
	run := clusterProgram
	run.progress = a.Stderr
	answer, err := exchange.Ask(request, func(in io.Reader, out io.Writer) error {
		return a.runProgram(context.Background(), run, in, out)
	})
	if err != nil {
		return nil, nil, err
	}
	o, err := rotation.ParseObservation("the answer of "+run.name, answer.Observation)
	a.noteGaps(answer.Gaps)
	return o, answer.Gaps, err
}

func (a *app) noteGaps(gaps []observe.Gap) {
	const few = 20
	for i, g := range gaps {
		if i == few {
			fmt.Fprintf(&a.talk, "l5d-pki-render: not seen: %d more\n", len(gaps)-few)
			break
		}
		fmt.Fprintf(&a.talk, "l5d-pki-render: not seen: %s\n", g)
	}
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
	o, _, err := a.observeNow(&f.cluster, s, s.Metadata.Name, s.WithDefaults().Spec.Linkerd.Namespace)
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
