// Package exchange is what l5d-pki-render and the program that links the client
// of Kubernetes say to each other: what to observe, and the observation.
package exchange

import (
	"encoding/json"
	"io"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/observe"
	"github.com/l5d-pki/l5d-pki-render/pkg/gate"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// terms: the protocol grows when the meaning of a field changes.
var terms = exchange.Terms{Protocol: 1, Mismatch: problem.ObserveProtocol, Unreadable: problem.ObserveRequest}

// Request is one cluster to observe.
type Request struct {
	Protocol int `json:"protocol"`
	// Cluster is the name that the observation gets, Namespace the control plane's.
	Cluster   string        `json:"cluster"`
	Namespace string        `json:"namespace"`
	Known     observe.Known `json:"known"`
	// Kubeconfig and Context are as kubectl takes them; "" is its default.
	Kubeconfig string     `json:"kubeconfig,omitempty"`
	Context    string     `json:"context,omitempty"`
	Prometheus Prometheus `json:"prometheus"`
	// Dial says which proxies are asked for their chain ([observe.DialOf]). Certify has
	// identity replicas sign a leaf. DryRunPod is a namespace in which the API server
	// is asked what would become of a pod; "" is none.
	Dial      string `json:"dial,omitempty"`
	Certify   bool   `json:"certify,omitempty"`
	DryRunPod string `json:"dryRunPod,omitempty"`
	// Publish: the observation is also written into a ConfigMap of the cluster.
	Publish bool `json:"publish,omitempty"`
	// Gate, if not nil, is what the status of the gate shall say. Then nothing is
	// observed.
	Gate *gate.Verdict `json:"gate,omitempty"`
	// Handshake, if not nil, is to be made. Then nothing is observed.
	Handshake *Handshake `json:"handshake,omitempty"`
	// Limit is how long the whole may take.
	Limit time.Duration `json:"limit"`
}

// Prometheus says how it is reached; URL "" is none.
type Prometheus struct {
	URL       string         `json:"url,omitempty"`
	TokenFile string         `json:"tokenFile,omitempty"`
	CAFile    string         `json:"caFile,omitempty"`
	Labels    observe.Labels `json:"labels"`
}

// Answer is the observation as [rotation.MarshalObservation] writes it.
type Answer struct {
	Observation json.RawMessage `json:"observation"`
	// Gaps are what it does not show, and why.
	Gaps []observe.Gap `json:"gaps,omitempty"`
	// Late: the limit ended the reading, and what was left is among the gaps.
	Late bool `json:"late,omitempty"`
	// Handshake answers the same of the request.
	Handshake *Shaken `json:"handshake,omitempty"`
}

// Ask sends the request through call, which runs the program.
func Ask(r Request, call func(in io.Reader, out io.Writer) error) (Answer, error) {
	r.Protocol = terms.Protocol
	return exchange.Ask[Answer](terms, r, call)
}

// Serve answers one request.
func Serve(in io.Reader, out io.Writer, answer func(Request) (Answer, error)) error {
	return exchange.Serve(terms, in, out, answer)
}
