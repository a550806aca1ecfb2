package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestObservationsReplaceObservations: what a fleet file or a flag names is written only
// where nothing is, or an observation; never through a link of the checkout, and never
// where Git or CI reads. The same holds for fleet files and the log file.
func TestObservationsReplaceObservations(t *testing.T) {
	t.Parallel()
	l := fleetLand(t)
	gitIn(t, l.clone, "pull", "-q")
	l.shows(holding(t, l.stateIn(l.clone), l.at.Add(-time.Hour), nil))
	in := func(name string) string { return filepath.Join(l.clone, filepath.FromSlash(name)) }
	put := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(in(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(in(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	outside := filepath.Join(t.TempDir(), "bashrc")
	if err := os.WriteFile(outside, []byte("# kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	put("keys/2026.key", "kept")
	put("seen.json", `{"apiVersion": "l5d-pki-render/v1alpha2", "kind": "Observation"}`)
	put("empty.yaml", "")
	for name, to := range map[string]string{"link": outside, "dangling": outside + "-2", "inside": "keys/2026.key", "l5d-pki.log": outside, "fleet-2.yaml": outside, "fleet-3.yaml": outside + "-3"} {
		if err := os.Symlink(to, in(name)); err != nil {
			t.Fatal(err)
		}
	}
	text := func(path string) string {
		data, err := os.ReadFile(path)
		if err != nil {
			return "missing"
		}
		return string(data)
	}
	for name, written := range map[string]bool{
		"new.yaml": true, "seen.json": true, "empty.yaml": true,
		"keys/2026.key": false, l.state: false, ".git/config": false, ".git/hooks/pre-commit": false, ".gitattributes": false,
		".github/workflows/x.yaml": false, ".envrc": false, "link": false, "dangling": false, "inside": false,
	} {
		before := text(in(name))
		got := callAt(t, l.at, "", l.env, "observe", "-s", in(l.state), "--to", in(name), "--kubeconfig", "conf")
		if after := text(in(name)); (got.code == ExitDone) != written || (after != before) != written {
			t.Errorf("--to %s: code %d, changed %v: %s", name, got.code, after != before, got.stderr)
		}
		if name == "new.yaml" || name == "seen.json" || name == "empty.yaml" {
			before = text(in(name))
		}
		put("fleet.yaml", "apiVersion: l5d-pki-render/v1alpha1\nkind: Fleet\nmetadata: {name: f}\nspec:\n  members:\n  - {name: "+
			l.stateIn(l.clone).Metadata.Name+", state: "+l.state+", observation: "+name+", context: a}\n")
		got = callAt(t, l.at, "", l.env, "observe", "--fleet", in("fleet.yaml"), "--kubeconfig", "conf")
		if after := text(in(name)); (got.code == ExitDone) != written || !written && after != before {
			t.Errorf("--fleet, %s: code %d, changed %v: %s%s", name, got.code, after != before, got.out, got.stderr)
		}
	}
	for _, args := range []string{"fleet-2.yaml --force", "fleet-3.yaml", l.state + " --force"} {
		name, _, _ := strings.Cut(args, " ")
		before := text(in(name))
		got := callAt(t, l.at, "", nil, append([]string{"fleet", "init", "-f"}, strings.Fields(in(args))...)...)
		if after := text(in(name)); got.code != ExitFailed || after != before {
			t.Errorf("fleet init -f %s: code %d, %q: %s", args, got.code, after, got.stderr)
		}
	}
	got := callAt(t, l.at, "", map[string]string{"L5D_PKI_LOG": in("l5d-pki.log")}, "status", "-s", in(l.state))
	if got.code != ExitFailed || !strings.Contains(got.stderr, "cli-place") {
		t.Errorf("a log file behind a link: code %d: %s", got.code, got.stderr)
	}
	for path, want := range map[string]string{outside: "# kept", outside + "-2": "missing", outside + "-3": "missing", in("keys/2026.key"): "kept"} {
		if is := text(path); is != want {
			t.Errorf("%s: %q", path, is)
		}
	}
}
