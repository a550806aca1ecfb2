package proposal

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// ignoredFlags refuses flags that shape a move, from the command line or the
// environment, where the move is taken over from a branch that does not have
// what they say. The flags of --next are for what may be due, not for what is open.
func (c *call) ignoredFlags(k Ask, h *head) error {
	if c.q.Next || !c.keeps(k, h) {
		return nil
	}
	ignored, err := c.ignoredBy(h)
	if err != nil {
		return err
	}
	if !c.q.KeepEvidence && slices.ContainsFunc(h.carries, c.IsEvidence) {
		ignored = append(ignored, "--keep-evidence=false")
	}
	if c.q.Material.KeyOut != "" && !c.hasKeys(h.details.Commit) {
		ignored = append(ignored, "--key-out")
	}
	if len(ignored) > 0 {
		return problem.PRIgnored.With(h.branch, strings.Join(ignored, ", "))
	}
	return nil
}

// ignoredBy lists the flags that are set and that a head's move does not follow.
func (c *call) ignoredBy(h *head) (ignored []string, err error) {
	q := c.q
	entry, _ := h.next.LastEntry()
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
	differs("--why", q.Options.Why != "", strings.Contains(entry.Why, q.Options.Why))
	differs("--name", q.Material.Name != "", q.Material.Name == label)
	differs("--issuer-key", q.Material.IssuerKey != "", q.Material.IssuerKey == issuer.key)
	differs("--keys-dir", q.Material.KeysDir != "", q.keysIn(h))
	r := h.next.Status.Rotation
	chosen := r == nil || r.Kind != state.KindAnchor || q.Material.Strategy != "" || r.Strategy == state.StrategyCrossSign
	differs("--outgoing-key", q.Material.OutgoingKey != "", chosen)
	differs("--signer", q.Material.Signer != "", chosen)
	for _, given := range []struct {
		flag, file string
		of         material
	}{{"--anchor", q.Material.Anchor, anchor}, {"--signed", q.Material.Signed, issuer}} {
		if given.file == "" {
			continue
		}
		chain, err := c.Keys.ReadChain(given.file)
		if err != nil {
			return nil, err
		}
		differs(given.flag, true, sameCertificate(given.of.certificate, chain[0]))
	}
	if q.Material.AnchorKey != "" {
		key, err := c.Keys.ReadKey(q.Material.AnchorKey)
		if err != nil {
			return nil, err
		}
		defer key.Wipe()
		differs("--anchor-key", true, anchor.certificate.Certificate != nil && key.Matches(anchor.certificate))
	}
	// A key elsewhere is not asked: what it signed shows in what is given beside it.
	differs("--anchor-signer", q.Material.AnchorSigner != "", q.Material.Anchor != "" && !slices.Contains(ignored, "--anchor"))
	return ignored, nil
}

// unrecorded refuses what a person vouches for or accepts where the move that is
// taken over has no record of it. An observation may be newer than the move's.
func (c *call) unrecorded(k Ask, h *head) error {
	if c.q.Next {
		return nil
	}
	entry, _ := h.next.LastEntry()
	var ignored []string
	for _, code := range c.q.Evidence.Assumed {
		if !slices.ContainsFunc(entry.Assumed, func(a state.Assumed) bool { return a.Code == code }) {
			ignored = append(ignored, "--assume "+code)
		}
	}
	if c.q.Options.AcceptDowntime && !entry.DowntimeAccepted && c.breaks(k) {
		ignored = append(ignored, "--accept-downtime")
	}
	if len(ignored) > 0 {
		return problem.PRIgnored.With(h.branch, strings.Join(ignored, ", "))
	}
	return nil
}

// breaks reports whether the move, made now, would be one with accepted downtime.
// One that breaks nothing has no record of --accept-downtime.
func (c *call) breaks(k Ask) bool {
	m, err := c.tried(k)
	return err == nil && m.DowntimeAccepted
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
func incoming(h *head) (anchor, issuer material) {
	anchors, issuers := materialOf(h.next)
	oldAnchors, oldIssuers := materialOf(h.before)
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
func (q Request) keysIn(h *head) bool {
	was := base.KeyPaths(h.before)
	for _, key := range base.KeyPaths(h.next) {
		if !slices.Contains(was, key) && path.Dir(key) != path.Clean(filepath.ToSlash(q.Material.KeysDir)) && key != q.Material.IssuerKey {
			return false
		}
	}
	return true
}
