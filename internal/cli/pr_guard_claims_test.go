package cli

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// forgedLabel writes the label of a key file without having the key.
type forgedLabel struct{ spki, recipients string }

func (f forgedLabel) Wrap([]byte) ([]*age.Stanza, error) {
	return []*age.Stanza{{Type: "l5d-pki-render", Args: []string{f.spki}, Body: []byte(f.recipients)}}, nil
}

// TestGuardClaims: a label is a claim. One that names fewer recipients than the
// file has is seen by anybody, one with another key inside by who can open it.
func TestGuardClaims(t *testing.T) {
	t.Parallel()
	l, identity := ageLand(t)
	s := l.stateOf("main")
	known := s.Spec.Custody.Recipients[0]
	ours, err := age.ParseX25519Recipient(known)
	if err != nil {
		t.Fatal(err)
	}
	issuer, err := pki.ParseChain([]byte(s.Status.Issuers[0].Certificate))
	if err != nil {
		t.Fatal(err)
	}
	forge := func(dir string, to ...age.Recipient) {
		var out bytes.Buffer
		armored := armor.NewWriter(&out)
		w, err := age.Encrypt(armored, append(to, forgedLabel{custody.SPKI(issuer[0]), known})...)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte(testKey(t)))
		_, _ = w.Close(), armored.Close()
		l.committed(dir, func() { put(t, dir, l.keyFile(dir), out.String()) })
	}
	hidden := l.job("origin/main", func(dir string) { forge(dir, ours, stranger(t).Recipient()) })
	if code, codes, out := l.guardedAt(hidden, "--accept", "guard-keys"); code != ExitFailed || !slices.Equal(codes, []string{"guard-key-file"}) || !strings.Contains(out, "was changed after it was sealed") {
		t.Errorf("a recipient that the label hides: %d %q\n%s", code, codes, out)
	}
	other := l.job("origin/main", func(dir string) { forge(dir, ours) })
	if code, _, out := l.guardedAt(other, "--accept", "guard-keys"); code != ExitDone || !strings.Contains(out, "only who can open it can prove it") {
		t.Errorf("nobody can see it: %d\n%s", code, out)
	}
	if code, codes, out := l.guardedAt(other, "--accept", "guard-keys", "--identity", identity); code != ExitFailed || !slices.Equal(codes, []string{"guard-key-file"}) {
		t.Errorf("another key inside: %d %q\n%s", code, codes, out)
	}
	right := l.job("origin/main", func(dir string) { l.rewrapped(dir, identity) })
	if code, codes, out := l.guardedAt(right, "--accept", "guard-keys", "--identity", identity); code != ExitDone || strings.Contains(out, "can prove it") {
		t.Errorf("a rewrap: %d %q\n%s", code, codes, out)
	}
	if code, codes, out := l.guardedAt(right, "--accept", "guard-keys", "--identity", filepath.Join(t.TempDir(), "none")); code != ExitFailed {
		t.Errorf("an identity that is not there: %q\n%s", codes, out)
	}
}
