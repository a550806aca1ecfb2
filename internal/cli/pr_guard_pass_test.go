package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/lint"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// testKey is a private key of the fixtures.
func testKey(t *testing.T) string { return readFixture(t, "pki", "issuer-2026-1.key") }

// rewrapped seals all keys again, for the recipients that the state has then.
func (l *prLand) rewrapped(dir, identity string, recipients ...string) {
	l.t.Helper()
	for _, r := range recipients {
		l.edit(dir, l.state, func(s string) string { return strings.Replace(s, "    - age1", "    - "+r+"\n    - age1", 1) })
	}
	got := callAt(l.t, l.at, "", nil, "custody", "rewrap", "-s", filepath.Join(dir, l.state), "--identity", identity)
	if got.code != ExitDone {
		l.t.Fatalf("rewrap: %s%s", got.out, got.stderr)
	}
	gitIn(l.t, dir, "add", "-A")
	gitIn(l.t, dir, "commit", "-q", "-m", "rewrap")
}

// keyFile is the file of the issuer's key, from the top of the repository.
func (l *prLand) keyFile(dir string) string {
	l.t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, l.state))
	if err != nil {
		l.t.Fatal(err)
	}
	_, issuers, _ := strings.Cut(string(text), "\n  issuers:")
	_, key, _ := strings.Cut(issuers, "    key: ")
	key, _, _ = strings.Cut(key, "\n")
	return "pki/" + strings.TrimSpace(key)
}

// TestGuardPasses: what the guard must not refuse, with what it shows of it.
func TestGuardPasses(t *testing.T) {
	t.Parallel()
	l, identity := ageLand(t)
	gitkey := testKey(t)
	l.commitTo("main", func(dir string) {
		l.committed(dir, func() {
			put(t, dir, lint.AllowList, "# keys of tests\n**/testdata/**\n")
			put(t, dir, "shop/app.yaml", "kind: ConfigMap\n")
		})
	})
	run := func(t *testing.T, dir string, args ...string) {
		t.Helper()
		got := callAt(t, l.at, "", nil, append(args, "-s", filepath.Join(dir, l.state), "--identity", identity, "--assume", "DELIVERED-ELSEWHERE", "--because", "seen in the test")...)
		if got.code != ExitDone {
			t.Fatalf("%q: %s", args, got.stderr)
		}
		gitIn(t, dir, "add", "-A")
		gitIn(t, dir, "commit", "-q", "-m", strings.Join(args, " "))
	}
	for name, c := range map[string]struct {
		work   func(dir string)
		args   []string
		shows  string
		before []string // codes without the arguments
	}{
		"a pull request that has nothing to do with the state": {
			work: func(dir string) {
				l.edit(dir, "shop/app.yaml", func(s string) string { return s + "data: {a: b}\n" })
			},
			shows: "no change of phase",
		},
		"a start, with its new keys": {
			work:  func(dir string) { run(t, dir, "start", "anchor", "--strategy", "bundle") },
			shows: "only who can open it can prove it",
		},
		"rewrap": {
			work: func(dir string) { l.rewrapped(dir, identity) },
			args: []string{"--accept", "guard-keys"}, shows: "its file was replaced", before: []string{"guard-keys"},
		},
		"a recipient more": {
			work: func(dir string) { l.rewrapped(dir, identity, stranger(t).Recipient().String()) },
			args: []string{"--accept", "guard-keys,guard-recipients"}, shows: "who can open the next keys", before: []string{"guard-keys", "guard-recipients"},
		},
		"a key that goes into a safe": {
			work: func(dir string) {
				l.committed(dir, func() { gitIn(t, dir, "rm", "-q", l.keyFile(dir)) })
			},
			args: []string{"--accept", "guard-keys"}, shows: "is deleted", before: []string{"guard-keys"},
		},
		"a move of the state that a maintainer accepted": {
			work: func(dir string) { l.committed(dir, func() { moveFile(t, dir, "pki", "certs") }) },
			args: []string{"--accept", "guard-state-moved", "--state", "certs/rotation.yaml"}, shows: "moved from pki/rotation.yaml", before: []string{"guard-state-moved"},
		},
		"links, submodules and files of Git LFS": {
			work: func(dir string) {
				l.committed(dir, func() {
					link(t, dir, "/dev/zero", "zero")
					link(t, dir, "../shop", "docs/shop")
					link(t, dir, "nowhere", "pki/README")
					put(t, dir, ".gitmodules", "[submodule \"vendor\"]\n\tpath = vendor\n\turl = ../vendor\n")
					put(t, dir, ".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
					put(t, dir, "big.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:"+strings.Repeat("4d", 32)+"\nsize 12345\n")
				})
				gitIn(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+gitIn(t, dir, "rev-parse", "HEAD")+",vendor")
				gitIn(t, dir, "commit", "-q", "-m", "submodule")
			},
			shows: "no change of phase",
		},
		"a test key that the base allows": {
			work:  func(dir string) { l.committed(dir, func() { put(t, dir, "shop/testdata/tls.key", gitkey) }) },
			shows: "1 file with private keys allowed",
		},
		"line ends by attributes": {
			work: func(dir string) {
				l.committed(dir, func() { put(t, dir, ".gitattributes", "* text=auto\n*.yaml text eol=lf\n*.age text eol=lf\n") })
			},
			shows: "no change of phase",
		},
		"an emergency, with downtime accepted": {
			work:  func(dir string) { run(t, dir, "start", "replace", "--accept-downtime") },
			shows: "downtime is accepted with this change",
		},
		"odd names": {
			work: func(dir string) {
				l.committed(dir, func() {
					put(t, dir, "a\nb\tc \"d\" \xff.yaml", "x")
					put(t, dir, ":(top)x", "y")
					put(t, dir, "-rf", "z")
				})
			},
			shows: "no change of phase",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := l.job("origin/main", c.work)
			if c.before != nil {
				without := slices.DeleteFunc(slices.Clone(c.args), func(a string) bool { return a == "--accept" || strings.HasPrefix(a, "guard-") })
				_, codes, out := l.guardedAt(dir, without...)
				if slices.Sort(codes); !slices.Equal(slices.Compact(codes), c.before) {
					t.Errorf("without acceptance: %q, want %q\n%s", codes, c.before, out)
				}
			}
			code, codes, out := l.guardedAt(dir, c.args...)
			if code != ExitDone || !strings.Contains(out, c.shows) {
				t.Errorf("code %d, says %q, want to see %q:\n%s", code, codes, c.shows, out)
			}
		})
	}
}

