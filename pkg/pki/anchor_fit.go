package pki

import (
	"slices"
	"time"
)

// unusable reports whether no anchor of the bundle is one that Go leads a path to.
// Proxies take the name and the key of an anchor and ignore its dates, its CA bit and
// its key usage (rustls-webpki makes a TrustAnchor of it). Go skips an anchor that it
// refuses as long as another one verifies the chain, so beside a good one such an
// anchor breaks nothing by itself; a chain that needs it is a finding of the issuer.
func (v view) unusable() bool {
	return !slices.ContainsFunc(v.anchors, func(a Certificate) bool { return goLeadsTo(a, v.at) })
}

// goLeadsTo reports whether Go builds paths to the anchor; the zero instant leaves
// dates out.
func goLeadsTo(a Certificate, at time.Time) bool {
	return a.IsCA && !lacksCertSign(a) && !isCriticalUnknown(a) && (at.IsZero() || !isOutside(a, at))
}

func isOutside(c Certificate, at time.Time) bool {
	return at.After(c.NotAfter) || at.Before(c.NotBefore)
}

// outdated finds a chain that verifies but for the dates of the anchors that it needs:
// identity verifies its issuer at every request, and then signs nothing.
func outdated(v view) ([]any, bool) {
	ended := func(c Certificate) bool { return isOutside(c, v.at) }
	if v.at.IsZero() || v.unusable() || slices.ContainsFunc(v.chain, ended) {
		return nil, false // findings of their own
	}
	b := Bundle{v.anchors}
	if CheckStructure(b, v.chain) != nil {
		return nil, false
	}
	err := VerifyIssuer(b, v.chain, GoRules, v.at)
	if err == nil {
		return nil, false
	}
	return []any{err.Error()}, true
}

// UnfitFor says why no issuer of the mesh works under the anchor, "" if one can: proxies
// hold its name constraints against every leaf, and Go refuses an anchor that may not
// sign. Dates are left out.
func UnfitFor(a Certificate, id Identity) string {
	switch words := a.ExcludesLeaves(id, WebpkiRules); {
	case words != "":
		return "its name constraints exclude " + words
	case !a.IsCA:
		return "it is not a certificate authority"
	case lacksCertSign(a):
		return "its key usage has no certSign"
	case !goLeadsTo(a, time.Time{}):
		return "it has a critical extension that Go does not know"
	}
	return ""
}
