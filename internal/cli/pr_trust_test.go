package cli

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"filippo.io/age"
	"filippo.io/age/armor"
)

const (
	startBranch   = "l5d-pki/prod-argocd/2-anchor-added"
	advanceBranch = "l5d-pki/prod-argocd/3-anchor-spread"
)

// elsewhere runs work with a fresh clone in place of the land's own.
func (l *prLand) elsewhere(prepare, work func(dir string)) {
	l.t.Helper()
	own := l.clone
	defer func() { l.clone = own }()
	l.clone = filepath.Join(l.t.TempDir(), "elsewhere")
	gitIn(l.t, l.t.TempDir(), "clone", "-q", l.remote, l.clone)
	if prepare != nil {
		prepare(l.clone)
	}
	work(l.clone)
}

// reseal commits everything into the head commit, with trailers that fit:
// anybody can make them.
func (l *prLand) reseal(dir string) {
	l.t.Helper()
	gitIn(l.t, dir, "add", "-A", "-f")
	tree, base := gitIn(l.t, dir, "write-tree"), gitIn(l.t, dir, "rev-parse", "HEAD^")
	cmd := exec.Command("git", "diff-tree", "-r", "-z", "--raw", "--no-renames", "--full-index", "--abbrev=64", base, tree)
	cmd.Dir = dir
	raw, err := cmd.Output()
	if err != nil {
		l.t.Fatal(err)
	}
	sum := sha256.Sum256(raw)
	state, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(l.state)))
	if err != nil {
		l.t.Fatal(err)
	}
	message := gitIn(l.t, dir, "log", "-1", "--format=%B")
	for trailer, value := range map[string]string{text.TrailerChanges: hex.EncodeToString(sum[:]), text.TrailerState: text.Digest(state), text.TrailerBase: base} {
		message = regexp.MustCompile(trailer+": .*").ReplaceAllString(message, trailer+": "+value)
	}
	gitIn(l.t, dir, "commit", "-q", "--amend", "-m", message)
}

// signingKey makes an SSH key, and returns what lets git sign with it and its
// line for allowed_signers.
func signingKey(t *testing.T) (configure func(dir string), line string) {
	t.Helper()
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		t.Skip("no ssh-keygen: git cannot sign")
	}
	key := filepath.Join(t.TempDir(), "key")
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	public, err := os.ReadFile(key + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	return func(dir string) {
		for name, value := range map[string]string{"gpg.format": "ssh", "user.signingkey": key + ".pub", "commit.gpgsign": "true"} {
			gitIn(t, dir, "config", name, value)
		}
	}, "robot@example.com " + string(public)
}

// allow puts a line into allowed_signers at the base.
func (l *prLand) allow(line string) {
	l.t.Helper()
	l.commitTo("main", func(dir string) {
		l.edit(dir, "linkerd/pki/allowed_signers", func(string) string { return line })
	})
}

func (l *prLand) moveBase() {
	l.t.Helper()
	l.commitTo("main", func(dir string) { l.edit(dir, "README.md", func(s string) string { return s + "more\n" }) })
}

// leftAlone wants a call to leave the branch, the forge and the key files as they are; of
// a commit that is not this command's the open pull request says that it is.
func (l *prLand) leftAlone(operation, why string, args ...string) {
	l.t.Helper()
	l.wrote()
	heads, keys := l.heads(), l.keyFiles()
	r := l.pr(args...)
	foreign := strings.Contains(r.Why, "it has a commit that is not this command's") && r.Number > 0
	if r.Operation != operation || !strings.Contains(r.Why, why) || l.heads() != heads || len(l.wrote()) > 0 && !foreign || !slices.Equal(keys, l.keyFiles()) {
		l.t.Errorf("%q: %+v, want %s: %s", args, r, operation, why)
	}
	if foreign {
		l.warnedOf(r)
	}
}

// warnedOf wants the open pull request to name the commit that is left alone, and its committer.
func (l *prLand) warnedOf(r plan.Report) {
	l.t.Helper()
	pull, who := l.forge.pulls[r.Number-1], gitIn(l.t, l.remote, "log", "-1", "--format=%cn <%ce>", r.Commit)
	if !strings.HasPrefix(pull.Body, "**Do not decide by this text.** The branch has commit `"+r.Commit+"` now. Its committer is `"+who+"`.") ||
		!strings.HasSuffix(pull.Title, " - pushed over") {
		l.t.Errorf("%+v\n%s\n%s", r, pull.Title, pull.Body)
	}
}