// TestGuardRetired: when a rotation is over, the files of keys that the state does
// not name any more go without anybody's word.
func TestGuardRetired(t *testing.T) {
	t.Parallel()
	l, identity := ageLand(t)
	old := ""
	l.commitTo("main", func(dir string) {
		old = l.keyFile(dir)
		for move := "start issuer"; ; move = "advance --assume ISSUER-LOADED --assume LEAVES-RENEWED" {
			l.at = l.at.Add(25 * time.Hour)
			args := append(strings.Fields(move), "-s", filepath.Join(dir, l.state), "--assume", "DELIVERED-ELSEWHERE", "--because", "seen")
			if strings.HasPrefix(move, "start") {
				args = append(args, "--identity", identity)
			}
			if got := callAt(t, l.at, "", nil, args...); got.code != ExitDone {
				t.Fatalf("%s: %s", move, got.stderr)
			}
			if l.stateIn(dir).Status.Rotation == nil {
				break
			}
		}
		gitIn(t, dir, "add", "-A")
		gitIn(t, dir, "commit", "-q", "-m", "a rotation")
	})
	if s := l.stateOf("main"); s.Status.Phase != "stable" || slices.ContainsFunc(base.KeyPaths(s), func(p string) bool { return "pki/"+p == old }) {
		t.Fatalf("the rotation is not over: %s, %q", s.Status.Phase, base.KeyPaths(s))
	}
	dir := l.job("origin/main", func(dir string) { l.committed(dir, func() { gitIn(t, dir, "rm", "-q", old) }) })
	if code, codes, out := l.guardedAt(dir); code != ExitDone {
		t.Errorf("%q\n%s", codes, out)
	}
}

