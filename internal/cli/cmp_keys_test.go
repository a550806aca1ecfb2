package cli

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

func TestParseKeysFor(t *testing.T) {
	const mesh = "project=mesh app=linkerd repo=https://git.example/x.git?a=b revision=main"
	for text, entries := range map[string]int{
		"": 0, " ;\n; ": 0, mesh: 1, mesh + ";": 1, mesh + ";\n  " + mesh + "\n": 2,
		"revision=* repo=r app=* project=p":          1,
		"project=mesh app=linkerd repo=r":            -1, // no revision
		"project=mesh app=linkerd repo=r revision=":  -1,
		mesh + " app=other":                          -1,
		mesh + " path=x":                             -1,
		mesh + " =":                                  -1,
		"everybody":                                  -1,
		strings.Replace(mesh, "mesh", "*", 1):        -1,
		strings.Replace(mesh, "x.git", "*", 1):       -1,
		strings.Replace(mesh, "linkerd", "link*", 1): -1,
		"*": -1,
	} {
		got, err := parseKeysFor(text)
		if (err != nil) != (entries < 0) || err == nil && len(got) != entries {
			t.Errorf("%q: %v, %v, want %d", text, got, err, entries)
		}
	}
}

// TestKeysForPrinted: an entry that an error prints allows that application, or,
// where a tenant chose a value that means something in the list, nobody.
func TestKeysForPrinted(t *testing.T) {
	for revision, listable := range map[string]bool{"main": true, "refs/heads/a=b": true, "*": false, "a;b": false, "a b": false, "a\nproject=x": false, "v1.*": false, "\u202emain": false} {
		application := keysForEntry{"project": "p", "app": "a", "repo": "r", "revision": revision}
		entries, err := parseKeysFor(application.String())
		if listable != (err == nil && len(entries) == 1 && application.matches(entries[0])) {
			t.Errorf("%q is printed as %q: %v", revision, application, err)
		}
		if strings.ContainsAny(application.String(), "\n\u202e") {
			t.Errorf("%q is printed as it is", revision)
		}
	}
}

// TestKeyForms: a key is found between whatever YAML and JSON put between its lines.
func TestKeyForms(t *testing.T) {
	pem := "-----BEGIN EC PRIVATE KEY-----\nAAAABBBB\nCCCC\n-----END EC PRIVATE KEY-----\n"
	forms := keyForms(render.Keys{"k": {PEM: []byte(pem)}, "none": {}})
	if len(forms) != 2 {
		t.Fatalf("%d forms", len(forms))
	}
	for _, text := range []string{"a: |\n    AAAABBBB\r\n    CCCC\n", `{"a":"AAAABBBB\nCCCC\n"}`, "a: AAAA\n  BBBB\n\n  CCCC"} {
		if !strings.Contains(betweenLines.Replace(text), forms[0]) {
			t.Errorf("not found in %q", text)
		}
	}
}
