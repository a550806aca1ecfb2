package rotation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// ProveOptions say how much to prove.
type ProveOptions struct {
	// All proves every step of the plan, forward and back, from what the steps
	// before it leave live; otherwise the current step, the next and each revert.
	All bool
	// Handshake lets a peer meet another of the same bundle and chain for real, and
	// tells why a side refused, or "". An error of it ends the proof; nil makes none.
	Handshake func(p *pki.Peer, at time.Time) (refused string, err error)
	// IssuerKeys by fingerprint of the issuer make leaves for them that are thrown away.
	IssuerKeys map[string]pki.Key
	// Random makes the leaves; nil without keys.
	Random io.Reader
}

// Proof is the trust matrix of steps, with the gate's verdict on each.
type Proof struct {
	APIVersion string      `json:"apiVersion"`
	Kind       string      `json:"kind"`
	Cluster    string      `json:"cluster"`
	At         time.Time   `json:"at"`
	Epoch      int64       `json:"epoch"`
	Evidence   string      `json:"evidence,omitempty"`
	Steps      []ProofStep `json:"steps"`
	// Digest is the SHA-256 (lower-case hex) of this document as JSON without
	// the digest. Fingerprints stand for the certificates, so it covers them.
	Digest string `json:"digest"`
	// Certificates of the state, in the order of its file, are for people: the digest
	// does not cover them.
	Certificates []Expiry `json:"-"`
	// Fails: the bundle and the issuer that the state has in force do not verify with
	// each other. What pods may still hold of earlier phases is left to the steps.
	Fails bool `json:"-"`
}

// ProofKind heads a proof.
const ProofKind = "Proof"

// ProofStep is one change of phase.
type ProofStep struct {
	From    string  `json:"from"`
	To      string  `json:"to"`
	Back    bool    `json:"back,omitempty"`
	Verdict Verdict `json:"verdict"`
	Matrix  []Cell  `json:"matrix"`
}

// Prove makes the proof. An unsafe step is a result, not an error.
func Prove(s *state.Rotation, o ProveOptions, e Evidence, at time.Time) (*Proof, error) {
	c, err := openScene(s, e, at)
	if err != nil {
		return nil, err
	}
	p := &Proof{
		APIVersion: state.APIVersion, Kind: ProofKind, Cluster: s.Metadata.Name,
		At: at.UTC(), Epoch: s.Status.Epoch, Evidence: e.Digest(),
	}
	var shake *shaker
	if o.Handshake != nil && len(o.IssuerKeys) > 0 {
		if o.Random == nil {
			return nil, problem.MintRandomness.With()
		}
		shake = &shaker{ProveOptions: o, at: at, mesh: MeshOf(s), peers: map[string]*pki.Peer{}, met: map[string]string{}}
	}
	if o.All {
		err = c.proveAll(p, shake)
	} else {
		err = c.proveHere(p, shake)
	}
	if err == nil && shake != nil {
		err = shake.failed
	}
	if err != nil {
		return nil, err
	}
	if p.Certificates, err = c.certificates(); err != nil {
		return nil, err
	}
	now, err := c.dossier.current()
	if err != nil {
		return nil, err
	}
	for _, by := range []string{ByProxy, ByIdentity} {
		p.Fails = p.Fails || c.verifier.Verify(now.Bundle, now.Issuer, by) != nil
	}
	p.Digest = p.digest()
	return p, nil
}

// proveHere proves resting here, the next step and each way back, with what the
// evidence says is live.
func (c *scene) proveHere(p *Proof, shake *shaker) error {
	live, err := c.live()
	if err != nil {
		return err
	}
	now, err := c.dossier.current()
	if err != nil {
		return err
	}
	phase := c.state.Status.Phase
	p.Steps = append(p.Steps, c.step(phase, phase, false, now, now, live, shake))
	path, ok := pathOf(c.state)
	if !ok {
		return nil
	}
	w := &way{scene: c, path: path}
	from := path.index(phase)
	for _, to := range append([]int{from + 1}, countdown(from-1)...) {
		due, err := w.material(to)
		if err != nil {
			return err
		}
		w.to = to
		p.Steps = append(p.Steps, c.step(phase, w.phase(), to < from, now, due, live, shake))
	}
	return nil
}

// proveAll proves every step of the path and its revert; in the phase stable,
// which has none, that the mesh may rest there.
func (c *scene) proveAll(p *Proof, shake *shaker) error {
	path, ok := pathOf(c.state)
	if !ok {
		return c.proveHere(p, shake)
	}
	w := &way{scene: c, path: path}
	materials, err := w.materials()
	if err != nil {
		return err
	}
	sim := &past{}
	sim.add(materials[0])
	names := append([]string{state.PhaseStable}, path.names()...)
	for i := 1; i < len(materials); i++ {
		sim.close(path.Steps[i-1].Needs, c.incomingID(), materials[i])
		p.Steps = append(p.Steps, c.step(names[i-1], names[i], false, materials[i-1], materials[i], sim.live(), shake))
		sim.add(materials[i])
		p.Steps = append(p.Steps, c.step(names[i], names[i-1], true, materials[i], materials[i-1], sim.live(), shake))
	}
	return nil
}

func (c *scene) step(from, to string, back bool, now, due Material, live Live, shake *shaker) ProofStep {
	return ProofStep{from, to, back, Judge(now, due, live, c.verifier), matrix(live, due, c.verifier, shake)}
}

// countdown is from, from-1, ... -1.
func countdown(from int) []int {
	var list []int
	for i := from; i >= -1; i-- {
		list = append(list, i)
	}
	return list
}

// digest is over the proof without its digest.
func (p *Proof) digest() string {
	bare := *p
	bare.Digest = ""
	text, err := json.Marshal(bare)
	if err != nil {
		panic("rotation: a proof always marshals: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Verify tells whether the digest is that of the proof.
func (p *Proof) Verify() bool { return p.Digest == p.digest() }

func causeOf(err error) string {
	if err == nil {
		return ""
	}
	return problem.Of(err)[0].Text
}
