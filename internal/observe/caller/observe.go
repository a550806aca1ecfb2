// Package caller calls l5d-pki-render-cluster, the program that links the client of
// Kubernetes.
package caller

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/observe"
	"github.com/l5d-pki/l5d-pki-render/internal/observe/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"sigs.k8s.io/yaml"
)

// Options say which cluster is observed, and how it is reached.
type Options struct {
	// Kubeconfig and Context are as kubectl's.
	Kubeconfig, Context string
	Prometheus          exchange.Prometheus
	// Labels are NAMESPACE,POD: what Prometheus calls them; "" for the usual ones.
	Labels string
	// Dial, Certify and DryRunPod ask for more than a look ([exchange.Request]).
	Dial      string
	Certify   bool
	DryRunPod string
	// Publish writes the observation into the cluster too.
	Publish bool
	// Limit is how long reading may take.
	Limit time.Duration
}

// Cluster is what a cluster is called in its observation, and where its control
// plane is.
type Cluster struct{ Name, Namespace string }

// ClusterOf is the cluster of a state.
func ClusterOf(s *state.Rotation) Cluster {
	return Cluster{s.Metadata.Name, s.WithDefaults().Spec.Linkerd.Namespace}
}

// Program runs l5d-pki-render-cluster: a request in, an answer out.
type Program func(in io.Reader, out io.Writer) error

// Observe takes an observation, and lists what it does not show.
func Observe(o Options, run Program, s *state.Rotation, c Cluster) (*rotation.Observation, []observe.Gap, error) {
	seen, answer, err := ask(o, run, s, c)
	return seen, answer.Gaps, err
}

// ask takes an observation; the answer says what it does not show.
func ask(o Options, run Program, s *state.Rotation, c Cluster) (*rotation.Observation, exchange.Answer, error) {
	request := exchange.Request{
		Cluster: c.Name, Namespace: c.Namespace, Known: observe.KnownOf(s), Kubeconfig: o.Kubeconfig, Context: o.Context, Limit: o.Limit,
		Prometheus: o.Prometheus,
		Dial:       o.Dial, Certify: o.Certify, DryRunPod: o.DryRunPod, Publish: o.Publish,
	}
	if _, err := observe.DialOf(o.Dial); err != nil {
		return nil, exchange.Answer{}, err
	}
	if o.Labels != "" {
		namespace, pod, both := strings.Cut(o.Labels, ",")
		if !both || namespace == "" || pod == "" {
			return nil, exchange.Answer{}, problem.ObserveLabels.With(o.Labels)
		}
		request.Prometheus.Labels = observe.Labels{Namespace: namespace, Pod: pod}
	}
	answer, err := exchange.Ask(request, run)
	if err != nil {
		return nil, answer, err
	}
	seen, err := rotation.ParseObservation("the answer of l5d-pki-render-cluster", answer.Observation)
	return seen, answer, err
}

// Text is an observation as a file.
func Text(o *rotation.Observation) ([]byte, error) {
	text, err := rotation.MarshalObservation(o)
	if err != nil {
		return nil, err
	}
	return yaml.JSONToYAML(text)
}

// maxGaps is how many gaps are listed.
const maxGaps = 20

// NoteGaps writes what an observation does not show, a line each.
func NoteGaps(w io.Writer, gaps []observe.Gap) {
	for i, g := range gaps {
		if i == maxGaps {
			fmt.Fprintf(w, "l5d-pki-render: not seen: %d more\n", len(gaps)-i)
			break
		}
		fmt.Fprintf(w, "l5d-pki-render: not seen: %s\n", g)
	}
}
