package delivery

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCommandsAreComposedHere: no other place of the program writes a command that
// delivers objects, so none can print one that does not fit the state.
func TestCommandsAreComposedHere(t *testing.T) {
	looked := 0
	for _, root := range []string{"../../pkg", "../../internal", "../../cmd"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || filepath.Dir(path) == "../../pkg/delivery" {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			looked++
			for _, command := range []string{"manifests --with-keys", "manifests --layout", "values --layout external", "kubectl replace", "rollout restart deploy"} {
				// Repairs restart single Deployments in an order of their own; they deliver nothing.
				repair := command == "rollout restart deploy" && filepath.Dir(path) == "../../internal/recovery"
				if strings.Contains(string(text), command) && !repair {
					t.Errorf("%s composes %q: take it from this package", path, command)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if looked < 100 {
		t.Errorf("looked at %d files only", looked)
	}
}
