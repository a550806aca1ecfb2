package moves

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/kms"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Material is what a start is asked to take or make: names, and paths of files.
type Material struct {
	// Strategy of an anchor rotation; "" for the one that the outgoing anchor allows.
	Strategy string
	// Name is the label of the incoming anchor or issuer.
	Name string
	// Anchor is the incoming one, AnchorKey its key.
	Anchor, AnchorKey string
	// Signed is the incoming issuer, IssuerKey the path of its key, Request the
	// certificate request that it answers.
	Signed, IssuerKey, Request string
	// OutgoingKey is the key of the anchor in force.
	OutgoingKey string
	// Signer and AnchorSigner are URIs of the two keys, where they live elsewhere.
	Signer, AnchorSigner string
	// KeysDir is the directory of minted keys, relative to the state file.
	KeysDir string
}

// Files lists the files that the flags name, each with the name of its flag.
func (m Material) Files() [][2]string {
	named := [][2]string{{"--anchor", m.Anchor}, {"--anchor-key", m.AnchorKey}, {"--signed", m.Signed}, {"--csr", m.Request},
		{"--outgoing-key", m.OutgoingKey}}
	for _, path := range kms.Files(m.Signer) {
		named = append(named, [2]string{"--signer", path})
	}
	for _, path := range kms.Files(m.AnchorSigner) {
		named = append(named, [2]string{"--anchor-signer", path})
	}
	return named
}

// Options reads what is brought for a start of a kind. Paths of minted keys are
// relative to the state file.
func (w World) Options(statePath, kind string, s *state.Rotation, m Material) (rotation.StartOptions, error) {
	c, err := w.Custody.Of(statePath, s)
	if err != nil {
		return rotation.StartOptions{}, err
	}
	o := rotation.StartOptions{
		Kind: kind, Strategy: m.Strategy, Name: m.Name,
		IssuerKeyPath: m.IssuerKey,
		KeyPath:       func(name string) string { return path.Join(m.Directory(c, s), name+c.Suffix) },
	}
	var problems problem.List
	if m.Anchor != "" {
		var err error
		o.Anchor, err = keyfile.ReadAnchor(m.Anchor)
		problems.Add(err)
	}
	if m.AnchorKey != "" {
		key, err := keyfile.ReadKey(m.AnchorKey)
		problems.Add(err)
		o.AnchorKey = key
	}
	if m.Signed != "" {
		problems.Add(m.bringIssuer(c, &o))
	} else if m.Request != "" {
		problems.Add(problem.CLIRequestAnswer.With())
	}
	if m.Signer == "" {
		problems.Add(w.outgoing(m, c, &o))
	}
	problems.Add(w.openSigners(m, &o))
	problems.Add(m.nameAnchor(c, &o))
	return o, problems.Err()
}

// Directory is where minted keys go, as the state names it: outside of the
// state's directory, where the issuer in force has its key outside (custody file).
// Names in a store have no directory of their own: they have a prefix.
func (m Material) Directory(c *custody.Custody, s *state.Rotation) string {
	switch key := s.Issuing().Key; {
	case m.KeysDir != "":
		return filepath.ToSlash(m.KeysDir)
	case path.IsAbs(key), strings.HasPrefix(key, "../"):
		return path.Dir(key)
	case c.Refers():
		return ""
	}
	return "keys"
}

// bringIssuer reads a brought issuer and proves that it is the answer to the
// request, and that its key is the one named, as far as they are at hand.
func (m Material) bringIssuer(c *custody.Custody, o *rotation.StartOptions) error {
	chain, err := keyfile.ReadChain(m.Signed)
	if err != nil {
		return err
	}
	o.Issuer = chain
	if m.Request != "" {
		request, err := files.Read(m.Request, statefile.MaxSize)
		if err != nil {
			return err
		}
		if err := pki.AcceptSigned(request, chain); err != nil {
			return problem.Of(err).In(m.Signed).Err()
		}
		return nil
	}
	if m.IssuerKey == "" || c.Refers() {
		return nil
	}
	file, err := keyfile.Read(c, m.IssuerKey)
	if err != nil {
		return err
	}
	defer clear(file)
	belongs, err := c.Belongs(file, m.IssuerKey, chain[0])
	if err == nil && !belongs {
		err = problem.RenderForeignKey.With(m.IssuerKey, chain[0].Fingerprint()[:16]).In(m.Signed)
	}
	return err
}

// outgoing reads the key of the anchor in force: the one that a flag names, in
// clear, or the one that the state names, where it is there and can be opened.
func (w World) outgoing(m Material, c *custody.Custody, o *rotation.StartOptions) (err error) {
	if m.OutgoingKey != "" {
		o.OutgoingKey, err = keyfile.ReadKey(m.OutgoingKey)
		return err
	}
	if c.CanOpen() != nil || !m.signs(o) {
		return nil
	}
	all, err := render.NamedKeys(c.State)
	if err != nil {
		return statefile.Named(err, c.StatePath, c.StatePath)
	}
	for i, anchor := range c.State.Status.Anchors {
		if anchor.Role != state.RoleCurrent || anchor.Key == "" {
			continue
		}
		for _, k := range all {
			if k.Where == fmt.Sprintf("status.anchors[%d]", i) {
				o.OutgoingKey, err = keyfile.Open(c, k)
			}
		}
	}
	if code := problem.Of(err); len(code) == 1 && code[0].Code == problem.CustodyNoIdentity.Code && o.Kind == state.KindAnchor &&
		m.Strategy == "" {
		sink.Note(w.Files.Notes, "no identity is at hand to open the outgoing anchor's key, so it signs nothing: strategy bundle")
		return nil
	}
	return err
}

// signs reports whether this start may sign with the outgoing anchor's key: only
// then is it opened. An anchor rotation takes cross-sign where the key is had.
func (m Material) signs(o *rotation.StartOptions) bool {
	switch o.Kind {
	case state.KindIssuer:
		return o.Issuer == nil
	case state.KindRenew:
		return o.Anchor.Certificate == nil
	case state.KindAnchor:
		return m.Strategy == "" || m.Strategy == state.StrategyCrossSign
	}
	return false
}

// openSigners finds the keys that Signer and AnchorSigner name.
func (w World) openSigners(m Material, o *rotation.StartOptions) error {
	var problems problem.List
	for _, s := range []struct {
		uri, file, flag, fileFlag string
		key                       *pki.Key
	}{
		{m.Signer, m.OutgoingKey, "signer", "outgoing-key", &o.OutgoingKey},
		{m.AnchorSigner, m.AnchorKey, "anchor-signer", "anchor-key", &o.AnchorKey},
	} {
		switch {
		case s.uri == "":
		case s.file != "":
			problems = append(problems, problem.KMSTwoKeys.With(s.flag, s.fileFlag))
		default:
			signer, err := kms.Open(w.Remote, s.uri)
			problems.Add(err)
			if err == nil {
				*s.key = pki.RemoteKey(signer)
			}
		}
	}
	return problems.Err()
}

// nameAnchor gives a brought anchor the place where cert-manager has its key.
func (m Material) nameAnchor(c *custody.Custody, o *rotation.StartOptions) error {
	switch {
	case c.Name != state.CustodyCertManager:
		return nil
	case m.Strategy == state.StrategyCrossSign || len(o.Issuer) > 1:
		return problem.CustodyCrossSign.With().In(c.StatePath).On("spec.custody.kind")
	case o.Anchor.Certificate == nil:
		return nil
	case m.Name == "":
		return problem.CustodyUnnamed.With()
	}
	o.AnchorKeyPath = custody.AnchorSecret(m.Name)
	return nil
}
