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

	"github.com/l5d-pki/l5d-pki-render/internal/custody/exchange"
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
	// SSH reads SSH keys that are recipients or identities of age.
	SSH exchange.Library
	// KeyOut is the folder that a flag gave for keys that are taken out, or "".
	KeyOut string
	// PassphraseWork is the cost of a passphrase, as a power of two; 0 is the
	// default. Tests set it.
	PassphraseWork int
}

// Custody is one kind of custody in its world.
type Custody struct {
	World
	Kind
	// Name of the kind, as spec.custody.kind has it.
	Name string
}

// Of finds the custody of a state that lies at a path.
func (w World) Of(statePath string, s *state.Rotation) (*Custody, error) {
	w.State, w.StatePath = s, statePath
	return New(w)
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

// Check finds what is wrong with what the state says of its custody, before a key
// is to be sealed: somebody may only notice when the next key is made.
func (c *Custody) Check() error {
	if c.Kind.Check == nil {
		return nil
	}
	return c.Kind.Check(c)
}

// Refers tells whether the state's keys are references: no file here holds them.
func (c *Custody) Refers() bool { return c.Kind.Seal == nil }

// CanOpen says why keys of this custody cannot be had; nil: they can.
func (c *Custody) CanOpen() error {
	if c.Kind.Open == nil {
		return problem.CustodyNoOpen.With(c.Name).In(c.StatePath).On("spec.custody.kind")
	}
	return nil
}

// OpenPEM gives the text of the key in the file that the state names by path.
// Whose key it is, is for the caller to prove.
func (c *Custody) OpenPEM(file []byte, path string) ([]byte, error) {
	if err := c.CanOpen(); err != nil {
		return nil, err
	}
	pem, err := c.Kind.Open(c, file, path)
	if err != nil {
		return nil, problem.Of(err).In(path).Err()
	}
	return pem, nil
}

// Open gives the key that a key file holds, and proves that it is its
// certificate's.
func (c *Custody) Open(file []byte, of render.NamedKey) (pki.Key, error) {
	pem, err := c.OpenPEM(file, of.Path)
	if err != nil {
		return pki.Key{}, err
	}
	defer clear(pem)
	key, err := pki.ParseKey(pem)
	if err != nil {
		return pki.Key{}, inFile(err, of)
	}
	if of.Certificate.Certificate != nil && !key.Matches(of.Certificate) {
		key.Wipe()
		return pki.Key{}, problem.RenderForeignKey.With(of.Path, of.Certificate.Fingerprint()[:16]).On(of.Where + ".key")
	}
	return key, nil
}

// Holds tells whether a key file holds this key; one that says nothing of itself
// and cannot be opened does not.
func (c *Custody) Holds(file []byte, path string, key pki.Key) bool {
	if c.Kind.Facts != nil {
		facts, err := c.Kind.Facts(file)
		if err != nil || facts.SPKI != "" {
			return err == nil && facts.SPKI == spkiOf(key)
		}
	}
	held, err := c.Open(file, render.NamedKey{Path: path})
	defer held.Wipe()
	return err == nil && spkiOf(held) == spkiOf(key)
}

// Belongs tells whether a key file holds the key of a certificate: by what it
// says in clear, or, where it says nothing, by opening it.
func (c *Custody) Belongs(file []byte, path string, certificate pki.Certificate) (bool, error) {
	if c.Kind.Facts != nil {
		facts, err := c.Kind.Facts(file)
		if err != nil {
			return false, problem.Of(err).In(path).Err()
		}
		if facts.SPKI != "" {
			return facts.SPKI == SPKI(certificate), nil
		}
	}
	key, err := c.Open(file, render.NamedKey{Path: path})
	defer key.Wipe()
	return key.Matches(certificate), err
}

// inFile names the key file that problems are about.
func inFile(err error, of render.NamedKey) error {
	return problem.Of(err).In(of.Path).Err()
}
