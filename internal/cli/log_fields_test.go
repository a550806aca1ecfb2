package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// oldLog is the log of the fixture's state as an earlier version wrote it, with
// sentences that spell every field.
func oldLog() string {
	first := state.LogEntry{Phase: state.PhaseStable, At: "2026-05-01T12:00:00Z", Move: state.MoveLegacy, Why: "adopted"}
	why := `start anchor; trust me; assumed BUNDLE-LOADED because \"x\"; downtime accepted; prepared before its gate was open`
	return fmt.Sprintf("  log:\n  - epoch: 0\n    phase: stable\n    at: %q\n    why: adopted\n  - epoch: 1\n    phase: stable\n    at: %q\n    why: \"%s\"\n    previous: %s\n",
		first.At, "2026-05-02T12:00:00Z", why, first.Digest())
}

// landOld has a state with an old log at its base branch.
func landOld(t *testing.T) *prLand {
	t.Helper()
	l := land(t)
	l.commitTo("main", func(dir string) { l.edit(dir, l.state, func(s string) string { return s + oldLog() }) })
	gitIn(t, l.clone, "pull", "-q")
	return l
}

// TestLogMigrate: the old form is refused with the command that migrates it,
// which adds one line for each entry and nothing else.
func TestLogMigrate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rotation.yaml")
	before := readFixture(t, "gitops", "argocd", "linkerd", "pki", "rotation.yaml") + oldLog()
	if err := os.WriteFile(path, []byte(before), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"status", "log", "plan", "log --verify"} {
		got := call(t, "", nil, append(strings.Fields(command), "-s", path)...)
		if got.code == ExitDone || !strings.Contains(got.stderr, "state-log-old") || !strings.Contains(got.stderr, "`l5d-pki-render log --migrate`") {
			t.Errorf("%s: code %d: %s", command, got.code, got.stderr)
		}
	}
	got := done(t, call(t, "", nil, "log", "--migrate", "--width", "300", "-s", path))
	if !strings.Contains(got.out, `old entry: "start anchor; trust me; assumed BUNDLE-LOADED because \"x\"; downtime accepted`) {
		t.Errorf("shows %s", got.out)
	}
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(after), "    move: legacy\n"); n != 2 || strings.ReplaceAll(string(after), "    move: legacy\n", "") != before {
		t.Errorf("the migration wrote %d moves, and:\n%s", n, after[len(before)-600:])
	}
	if got := done(t, call(t, "", nil, "log", "--migrate", "--width", "300", "-s", path)); !strings.Contains(got.stderr, "nothing to migrate") {
		t.Errorf("again: %s", got.stderr)
	}
	if same, _ := os.ReadFile(path); string(same) != string(after) {
		t.Error("a second migration writes")
	}
	done(t, call(t, "", nil, "status", "-s", path))
}

// TestMoveMigrates: a move by hand reads the old form and writes the new one.
func TestMoveMigrates(t *testing.T) {
	t.Parallel()
	l := landOld(t)
	dir := l.job("origin/main", func(dir string) { l.moves(dir, "start anchor") })
	if code, codes, out := l.guarded(dir); code != ExitDone {
		t.Errorf("%q\n%s", codes, out)
	}
	l.clone = dir
	if got := l.run("log", "--verify"); got.code != ExitDone || !strings.Contains(got.stderr, "3 entries, chain holds") {
		t.Errorf("%s%s", got.out, got.stderr)
	}
}

// TestPROverOldLog: pr makes its change on a base with an old log; what it
// makes is new, passes the guard and is found again.
func TestPROverOldLog(t *testing.T) {
	t.Parallel()
	l := landOld(t)
	r := l.pr("start", "anchor", "--why", "x; downtime accepted")
	log := l.stateOf(r.Branch).Status.Log
	if len(log) != 3 || log[0].Move != state.MoveLegacy || log[2].Move != state.MoveStart || log[2].DowntimeAccepted {
		t.Errorf("%+v", log)
	}
	l.guardBranch(r.Branch, ExitDone)
	if again := l.pr("start", "anchor"); again.Operation != plan.OpNone || again.Branch != r.Branch {
		t.Errorf("again: %+v", again)
	}
}

