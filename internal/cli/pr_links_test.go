package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// linkTo links the state of the land to another one.
func (l *prLand) linkTo(dir, path string) {
	l.t.Helper()
	l.edit(dir, l.state, func(s string) string {
		return strings.Replace(s, "  outputs:\n", "  links:\n  - {name: west, state: "+path+"}\n  outputs:\n", 1)
	})
}

// other is the state of a cluster with the same trust and a name of its own.
func (l *prLand) other() string {
	l.t.Helper()
	text, err := os.ReadFile(filepath.Join(l.clone, l.state))
	if err != nil {
		l.t.Fatal(err)
	}
	s := strings.Replace(string(text), "name: prod-argocd", "name: west", 1)
	return s[:strings.Index(s, "  outputs:")] + s[strings.Index(s, "status:"):]
}

// TestPRLinks: the state of a linked cluster, in the repository or beside it, is
// part of what a pull request and the guard judge by: the bundles that the other
// mesh delivers are in the trust matrix, and a chain that it could not verify is
// refused.
func TestPRLinks(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"in the repository": "../../west/rotation.yaml", "beside it": "../../../west/rotation.yaml"} {
		t.Run(name, func(t *testing.T) {
			l := land(t)
			l.commitTo("main", func(dir string) {
				if name == "in the repository" {
					l.edit(dir, "west/rotation.yaml", func(string) string { return l.other() })
				}
				l.linkTo(dir, path)
			})
			if name == "beside it" {
				beside := filepath.Join(filepath.Dir(l.clone), "west")
				if err := os.MkdirAll(beside, 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(beside, "rotation.yaml"), []byte(l.other()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			l.merge(l.pr("start", "anchor").Branch)
			l.at = l.at.Add(25 * time.Hour)
			spread := l.pr("--assume", "BUNDLE-DELIVERED")
			if body := l.forge.pulls[1].Body; !strings.Contains(body, "west") {
				t.Errorf("the text says nothing of the linked cluster:\n%s", body)
			}
			gitIn(t, l.clone, "fetch", "-q")
			gitIn(t, l.clone, "checkout", "-q", "--detach", "origin/"+spread.Branch)
			if got := l.run("pr", "--guard", "--base", "main"); got.code != ExitDone {
				t.Errorf("guard: %s%s", got.out, got.stderr)
			}
			l.merge(spread.Branch)
			l.at = l.at.Add(25 * time.Hour)
			// The other cluster still delivers the old bundle alone: it could not
			// verify the new issuer, whatever a person says of this one.
			got := l.run("pr", "--assume", "BUNDLE-LOADED", "--assume", "DELIVERED-ELSEWHERE", "--because", "x")
			if got.code != ExitFailed || !strings.Contains(got.stderr, "west") {
				t.Errorf("code %d: %s%s", got.code, got.out, got.stderr)
			}
			if strings.Contains(l.heads(), "4-issuer-switched") {
				t.Error("pushed")
			}
		})
	}
}

// TestPRLinksOfAChange: a link out of the repository is followed where the base
// has it, never where the judged change brings it; and no link is followed
// through a symbolic link.
func TestPRLinksOfAChange(t *testing.T) {
	t.Parallel()
	l := land(t)
	secret := filepath.Join(filepath.Dir(l.clone), "secret.yaml")
	if err := os.WriteFile(secret, []byte("token: 0123\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"../../../secret.yaml", "../../../../secret.yaml"} {
		dir := l.job("origin/main", func(dir string) { l.moves(dir, "start anchor") })
		l.linkTo(dir, path)
		clone := l.clone
		l.clone = dir
		got := l.run("pr", "--guard", "--base", "main")
		l.clone = clone
		if got.code != ExitFailed || !strings.Contains(got.out+got.stderr, "outside of the repository") || strings.Contains(got.out+got.stderr, "token") {
			t.Errorf("%s: code %d: %s%s", path, got.code, got.out, got.stderr)
		}
	}
	for _, link := range []string{"west", "west/rotation.yaml"} { // the directory, the file
		l := land(t)
		l.commitTo("main", func(dir string) {
			at := filepath.Join(dir, filepath.FromSlash(link))
			if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(secret, at); err != nil {
				t.Fatal(err)
			}
			l.linkTo(dir, "../../west/rotation.yaml")
		})
		l.refused("pr-not-regular", "start", "anchor")
	}
}

// TestPREvidenceThroughALink: the directory of the observations may not be a link.
func TestPREvidenceThroughALink(t *testing.T) {
	t.Parallel()
	l := land(t)
	outside := t.TempDir()
	l.commitTo("main", func(dir string) {
		if err := os.Symlink(outside, filepath.Join(dir, "linkerd/pki/evidence")); err != nil {
			t.Fatal(err)
		}
		gitIn(t, dir, "add", "-A")
		gitIn(t, dir, "commit", "-q", "-m", "link")
	})
	l.merge(l.pr("start", "anchor").Branch)
	l.at = l.at.Add(time.Hour)
	l.refused("pr-not-regular", "--evidence", l.observation())
	if left, _ := os.ReadDir(outside); len(left) > 0 {
		t.Errorf("written outside: %v", left)
	}
}

// TestPrintEvidence: the text of a move in the working tree rests on what the
// flags bring, as the move did.
func TestPrintEvidence(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.merge(l.pr("start", "anchor").Branch)
	gitIn(t, l.clone, "pull", "-q")
	l.at = l.at.Add(time.Hour)
	file := l.observation()
	path := filepath.Join(l.clone, filepath.FromSlash(l.state))
	if got := callAt(t, l.at, "", nil, "advance", "-s", path, "--evidence", file, "--assume", "DELIVERED-ELSEWHERE", "--because", "x"); got.code != ExitDone {
		t.Fatal(got.stderr)
	}
	if got := call(t, "", nil, "sync", "-s", path); got.code != ExitDone {
		t.Fatal(got.stderr)
	}
	without, with := l.run("pr", "--print"), l.run("pr", "--print", "--evidence", file)
	if without.code != ExitDone || !strings.Contains(without.out, "no observation of cluster") {
		t.Errorf("without: code %d: %s%s", without.code, without.out, without.stderr)
	}
	if with.code != ExitDone || !strings.Contains(with.out, "BUNDLE-DELIVERED: met") {
		t.Errorf("with: code %d: %s%s", with.code, with.out, with.stderr)
	}
}
