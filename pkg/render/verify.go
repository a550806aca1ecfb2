package render

import (
	"bytes"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Verification is what rendering a stream with a state would do to it.
type Verification struct {
	Report Report
	// Changes are the fields that would change, Same that no byte would.
	Changes []Line
	Same    bool
	// Missing are Secrets of the state that the stream does not have.
	Missing []string
}

// Verify renders a stream with a state and keeps nothing of the output but what
// would change. No private key is needed: of a Secret the certificate must be the
// state's, and the key must belong to it.
func Verify(s *state.Rotation, stream []byte) (Verification, error) {
	out, err := PostRender(Input{State: s, Stream: stream, Keyless: true, SecretsApart: true, compare: true})
	if err != nil {
		return Verification{}, err
	}
	v := Verification{Report: out.Report, Same: bytes.Equal(out.Stream, stream)}
	for _, l := range out.Report.Lines {
		if l.Outcome == Changed {
			v.Changes = append(v.Changes, l)
		}
	}
	v.Missing, err = missingSecrets(s, stream)
	return v, err
}

// missingSecrets are the Secrets of the chart, by the state, that a stream lacks.
func missingSecrets(s *state.Rotation, stream []byte) (missing []string, err error) {
	m, err := NewMaterial(s, nil)
	if err != nil {
		return nil, err
	}
	p := newPlan(m, manifest.Split(stream))
	p.secretsApart = true
	p.read()
	has := map[SecretID]bool{}
	for _, o := range p.objects {
		space := o.namespace
		if space == "" {
			space = p.namespace(ControlPlane)
		}
		if o.kind == "Secret" {
			has[SecretID{space, o.name}] = true
		}
	}
	for _, secret := range m.SealedSecrets(External) {
		issuer := secret.Name == issuerName
		if issuer && m.State.Spec.Linkerd.IssuerScheme != state.SchemeLinkerd || secret.Group() != ControlPlane && !p.groups[secret.Group()] {
			continue
		}
		if !has[secret.SecretID] {
			missing = append(missing, secret.Namespace+"/"+secret.Name)
		}
	}
	return missing, p.problems.Err()
}
