package files

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestMayReplaceKind: an observation is known however large it is: its kind stands behind
// its endpoints. A comment makes no file one.
func TestMayReplaceKind(t *testing.T) {
	long := strings.Repeat("- {group: proxies, pods: [shop 3]}\n", 10_000)
	for name, c := range map[string]struct {
		text string
		may  bool
	}{
		"the kind first":     {"kind: Observation\n" + long, true},
		"a large one":        {"apiVersion: v1\nendpoints:\n" + long + "kind: Observation\n", true},
		"quoted":             {"\"kind\": \"Observation\"\n", true},
		"JSON":               {`{"at":"x","kind":"Observation"}`, true},
		"JSON in lines":      {"{\n  \"at\": \"x\",\n  \"kind\": \"Observation\"\n}\n", true},
		"with a conflict":    {"<<<<<<< HEAD\nat: x\n=======\nkind: Observation\n", true},
		"nothing":            {"", true},
		"a state":            {"kind: Rotation\nspec: {}\n", false},
		"a state, a comment": {"kind: Rotation # kind: Observation\n# kind: Observation\n", false},
		"a longer word":      {"kind: Observations\n", false},
		"a key":              {"-----BEGIN EC PRIVATE KEY-----\n", false},
	} {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := MayReplaceKind(path, "Observation")
		if problems := problem.Of(err); c.may != (err == nil) || !c.may && problems[0].Code != problem.CLINotKind.Code {
			t.Errorf("%s: %v", name, err)
		}
	}
}
