package chartphase

import (
	"encoding/base64"
	"slices"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
)

// TestWithoutKeys: a Secret goes by what it holds, wherever and however it
// holds it; everything else stays.
func TestWithoutKeys(t *testing.T) {
	key := "-----BEGIN EC PRIVATE KEY-----\nAA==\n-----END EC PRIVATE KEY-----\n"
	encoded := base64.StdEncoding.EncodeToString([]byte(key))
	secret := func(name, body string) exchange.Document {
		return exchange.Document{Text: "kind: Secret\nmetadata: {name: " + name + ", namespace: ns}\n" + body}
	}
	documents := []exchange.Document{
		secret("by-field", "data: {tls.key: eA==}\n"),
		secret("issuer", "data: {crt.pem: eA==, key.pem: eA==}\n"),
		secret("by-content", "data: {anything: "+encoded+"}\n"),
		secret("folded", "data:\n  anything: |\n    "+encoded[:20]+"\n    "+encoded[20:]+"\n"),
		secret("plain", "stringData:\n  x: |\n    -----BEGIN PRIVATE KEY-----\n"),
		secret("certificate", "data: {tls.crt: "+base64.StdEncoding.EncodeToString([]byte("-----BEGIN CERTIFICATE-----"))+"}\n"),
		secret("empty", ""),
		secret("odd", "data: {a: 1, b: null, c: '***'}\n"),
		{Text: "apiVersion: example.com/v1\nkind: Secret\nmetadata: {name: other, namespace: ns}\ndata: {tls.key: eA==}\n"},
		{Text: "kind: ConfigMap\nmetadata: {name: config}\ndata: {tls.key: x}\n"},
		{Text: "# HIDDEN\n"},
	}
	kept, leftOut := withoutKeys(documents, nil)
	want := []string{"Secret ns/by-field", "Secret ns/issuer", "Secret ns/by-content", "Secret ns/folded", "Secret ns/plain"}
	if !slices.Equal(leftOut, want) || len(kept) != len(documents)-len(want) {
		t.Errorf("left out %v, kept %d", leftOut, len(kept))
	}
}
