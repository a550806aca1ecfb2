// Package postrender is Helm's PostRenderer interface over package render, for
// programs that drive Helm 3 as a library:
//
//	install := action.NewInstall(cfg)
//	install.PostRenderer = &postrender.Renderer{State: s, Keys: keys}
//
// The command line reaches the same code through `l5d-pki-render post-render`.
package postrender

import (
	"bytes"

	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"helm.sh/helm/v3/pkg/postrender"
)

// Renderer makes each stream that Helm hands over carry the PKI of one state.
// It holds no state of its own between calls and may be used concurrently.
type Renderer struct {
	State *state.Rotation
	Keys  render.Keys
	// Apart, as in [render.Input], has what stands in the place of Secrets whose
	// keys are in custody.
	Apart render.Apart
	// SecretsApart, as in [render.Input], leaves out the Secrets that Apart has
	// nothing for. Helm deletes from the cluster what the release had and has no
	// longer; without this the call fails.
	SecretsApart bool
	// Require and AllowNothing as in [render.Input].
	Require      []render.Group
	AllowNothing bool
	// Report, if set, is called after each stream with what changed in it.
	Report func(render.Report)
}

var _ postrender.PostRenderer = (*Renderer)(nil)

// Run gives the stream of the state's phase. On error it gives no buffer, so
// that Helm has nothing to apply; in is not written to.
func (r *Renderer) Run(in *bytes.Buffer) (*bytes.Buffer, error) {
	out, err := render.PostRender(render.Input{
		State: r.State, Keys: r.Keys, Apart: r.Apart, SecretsApart: r.SecretsApart, Stream: in.Bytes(),
		Require: r.Require, AllowNothing: r.AllowNothing,
	})
	if err != nil {
		return nil, err
	}
	if r.Report != nil {
		r.Report(out.Report)
	}
	return bytes.NewBuffer(out.Stream), nil
}
