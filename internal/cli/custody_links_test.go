package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// linked puts a link in the place of the directory of keys, with what it had moved along.
func linked(t *testing.T, keys, to string) {
	t.Helper()
	if err := os.Rename(keys, to); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(to, "kept"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(to, keys); err != nil {
		t.Fatal(err)
	}
}

// TestKeysBehindLinks: no command writes a key in clear through a link that Git has or
// would commit; one that is ignored is followed, and the note says where it leads.
func TestKeysBehindLinks(t *testing.T) {
	for name, ignored := range map[string]bool{"a link of the branch": false, "an ignored link": true} {
		t.Run(name, func(t *testing.T) {
			top, outside := t.TempDir(), filepath.Join(t.TempDir(), "elsewhere")
			statePath := filepath.Join(top, "pki", "rotation.yaml")
			gitIn(t, top, "init", "-q")
			if err := os.WriteFile(filepath.Join(top, ".gitignore"), []byte("/pki/keys\n*.key\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			add := func() {
				if !ignored {
					gitIn(t, top, "add", "-f", "pki/keys")
				}
			}
			initial := []string{"init", "--new", "--linkerd-version", "edge-25.10.7", "--custody", "file", "-s", statePath}
			if err := os.Mkdir(filepath.Join(top, "pki"), 0o755); err != nil {
				t.Fatal(err)
			}
			linked(t, filepath.Join(top, "pki", "keys"), outside)
			add()
			at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
			check := func(args ...string) {
				t.Helper()
				before := tree(t, outside)
				got := callAt(t, at, "", nil, args...)
				if ignored {
					done(t, got)
					if !strings.Contains(got.stderr, ", behind a symbolic link: "+outside+"/") {
						t.Errorf("%q: the place is not named: %s", args, got.stderr)
					}
					return
				}
				refusedWith(t, args[0], got, problem.CustodyLink)
				sameTree(t, args[0], tree(t, outside), before)
				if !strings.Contains(got.stderr, outside+"/") {
					t.Errorf("%q: the place is not named: %s", args, got.stderr)
				}
			}
			check(initial...)
			if !ignored {
				if err := os.Remove(filepath.Join(top, "pki", "keys")); err != nil {
					t.Fatal(err)
				}
				gitIn(t, top, "rm", "-q", "--cached", "pki/keys")
				done(t, call(t, "", nil, initial...))
				if err := os.RemoveAll(outside); err != nil {
					t.Fatal(err)
				}
				linked(t, filepath.Join(top, "pki", "keys"), outside)
				add()
			}
			done(t, call(t, "", nil, "manifests", "--with-keys", "-s", statePath)) // what is read must fit its certificate
			if !ignored {                                                          // sealed anew nothing goes out of the repository
				check("custody", "rewrap", "-s", statePath)
			}
			at = at.Add(time.Hour)
			check("start", "issuer", "--csr-out", filepath.Join(top, "new.csr"), "--issuer-key", "keys/new.key", "-s", statePath)
			at = at.Add(time.Hour)
			check("start", "anchor", "-s", statePath)
		})
	}
}

// TestPRKeysBehindLinks: with the branch of somebody else checked out, `pr` writes no key
// through its links.
func TestPRKeysBehindLinks(t *testing.T) {
	t.Parallel()
	l := land(t)
	outside := t.TempDir()
	l.commitTo("main", func(dir string) {
		l.edit(dir, ".gitignore", func(s string) string { return s + "/linkerd/pki/keys\n*.key\n" })
	})
	gitIn(t, l.clone, "pull", "-q")
	gitIn(t, l.clone, "checkout", "-q", "-b", "feature")
	if err := os.RemoveAll(filepath.Join(l.clone, "linkerd/pki/keys")); err != nil {
		t.Fatal(err)
	}
	linked(t, filepath.Join(l.clone, "linkerd/pki/keys"), outside)
	gitIn(t, l.clone, "add", "-f", "linkerd/pki/keys")
	gitIn(t, l.clone, "commit", "-q", "-m", "feature")
	heads := l.heads()
	l.refused("custody-link", "start", "anchor")
	if found, _ := filepath.Glob(filepath.Join(outside, "*")); len(found) != 1 || l.heads() != heads {
		t.Errorf("written: %q, heads %s", found, l.heads())
	}
	gitIn(t, l.clone, "checkout", "-q", "main")
	gitIn(t, l.clone, "checkout", "-q", "-b", "above")
	if err := os.RemoveAll(filepath.Join(l.clone, "linkerd")); err != nil {
		t.Fatal(err)
	}
	linked(t, filepath.Join(l.clone, "linkerd"), outside)
	gitIn(t, l.clone, "add", "-f", "linkerd")
	gitIn(t, l.clone, "commit", "-q", "-m", "above")
	l.refused("custody-link", "start", "anchor")
	if found, _ := filepath.Glob(filepath.Join(outside, "*")); len(found) != 1 {
		t.Errorf("written above: %q", found)
	}
	gitIn(t, l.clone, "checkout", "-q", "main")
	if r := l.pr("start", "anchor"); r.Operation != plan.OpCreated || len(l.keyFiles()) == 0 {
		t.Errorf("with the base checked out: %+v, keys %q", r, l.keyFiles())
	}
}
