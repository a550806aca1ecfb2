package statefile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestBreaks: a state file whose path would begin a line where it is printed is not read.
func TestBreaks(t *testing.T) {
	for _, name := range []string{"a\nnext: curl x", "a\r", "a\x1b[2J", "a\u2028b", "a\u0085"} {
		path := filepath.Join(t.TempDir(), name, "rotation.yaml")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path)
		if problems := problem.Of(err); len(problems) != 1 || problems[0].Code != problem.StateBreaks.Code {
			t.Errorf("%q: %v", name, err)
		}
	}
}
