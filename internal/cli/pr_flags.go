package cli

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// ignoredFlags refuses flags that shape a move, from the command line or the
// environment, where the move is taken over from a branch that does not have
// what they say. The flags of --next are for what may be due, not for what is open.
func (c *prCall) ignoredFlags(k ask, h *head) error {
	if c.f.next || !c.keeps(k, h) {
		return nil
	}
	ignored, err := c.f.ignoredBy(h)
	if err != nil {
		return err
	}
	if !c.f.keepEvidence && slices.ContainsFunc(h.carries, c.isEvidence) {
		ignored = append(ignored, "--keep-evidence=false")
	}
	if c.f.custody.keyOut != "" && !c.hasKeys(h.details.Commit) {
		ignored = append(ignored, "--key-out")
	}
	if len(ignored) > 0 {
		return problem.PRIgnored.With(h.branch, strings.Join(ignored, ", "))
	}
	return nil
}

// ignoredBy lists the flags that are set and that a head's move does not follow.
func (f *prFlags) ignoredBy(h *head) (ignored []string, err error) {
	entry, _ := lastEntry(h.next)
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
	differs("--why", f.options.Why != "", strings.Contains(entry.Why, f.options.Why))
	differs("--name", f.name != "", f.name == label)
	differs("--issuer-key", f.issuerKey != "", f.issuerKey == issuer.key)
	differs("--keys-dir", f.keysDir != "", f.keysIn(h))
	r := h.next.Status.Rotation
	chosen := r == nil || r.Kind != state.KindAnchor || f.strategy != "" || r.Strategy == state.StrategyCrossSign
	differs("--outgoing-key", f.outgoingKey != "", chosen)
	differs("--signer", f.signer != "", chosen)
	for _, given := range []struct {
		flag, file string
		of         material
	}{{"--anchor", f.anchor, anchor}, {"--signed", f.signed, issuer}} {
		if given.file == "" {
			continue
		}
		chain, err := keyfile.ReadChain(given.file)
		if err != nil {
			return nil, err
		}
		differs(given.flag, true, sameCertificate(given.of.certificate, chain[0]))
	}
	if f.anchorKey != "" {
		key, err := keyfile.ReadKey(f.anchorKey)
		if err != nil {
			return nil, err
		}
		defer key.Wipe()
		differs("--anchor-key", true, anchor.certificate.Certificate != nil && key.Matches(anchor.certificate))
	}
	// A key elsewhere is not asked: what it signed shows in what is given beside it.
	differs("--anchor-signer", f.anchorSigner != "", f.anchor != "" && !slices.Contains(ignored, "--anchor"))
	return ignored, nil
}

// unrecorded refuses what a person vouches for or accepts where the move that is
// taken over has no record of it. An observation may be newer than the move's.
func (c *prCall) unrecorded(k ask, h *head) error {
	if c.f.next {
		return nil
	}
	entry, _ := lastEntry(h.next)
	var ignored []string
	for _, code := range c.f.evidence.assumed {
		if !slices.ContainsFunc(entry.Assumed, func(a state.Assumed) bool { return a.Code == code }) {
			ignored = append(ignored, "--assume "+code)
		}
	}
	if c.f.options.AcceptDowntime && !entry.DowntimeAccepted && c.breaks(k) {
		ignored = append(ignored, "--accept-downtime")
	}
	if len(ignored) > 0 {
		return problem.PRIgnored.With(h.branch, strings.Join(ignored, ", "))
	}
	return nil
}

// breaks reports whether the move, made now, would be one with accepted downtime.
// One that breaks nothing has no record of --accept-downtime.
func (c *prCall) breaks(k ask) bool {
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
func (f *prFlags) keysIn(h *head) bool {
	was := keyPaths(h.before)
	for _, key := range keyPaths(h.next) {
		if !slices.Contains(was, key) && path.Dir(key) != path.Clean(filepath.ToSlash(f.keysDir)) && key != f.issuerKey {
			return false
		}
	}
	return true
}

// keyPaths are the paths of all keys that a state names.
func keyPaths(s *state.Rotation) []string {
	var keys []string
	for _, a := range s.Status.Anchors {
		keys = append(keys, a.Key)
	}
	for _, i := range s.Status.Issuers {
		keys = append(keys, i.Key)
	}
	for _, w := range s.Status.Webhooks {
		keys = append(keys, w.Key)
		if w.Incoming != nil {
			keys = append(keys, w.Incoming.Key)
		}
	}
	return slices.DeleteFunc(keys, func(k string) bool { return k == "" })
}

// keyNames are those of keyPaths that are relative to the state file.
func keyNames(s *state.Rotation) []string {
	return slices.DeleteFunc(keyPaths(s), func(k string) bool { return filepath.IsAbs(filepath.FromSlash(k)) })
}
