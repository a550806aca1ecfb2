package pki

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// VerifyMesh is [VerifyIssuer] by WebpkiRules for the leaves that identity issues in
// the meshes: the name constraints of the anchor, of every certificate between and of
// the issuer itself have to allow their names, which an issuer alone does not carry.
func VerifyMesh(b Bundle, c Chain, meshes []Identity, at time.Time) error {
	return new(Signatures).VerifyMesh(b, c, meshes, at)
}

// CheckMesh is VerifyMesh with dates left out.
func CheckMesh(b Bundle, c Chain, meshes []Identity) error {
	return VerifyMesh(b.undated(), undated(c), meshes, anyInstant)
}

// ExcludesLeaves says which leaves of a mesh the certificate's name constraints
// exclude, "" if none. GoRules know no constraint on directory names here: Go refuses
// critical ones as unknown, wherever they are, and ignores others.
func (c Certificate) ExcludesLeaves(id Identity, r Rules) string {
	limits, ok := c.constraints()
	if !id.known() || ok && !limits.any() {
		return ""
	}
	return limits.excluding(id, ok, r, func() bool { return true })
}

// excluding is ExcludesLeaves of constraints that were read; spend is that of admit.
func (n nameConstraints) excluding(id Identity, wellFormed bool, r Rules, spend func() bool) string {
	if !wellFormed {
		return "every leaf: they are malformed"
	}
	for _, leaf := range id.leafNames() {
		name := generalName{tagDNS, []byte(leaf)}
		if !n.admit(name, spend) {
			return fmt.Sprintf("%q%s", leaf, n.reason(name))
		}
	}
	if r == WebpkiRules && !n.admit(generalName{tag: tagDirectory}, spend) {
		return fmt.Sprintf("the subject of every leaf, such as %q: proxies refuse all constraints on directory names", id.leafNames()[1])
	}
	return ""
}

// reason says which subtree a refused name is in, or which ones it is outside of.
func (n nameConstraints) reason(name generalName) string {
	for _, base := range n.excluded {
		if fits, _ := matches(name, base, true); base.tag == name.tag && fits {
			return fmt.Sprintf(" (all leaves below %q)", base.value)
		}
	}
	var permitted []string
	for _, base := range n.permitted {
		if base.tag == name.tag {
			permitted = append(permitted, fmt.Sprintf("%q", base.value))
		}
	}
	return fmt.Sprintf(" (all leaves outside %s)", strings.Join(permitted, ", "))
}

// excludesSome finds constraints that allow the usual leaves and refuse those of some
// namespaces or service accounts.
func excludesSome(v view) ([]any, bool) {
	limits, ok := v.constraints()
	if !v.id.known() || !ok || v.ExcludesLeaves(v.id, WebpkiRules) != "" {
		return nil, false
	}
	mesh := "serviceaccount." + v.id.IssuerName()
	for _, base := range limits.excluded {
		if inside, _ := dnsMatches(strings.TrimPrefix(string(base.value), "."), mesh, true); base.tag == tagDNS && inside {
			return []any{fmt.Sprintf("leaves below %q, and allow others", base.value)}, true
		}
	}
	// A namespace that nobody has stands for those that no permitted subtree names.
	other := generalName{tagDNS, []byte("other.other-namespace." + mesh)}
	if limits.admit(other, func() bool { return true }) {
		return nil, false
	}
	return []any{"leaves of namespaces or service accounts that they do not list" + limits.reason(other)}, true
}

// constrained asks the certificate's name constraints about the identities of this
// mesh, as the proxies do.
func constrained(v view) ([]any, bool) {
	words := v.ExcludesLeaves(v.id, WebpkiRules)
	return []any{words}, words != ""
}

// allConstrained reports whether no anchor of the bundle allows the leaves: with one
// that does, others may be those of meshes that this one is linked with.
func (v view) allConstrained() bool {
	return !slices.ContainsFunc(v.anchors, func(a Certificate) bool { return a.ExcludesLeaves(v.id, WebpkiRules) == "" })
}

// accepted reports whether proxies and identity accept the chain as a whole, dates
// left out: then a certificate that they would refuse is one that they do without.
func (v view) accepted() bool {
	b := Bundle{v.anchors}
	return CheckStructure(b, v.chain) == nil && CheckMesh(b, v.chain, []Identity{v.id}) == nil
}
