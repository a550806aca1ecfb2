package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// fleetStart starts an anchor rotation of all members.
func (l *prLand) fleetStart(args ...string) plan.Report {
	l.t.Helper()
	return l.pr(append([]string{"start", "anchor", "--strategy", "bundle", "--fleet", filepath.Join(l.clone, "fleet.yaml")}, args...)...)
}

// TestPRFleetTextOfAnotherCommit: where somebody pushed over the branch of a fleet, title
// and text of the pull request say that they are of another commit, once, until they are
// not; and the call names the commit and who made it.
func TestPRFleetTextOfAnotherCommit(t *testing.T) {
	t.Parallel()
	l := fleetLand(t)
	gitIn(t, l.clone, "pull", "-q")
	first := l.fleetStart()
	pull := &l.forge.pulls[0]
	title, body := pull.Title, pull.Body
	warned := func(why string) {
		t.Helper()
		head := l.head(first.Branch)
		if dry := l.fleetStart("--dry-run"); dry.Operation != plan.OpLeft || pull.Body != body || pull.Title != title {
			t.Errorf("dry run: %+v\n%s\n%s", dry, pull.Title, pull.Body)
		}
		l.wrote()
		for i := range 2 {
			r := l.fleetStart()
			wrote := l.wrote()
			if r.Operation != plan.OpLeft || !strings.HasPrefix(r.Why, "the text of pull request #1 was written for another commit than "+head[:12]) ||
				!strings.Contains(r.Why, why) || r.Number != 1 || r.Warned != (i == 0) || len(wrote) > 0 != r.Warned {
				t.Errorf("%+v, wrote %q", r, wrote)
			}
		}
		if l.head(first.Branch) != head || !strings.HasPrefix(pull.Body, "**Do not decide by this text.** The branch has commit `"+head+"` now.") ||
			!strings.HasSuffix(pull.Body, body) || pull.Title != title+" - pushed over" {
			t.Errorf("%s: %s", pull.Title, pull.Body)
		}
	}
	l.commitTo(first.Branch, func(dir string) { // with the tool's own message
		gitIn(t, dir, "reset", "-q", "--hard", "HEAD^")
		if got := callAt(t, l.at, "", nil, "fleet", "start", "anchor", "--strategy", "bundle", "-f", filepath.Join(dir, "fleet.yaml"), "--assume", "DELIVERED-ELSEWHERE", "--because", "x"); got.code != ExitDone {
			t.Fatal(got.stderr)
		}
		gitIn(t, dir, "add", "-A")
		gitIn(t, dir, "commit", "-q", "-C", "origin/"+first.Branch)
	})
	warned("by Somebody Else")
	gitIn(t, l.remote, "update-ref", "refs/heads/"+first.Branch, first.Commit)
	if r := l.fleetStart(); r.Operation != plan.OpUpdated || pull.Title != title || pull.Body != body {
		t.Errorf("the start is back: %+v\n%s\n%s", r, pull.Title, pull.Body)
	}
	l.elsewhere(nil, func(dir string) { // a start of another clone
		r := l.fleetStart("--anew", "--commit-only")
		gitIn(t, dir, "push", "-q", "--force", "origin", r.Commit+":refs/heads/"+first.Branch)
	})
	warned("it was made elsewhere: it is not recorded in this clone")
	gitIn(t, l.remote, "update-ref", "refs/heads/"+first.Branch, first.Commit)
	l.elsewhere(nil, func(string) { // a clone that takes nothing over sees that the text fits again
		if r := l.fleetStart(); r.Operation != plan.OpLeft || !r.Warned || pull.Body != body || pull.Title != title {
			t.Errorf("elsewhere: %+v\n%s\n%s", r, pull.Title, pull.Body)
		}
	})
	l.commitTo("main", func(dir string) { // a member joins: the text is still of the branch's commit
		l.edit(dir, "north/rotation.yaml", func(string) string { return strings.Replace(l.other(), "name: west", "name: north", 1) })
		l.edit(dir, "fleet.yaml", func(s string) string {
			return strings.Replace(s, "  links:", "  - {name: north, state: north/rotation.yaml}\n  links:", 1)
		})
	})
	l.elsewhere(nil, func(dir string) {
		l.refused("pr-fleet-open", "start", "anchor", "--strategy", "bundle", "--fleet", filepath.Join(dir, "fleet.yaml"))
		if pull.Body != body || pull.Title != title {
			t.Errorf("a member joined: %s\n%s", pull.Title, pull.Body)
		}
	})
}

