package render_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// issuerDocument is the issuer's Secret in the fixture's stream, with its key.
func issuerDocument(t testing.TB, stream []byte) string {
	t.Helper()
	for _, d := range strings.SplitAfter(string(stream), "\n---\n") {
		if strings.Contains(d, "\n  name: linkerd-identity-issuer\n") && strings.Contains(d, "kind: Secret\n") && strings.Contains(d, "key.pem") {
			return strings.TrimSuffix(d, "---\n")
		}
	}
	t.Fatal("no issuer")
	return ""
}

// TestCheckKeyless: a key is found in whatever object it stands; Secrets of others
// stay where the caller lets them, if every reader takes them for Secrets.
func TestCheckKeyless(t *testing.T) {
	in := fixture(t, "control-plane-2-13")
	secret := issuerDocument(t, in.Stream)
	indented := strings.ReplaceAll(secret, "\n", "\n  ")
	without := func(old, new string) string {
		t.Helper()
		if !strings.Contains(secret, old) {
			t.Fatalf("no %q", old)
		}
		return strings.Replace(secret, old, new, 1)
	}
	for name, c := range map[string]struct {
		document string
		stays    bool
	}{
		"a Secret":        {secret, true},
		"a marked Secret": {"\ufeff" + secret, true},
		"a ConfigMap":     {without("kind: Secret", "kind: ConfigMap"), false},
		"a binary kind":   {without("kind: Secret", "kind: !!binary U2VjcmV0"), false},
		"another kind":    {secret + "!!binary a2luZA==: ConfigMap\n", false},
		"kind twice":      {secret + "kind: ConfigMap\n", false},
		"a mark inside":   {"# c\n\ufeff" + secret, false},
		"items":           {"apiVersion: v1\nkind: Foo\nitems:\n- " + indented + "\n", false},
		"a Secret, items": {secret + "items: []\n", false},
		"behind dots":     {foreign + "...\n" + secret, false},
		"behind a cr":     {foreign + "# x\r---\n" + secret, false},
		"base64 twice":    {"kind: ConfigMap\nx: " + base64.StdEncoding.EncodeToString([]byte(secret)) + "\n", false},
		"no YAML":         {"[\n" + secret, false},
	} {
		stream := []byte("---\n" + foreign + "---\n" + c.document + "---\n" + foreign)
		wantCode(t, render.CheckKeyless(stream, false), problem.RenderKeyLeft.Code)
		switch err := render.CheckKeyless(stream, true); {
		case c.stays && err != nil:
			t.Errorf("%s: %v", name, err)
		case !c.stays:
			if problems := problem.Of(err); len(problems) == 0 || problems[0].Code != problem.RenderKeyLeft.Code {
				t.Errorf("%s: got %v", name, err)
			}
		}
	}
	in.SecretsApart, in.Apart = true, sealedAs(t, in, "c2VhbGVk")
	if err := render.CheckKeyless(mustRender(t, in).Stream, false); err != nil {
		t.Errorf("without keys: %v", err)
	}
}

// BenchmarkCheckKeyless: the last look, beside all that it looks over.
func BenchmarkCheckKeyless(b *testing.B) {
	in := fixture(b, "control-plane-2-13")
	in.SecretsApart, in.Apart = true, sealedAs(b, in, "c2VhbGVk")
	one := mustRender(b, in).Stream
	stream := bytes.Clone(one)
	for len(stream) < 4<<20 {
		stream = append(stream, "---\n"+foreign...)
	}
	for name, stream := range map[string][]byte{"control plane": one, "4 MiB": stream} {
		b.Run("look/"+name, func(b *testing.B) {
			b.SetBytes(int64(len(stream)))
			for b.Loop() {
				if err := render.CheckKeyless(stream, false); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("render/"+name, func(b *testing.B) {
			one := in
			one.Stream = stream
			b.SetBytes(int64(len(stream)))
			for b.Loop() {
				mustRender(b, one)
			}
		})
	}
}