// TestGuardKeyFiles: a key file that is not what a move made is named, and
// needs a maintainer's word; what is no key file for this certificate needs
// another one.
func TestGuardKeyFiles(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	issuer := l.keyFile(l.clone)
	anchor := "pki/" + base.KeyPaths(l.stateOf("main"))[0]
	seal := func(text string, to ...age.Recipient) string {
		var out bytes.Buffer
		armored := armor.NewWriter(&out)
		w, err := age.Encrypt(armored, to...)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Close(), armored.Close()
		return out.String()
	}
	replace := func(text string) func(dir string) {
		return func(dir string) { l.committed(dir, func() { put(t, dir, issuer, text) }) }
	}
	for name, c := range map[string]struct {
		work func(dir string)
		want []string
		says string
	}{
		"garbage":            {replace("garbage\n"), []string{"guard-key-file", "guard-keys"}, "no age file"},
		"empty":              {replace(""), []string{"guard-key-file", "guard-keys"}, ""},
		"cut":                {replace(readIn(t, l.clone, issuer)[:200]), []string{"guard-key-file", "guard-keys"}, ""},
		"the anchor's":       {replace(readIn(t, l.clone, anchor)), []string{"guard-key-file", "guard-keys"}, "belongs to another certificate"},
		"for a stranger":     {replace(seal("x", stranger(t).Recipient())), []string{"guard-key-file", "guard-keys"}, "does not say for which certificate"},
		"too large":          {replace(strings.Repeat("x", keyfile.MaxSize+1)), []string{"guard-keys", "guard-unreadable"}, "too large"},
		"of another custody": {replace("apiVersion: v1\nkind: Secret\nsops: {mac: x}\n"), []string{"guard-key-file", "guard-keys"}, ""},
		"deleted":            {func(dir string) { l.committed(dir, func() { gitIn(t, dir, "rm", "-q", issuer) }) }, []string{"guard-keys"}, "deleted"},
		"a link":             {func(dir string) { l.committed(dir, func() { link(t, dir, filepath.Base(anchor), issuer) }) }, []string{"guard-not-a-file"}, "symbolic link"},
		"keys below a link": {func(dir string) {
			l.committed(dir, func() { moveFile(t, dir, "pki/keys", "keys"); link(t, dir, "../keys", "pki/keys") })
		}, []string{"guard-not-a-file", "guard-not-a-file"}, "lies below"},
		"named elsewhere": {func(dir string) {
			l.edit(dir, l.state, func(s string) string { return strings.Replace(s, "key: "+issuer[4:], "key: keys/mine.age", 1) })
		}, []string{"guard-keys"}, "is named at keys/mine.age"},
		"the anchor's path": {func(dir string) {
			l.edit(dir, l.state, func(s string) string { return strings.Replace(s, "key: "+issuer[4:], "key: "+anchor[4:], 1) })
		}, []string{"guard-key-file", "guard-keys"}, "is named at"},
		"a recipient is added": {func(dir string) {
			l.edit(dir, l.state, func(s string) string {
				return strings.Replace(s, "    - age1", "    - "+stranger(t).Recipient().String()+"\n    - age1", 1)
			})
		}, []string{"guard-recipients"}, "spec.custody"},
		"Secrets of viz go to another namespace": {func(dir string) {
			l.edit(dir, l.state, func(s string) string {
				return strings.Replace(s, "  linkerd:\n", "  linkerd:\n    vizNamespace: shop\n", 1)
			})
		}, []string{"guard-recipients"}, "spec.linkerd.vizNamespace"},
		"the issuer's Secret goes to another namespace": {func(dir string) {
			l.edit(dir, l.state, func(s string) string {
				return strings.Replace(s, "  linkerd:\n", "  linkerd:\n    namespace: shop\n", 1)
			})
		}, []string{"guard-recipients"}, "spec.linkerd.namespace"},
		"with a passphrase": {func(dir string) { l.edit(dir, l.state, func(s string) string { return swapRecipients(s) }) }, []string{"guard-recipients"}, "spec.custody"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := l.job("origin/main", c.work)
			code, codes, out := l.guardedAt(dir)
			if slices.Sort(codes); code != ExitFailed || !slices.Equal(slices.Compact(codes), slices.Compact(c.want)) || !strings.Contains(out, c.says) {
				t.Errorf("code %d, says %q, want %q with %q:\n%s", code, codes, c.want, c.says, out)
			}
		})
	}
}

// swapRecipients lets a passphrase stand in the place of recipients.
func swapRecipients(s string) string {
	before, after, _ := strings.Cut(s, "    recipients:\n")
	for strings.HasPrefix(after, "    - ") {
		_, after, _ = strings.Cut(after, "\n")
	}
	return before + "    passphrase: true\n" + after
}