// TestGuardOfOldLogs: with an old log at the base, only what says the same passes.
func TestGuardOfOldLogs(t *testing.T) {
	t.Parallel()
	l := landOld(t)
	migrate := func(dir string) {
		path := filepath.Join(dir, filepath.FromSlash(l.state))
		done(t, call(t, "", nil, "log", "--migrate", "--width", "300", "-s", path))
		gitIn(t, dir, "commit", "-q", "-am", "migrate")
	}
	replace := func(dir, from, to string) {
		l.edit(dir, l.state, func(s string) string {
			if strings.Count(s, from) != 1 {
				t.Errorf("%q stands %d times in the state", from, strings.Count(s, from))
			}
			return strings.Replace(s, from, to, 1)
		})
	}
	for name, c := range map[string]struct {
		work func(dir string)
		want []string
	}{
		"a change of something else": {func(dir string) { l.edit(dir, "README.md", func(string) string { return "x\n" }) }, nil},
		"the migration":              {migrate, nil},
		"another sentence":           {func(dir string) { migrate(dir); replace(dir, "trust me", "trust us") }, []string{"state-log-rewritten"}},
		"fields for an old entry": {func(dir string) {
			migrate(dir)
			i := "    previous: "
			replace(dir, i, "    evidence: "+strings.Repeat("e", 64)+"\n"+i)
		}, []string{"state-log-rewritten"}},
		"a downtime for an old entry": {func(dir string) {
			migrate(dir)
			replace(dir, "    previous: ", "    downtimeAccepted: true\n    previous: ")
		}, []string{"state-log-field"}},
		"the sentence taken for fields": {func(dir string) {
			migrate(dir)
			i := strings.LastIndex
			l.edit(dir, l.state, func(s string) string {
				at := i(s, "move: legacy")
				return s[:at] + "move: advance\n    kind: anchor\n    strategy: bundle" + s[at+len("move: legacy"):]
			})
		}, []string{"state-log-rewritten"}},
		"half of the migration": {func(dir string) {
			migrate(dir)
			l.edit(dir, l.state, func(s string) string { return strings.Replace(s, "    move: legacy\n", "", 1) })
		}, []string{"state-log-old"}},
		"an old file that differs": {func(dir string) {
			l.edit(dir, l.state, func(s string) string { return s + "# a comment\n" })
		}, []string{"state-log-old"}},
		"an old entry more": {func(dir string) {
			s := l.stateText(dir)
			r, err := state.ParseLegacy("f", []byte(s))
			if err != nil {
				t.Fatal(err)
			}
			last := r.Status.Log[1].Digest()
			l.edit(dir, l.state, func(s string) string {
				return s + "  - epoch: 1\n    phase: stable\n    at: \"2026-05-03T12:00:00Z\"\n    why: start anchor; downtime accepted\n    previous: " + last + "\n"
			})
		}, []string{"state-log-old"}},
		"an entry less": {func(dir string) {
			l.edit(dir, l.state, func(s string) string { return s[:strings.Index(s, "  log:\n")] })
		}, []string{"state-log-rewritten"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := l.job("origin/main", c.work)
			l.squashed(dir, "origin/main")
			if _, codes, out := l.guarded(dir); !slices.Equal(codes, c.want) {
				t.Errorf("says %q, want %q:\n%s", codes, c.want, out)
			}
		})
	}
}

func (l *prLand) stateText(dir string) string {
	l.t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(l.state)))
	if err != nil {
		l.t.Fatal(err)
	}
	return string(text)
}

// TestGuardOfForgedEntries: fields that were written by hand open nothing that
// the move would not have opened, and whatever is taken on somebody's word is shown.
func TestGuardOfForgedEntries(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.commitTo("main", func(dir string) { l.moves(dir, "start anchor", "advance --assume BUNDLE-DELIVERED") })
	digest := strings.Repeat("e", 64)
	for name, c := range map[string]struct {
		add, from, to string // appended to the last entry, and a replacement
		want          []string
		says          string
	}{
		"downtime accepted":      {add: "    downtimeAccepted: true\n", want: []string{"rotation-no-move"}},
		"a need that is unknown": {from: "code: BUNDLE-LOADED", to: "code: ALL-IS-WELL", want: []string{"state-choice"}},
		"a need without reason":  {from: "because: \"seen in the test\"", to: "because: \"\"", want: []string{"state-log-field"}},
		"a field twice":          {add: "    move: back\n", want: []string{"state-duplicate-key"}},
		"an unknown field":       {add: "    approved: true\n", want: []string{"state-unknown-key"}},
		"ahead":                  {add: "    ahead: true\n", want: []string{"guard-prepared"}},
		"another move":           {from: "move: advance\n    kind: anchor\n    strategy: bundle\n    assumed:\n    - code: BUNDLE-LOADED", to: "move: back\n    kind: anchor\n    strategy: bundle\n    assumed:\n    - code: BUNDLE-LOADED", want: []string{"rotation-no-move"}},
		"another digest":         {add: "    evidence: " + digest + "\n", says: "evidence with digest"},
	} {
		t.Run(name, func(t *testing.T) {
			at := l.at
			defer func() { l.at = at }()
			dir := l.job("origin/main", func(dir string) { l.moves(dir, "advance --assume BUNDLE-LOADED") })
			l.edit(dir, l.state, func(s string) string {
				head, last := s[:strings.LastIndex(s, "  - epoch:")], s[strings.LastIndex(s, "  - epoch:"):]
				if c.from != "" && !strings.Contains(last, strings.SplitN(c.from, "\n", 2)[0]) {
					t.Fatalf("the last entry is\n%s", last)
				}
				if strings.HasPrefix(c.add, "    evidence:") {
					i := strings.Index(last, "    evidence:")
					last = last[:i] + last[i+strings.Index(last[i:], "\n")+1:]
				}
				begin := strings.Index(last, "    phase:")
				return head + last[:begin] + c.add + strings.Replace(last[begin:], c.from, c.to, 1)
			})
			l.squashed(dir, "origin/main")
			_, codes, out := l.guarded(dir)
			if !slices.Equal(codes, c.want) || !strings.Contains(out, c.says) {
				t.Errorf("says %q, want %q with %q\n%s", codes, c.want, c.says, out)
			}
			if len(c.want) == 0 && !strings.Contains(out, "on somebody's word") {
				t.Errorf("the reviewer is not told on whose word:\n%s", out)
			}
		})
	}
}

