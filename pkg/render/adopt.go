package render

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Source is one input of [Adopt]; Name is what problems call it ("stdin").
type Source struct {
	Name string
	Data []byte
}

// AdoptInput is what is known of a running mesh: a stream or Helm values, or
// the certificates alone. Certificates beside a stream fill what it lacks.
type AdoptInput struct {
	// Name becomes metadata.name.
	Name string
	// Stream is a rendered chart or a `kubectl get -o yaml` dump.
	Stream Source
	// Values is a Helm values file.
	Values Source
	// Anchors is the trust bundle (PEM), Issuer the issuer chain (PEM).
	Anchors, Issuer Source

	// What the input may not say; a contradiction is an error.
	LinkerdVersion, Namespace, TrustDomain string

	// Custody becomes spec.custody.kind; "" leaves it out.
	Custody string
	// KeyPath gives the path at which the state names a key; nil leaves the keys
	// where they are and out of the state.
	KeyPath func(name string) string
	// At is the instant of the log's first entry.
	At time.Time
}

// Adopted is what [Adopt] found beside the state.
type Adopted struct {
	// Keys that stood in the input and are the named certificates': for the
	// custody, never for the state. Empty without KeyPath.
	Keys []AdoptedKey
	// Notes are sentences for people: choices that were made, what was left out.
	Notes []string
	// Missing are Secrets of the chart that the stream leaves out, as "namespace/name":
	// what they hold was neither adopted nor compared.
	Missing []string
	// Cluster is what cert-manager's objects in the stream say.
	Cluster ClusterAnchor
	// Unrendered is why the stream cannot be rendered under the state; nil if it can.
	Unrendered error
	// Changes are the fields of the stream that rendering the state would change;
	// none is what adopting is for.
	Changes []Line
}

// AdoptedKey is a private key and the path by which the state names it.
type AdoptedKey struct {
	Name, Path string
	Key        pki.Key
}

// Adopt makes the state of a mesh that runs already: phase stable, epoch 0, the
// PKI that stands. [PostRender] of the adopted stream with that state changes
// nothing. It refuses an input that contradicts itself (anchors in linkerd-config
// and trust roots that differ, a key that is not its certificate's), one that
// lacks anchors or issuer, and a Linkerd version that it cannot tell.
func Adopt(in AdoptInput) (*state.Rotation, Adopted, error) {
	a := &adoption{in: in, state: &state.Rotation{
		APIVersion: state.APIVersion, Kind: state.Kind,
		Metadata: state.Metadata{Name: in.Name, Annotations: map[string]string{"config.kubernetes.io/local-config": "true"}},
		Spec:     state.Spec{Custody: state.Custody{Kind: in.Custody}},
		Status:   state.Status{Phase: state.PhaseStable},
	}}
	for _, stage := range []func(){a.readSources, a.readFiles, a.settle, a.chooseAnchors, a.chooseIssuer, a.keepKeys, a.finish} {
		if stage(); len(a.problems) > 0 {
			return nil, Adopted{}, a.problems.Err()
		}
	}
	return a.state, a.adopted, nil
}

// adoption is the work on one mesh: what its sources say, then what the state is.
type adoption struct {
	in    AdoptInput
	state *state.Rotation

	stream *plan          // the objects of the stream; nil without one
	values *manifest.Node // linkerd-config's data.values, or the values file
	global *manifest.Node // values below `global`, for what values leave out; nil without
	from   string         // where values stand, in messages

	createdBy string // linkerd.io/created-by of linkerd-config
	bundles   []bundleFound
	issuers   []chainFound
	keys      []keyFound
	owned     []ownedKey

	adopted  Adopted
	problems problem.List
}

func (a *adoption) fail(err error) { a.problems.Add(err) }

func (a *adoption) note(text string) { a.adopted.Notes = append(a.adopted.Notes, text) }

// readSources reads the stream or the values; what they are called is added to
// their problems.
func (a *adoption) readSources() {
	in := a.in
	switch {
	case in.Stream.Data != nil && in.Values.Data != nil:
		a.fail(problem.AdoptBothSources.With())
	case in.Stream.Data != nil:
		a.readStream()
		a.problems.In(in.Stream.Name)
	case in.Values.Data != nil:
		a.readValuesFile()
		a.problems.In(in.Values.Name)
	case in.Anchors.Data == nil && in.Issuer.Data == nil:
		a.fail(problem.AdoptNoSource.With())
	}
}

// readFiles reads the certificates that were brought.
func (a *adoption) readFiles() {
	if in := a.in.Anchors; in.Data != nil {
		bundle, err := pki.ReadBundle(in.Data)
		a.fail(problem.Of(err).In(in.Name).Err())
		// What --set-file gives a chart, final newline and all; under externalCA no chart gets it.
		exact := !a.state.Spec.Linkerd.ExternalCA
		a.bundles = append(a.bundles, bundleFound{in.Name, string(in.Data), bundle, exact})
	}
	if in := a.in.Issuer; in.Data != nil {
		chain, err := pki.ReadChain(in.Data)
		a.fail(problem.Of(err).In(in.Name).Err())
		a.issuers = append(a.issuers, chainFound{in.Name, chain, true})
	}
}

// finish writes the first entry of the log and proves the state: by its own
// rules, by the material's structure, and against the stream that it came from.
func (a *adoption) finish() {
	a.state.Status.Log = state.Append(nil, state.LogEntry{
		Phase: state.PhaseStable, At: a.in.At.UTC().Format(time.RFC3339), Move: state.MoveAdopt,
	})
	if a.fail(a.state.Validate()); len(a.problems) == 0 {
		a.compare()
	}
}
