// Package custody keeps private keys: it encrypts them into key files that Git
// may hold, opens those again, and gives the manifests that stand in the place
// of Secrets with keys. One file per kind of custody, one row per kind in the
// table [Kinds].
//
// Nothing is encrypted twice: a key is sealed when it is minted, and again only
// by `custody rewrap`. Rendering copies what was sealed.
//
// It reads key files from bytes only, writes none, and takes environment,
// identity and randomness from [World]; the programs of some kinds (sops) are
// run with the key on their standard input, never in a file or an argument.
package custody

import (
	"io"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// World is what a custody may know of the outside.
type World struct {
	// State is the state whose spec.custody counts; StatePath is its file, beside
	// which relative paths begin.
	State     *state.Rotation
	StatePath string
	Getenv    func(string) string
	Random    io.Reader
	// ReadFile reads a file that the state or a flag names: public ones, and the
	// identity that opens key files.
	ReadFile func(path string) ([]byte, error)
	// Identity and PassphraseFile are paths that flags gave, or "".
	Identity, PassphraseFile string
}

// Custody is one kind of custody in its world.
type Custody struct {
	World
	Kind
	// Name of the kind, as spec.custody.kind has it.
	Name string
}

// New finds the state's custody. Nothing is read or run yet.
func New(w World) (*Custody, error) {
	w.State = w.State.WithDefaults()
	name := w.State.Spec.Custody.Kind
	kind, known := Kinds[name]
	if !known {
		return nil, problem.CustodyUnknown.With(name).In(w.StatePath).On("spec.custody.kind")
	}
	return &Custody{w, kind, name}, nil
}

// Seal gives the bytes of a new key file.
func (c *Custody) Seal(key pki.Key, of render.NamedKey) ([]byte, error) {
	if c.Kind.Seal == nil {
		return nil, problem.CustodyNoSeal.With(c.Name, of.Name).In(c.StatePath).On("spec.custody.kind")
	}
	text, err := c.Kind.Seal(c, key, of)
	return text, inFile(err, of)
}

// Open gives the key that a key file holds, and proves that it is its
// certificate's.
func (c *Custody) Open(file []byte, of render.NamedKey) (pki.Key, error) {
	if c.Kind.Open == nil {
		return pki.Key{}, problem.CustodyNoOpen.With(c.Name).In(c.StatePath).On("spec.custody.kind")
	}
	plain, err := c.Kind.Open(c, file, of)
	defer clear(plain)
	if err != nil {
		return pki.Key{}, inFile(err, of)
	}
	key, err := pki.ParseKey(plain)
	if err != nil {
		return pki.Key{}, inFile(err, of)
	}
	if !key.Matches(of.Certificate) {
		key.Wipe()
		return pki.Key{}, problem.RenderForeignKey.With(of.Path, of.Certificate.Fingerprint()[:16]).On(of.Where + ".key")
	}
	return key, nil
}

// inFile names the key file that problems are about.
func inFile(err error, of render.NamedKey) error {
	return problem.Of(err).In(of.Path).Err()
}
