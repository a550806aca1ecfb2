package history

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestVerifyLogSees: an entry that was edited is found, or the log is not said to hold:
// in a shallow clone, which does not have the version before, and behind a merge that
// took the side with the edit.
func TestVerifyLogSees(t *testing.T) {
	fixture, err := os.ReadFile(filepath.Join("..", "..", "fixtures", "rotation", "bundle", "stable.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	log := "  log:\n  - epoch: 0\n    phase: stable\n    at: \"2026-06-01T09:00:00Z\"\n    move: init\n    why: \"WHY\"\n"
	written := func(why string) string {
		text, _, _ := strings.Cut(string(fixture), "  log:")
		return strings.Replace(text, "epoch: 1", "epoch: 0", 1) + strings.Replace(log, "WHY", why, 1)
	}
	dir := filepath.Join(t.TempDir(), "clone")
	git := func(at string, args ...string) {
		t.Helper()
		cmd := exec.Command("git", args...)
		cmd.Dir = at
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.com")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	commit := func(why string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "rotation.yaml"), []byte(written(why)), 0o644); err != nil {
			t.Fatal(err)
		}
		git(dir, "add", "-A")
		git(dir, "commit", "-q", "--allow-empty", "-m", "change")
	}
	verified := func(at string) (code, notes string) {
		t.Helper()
		path := filepath.Join(at, "rotation.yaml")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s, err := state.Parse(path, text)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, p := range problem.Of(VerifyLog(path, nil, s, &b)) {
			code = string(p.Code)
		}
		return code, b.String()
	}
	git(filepath.Dir(dir), "init", "-q", "-b", "main", dir)
	git(dir, "commit", "-q", "--allow-empty", "-m", "empty")
	git(dir, "branch", "side")
	commit("the first mesh")
	if code, notes := verified(dir); code != "" || strings.Contains(notes, "left behind") {
		t.Errorf("untouched: %s %s", code, notes)
	}
	git(dir, "checkout", "-q", "side")
	commit("somebody else's")
	git(dir, "merge", "-q", "-s", "ours", "-m", "merge", "main")
	if code, notes := verified(dir); code != "" || !strings.Contains(notes, "on a side that a merge left behind, has log entries that this log does not have") {
		t.Errorf("behind a merge: %s %s", code, notes)
	}
	git(dir, "checkout", "-q", "main")
	commit("somebody else's")
	if code, _ := verified(dir); code != "state-log-rewritten" {
		t.Errorf("edited: %q", code)
	}
	shallow := filepath.Join(t.TempDir(), "shallow")
	git(dir, "clone", "-q", "--depth", "1", "file://"+filepath.ToSlash(dir), shallow)
	if code, _ := verified(shallow); code != "state-log-cut" {
		t.Errorf("in a shallow clone: %q", code)
	}
}
