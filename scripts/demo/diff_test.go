package main

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDifferences(t *testing.T) {
	const stream = "---\nkind: A\nmetadata:\n  name: one\nspec: 1\n---\nkind: B\nmetadata:\n  name: two\nspec: 1\n"
	for _, c := range []struct {
		name, after string
		want        []string
	}{
		{"equal", stream, nil},
		{"second", strings.Replace(stream, "two\nspec: 1", "two\nspec: 2", 1), []string{"B two"}},
		{"both", strings.ReplaceAll(stream, "spec: 1", "spec: 2"), []string{"A one", "B two"}},
		{"one is gone", stream[:strings.LastIndex(stream, "\n---")], []string{"the stream"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed := differences(stream, c.after)
			if len(changed) != len(c.want) {
				t.Fatalf("%d changes, want %d: %v", len(changed), len(c.want), changed)
			}
			for i, want := range c.want {
				if changed[i].object != want || changed[i].diff == "" {
					t.Errorf("change %d is %+v, want %q", i, changed[i], want)
				}
			}
		})
	}
}

// TestFold: certificates and keys are named, in block literals and in base64,
// and no body is left.
func TestFold(t *testing.T) {
	crt, key := read(t, "issuer-2025-1.crt"), read(t, "issuer-2025-1.key")
	for _, c := range []struct{ name, in, want string }{
		{"literal", "a: |-\n    " + strings.ReplaceAll(strings.TrimSpace(crt), "\n", "\n    ") + "\nb: 1", "a: |-\n    [certificate identity.linkerd.cluster.local by anchor-2025"},
		{"base64", "crt.pem: " + base64.StdEncoding.EncodeToString([]byte(crt)), "crt.pem: [certificate identity"},
		{"chain", "crt.pem: " + base64.StdEncoding.EncodeToString([]byte(crt+crt)), "] [certificate identity"},
		{"key", "key.pem: " + base64.StdEncoding.EncodeToString([]byte(key)), "key.pem: [private key of public key "},
		{"damaged", "crt.pem: " + base64.StdEncoding.EncodeToString([]byte(strings.Replace(crt, "MII", "AAA", 1))), "[damaged certificate]"},
		{"no PEM", "checksum/config: 0123", "checksum/config: 0123"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := fold(c.in)
			if !strings.Contains(got, c.want) {
				t.Errorf("folded to %q, want %q in it", got, c.want)
			}
			if strings.Contains(got, "BEGIN") || strings.Contains(got, "LS0t") {
				t.Errorf("a body is left: %q", got)
			}
		})
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "fixtures", "pki", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
