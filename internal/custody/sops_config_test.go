package custody

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestSOPSRulesOfOthers: whoever may write above the repository does not say to whom
// keys are encrypted, and sops looks for no rules itself.
func TestSOPSRulesOfOthers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no bits of permission")
	}
	above := t.TempDir()
	in := func(name string) string { return filepath.Join(above, filepath.FromSlash(name)) }
	mode := func(name string, mode os.FileMode) {
		t.Helper()
		if err := os.Chmod(in(name), mode); err != nil {
			t.Fatal(err)
		}
	}
	put := func(name string) {
		t.Helper()
		if err := os.WriteFile(in(name), []byte("creation_rules: []\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{"repo/.git", "repo/east"} {
		if err := os.MkdirAll(in(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c := &Custody{World: World{State: &state.Rotation{}, StatePath: in("repo/east/rotation.yaml")}}
	finds := func(what, want string, refused problem.Code) {
		t.Helper()
		if got, err := c.sopsConfig(); got != want || code(err) != refused {
			t.Errorf("%s: %q, %v", what, got, err)
		}
	}
	refused := problem.CustodyRulesOfOthers.Code
	finds("none", os.DevNull, "")
	put(".sops.yaml")
	finds("the user's own, above the clone", in(".sops.yaml"), "")
	mode(".", 0o777)
	finds("in a directory of everybody", "", refused)
	mode(".", os.ModeSticky|0o777)
	finds("in a directory as /tmp", "", refused)
	mode(".", 0o755)
	mode(".sops.yaml", 0o666)
	finds("a file of everybody", "", refused)
	put("repo/.sops.yaml")
	mode("repo/.sops.yaml", 0o666)
	finds("at the top of the repository, which is reviewed", in("repo/.sops.yaml"), "")
	put("repo/east/.sops.yaml")
	finds("beside the state", in("repo/east/.sops.yaml"), "")
	mode(".sops.yaml", 0o644)
	for _, name := range []string{"repo/.sops.yaml", "repo/east/.sops.yaml", ".sops.yaml"} {
		if err := os.Remove(in(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("repo/east", in(".sops.yaml")); err != nil {
		t.Fatal(err)
	}
	finds("a directory", os.DevNull, "")
}
