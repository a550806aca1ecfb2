package guard

import "testing"

// TestOverlap: whether a line of .gitattributes may match a file that comes later.
func TestOverlap(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"pki/keys/2027*", "pki/keys/*.age", true}, {"pki/keys/2027", "pki/keys/*.age", false}, {"pki/keys/2027.age", "pki/keys/*.age", true},
		{"pki/**", "pki/keys/*.age", true}, {"**/keys/*", "pki/keys/*.age", true}, {"**", "pki/keys/*.age", true}, {"*", "*.age", true}, {"*.md", "*.age", false},
		{"*.yaml", "*.age", false}, {"2027?.age", "*.age", true}, {"docs/**", "pki/keys/*.age", false}, {"pki/*", "pki/keys/*.age", false}, {"pki/*/x*", "pki/keys/*.age", true},
		{"PKI/Keys/*.AGE", "pki/keys/*.age", true}, {"pki/evidence/prod-prod-2026*", "pki/evidence/prod-*.yaml", true}, {"pki/evidence/east-*", "pki/evidence/prod-*.yaml", false},
		{"pki/evidence/[p]rod*", "pki/evidence/prod-*.yaml", true}, {"pki/evidence/prod", "pki/evidence/prod-*.yaml", false}, {"a*b*c", "*abc*", true}, {"", "*", true}, {"x", "", false},
		{"pki/keys/.age", "pki/keys/*.age", true}, {"pki/k**", "pki/keys/*.age", true}, {"*a", "*b", false}, {"a*", "b*", false}, {"*ab*", "*ba*", true},
	} {
		if overlap(c.a, c.b) != c.want || overlap(c.b, c.a) != c.want {
			t.Errorf("%q and %q: %v, %v", c.a, c.b, overlap(c.a, c.b), overlap(c.b, c.a))
		}
	}
}