// TestPRStartMadeElsewhere: a start that this clone did not make is never taken
// over or pushed over, whatever its trailers say, and nothing is minted beside it.
func TestPRStartMadeElsewhere(t *testing.T) {
	t.Parallel()
	l := land(t)
	var made plan.Report
	l.elsewhere(nil, func(string) { made = l.pr("start", "anchor") })
	const why = "was made elsewhere: it is not recorded in this clone"
	for _, args := range [][]string{{"start", "anchor"}, {"--next"}} { // its pull request is open, and as it should be
		l.leftAlone(plan.OpNone, why, args...)
	}
	gitIn(t, l.clone, "fetch", "-q")
	gitIn(t, l.clone, "branch", "-q", startBranch, "origin/"+startBranch) // branches of any kind prove nothing
	l.leftAlone(plan.OpLeft, why, "start", "anchor", "--commit-only")
	gitIn(t, l.clone, "branch", "-q", "-D", startBranch)
	l.moveBase()
	for _, args := range [][]string{{"start", "anchor"}, {"--next"}} {
		l.leftAlone(plan.OpLeft, why, args...)
	}
	l.forge.pulls = nil
	l.leftAlone(plan.OpLeft, why, "start", "anchor")
	anew := l.pr("start", "anchor", "--anew")
	if anew.Operation != plan.OpCreated || anew.Commit == made.Commit || l.head(startBranch) != anew.Commit {
		t.Errorf("--anew: %+v", anew)
	}
}

// TestPRPushedOver: what this clone recorded counts by its commit, not by its branch.
func TestPRPushedOver(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.pr("start", "anchor")
	l.elsewhere(nil, func(string) { l.pr("start", "anchor", "--anew") })
	l.leftAlone(plan.OpNone, "made elsewhere", "--next")
	l.moveBase()
	l.leftAlone(plan.OpLeft, "made elsewhere", "start", "anchor")
	l.commitTo(startBranch, func(dir string) { // somebody adds a file, with the right trailers
		l.edit(dir, "note.txt", func(string) string { return "x\n" })
		gitIn(t, dir, "reset", "-q", "--soft", "HEAD^")
		l.reseal(dir)
	})
	l.leftAlone(plan.OpLeft, "it changes other files than its state gives: note.txt", "--next")
}

