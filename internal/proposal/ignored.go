package proposal

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// ignoredBy lists the flags that shape a move, from the command line or the
// environment, and that a head's move does not follow. The flags of --next are for
// what may be due, not for what is open.
func (c *call) ignoredBy(h *plan.Head) (ignored []string, err error) {
	q := c.q.Material
	entry, _ := h.Next.LastEntry()
	anchor, issuer := incoming(h)
	differs := func(flag string, set, follows bool) {
		if set && !follows {
			ignored = append(ignored, flag)
		}
	}
	label := anchor.name
	if label == "" {
		label = issuer.name
	}
	differs("--why", c.q.Wish.Options.Why != "", strings.Contains(entry.Why, c.q.Wish.Options.Why))
	differs("--name", q.Name != "", q.Name == label)
	differs("--issuer-key", q.IssuerKey != "", q.IssuerKey == issuer.key)
	differs("--keys-dir", q.KeysDir != "", keysIn(q, h))
	r := h.Next.Status.Rotation
	chosen := r == nil || r.Kind != state.KindAnchor || c.q.Wish.Strategy != "" || r.Strategy == state.StrategyCrossSign
	differs("--outgoing-key", q.OutgoingKey != "", chosen)
	differs("--signer", q.Signer != "", chosen)
	for _, given := range []struct {
		flag, file string
		of         material
	}{{"--anchor", q.Anchor, anchor}, {"--signed", q.Signed, issuer}} {
		if given.file == "" {
			continue
		}
		chain, err := keyfile.ReadChain(given.file)
		if err != nil {
			return nil, err
		}
		differs(given.flag, true, sameCertificate(given.of.certificate, chain[0]))
	}
	if q.AnchorKey != "" {
		key, err := keyfile.ReadKey(q.AnchorKey)
		if err != nil {
			return nil, err
		}
		defer key.Wipe()
		differs("--anchor-key", true, anchor.certificate.Certificate != nil && key.Matches(anchor.certificate))
	}
	// A key elsewhere is not asked: what it signed shows in what is given beside it.
	differs("--anchor-signer", q.AnchorSigner != "", q.Anchor != "" && !slices.Contains(ignored, "--anchor"))
	if !c.q.KeepEvidence && slices.ContainsFunc(h.Carries, c.IsEvidence) {
		ignored = append(ignored, "--keep-evidence=false")
	}
	if c.Moves.Custody.KeyOut != "" && !c.hasKeys(h.Commit) {
		ignored = append(ignored, "--key-out")
	}
	return ignored, nil
}

// material is a certificate of a state with its name and its key's path.
type material struct {
	name, key   string
	certificate pki.Certificate
}

// materialOf lists the anchors, or the issuers, of a state.
func materialOf(s *state.Rotation) (anchors, issuers []material) {
	of := func(name, key, text string) material {
		chain, err := pki.ParseChain([]byte(text))
		if err != nil { // a state that was parsed has none of these
			return material{name: name, key: key}
		}
		return material{name, key, chain[0]}
	}
	for _, a := range s.Status.Anchors {
		anchors = append(anchors, of(a.Name, a.Key, a.Certificate))
	}
	for _, i := range s.Status.Issuers {
		issuers = append(issuers, of(i.Name, i.Key, i.Certificate))
	}
	return anchors, issuers
}

// incoming are the anchor and the issuer that a head brings, empty if it brings none.
func incoming(h *plan.Head) (anchor, issuer material) {
	anchors, issuers := materialOf(h.Next)
	oldAnchors, oldIssuers := materialOf(h.Before)
	first := func(is, was []material) material {
		for _, m := range is {
			if !slices.ContainsFunc(was, func(w material) bool { return sameCertificate(w.certificate, m.certificate) }) {
				return m
			}
		}
		return material{}
	}
	return first(anchors, oldAnchors), first(issuers, oldIssuers)
}

func sameCertificate(a, b pki.Certificate) bool {
	return a.Certificate != nil && b.Certificate != nil && a.Fingerprint() == b.Fingerprint()
}

// keysIn reports whether the keys that a head brings are kept where --keys-dir says.
func keysIn(q moves.Material, h *plan.Head) bool {
	was := base.KeyPaths(h.Before)
	for _, key := range base.KeyPaths(h.Next) {
		if !slices.Contains(was, key) && path.Dir(key) != path.Clean(filepath.ToSlash(q.KeysDir)) && key != q.IssuerKey {
			return false
		}
	}
	return true
}
