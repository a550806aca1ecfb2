package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestKeyFile(t *testing.T) { checkSigns(t, "softkms:path="+p256File(t)) }

// TestRefused: what cannot be done is a reply that says why.
func TestRefused(t *testing.T) {
	file := "softkms:path=" + p256File(t)
	for name, c := range map[string]struct {
		q       request
		missing bool
		says    string
	}{
		"no such file":     {request{Op: "public", URI: "softkms:path=/absent.key"}, false, "not found"},
		"no such scheme":   {request{Op: "public", URI: "carrier-pigeon:x=1"}, false, "unsupported"},
		"no URI":           {request{Op: "public", URI: "root.key"}, false, "error"},
		"no such op":       {request{Op: "export", URI: file}, false, `"export"`},
		"no such hash":     {request{Op: "sign", URI: file, Hash: "MD5", Digest: []byte("x")}, false, `"MD5"`},
		"no back end here": {request{Op: "public", URI: "capi:x=1"}, true, "capi"},
	} {
		r := ask(t, c.q)
		said := r.Failed
		if c.missing {
			said = r.Missing
		}
		if !strings.Contains(said, c.says) || len(r.PublicKey)+len(r.Signature) > 0 {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if err := serve(strings.NewReader("what?"), &bytes.Buffer{}); err == nil {
		t.Error("took a request that is none")
	}
}