// TestPRTwoFail: two pushes failed; while the remote still has an older commit of
// this clone, that one stays known.
func TestPRTwoFail(t *testing.T) {
	t.Parallel()
	l := land(t)
	first := l.pr("start", "anchor")
	hook := filepath.Join(l.remote, "hooks", "pre-receive")
	for range 2 {
		l.moveBase()
		if err := os.WriteFile(hook, []byte("#!/bin/sh\nexit 1\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		l.refused("pr-git", "start", "anchor")
		if err := os.Remove(hook); err != nil {
			t.Fatal(err)
		}
	}
	was := l.stateOf(first.Branch)
	if r := l.pr("start", "anchor"); r.Operation != plan.OpUpdated || l.stateOf(first.Branch).Status.Anchors[1] != was.Status.Anchors[1] {
		t.Errorf("%+v", r)
	}
}

// TestPRSigned: a commit that a key of the base branch signed is taken over by
// any clone, and the text says whose it was. Other signatures prove nothing.
func TestPRSigned(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(t *testing.T, l *prLand, line string)
		after   func(l *prLand, dir string)
		taken   bool
	}{
		"listed": {func(_ *testing.T, l *prLand, line string) { l.allow(line) }, nil, true},
		"not listed": {func(t *testing.T, l *prLand, _ string) {
			_, other := signingKey(t)
			l.allow(other)
		}, nil, false},
		"no list": {nil, nil, false},
		"listed on its own branch only": {nil, func(l *prLand, dir string) {
			line, err := os.ReadFile(filepath.Join(dir, "line"))
			if err != nil {
				l.t.Fatal(err)
			}
			if err := os.Remove(filepath.Join(dir, "line")); err != nil {
				l.t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "linkerd/pki/allowed_signers"), line, 0o644); err != nil {
				l.t.Fatal(err)
			}
			l.reseal(dir)
		}, false},
		"put onto another parent": {func(_ *testing.T, l *prLand, line string) { l.allow(line) }, func(l *prLand, dir string) {
			raw := gitIn(l.t, dir, "cat-file", "commit", "HEAD")
			raw = strings.Replace(raw, "parent "+gitIn(l.t, dir, "rev-parse", "HEAD^"), "parent "+gitIn(l.t, dir, "rev-parse", "HEAD^^"), 1)
			file := filepath.Join(dir, ".git", "raw")
			if err := os.WriteFile(file, []byte(raw+"\n"), 0o644); err != nil {
				l.t.Fatal(err)
			}
			gitIn(l.t, dir, "reset", "-q", "--soft", gitIn(l.t, dir, "hash-object", "-t", "commit", "-w", file))
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			l := land(t)
			sign, line := signingKey(t)
			if c.prepare != nil {
				c.prepare(t, l, line)
			}
			var made plan.Report
			l.elsewhere(sign, func(string) { made = l.pr("start", "anchor") })
			if c.after != nil {
				l.commitTo(made.Branch, func(dir string) {
					sign(dir)
					if err := os.WriteFile(filepath.Join(dir, "line"), []byte(line), 0o644); err != nil {
						t.Fatal(err)
					}
					c.after(l, dir)
				})
			}
			was := l.stateOf(made.Branch)
			l.moveBase()
			if !c.taken {
				l.leftAlone(plan.OpLeft, "", "--next")
				return
			}
			r := l.pr("--next")
			if r.Operation != plan.OpUpdated || l.stateOf(made.Branch).Status.Anchors[1] != was.Status.Anchors[1] {
				t.Fatalf("%+v", r)
			}
			if body := l.forge.pulls[0].Body; !strings.Contains(body, "taken over from commit "+made.Commit[:12]+", signed by robot(at)example.com, key SHA256:") {
				t.Errorf("the text does not say where the material comes from:\n%s", body)
			}
			l.wrote()
			if again := l.pr("--next"); again.Operation != plan.OpNone || len(l.wrote()) > 0 {
				t.Errorf("again: %+v", again)
			}
		})
	}
}