// TestGuardFindsKeys: everything that the commits of a change publish is searched.
func TestGuardFindsKeys(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	key, id := testKey(t), stranger(t).String()
	l.commitTo("main", func(dir string) {
		l.committed(dir, func() { put(t, dir, lint.AllowList, "testdata/**\n"); put(t, dir, "testdata/a.key", key) })
	})
	for name, work := range map[string]func(dir string){
		"in a commit message": func(dir string) {
			put(t, dir, "x", "x")
			gitIn(t, dir, "add", "-A")
			gitIn(t, dir, "commit", "-q", "-m", "subject\n\n"+key)
		},
		"in an annotated tag": func(dir string) {
			l.committed(dir, func() { put(t, dir, "x", "x") })
			gitIn(t, dir, "tag", "-a", "v1", "-m", key)
		},
		"in a merge commit alone": func(dir string) {
			base := gitIn(t, dir, "rev-parse", "HEAD")
			l.committed(dir, func() { put(t, dir, "x", "x") })
			side := gitIn(t, dir, "rev-parse", "HEAD")
			gitIn(t, dir, "checkout", "-q", "--detach", base)
			l.committed(dir, func() { put(t, dir, "y", "y") })
			gitIn(t, dir, "merge", "-q", "--no-commit", "--no-ff", side)
			l.committed(dir, func() { put(t, dir, "z", key) })
			l.committed(dir, func() { gitIn(t, dir, "rm", "-q", "z") })
		},
		"in a file name":            func(dir string) { l.committed(dir, func() { put(t, dir, "docs/"+id, "x") }) },
		"in the target of a link":   func(dir string) { l.committed(dir, func() { link(t, dir, id, "x") }) },
		"a test key that is copied": func(dir string) { l.committed(dir, func() { put(t, dir, "prod/a.key", key) }) },
		"a test key that is moved":  func(dir string) { l.committed(dir, func() { moveFile(t, dir, "testdata", "prod") }) },
		"allowed by the change itself": func(dir string) {
			l.committed(dir, func() { put(t, dir, lint.AllowList, "**\n"); put(t, dir, "a.key", key) })
		},
		"behind much else": func(dir string) {
			l.committed(dir, func() { put(t, dir, "a", strings.Repeat("padding\n", 4<<20)+key) })
		},
		"in a file that is removed again": func(dir string) {
			l.committed(dir, func() { put(t, dir, "a.key", key) })
			l.committed(dir, func() { gitIn(t, dir, "rm", "-q", "a.key") })
		},
		"under an odd name": func(dir string) { l.committed(dir, func() { put(t, dir, "a\n::b\xff", key) }) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := l.job("origin/main", work)
			code, codes, out := l.guardedAt(dir)
			if code != ExitFailed || !slices.Contains(codes, "guard-key") {
				t.Errorf("code %d, says %q\n%s", code, codes, out)
			}
			if strings.Contains(out, id) {
				t.Error("the key is shown")
			}
		})
	}
}

// TestGuardProcesses: how many processes of git are run does not depend on how
// many files changed.
func TestGuardProcesses(t *testing.T) {
	l, _ := ageLand(t)
	real := strings.TrimSpace(gitPath(t))
	bin, log := t.TempDir(), filepath.Join(t.TempDir(), "calls")
	script := fmt.Sprintf("#!/bin/sh\necho \"$*\" >> %s\nexec %s \"$@\"\n", log, real)
	if err := os.WriteFile(filepath.Join(bin, "git"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	count := func(files int) int {
		dir := l.job("origin/main", func(dir string) {
			l.committed(dir, func() {
				for i := range files {
					put(t, dir, fmt.Sprintf("apps/%d.yaml", i), fmt.Sprintf("kind: ConfigMap\ndata: {n: \"%d\"}\n", i))
				}
			})
		})
		_ = os.Remove(log)
		path := os.Getenv("PATH")
		t.Setenv("PATH", bin+string(os.PathListSeparator)+path)
		code, codes, out := l.guardedAt(dir)
		t.Setenv("PATH", path)
		if code != ExitDone {
			t.Fatalf("%q\n%s", codes, out)
		}
		calls, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Count(calls, []byte("\n"))
	}
	count(1) // git's version is asked for once
	few, many := count(3), count(1000)
	if few != many || few == 0 || few > 40 {
		t.Errorf("%d processes for 3 files, %d for 1000", few, many)
	}
}

func gitPath(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// stateIn is the state in a directory.
func (l *prLand) stateIn(dir string) *state.Rotation {
	l.t.Helper()
	s, err := state.Parse(l.state, []byte(readIn(l.t, dir, l.state)))
	if err != nil {
		l.t.Fatal(err)
	}
	return s
}