// TestPRFleetTextEdited: a title or text that somebody edited is put right, with what
// people wrote before and behind it left alone.
func TestPRFleetTextEdited(t *testing.T) {
	t.Parallel()
	l := fleetLand(t)
	gitIn(t, l.clone, "pull", "-q")
	l.fleetStart()
	pull := &l.forge.pulls[0]
	title, body := pull.Title, pull.Body
	for _, edit := range []func(){
		func() { pull.Body = strings.Replace(body, "anchor-added", "anchor-dropped", 1) },
		func() { pull.Body = "merged by agreement" },
		func() { pull.Title = "other" },
	} {
		edit()
		if dry := l.fleetStart("--dry-run"); dry.Operation != plan.OpUpdated || pull.Body == body && pull.Title == title {
			t.Errorf("dry run: %+v", dry)
		}
		if r := l.fleetStart(); r.Operation != plan.OpUpdated || pull.Body != body || pull.Title != title {
			t.Errorf("%+v\n%s\n%s", r, pull.Title, pull.Body)
		}
	}
	pull.Body = "For @team.\n\n" + body + "\nLooked at it.\n"
	l.wrote()
	if r := l.fleetStart(); r.Operation != plan.OpNone || len(l.wrote()) > 0 {
		t.Errorf("what people add: %+v", r)
	}
	pull.Body = body
	l.commitTo("main", func(dir string) { l.edit(dir, "README.md", func(string) string { return "more\n" }) })
	pull.Body = strings.Replace(body, "anchor-added", "anchor-dropped", 1)
	if r := l.fleetStart(); r.Operation != plan.OpLeft || !r.Warned || !strings.Contains(r.Why, "the base moved") || pull.Body != body {
		t.Errorf("on an older base: %+v\n%s", r, pull.Body)
	}
}