// sealForStranger encrypts a key file again, for one recipient that nobody knows.
func sealForStranger(t *testing.T, file string, id *age.X25519Identity) {
	t.Helper()
	stranger, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := age.Decrypt(armor.NewReader(bytes.NewReader(text)), id)
	if err != nil {
		t.Fatal(err)
	}
	pem, err := io.ReadAll(opened)
	if err != nil {
		t.Fatal(err)
	}
	key, err := pki.ParseKey(pem)
	if err != nil {
		t.Fatal(err)
	}
	s := &state.Rotation{Spec: state.Spec{Custody: state.Custody{Kind: state.CustodyAge, Recipients: []string{stranger.Recipient().String()}}}}
	c, err := custody.New(custody.World{State: s, Random: rand.Reader, Getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	if text, err = c.Seal(key, render.NamedKey{Name: "2026"}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestPRCarries: of a commit that may be taken over only state, evidence and key
// files that fit go along, and never another file.
func TestPRCarries(t *testing.T) {
	t.Parallel()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	write := func(l *prLand, dir, name, text string) {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			l.t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			l.t.Fatal(err)
		}
	}
	const keys = "linkerd/pki/keys/"
	for name, c := range map[string]struct {
		work func(l *prLand, dir string)
		left string // "" if the move is taken over, without gone
		gone string
	}{
		"a workflow":           {func(l *prLand, dir string) { write(l, dir, ".github/workflows/ci.yaml", "on: push\n") }, "", ".github"},
		"a workflow of Gitea":  {func(l *prLand, dir string) { write(l, dir, ".gitea/workflows/ci.yaml", "on: push\n") }, "", ".gitea"},
		"a file with no owner": {func(l *prLand, dir string) { write(l, dir, "apps/evil.yaml", "kind: Pod\n") }, "", "apps/evil.yaml"},
		"a key for a stranger": {func(l *prLand, dir string) {
			sealForStranger(l.t, filepath.Join(dir, keys+"2026.age"), id)
		}, "does not fit", ""},
		"the key of another": {func(l *prLand, dir string) {
			text, err := os.ReadFile(filepath.Join(dir, keys+"2026-1.age"))
			if err != nil {
				l.t.Fatal(err)
			}
			write(l, dir, keys+"2026.age", string(text))
		}, "does not fit", ""},
		"a key that runs": {func(l *prLand, dir string) {
			if err := os.Chmod(filepath.Join(dir, keys+"2026.age"), 0o755); err != nil {
				l.t.Fatal(err)
			}
		}, "is not a regular file", ""},
		"a link as a key": {func(l *prLand, dir string) {
			file := filepath.Join(dir, keys+"2026.age")
			if err := os.Remove(file); err != nil {
				l.t.Fatal(err)
			}
			if err := os.Symlink("/etc/hostname", file); err != nil {
				l.t.Fatal(err)
			}
		}, "is not a regular file", ""},
		"evidence of another name": {func(l *prLand, dir string) {
			write(l, dir, "linkerd/pki/evidence/prod-argocd-x-20260601T120000Z.yaml", "kind: Observation\n")
		}, "is not the observation", ""},
	} {
		t.Run(name, func(t *testing.T) {
			l := land(t)
			sign, line := signingKey(t)
			l.allow(line)
			l.commitTo("main", func(dir string) {
				l.edit(dir, l.state, func(s string) string {
					return strings.Replace(s, "custody: {kind: file}", "custody: {kind: age, recipients: ["+id.Recipient().String()+"]}", 1)
				})
			})
			var made plan.Report
			l.elsewhere(sign, func(string) { made = l.pr("start", "anchor") })
			l.commitTo(made.Branch, func(dir string) {
				sign(dir)
				c.work(l, dir)
				l.reseal(dir)
			})
			l.moveBase()
			if c.left != "" {
				l.leftAlone(plan.OpLeft, c.left, "start", "anchor")
				return
			}
			r := l.pr("start", "anchor")
			files := gitIn(t, l.remote, "ls-tree", "-r", "--name-only", made.Branch)
			if r.Operation != plan.OpUpdated || strings.Contains(files, c.gone) || !strings.Contains(files, keys+"2026.age") {
				t.Errorf("%+v; files:\n%s", r, files)
			}
		})
	}
}

// TestPRAdvanceMadeElsewhere: a move that mints nothing is made again by this
// call's own evidence; what the branch claims opens no gate.
func TestPRAdvanceMadeElsewhere(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.merge(l.pr("start", "anchor").Branch)
	l.at = l.at.Add(time.Hour)
	var made plan.Report
	l.elsewhere(nil, func(string) { made = l.pr("--assume", "BUNDLE-DELIVERED") })
	l.leftAlone(plan.OpNone, "made elsewhere", "--next")
	l.forge.pulls = l.forge.pulls[:1] // the branch is there, the pull request is not
	if r := l.pr("--next"); r.Operation != plan.OpNone || len(r.Needs) == 0 || len(l.forge.pulls) > 1 {
		t.Errorf("without evidence: %+v", r)
	}
	l.at = l.at.Add(time.Hour)
	r := l.pr("--assume", "BUNDLE-DELIVERED")
	last, _ := l.stateOf(advanceBranch).LastEntry()
	if r.Operation != plan.OpCreated || r.Commit == made.Commit || last.At != l.at.Format(time.RFC3339) {
		t.Errorf("with evidence: %+v", r)
	}
	l.commitTo(advanceBranch, func(dir string) {
		l.edit(dir, ".github/workflows/ci.yaml", func(string) string { return "on: push\n" })
		gitIn(t, dir, "reset", "-q", "--soft", "HEAD^")
		l.reseal(dir)
	})
	l.moveBase()
	l.elsewhere(nil, func(string) {
		l.leftAlone(plan.OpLeft, "other files than its state gives: .github/workflows/ci.yaml", "--next", "--assume", "BUNDLE-DELIVERED")
	})
	l.commitTo(advanceBranch, func(dir string) { // an instant that opens gates of time is not taken over either
		gitIn(t, dir, "rm", "-q", "-r", ".github")
		l.edit(dir, l.state, func(s string) string { return strings.Replace(s, "phase: anchor-spread", "phase: issuer-switched", 1) })
		gitIn(t, dir, "reset", "-q", "--soft", "HEAD^")
		l.reseal(dir)
	})
	l.elsewhere(nil, func(string) {
		if r := l.pr("--next", "--assume", "BUNDLE-DELIVERED"); r.Operation != plan.OpLeft || !r.Warned {
			t.Errorf("a text of another state: %+v", r)
		}
		l.leftAlone(plan.OpLeft, "", "--next", "--assume", "BUNDLE-DELIVERED")
	})
}

// TestPRIgnoredFlags: a flag that the branch does not follow is refused, from
// the command line and from the environment; one that it follows is not.
func TestPRIgnoredFlags(t *testing.T) {
	t.Parallel()
	l := land(t)
	keys := keysDir(t)
	first := l.pr("start", "anchor", "--name", "first", "--keys-dir", keys, "--why", "the yearly one")
	if again := l.pr("start", "anchor", "--name", "first", "--keys-dir", keys, "--why", "the yearly one"); again.Operation != plan.OpNone {
		t.Errorf("the same flags: %+v", again)
	}
	anchor := filepath.Join(fixtures, "pki", "anchor-2026.crt")
	for _, args := range [][]string{
		{"--name", "second"}, {"--keys-dir", "keys"}, {"--why", "another"}, {"--anchor", anchor},
		{"--anchor-key", privately(t, filepath.Join(fixtures, "pki", "anchor-2025.key"))}, {"--issuer-key", "keys/x.key"}, {"--anchor-signer", "awskms:x"},
		{"--outgoing-key", privately(t, filepath.Join(fixtures, "pki", "anchor-2025.key"))},
	} {
		l.refused("pr-ignored", append([]string{"start", "anchor"}, args...)...)
	}
	l.env["L5D_PKI_NAME"] = "second"
	l.refused("pr-ignored", "start", "anchor")
	if r := l.pr("--next"); r.Operation != plan.OpNone { // flags of --next are for what may be due
		t.Errorf("--next: %+v", r)
	}
	if r := l.pr("start", "anchor", "--anew", "--keys-dir", keys); r.Operation != plan.OpUpdated || r.Commit == first.Commit || l.stateOf(r.Branch).Status.Anchors[1].Name != "second" {
		t.Errorf("--anew: %+v", r)
	}
}

// TestPRReplacedComesBack: what `--anew` replaced is not taken over again when somebody
// pushes it back, whoever signed it; nor before its successor was pushed.
func TestPRReplacedComesBack(t *testing.T) {
	t.Parallel()
	for name, signed := range map[string]bool{"recorded": false, "recorded and signed": true} {
		t.Run(name, func(t *testing.T) {
			l := land(t)
			if signed {
				sign, line := signingKey(t)
				l.allow(line)
				sign(l.clone)
			}
			first := l.pr("start", "anchor")
			l.moveBase()
			moved := l.pr("start", "anchor") // the same start on a new base: both stay known
			gitIn(t, l.remote, "update-ref", "refs/heads/"+startBranch, first.Commit)
			if again := l.pr("--next"); again.Operation != plan.OpUpdated {
				t.Fatalf("the same start: %+v", again)
			}
			hook := filepath.Join(l.remote, "hooks", "pre-receive")
			if err := os.WriteFile(hook, []byte("#!/bin/sh\nexit 1\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			l.refused("pr-git", "start", "anchor", "--anew", "--keys-dir", keysDir(t))
			if err := os.Remove(hook); err != nil {
				t.Fatal(err)
			}
			const why = "was made in this clone, and replaced by commit"
			l.leftAlone(plan.OpNone, why, "start", "anchor")
			anew := l.pr("start", "anchor", "--anew", "--keys-dir", keysDir(t))
			for _, old := range []string{first.Commit, moved.Commit} {
				gitIn(t, l.remote, "update-ref", "refs/heads/"+startBranch, old)
				for _, args := range [][]string{{"--next"}, {"start", "anchor"}} {
					if r := l.pr(args...); r.Operation != plan.OpLeft || !strings.Contains(r.Why, why) || l.head(startBranch) != old {
						t.Errorf("%q: %+v", args, r)
					}
				}
			}
			l.moveBase()
			if r := l.pr("--next"); r.Operation != plan.OpLeft || !strings.Contains(r.Why, why+" "+anew.Commit[:12]) || l.head(startBranch) != moved.Commit {
				t.Errorf("on a new base: %+v", r)
			}
			gitIn(t, l.remote, "update-ref", "-d", "refs/heads/"+startBranch)
			if r := l.pr("start", "anchor"); l.stateOf(startBranch).Status.Anchors[1] == l.stateOf(first.Commit).Status.Anchors[1] {
				t.Errorf("after the branch was deleted: %+v", r)
			}
		})
	}
}

// TestPRTextOfAnotherCommit: where somebody pushed over the branch, the pull request is
// not as it should be: text and title say that they are of another commit, once, until
// they are not.
func TestPRTextOfAnotherCommit(t *testing.T) {
	t.Parallel()
	l := land(t)
	first := l.pr("start", "anchor")
	pull := &l.forge.pulls[0]
	title, body := pull.Title, pull.Body
	warned := func(why string) {
		t.Helper()
		head := l.head(startBranch)
		dry := l.pr("--next", "--dry-run")
		if dry.Operation != plan.OpLeft || pull.Body != body || pull.Title != title {
			t.Errorf("dry run: %+v\n%s\n%s", dry, pull.Title, pull.Body)
		}
		l.wrote()
		for i, args := range [][]string{{"--next"}, {"--next"}, {"start", "anchor"}} {
			r := l.pr(args...)
			wrote := l.wrote()
			if r.Operation != plan.OpLeft || !strings.HasPrefix(r.Why, "the text of pull request #1 was written for another commit than "+head[:12]) ||
				!strings.Contains(r.Why, why) || strings.Contains(r.Why, "as it should be") || r.Warned != (i == 0) || len(wrote) > 0 != r.Warned {
				t.Errorf("%q: %+v, wrote %q", args, r, wrote)
			}
		}
		if l.head(startBranch) != head || !strings.HasPrefix(pull.Body, "**Do not decide by this text.** The branch has commit `"+head+"` now.") ||
			!strings.HasSuffix(pull.Body, body) || pull.Title != title+" - pushed over" {
			t.Errorf("%s: %s", pull.Title, pull.Body)
		}
	}
	mark := func() { // another clone pushes a start of its own, and touches no pull request
		l.elsewhere(nil, func(dir string) {
			r := l.pr("start", "anchor", "--anew", "--commit-only")
			gitIn(t, dir, "push", "-q", "--force", "origin", r.Commit+":refs/heads/"+startBranch)
		})
	}
	mark()
	warned("made elsewhere")
	l.moveBase()
	gitIn(t, l.remote, "update-ref", "refs/heads/"+startBranch, first.Commit)
	if r := l.pr("--next"); r.Operation != plan.OpUpdated || pull.Title != title || strings.Contains(pull.Body, "Do not decide") {
		t.Errorf("the start is back: %+v\n%s\n%s", r, pull.Title, pull.Body)
	}
	title, body = pull.Title, pull.Body
	mark()
	warned("made elsewhere")
	title, body = pull.Title, pull.Body
	mark() // another one
	l.pr("--next")
	if strings.Count(pull.Body, "Do not decide") != 1 || !strings.Contains(pull.Body, l.head(startBranch)) {
		t.Errorf("pushed over twice: %s", pull.Body)
	}
	gitIn(t, l.remote, "update-ref", "refs/heads/"+startBranch, gitIn(t, l.clone, "rev-parse", "refs/l5d-pki-render-made/"+startBranch))
	l.elsewhere(nil, func(string) { // a clone that takes nothing over sees that the text fits again
		if r := l.pr("--next"); r.Operation != plan.OpNone || !r.Warned || strings.Contains(pull.Body, "Do not decide") || strings.Contains(pull.Title, "pushed over") {
			t.Errorf("elsewhere: %+v\n%s\n%s", r, pull.Title, pull.Body)
		}
	})
	title, body = pull.Title, pull.Body
	l.commitTo(startBranch, func(dir string) { l.edit(dir, l.state, func(s string) string { return s + "# x\n" }) })
	warned("it has a commit that is not this command's")
}
