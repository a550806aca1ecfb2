package keyuse

import "testing"

func TestSameInStore(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"linkerd/2026", "linkerd/2026", true},
		{"linkerd/2026", "secret/data/linkerd/2026", true},
		{"secret/linkerd/2026", "secret/data/linkerd/2026", true},
		{"linkerd/2026", "/linkerd//x/../2026/", true},
		{"2026-anchor", "secret/2026-anchor", true},
		{"2026-anchor", "2026-ANCHOR", true},
		{"linkerd/2026", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:linkerd/2026-AbC12x", true},
		{"linkerd/2026", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:linkerd/2026", true},
		{"2026", "projects/mesh/secrets/2026/versions/3", true},
		{"linkerd/2026", "/linkerd/2026:3", true},
		{"linkerd/2026:1", "linkerd/2026:2", true},
		{"east/issuer", "west/issuer", false},
		{"linkerd/2026", "linkerd/2026-1", false},
		{"linkerd/2026-1", "linkerd/2026b-1", false},
		{"issuer", "linkerd-issuer", false},
		{"linkerd/2026", "linkerd/2026/issuer", false},
		{"linkerd/2026-abcdef", "linkerd/2026", false},
		{"linkerd#anchor", "linkerd#issuer", false},
		{"linkerd:a/2026", "linkerd:b/2027", false},
	} {
		for range 2 {
			if got := SameInStore(c.a, c.b); got != c.want {
				t.Errorf("%s and %s: %v, want %v", c.a, c.b, got, c.want)
			}
			c.a, c.b = c.b, c.a
		}
	}
}
