package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestGuardFleetAlone: in the repository of a fleet file whose members are elsewhere,
// observations and the keys that vouch for them are judged as beside a state.
func TestGuardFleetAlone(t *testing.T) {
	t.Parallel()
	const observation = "apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: west\nat: 2026-06-01T12:00:00Z\ncoverage: []\n"
	_, line := sshKey(t, "robot", forEvidence)
	r := newRealm(t, ageKeys, "east", "west")
	dir := filepath.Join(r.top, "fleet")
	change := func(branch string, files map[string]string) {
		t.Helper()
		gitIn(t, dir, "checkout", "-q", "-b", branch, "origin/main")
		for name, text := range files {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
				t.Fatal(err)
			}
			r.write(filepath.Join(dir, name), text)
		}
		gitIn(t, dir, "add", "-A")
		gitIn(t, dir, "commit", "-q", "-m", branch)
		gitIn(t, dir, "push", "-q", "origin", branch)
		gitIn(t, dir, "checkout", "-q", "main")
	}
	named := strings.Replace(readFile(t, filepath.Join(dir, "fleet.yaml")), "    repository: west\n", "    repository: west\n    observation: seen/west.yaml\n", 1)
	change("named", map[string]string{"fleet.yaml": named, "seen/east.yaml": observation})
	if codes := r.guard("fleet", "named"); len(codes) > 0 {
		t.Errorf("a place for observations: %v", codes)
	}
	r.merge("fleet", "named", false)
	change("free", map[string]string{"seen/west.yaml": observation})
	if codes := r.guard("fleet", "free"); len(codes) > 0 {
		t.Errorf("an observation, and no key is listed: %v", codes)
	}
	change("keys", map[string]string{"allowed_signers": line})
	if codes := r.guard("fleet", "keys"); !slices.Equal(codes, []string{"guard-signers"}) {
		t.Errorf("a key is listed: %v", codes)
	}
	r.merge("fleet", "keys", false)
	change("planted", map[string]string{"seen/west.yaml": observation})
	if codes := r.guard("fleet", "planted"); !slices.Equal(codes, []string{"guard-evidence"}) {
		t.Errorf("an observation that nobody signed: %v", codes)
	}
	change("renamed", map[string]string{"fleet.yaml": strings.Replace(named, "seen/west.yaml", "seen/east.yaml", 1)})
	if codes := r.guard("fleet", "renamed"); !slices.Equal(codes, []string{"guard-evidence"}) {
		t.Errorf("a file of the base, named: %v", codes)
	}
	for file, want := range map[string]string{
		".gitattributes": "guard-attributes", "Fleet.yaml": "guard-path-folds", "SEEN/west.yaml": "guard-path-folds", "notes.md": "",
	} {
		branch := "around-" + strings.ToLower(strings.Trim(strings.ReplaceAll(file, "/", "-"), "."))
		change(branch, map[string]string{file: "seen/* -diff\n"})
		if codes := r.guard("fleet", branch); strings.Join(codes, " ") != want {
			t.Errorf("%s: %v, want %q", file, codes, want)
		}
	}
	dummy := readFile(t, filepath.Join(fixtures, "rotation", "bundle", "stable.yaml"))
	change("dummy", map[string]string{"fleet.yaml": strings.Replace(named, "seen/west.yaml", "seen/east.yaml", 1), "rotation.yaml": dummy})
	if codes := r.guard("fleet", "dummy"); !slices.Contains(codes, "guard-evidence") {
		t.Errorf("a first state beside it: %v", codes)
	}
}