// TestPRFleetStartText: the text of a start says where the certificates come from, with
// the fingerprints of new anchors and issuers; it fits every forge, and ends with its mark.
func TestPRFleetStartText(t *testing.T) {
	t.Parallel()
	r := newRealm(t, ageKeys, "east", "west")
	made := r.start()
	prints := map[string][]string{}
	for _, name := range r.names {
		s, err := state.Parse(name, []byte(gitIn(t, filepath.Join(r.top, name+".git"), "show", made.Branch+":rotation.yaml")+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		for _, pem := range []string{s.Status.Anchors[1].Certificate, s.Status.Issuers[1].Certificate} {
			chain, err := pki.ParseChain([]byte(pem))
			if err != nil {
				t.Fatal(err)
			}
			prints[name] = append(prints[name], chain[0].Fingerprint())
		}
		prints["fleet"] = append(prints["fleet"], prints[name]...)
	}
	for _, name := range []string{"east", "west", "fleet"} {
		body := r.pull(name).Body
		for _, print := range prints[name] {
			if strings.Count(body, "`"+print+"`") != 1 {
				t.Errorf("%s: the text names %s %d times:\n%s", name, print, strings.Count(body, print), body)
			}
		}
		if !strings.Contains(body, "were minted by this command.") {
			t.Errorf("%s: nothing says where the certificates come from:\n%s", name, body)
		}
		if written, of := text.Mark(body); written == "" || of == "" {
			t.Errorf("%s: no mark: %s", name, body)
		}
	}
	r.at = r.at.Add(time.Hour)
	if again := r.start(); again.Operation != plan.OpNone || len(again.Parts) != 2 {
		t.Errorf("again: %+v", again)
	}
}

// TestPRFleetWatches: a text is said to be of another commit by a call that is refused, too.
func TestPRFleetWatches(t *testing.T) {
	t.Parallel()
	r := newRealm(t, ageKeys, "east", "west")
	made := r.start()
	for _, name := range []string{"east", "fleet"} {
		title, dir := r.pull(name).Title, filepath.Join(r.top, name+".git")
		head := gitIn(t, dir, "rev-parse", "main")
		gitIn(t, dir, "update-ref", "refs/heads/"+made.Branch, head)
		got := r.run(append([]string{"pr", "start", "anchor", "--member", "west"}, r.fleet()...)...)
		if got.code != ExitFailed || !strings.Contains(got.stderr, "was written for another commit than "+head[:12]) || r.pull(name).Title != title+" - pushed over" {
			t.Errorf("%s: %d %s%s\n%s", name, got.code, got.out, got.stderr, r.pull(name).Title)
		}
	}
}

func (r *realm) pull(name string) *forge.Pull {
	return &r.forges[filepath.Join(r.top, name+".git")].pulls[0]
}

// TestPRFleetPlainText: a forge without HTML and comments gets none, and a body that is too
// long for it keeps its mark.
func TestPRFleetPlainText(t *testing.T) {
	t.Parallel()
	for _, flavor := range []string{"azure", "plain"} {
		l := fleetLand(t)
		gitIn(t, l.clone, "pull", "-q")
		l.fleetStart("--flavor", flavor, "--member", "west")
		body := l.forge.pulls[0].Body
		_, of := text.Mark(body)
		if limit := forge.LimitsOf(flavor).Body; of == "" || strings.Contains(body, "<!--") || strings.Contains(body, "<details") || limit > 0 && len(body) > limit {
			t.Errorf("%s: %s", flavor, body)
		}
	}
}

// TestPRFleetPartsPushedOver: whoever pushed over a branch, of the fleet's repository or a
// member's, each is named with commit and author, and each pull request says so.
func TestPRFleetPartsPushedOver(t *testing.T) {
	t.Parallel()
	r := newRealm(t, ageKeys, "east", "west")
	made := r.start()
	titles := map[string]string{}
	over := func(name string) string {
		t.Helper()
		work := filepath.Join(t.TempDir(), "w")
		gitIn(t, r.top, "clone", "-q", "-b", made.Branch, filepath.Join(r.top, name+".git"), work)
		gitIn(t, work, "config", "user.name", "Mallory of "+name)
		file := filepath.Join(work, map[bool]string{true: "fleet.yaml", false: "rotation.yaml"}[name == "fleet"])
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		r.write(file, string(data)+"# x\n")
		gitIn(t, work, "commit", "-q", "-a", "--amend", "--no-edit")
		gitIn(t, work, "push", "-q", "-f")
		titles[name] = r.pull(name).Title
		return gitIn(t, work, "rev-parse", "HEAD")
	}
	heads := map[string]string{}
	for _, name := range []string{"west", "east", "fleet"} {
		heads[name] = over(name)
		left := r.start()
		if left.Operation != plan.OpLeft || !left.Warned {
			t.Errorf("%s: %+v", name, left)
		}
		for other, head := range heads {
			p := r.pull(other)
			named := strings.Contains(left.Why, head[:12]) && strings.Contains(left.Why, "by Mallory of "+other) && (other == "fleet" || strings.Contains(left.Why, "repository "+other))
			if !named || p.Title != titles[other]+" - pushed over" || !strings.HasPrefix(p.Body, "**Do not decide by this text.** The branch has commit `"+head) {
				t.Errorf("%s is pushed over: %+v\n%s\n%s", other, left, p.Title, p.Body)
			}
		}
		if again := r.start(); again.Warned || again.Why != left.Why {
			t.Errorf("again: %+v", again)
		}
		if anew := r.pr("start", "anchor", "--strategy", "bundle", "--anew"); anew.Operation != plan.OpLeft { // somebody's work is not replaced
			t.Errorf("--anew: %+v", anew)
		}
	}
}

// TestPRFleetCommitOnlyLeaves: a local branch with somebody's commit is not moved.
func TestPRFleetCommitOnlyLeaves(t *testing.T) {
	t.Parallel()
	l := fleetLand(t)
	gitIn(t, l.clone, "pull", "-q")
	made := l.fleetStart("--commit-only")
	if made.Operation != plan.OpCommitted {
		t.Fatalf("%+v", made)
	}
	if again := l.fleetStart("--commit-only"); again.Operation != plan.OpNone || again.Commit != made.Commit {
		t.Errorf("again: %+v", again)
	}
	gitIn(t, l.clone, "branch", "-q", "-f", made.Branch, gitIn(t, l.clone, "commit-tree", "-m", "mine", "-p", made.Commit, made.Commit+"^{tree}"))
	mine := gitIn(t, l.clone, "rev-parse", made.Branch)
	for _, more := range [][]string{nil, {"--anew"}} {
		if r := l.fleetStart(append(more, "--commit-only")...); r.Operation != plan.OpLeft || gitIn(t, l.clone, "rev-parse", made.Branch) != mine {
			t.Errorf("%q: %+v", more, r)
		}
	}
}

// TestPRFleetFlags: a flag that a move of a fleet does not follow is refused at once, and
// one that a held branch does not follow as well.
func TestPRFleetFlags(t *testing.T) {
	t.Parallel()
	l := fleetLand(t)
	gitIn(t, l.clone, "pull", "-q")
	fleet := []string{"--fleet", filepath.Join(l.clone, "fleet.yaml")}
	start := slices.Concat([]string{"start", "anchor", "--strategy", "bundle"}, fleet)
	for _, args := range [][]string{
		{"--observe"}, {"--evidence-key", "x"}, {"--name", "corp"}, {"--keys-dir", "keys"}, {"--issuer-key", "x"}, {"--signed", "x"}, {"--csr", "x"},
		{"--signer", "awskms:x"}, {"--anchor-signer", "awskms:x"}, {"--out", "x", "--commit-only"}, {"--draft-until-gate"}, {"--allowed-signers", "x"},
	} {
		l.refused("pr-fleet-flags", append(args, start...)...)
	}
	l.refused("pr-fleet-flags", append([]string{"rollout"}, fleet...)...)
	l.env["L5D_PKI_NAME"] = "corp"
	l.refused("pr-fleet-flags", start...)
	clear(l.env)

	l.fleetStart("--why", "the yearly one")
	l.env["L5D_PKI_WHY"] = "another"
	l.refused("pr-ignored", start...)
}

// TestPRFleetIgnored: a flag that the commits of a held change do not follow is refused,
// and followed with --anew; one that they follow is not.
func TestPRFleetIgnored(t *testing.T) {
	t.Parallel()
	r := newRealm(t, ageKeys, "east", "west")
	start := []string{"start", "anchor", "--strategy", "bundle"}
	anchor, key := filepath.Join(fixtures, "pki", "anchor-2026.crt"), privately(t, filepath.Join(fixtures, "pki", "anchor-2026.key"))
	first := r.pr(append(start, "--why", "the yearly one")...)
	for _, args := range [][]string{nil, {"--why", "the yearly one"}, {"--accept-downtime"}} { // it would accept nothing
		if again := r.pr(append(start, args...)...); again.Operation != plan.OpNone || again.Commit != first.Commit {
			t.Errorf("%q: %+v", args, again)
		}
	}
	refused := func(flag string, args ...string) {
		t.Helper()
		for _, more := range [][]string{nil, {"--dry-run"}, {"--commit-only"}} {
			got := r.run(slices.Concat([]string{"pr"}, args, r.fleet(), []string{"--assume", "DELIVERED-ELSEWHERE", "--because", "x"}, more)...)
			if got.code != ExitFailed || !strings.Contains(got.stderr, "explain pr-ignored`") || !strings.Contains(got.stderr, flag) {
				t.Errorf("%q: %d %s%s", args, got.code, got.out, got.stderr)
			}
		}
	}
	refused("--why", append(start, "--why", "another")...)
	refused("--anchor, --anchor-key", append(start, "--anchor", anchor, "--anchor-key", key)...)
	refused("--assume WAVE-DONE", append(start, "--assume", "WAVE-DONE")...)
	anew := r.pr(append(start, "--anchor", anchor, "--anchor-key", key, "--anew")...)
	if anew.Operation != plan.OpUpdated || anew.Commit == first.Commit || !strings.Contains(r.pull("east").Body, "were given with --anchor, --anchor-key; the rest minted by this command.") {
		t.Errorf("--anew: %+v\n%s", anew, r.pull("east").Body)
	}
	if again := r.pr(append(start, "--anchor", anchor, "--anchor-key", key)...); again.Operation != plan.OpNone {
		t.Errorf("the same: %+v", again)
	}
	for _, name := range []string{"fleet", "east", "west"} {
		r.merge(name, anew.Branch, false)
	}
	r.at = r.at.Add(49 * time.Hour)
	if spread := r.pr("--evidence", r.seen("east"), "--assume", "BUNDLE-DELIVERED"); spread.Operation != plan.OpCreated {
		t.Fatalf("%+v", spread)
	}
	refused("--keep-evidence=false", "--keep-evidence=false", "--assume", "BUNDLE-DELIVERED")
	if again := r.pr("--assume", "BUNDLE-DELIVERED"); again.Operation != plan.OpNone {
		t.Errorf("%+v", again)
	}
}

// seen is an observation of a member's cluster that shows nothing.
func (r *realm) seen(name string) string {
	r.t.Helper()
	file := filepath.Join(r.t.TempDir(), name+".yaml")
	r.write(file, "apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: "+name+"\nat: "+r.at.Format(time.RFC3339)+"\ncoverage: []\n")
	return file
}
