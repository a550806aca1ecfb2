package pki

import (
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// issuerRules look at the first certificate, which signs leaves.
var issuerRules = []rule{
	{problem.LintIssuerNotCA, Error, when(func(c Certificate) bool { return !c.IsCA })},
	{problem.LintIssuerUnverified, Error, unverified},
	{problem.LintIssuerUnverified, Error, outdated},
	{problem.LintIssuerAlgorithm, Error, issuerAlgorithm},
	{problem.LintIssuerName, Warning, func(v view) ([]any, bool) {
		return []any{v.id.IssuerName()}, v.id.known() && v.Subject.CommonName != v.id.IssuerName()
	}},
	{problem.LintIssuerPathLength, Info, when(func(c Certificate) bool { return c.IsCA && !tooDeep(c, 1) })},
}

// chainRules look at every certificate of the issuer's chain.
var chainRules = []rule{
	{problem.LintIssuerExpired, Error, where(expired, not(view.isSpare))},
	{problem.LintIssuerExpired, Warning, where(expired, view.isSpare)},
	{problem.LintIssuerNotYetValid, Error, where(future, not(view.isSpare))},
	{problem.LintIssuerNotYetValid, Warning, where(future, view.isSpare)},
	{problem.LintIssuerExpiring, Warning, expiring},
	{problem.LintIssuerNoCertSign, Warning, when(lacksCertSign)},
	{problem.LintIssuerUsage, Error, where(lacksUsage, not(view.accepted))},
	{problem.LintIssuerUsage, Warning, where(lacksUsage, view.accepted)},
	{problem.LintNameConstraints, Error, where(constrained, not(view.accepted))},
	{problem.LintNameConstraints, Warning, where(constrained, view.accepted)},
	{problem.LintNameConstraints, Warning, excludesSome},
	{problem.LintCrossPathLength, Error, where(noRoom, not(view.accepted))},
	{problem.LintCrossPathLength, Warning, where(noRoom, view.accepted)},
	{problem.LintGoLeafPathLength, Warning, func(v view) ([]any, bool) { return v.narrowAnchor(func(room int) bool { return room == 0 }) }},
	{problem.LintOutlivesAnchor, Warning, outlivesAnchor},
	{problem.LintCrossExpiresFirst, Warning, func(v view) ([]any, bool) {
		issuer := v.chain[0]
		return []any{utc(v.NotAfter), utc(issuer.NotAfter)}, v.NotAfter.Before(issuer.NotAfter)
	}},
	{problem.LintStray, Warning, func(v view) ([]any, bool) {
		helps := slices.ContainsFunc(v.chain, func(c Certificate) bool { return !c.sameDER(v.Certificate) && v.issued(c) })
		return nil, v.index > 0 && !helps
	}},
	{problem.LintAKIMismatch, Warning, akiMismatch},
	{problem.LintAKISerial, Warning, when(hasAKISerial)},
}

// LintIssuer finds what makes an issuer chain hazardous under a bundle at an
// instant: issuer first, then certificate by certificate. The zero instant
// leaves dates out.
func LintIssuer(b Bundle, c Chain, id Identity, at time.Time) []Finding {
	var findings []Finding
	v := view{anchors: b.certs, chain: c, id: id, at: at}
	for i, certificate := range c {
		v.Certificate, v.index = certificate, i
		if i == 0 {
			findings = judge(issuerRules, v)
		}
		findings = append(findings, judge(chainRules, v)...)
	}
	return findings
}

func issuerAlgorithm(v view) ([]any, bool) {
	return algorithms(v.Certificate), !isP256(v.Certificate)
}

// lacksUsage finds the role of a mesh peer that extended key usages do not allow.
func lacksUsage(v view) ([]any, bool) {
	for _, usage := range peerUsages {
		if !allowsUsage(v.Certificate, usage) {
			return []any{usageNames[usage]}, true
		}
	}
	return nil, false
}

// noRoom finds an anchor whose pathLen the chain exceeds by Go's count.
func noRoom(v view) ([]any, bool) {
	return v.narrowAnchor(func(room int) bool { return room < 0 })
}

// unverified asks both verifiers, dates left out: dates have rules of their own, and
// so have name constraints of the chain and of all anchors.
func unverified(v view) ([]any, bool) {
	if !v.IsCA {
		return nil, false // a finding of its own
	}
	b := Bundle{v.anchors}
	err := CheckStructure(b, v.chain)
	if err == nil {
		err = CheckMesh(b, v.chain, v.meshesToAsk())
	}
	if err == nil {
		return nil, false
	}
	return []any{err.Error()}, true
}

// meshesToAsk is the mesh, unless name constraints that exclude it are a finding of
// their own.
func (v view) meshesToAsk() []Identity {
	own := slices.ContainsFunc(v.chain, func(c Certificate) bool { return c.ExcludesLeaves(v.id, WebpkiRules) != "" })
	if own || v.allConstrained() {
		return nil
	}
	return []Identity{v.id}
}

// isSpare reports whether the chain verifies by both rules without this certificate.
func (v view) isSpare() bool {
	if v.index == 0 {
		return false
	}
	rest := slices.Delete(slices.Clone(v.chain), v.index, v.index+1)
	b := Bundle{v.anchors}
	return VerifyIssuer(b, rest, GoRules, v.at) == nil && VerifyIssuer(b, rest, WebpkiRules, v.at) == nil
}

// narrowAnchor finds an anchor that signed this certificate and whose pathLen
// leaves the asked room beyond the authorities between it and the issuer.
func (v view) narrowAnchor(asked func(room int) bool) ([]any, bool) {
	for _, a := range v.anchors {
		limit, limited := a.PathLen()
		if limited && asked(limit-v.index) && a.issued(v.Certificate) && !a.sameDER(v.Certificate) {
			return []any{a.short(), limit}, true
		}
	}
	return nil, false
}

// outlivesAnchor compares with the longest-lived anchor that signed this
// certificate; without one there is nothing to compare.
func outlivesAnchor(v view) ([]any, bool) {
	var end time.Time
	for _, a := range v.anchors {
		if a.issued(v.Certificate) && a.NotAfter.After(end) {
			end = a.NotAfter
		}
	}
	return []any{utc(v.NotAfter), utc(end)}, !end.IsZero() && v.NotAfter.After(end)
}
