package cli

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestGuardBaseOfCI: a base that only the author of the change chose is refused, since
// the check is the commit's.
func TestGuardBaseOfCI(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	dir := l.job("origin/main", func(dir string) { l.committed(dir, func() { put(t, dir, "x", "x") }) })
	gitIn(t, dir, "push", "-q", "origin", "origin/main:refs/heads/mine")
	gitIn(t, dir, "fetch", "-q", "origin")
	event := filepath.Join(t.TempDir(), "event.json")
	head := gitIn(t, dir, "rev-parse", "HEAD")
	put(t, filepath.Dir(event), "event.json", `{"repository": {"default_branch": "main"}, "pull_request": {"head": {"sha": "`+head+`"}}}`)
	github := map[string]string{"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": event}
	gitlab := map[string]string{"CI_MERGE_REQUEST_IID": "1", "CI_COMMIT_SHA": head, "CI_DEFAULT_BRANCH": "main"}
	for _, c := range []struct {
		env            map[string]string
		variable, base string
		flags          []string
		refused        bool
	}{
		{github, "GITHUB_BASE_REF", "main", nil, false},
		{github, "GITHUB_BASE_REF", "mine", nil, true},
		{github, "GITHUB_BASE_REF", "mine", []string{"--base", "mine"}, false}, // the job says so
		{github, "GITHUB_BASE_REF", "mine", []string{"--base", "main"}, false},
		{gitlab, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main", nil, false},
		{gitlab, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "mine", nil, true},
	} {
		l.env = map[string]string{c.variable: c.base}
		for name, value := range c.env {
			l.env[name] = value
		}
		got := callAt(t, l.at, "", l.env, append([]string{"pr", "--guard", "-o", "json", "-s", filepath.Join(dir, l.state)}, c.flags...)...)
		if strings.Contains(got.out, `"guard-base"`) != c.refused || (got.code == ExitFailed) != c.refused {
			t.Errorf("%s=%s %v: code %d\n%s%s", c.variable, c.base, c.flags, got.code, got.out, got.stderr)
		}
	}
}
