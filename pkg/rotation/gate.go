package rotation

import (
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Rule is one third of the gate.
type Rule string

// The gate: from (D, I) to (D', I') is safe if and only if all three hold.
const (
	// G1: every live bundle verifies I'. Broken, a proxy that did not restart
	// refuses the leaves of the next issuer.
	G1 Rule = "G1"
	// G2: D' verifies every live chain. Broken, a proxy that restarts refuses
	// leaves that are still in use (linkerd2 #4287).
	G2 Rule = "G2"
	// G3: D' verifies I', under proxies' rules and identity's own.
	G3 Rule = "G3"
)

// Reason is one pair that fails, or one thing that is not known.
type Reason struct {
	Rule Rule `json:"rule"`
	// Bundle and Chain are fingerprints: of the anchors, and of the issuer and
	// its further intermediates. Both are empty where something is unknown.
	Bundle   []string `json:"bundle,omitempty"`
	Chain    []string `json:"chain,omitempty"`
	Verifier string   `json:"verifier,omitempty"`
	// Where says who holds the bundle or serves the chain.
	Where []string `json:"where,omitempty"`
	// Text is the pair in words; Cause is what the verifier said.
	Text  string `json:"text"`
	Cause string `json:"cause,omitempty"`
	// Dated: only dates fail; names, keys and limits agree.
	Dated bool `json:"dated,omitempty"`
}

// Verdict is what the gate says of one change.
type Verdict struct {
	Safe bool `json:"safe"`
	// Reasons are the pairs that the change would bring about and that fail.
	Reasons []Reason `json:"reasons,omitempty"`
	// Standing are pairs that fail already and that the change does not bring
	// about, and unknowns that it does not touch. They do not shut the gate.
	Standing []Reason `json:"standing,omitempty"`
}

// Judge applies the gate to a change. It has no direction: an advance, a
// revert, a skip and a hand edit are judged alike.
//
// Two parts of it may be spared without letting anything new happen: with
// I' = I every pair of G1 is there already, and with D ⊆ D' what D verifies of
// an unknown chain D' verifies too. So adding an anchor is always safe, even
// where a linked cluster is unknown.
func Judge(from, to Material, live Live, v *Verifier) Verdict {
	j := judgement{from: from, to: to, v: v}
	sameIssuer := chainID(from.Issuer) == chainID(to.Issuer)
	for _, held := range live.Bundles {
		j.bundle(held, sameIssuer)
	}
	wider := contains(to.Bundle, from.Bundle)
	for _, served := range live.Chains {
		j.chain(served, wider)
	}
	j.target()
	j.verdict.Safe = len(j.verdict.Reasons) == 0
	return j.verdict
}

type judgement struct {
	from, to Material
	v        *Verifier
	verdict  Verdict
}

// bundle is G1 for one live bundle.
func (j *judgement) bundle(h Held, standing bool) {
	if h.Unknown != "" {
		j.note(standing, Reason{Rule: G1, Where: h.Where, Text: h.Unknown})
		return
	}
	for _, by := range verifiers(h.Proxies, h.Identity) {
		j.pair(standing, G1, h.Bundle, j.to.Issuer, by, h.Where)
	}
}

// chain is G2 for one live chain.
func (j *judgement) chain(s Served, wider bool) {
	if s.Unknown != "" {
		j.note(wider, Reason{Rule: G2, Where: s.Where, Text: s.Unknown})
		return
	}
	for _, by := range verifiers(s.Proxies, s.Identity) {
		j.pair(false, G2, j.to.Bundle, s.Chain, by, s.Where)
	}
}

// target is G3.
func (j *judgement) target() {
	for _, by := range []string{ByProxy, ByIdentity} {
		j.pair(false, G3, j.to.Bundle, j.to.Issuer, by, nil)
	}
}

func (j *judgement) pair(standing bool, rule Rule, b pki.Bundle, c pki.Chain, by string, where []string) {
	err := j.v.Verify(b, c, by)
	if err == nil {
		return
	}
	j.note(standing, Reason{
		Rule: rule, Bundle: fingerprints(b.Certificates()), Chain: fingerprints(c), Verifier: by, Where: where,
		Text:  "bundle " + bundleWords(b) + " does not verify chain " + chainWords(c) + " (" + by + ")",
		Cause: problem.Of(err)[0].Text,
		Dated: j.v.onlyDates(b, c, by),
	})
}

func (j *judgement) note(standing bool, r Reason) {
	if standing {
		j.verdict.Standing = append(j.verdict.Standing, r)
		return
	}
	j.verdict.Reasons = append(j.verdict.Reasons, r)
}

func verifiers(proxies, identity bool) []string {
	var by []string
	if proxies {
		by = append(by, ByProxy)
	}
	if identity {
		by = append(by, ByIdentity)
	}
	return by
}

// contains tells whether every anchor of inner is in outer.
func contains(outer, inner pki.Bundle) bool {
	for _, c := range inner.Certificates() {
		if !outer.Contains(c.Fingerprint()) {
			return false
		}
	}
	return true
}

// Problems is a shut gate as a refusal: one problem per failing pair.
func (v Verdict) Problems() problem.List {
	var list problem.List
	for _, r := range v.Reasons {
		list = append(list, r.problem())
	}
	return list
}

func (r Reason) problem() *problem.Problem {
	where := strings.Join(r.Where, ", ")
	switch {
	case r.Verifier == "":
		return problem.RotationUnknown.With(r.Text)
	case r.Rule == G1:
		return problem.RotationG1.With(r.Text, where, r.Cause).Because(&r)
	case r.Rule == G2:
		return problem.RotationG2.With(r.Text, where, r.Cause).Because(&r)
	}
	return problem.RotationG3.With(r.Text, r.Cause).Because(&r)
}

// Error is the pair in words: a reason is the cause of the problem that refuses a move.
func (r *Reason) Error() string { return r.Text }

// bundleWords is a bundle for people: `{"root 2025" 3fa0c1d2, "root 2026" 9b41d8aa}`.
func bundleWords(b pki.Bundle) string {
	return "{" + certWords(b.Certificates()) + "}"
}

func chainWords(c pki.Chain) string { return "[" + certWords(c) + "]" }

func certWords(certs []pki.Certificate) string {
	words := make([]string, len(certs))
	for i, c := range certs {
		words[i] = strconv.Quote(c.Subject.CommonName) + " " + c.Fingerprint()[:8]
	}
	return strings.Join(words, ", ")
}
