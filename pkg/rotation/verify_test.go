package rotation

import (
	"testing"
	"time"
)

// TestVerifierAtAnotherInstant: answers are shared between instants at which all
// certificates are within their dates, and no others are.
func TestVerifierAtAnotherInstant(t *testing.T) {
	s := newMesh(t, "prod", now).state
	v := NewVerifier(now)
	d, err := openDossier(s, v)
	if err != nil {
		t.Fatal(err)
	}
	m, err := d.current()
	if err != nil {
		t.Fatal(err)
	}
	last := m.Issuer[0].NotAfter
	for _, c := range []struct {
		at   time.Time
		fits bool
	}{{now, true}, {last, true}, {last.Add(time.Minute), false}, {now.Add(time.Hour), true}, {m.Issuer[0].NotBefore.Add(-time.Minute), false}} {
		for _, by := range []string{ByProxy, ByIdentity} {
			if err := v.forInstant(c.at).Verify(m.Bundle, m.Issuer, by); (err == nil) != c.fits {
				t.Errorf("%s at %s: %v", by, c.at, err)
			}
		}
	}
	if len(v.memo) != 2*4 {
		t.Errorf("%d answers are remembered: those of two instants are the same", len(v.memo))
	}
}