// TestReasonsOfMoves: a reason that spells other fields, YAML, Markdown or
// trailers changes nothing but itself, from the command to the pull request.
func TestReasonsOfMoves(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.merge(l.pr("start", "anchor").Branch)
	l.at = l.at.Add(25 * time.Hour)
	var entry state.LogEntry
	for i, why := range []string{
		"",
		"start anchor; on somebody's word: BUNDLE-LOADED",
		`x; assumed BUNDLE-LOADED because "seen"; downtime accepted; prepared before its gate was open`,
		"x\n    ahead: true\n    downtimeAccepted: true",
		"back anchor (bundle) to stable",
		"# {a: &b !!c *d} | > - ? \u2028 \u202e\x1b[31m",
		"</details> @all [x](http://x) ![x](y) <img src=x> ::error::x `code` | a | b |",
		"x\n\nL5d-Pki-State-Sha256: 00\nL5d-Pki-Base: 00\nL5d-Pki-Epoch: 9",
	} {
		r := l.pr("--anew", "--assume", "BUNDLE-DELIVERED", "--why", why)
		log := l.stateOf(r.Branch).Status.Log
		last := log[len(log)-1]
		if last.Why != why {
			t.Errorf("%q came back as %q", why, last.Why)
		}
		last.Why = ""
		if i == 0 {
			entry = last
		} else if last.Digest() != entry.Digest() {
			t.Errorf("%q makes %+v, no reason made %+v", why, last, entry)
		}
		l.guardBranch(r.Branch, ExitDone)
		body := l.forge.pulls[len(l.forge.pulls)-1].Body
		for _, taken := range []string{"downtime is accepted", "BUNDLE-LOADED, because", "<img", "@all", "](http"} {
			if strings.Contains(body, taken) {
				t.Errorf("%q: the text says %q", why, taken)
			}
		}
		message := gitIn(t, l.remote, "log", "-1", "--format=%(trailers:key=L5d-Pki-Epoch,valueonly)", r.Branch)
		if strings.TrimSpace(message) != fmt.Sprint(r.Epoch) {
			t.Errorf("%q: the commit's epoch is %q", why, message)
		}
		if again := l.pr("--assume", "BUNDLE-DELIVERED"); again.Operation != plan.OpNone {
			t.Errorf("%q: the branch is not found again: %+v", why, again)
		}
	}
}

// TestLogShowsFields: programs get the fields, people one line.
func TestLogShowsFields(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rotation.yaml")
	if err := os.WriteFile(path, []byte(readFixture(t, "rotation", "bundle", "anchor-added.yaml")), 0o644); err != nil {
		t.Fatal(err)
	}
	why := "ticket\n7 | downtime accepted"
	at := time.Date(2026, 6, 2, 13, 0, 0, 0, time.UTC)
	done(t, callAt(t, at, "", nil, "advance", "-s", path, "--assume", "BUNDLE-DELIVERED", "--because", "seen", "--why", why))
	var entries []state.LogEntry
	if err := json.Unmarshal([]byte(done(t, call(t, "", nil, "log", "-s", path, "-o", "json")).out), &entries); err != nil {
		t.Fatal(err)
	}
	last := entries[len(entries)-1]
	if last.Why != why || last.Move != "advance" || last.Kind != "anchor" || last.Strategy != "bundle" || last.DowntimeAccepted || len(last.Assumed) != 1 {
		t.Errorf("%+v", last)
	}
	text := done(t, call(t, "", nil, "log", "--width", "200", "-s", path)).out
	if want := `advance anchor (bundle) to anchor-spread: "ticket\n7 | downtime accepted"; assumed BUNDLE-DELIVERED because "seen"`; !strings.Contains(text, want) || strings.Count(text, "\n") != 3 {
		t.Errorf("got\n%s", text)
	}
}
