package cli

import (
	"encoding/base64"
	"slices"
	"strings"
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
		{Text: "kind: ConfigMap\nmetadata: {name: config}\ndata: {tls.key: x}\n"},
		{Text: "# HIDDEN\n"},
	}
	kept, leftOut := withoutKeys(documents, nil)
	want := []string{"Secret ns/by-field", "Secret ns/issuer", "Secret ns/by-content", "Secret ns/folded", "Secret ns/plain"}
	if !slices.Equal(leftOut, want) || len(kept) != len(documents)-len(want) {
		t.Errorf("left out %v, kept %d", leftOut, len(kept))
	}
}

func TestChartUsage(t *testing.T) {
	state := stateIn(t, goodState(t))
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no chart":    {nil, ExitUsage, "accepts 1 arg"},
		"layout":      {[]string{"x", "-s", state, "--layout", "inside"}, ExitFailed, `there is no layout "inside"`},
		"report":      {[]string{"x", "-s", state, "--report", "xml"}, ExitFailed, `unknown output format "xml"`},
		"two stdins":  {[]string{"x", "-s", state, "--password-stdin", "-f", "-"}, ExitFailed, "exclude each other"},
		"no values":   {[]string{"x", "-s", state, "-f", "/nowhere"}, ExitFailed, "/nowhere: cannot be read"},
		"no state":    {[]string{"x", "-s", "/nowhere"}, ExitFailed, "/nowhere: no state file here"},
		"no program":  {[]string{"x", "-s", state}, ExitFailed, "the program /nowhere/chart cannot be run"},
		"bad program": {[]string{"x", "-s", state}, ExitFailed, "do not understand each other"},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{"L5D_PKI_CHART_PROGRAM": "/nowhere/chart"}
			if name == "bad program" {
				env["L5D_PKI_CHART_PROGRAM"] = "true"
			}
			r := call(t, "secret", env, append([]string{"chart"}, c.args...)...)
			if r.code != c.code || r.out != "" || !strings.Contains(r.stderr, c.says) {
				t.Errorf("code %d, out %q: %s", r.code, r.out, r.stderr)
			}
		})
	}
}
