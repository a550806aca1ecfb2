package pki

import (
	"bytes"
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
	return n.outside(name.tag)
}

// outside names the permitted subtrees of a kind.
func (n nameConstraints) outside(tag int) string {
	var permitted []string
	for _, base := range n.permitted {
		if base.tag == tag {
			permitted = append(permitted, fmt.Sprintf("%q", base.value))
		}
	}
	return fmt.Sprintf(" (all leaves outside %s)", strings.Join(permitted, ", "))
}

// ExcludesSome says which leaves of a mesh constraints exclude that allow the usual
// ones, "" if none: those of some namespaces or service accounts.
func (c Certificate) ExcludesSome(id Identity) string {
	limits, ok := c.constraints()
	if !id.known() || !ok || c.ExcludesLeaves(id, WebpkiRules) != "" {
		return ""
	}
	mesh := "serviceaccount." + id.IssuerName()
	within := func(name, base string) bool {
		inside, _ := dnsMatches(strings.TrimPrefix(name, "."), strings.TrimPrefix(base, "."), true)
		return inside
	}
	bounded, permitted := false, false
	for _, base := range limits.permitted {
		bounded = bounded || base.tag == tagDNS
		permitted = permitted || base.tag == tagDNS && within(mesh, string(base.value))
	}
	for _, base := range limits.excluded {
		if base.tag == tagDNS && within(string(base.value), mesh) {
			return fmt.Sprintf("leaves below %q, and allow others", base.value)
		}
	}
	if !bounded || permitted {
		return ""
	}
	return "leaves of namespaces or service accounts that they do not list" + limits.outside(tagDNS)
}

// SameConstraints reports whether both have the same name constraints, or none.
func (c Certificate) SameConstraints(o Certificate) bool {
	return bytes.Equal(c.extension(oidNameConstraints), o.extension(oidNameConstraints))
}

func excludesSome(v view) ([]any, bool) {
	words := v.ExcludesSome(v.id)
	return []any{words}, words != ""
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
