package render_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// unpinnedStream is a default install with its Secrets.
func unpinnedStream(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("../../fixtures/unpinned/golden.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// withoutSecrets is a stream without the documents of Secrets, or without those
// that a word names.
func withoutSecrets(stream []byte, word string) []byte {
	var kept []byte
	for _, d := range manifest.Split(stream) {
		if head, _ := d.Head(); head.Kind != "Secret" || !strings.Contains(head.Name, word) {
			kept = append(kept, d.Text...)
		}
	}
	return kept
}

// TestAdoptWithoutSecrets: what Secrets would have said is not made up, and the
// notes do not contradict each other.
func TestAdoptWithoutSecrets(t *testing.T) {
	whole := unpinnedStream(t)
	for what, c := range map[string]struct {
		stream   []byte
		missing  int
		webhooks int
	}{
		"all":            {whole, 0, 3},
		"no Secret":      {withoutSecrets(whole, ""), 4, 0},
		"no issuer":      {withoutSecrets(whole, "issuer"), 1, 3},
		"a webhook less": {withoutSecrets(whole, "policy-validator"), 1, 2},
	} {
		s, found, err := render.Adopt(adopting(c.stream))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if len(found.Missing) != c.missing || len(s.Status.Webhooks) != c.webhooks || found.Unrendered != nil || len(found.Changes) > 0 {
			t.Errorf("%s: missing %q, %d webhooks, %v, changes %v", what, found.Missing, len(s.Status.Webhooks), found.Unrendered, found.Changes)
		}
		if notes := strings.Join(found.Notes, "\n"); strings.Contains(notes, "someone else delivers") {
			t.Errorf("%s: a Secret that is only left out is called someone else's: %s", what, notes)
		}
		for _, stream := range [][]byte{c.stream, whole} {
			v, err := render.Verify(throughFile(t, s), stream)
			if err != nil || !v.Same || len(v.Changes) > 0 {
				t.Errorf("%s: rendering %d bytes changes %v (%v)", what, len(stream), v.Changes, err)
			}
		}
	}
}

// TestVerify: every difference is named, a Secret of another key or certificate too,
// and nothing of the stream is told.
func TestVerify(t *testing.T) {
	whole := unpinnedStream(t)
	s, _, err := render.Adopt(adopting(whole))
	if err != nil {
		t.Fatal(err)
	}
	s = throughFile(t, s)
	line := func(field string) []byte {
		i := bytes.Index(whole, []byte("\n  "+field+": "))
		return whole[i+1 : i+1+bytes.IndexByte(whole[i+1:], '\n')]
	}
	for what, c := range map[string]struct {
		stream []byte
		object string // that changes; "" for none
	}{
		"the same":       {whole, ""},
		"other schedule": {bytes.Replace(whole, []byte("schedule: "), []byte("schedule: \"1 2 * * *\" # "), 1), "CronJob"},
		"other key":      {bytes.ReplaceAll(whole, line("key.pem"), append([]byte("  key.pem: "), line("tls.key")[len("  tls.key: "):]...)), "Secret linkerd/linkerd-identity-issuer"},
		"other cert":     {bytes.ReplaceAll(whole, line("crt.pem"), append([]byte("  crt.pem: "), line("tls.crt")[len("  tls.crt: "):]...)), "Secret linkerd/linkerd-identity-issuer"},
	} {
		if (what != "the same") == bytes.Equal(c.stream, whole) {
			t.Fatalf("%s: the stream is the good one", what)
		}
		v, err := render.Verify(s, c.stream)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if v.Same != (c.object == "") && c.object != "Secret linkerd/linkerd-identity-issuer" {
			t.Errorf("%s: same %t", what, v.Same)
		}
		if named := slices.ContainsFunc(v.Changes, func(l render.Line) bool { return strings.HasPrefix(l.Object, c.object) }); named != (c.object != "") {
			t.Errorf("%s: %v", what, v.Changes)
		}
	}
	v, err := render.Verify(s, withoutSecrets(whole, ""))
	if err != nil || len(v.Missing) != 4 || !v.Same {
		t.Errorf("without Secrets: %q (%v)", v.Missing, err)
	}
}
