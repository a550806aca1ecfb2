package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGuardEmbeddedRepository: the branch makes the state's directory a bare
// repository of its own, complete with another mesh and with itself as its
// remote. The guard judges the repository around it.
func TestGuardEmbeddedRepository(t *testing.T) {
	t.Parallel()
	l := land(t)
	canary := filepath.Join(t.TempDir(), "ran")
	dir := l.job("main", func(dir string) {
		folder := filepath.Join(dir, filepath.Dir(l.state))
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, filepath.FromSlash(l.state))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if got := call(t, "", nil, "init", "--new", "--linkerd-version", "2.18", "--custody", "age", "--recipient", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", "-s", path); got.code != ExitDone {
			t.Fatal(got.stderr)
		}
		gitIn(t, folder, "init", "-q", "-b", "main", ".")
		gitIn(t, folder, "add", "-A", "-f")
		gitIn(t, folder, "commit", "-q", "-m", "another mesh")
		for _, name := range []string{"HEAD", "objects", "refs"} {
			if err := os.Rename(filepath.Join(folder, ".git", name), filepath.Join(folder, name)); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.RemoveAll(filepath.Join(folder, ".git")); err != nil {
			t.Fatal(err)
		}
		config := "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n\tfsmonitor = \"touch " + canary + "; false\"\n[remote \"origin\"]\n\turl = .\n"
		if err := os.WriteFile(filepath.Join(folder, "config"), []byte(config), 0o644); err != nil {
			t.Fatal(err)
		}
		gitIn(t, dir, "add", "-A", "-f")
		gitIn(t, dir, "commit", "-q", "-m", "tidy up")
	})
	l.clone = dir
	for i, args := range [][]string{{"pr", "--guard", "--base", "main"}, {"pr", "--next"}, {"lint", "--repo", filepath.Join(dir, filepath.Dir(l.state))}} {
		got := l.run(args...)
		if i == 0 && got.code == ExitDone {
			t.Errorf("the guard passes: %s%s", got.out, got.stderr)
		}
		if _, err := os.Lstat(canary); err == nil {
			t.Fatalf("%v ran a program of the branch", args)
		}
	}
}

// TestGuardSubmodule: the branch makes the state's directory a submodule. What is
// in there was never on the base branch.
func TestGuardSubmodule(t *testing.T) {
	t.Parallel()
	l, other := land(t), land(t)
	dir := l.job("main", func(dir string) {
		folder := filepath.ToSlash(filepath.Dir(l.state))
		gitIn(t, dir, "rm", "-q", "-r", folder)
		gitIn(t, dir, "-c", "protocol.file.allow=always", "submodule", "add", "-q", other.remote, folder)
		gitIn(t, dir, "commit", "-q", "-m", "share the state")
	})
	l.clone = dir
	for _, name := range []string{l.state, filepath.ToSlash(filepath.Dir(l.state)) + "/" + l.state} {
		l.state = name
		if got := l.run("pr", "--guard", "--base", "main"); got.code == ExitDone {
			t.Errorf("%s: the guard passes: %s%s", name, got.out, got.stderr)
		}
	}
	if got := l.run("lint", "--repo", filepath.Join(dir, filepath.Dir(other.state))); !strings.Contains(got.stderr, "submodule") {
		t.Errorf("lint: code %d: %s", got.code, got.stderr)
	}
}

// TestLoginsOfRemotes: no message shows the login of a remote.
func TestLoginsOfRemotes(t *testing.T) {
	t.Parallel()
	l := land(t)
	for _, address := range []string{
		"http://robot:s3cret@127.0.0.1:1/x.git", "HTTP://robot:s3cret@127.0.0.1:1/x.git", "http://robot:a@s3cret@127.0.0.1:1/x.git", "http://robot:s3'cret s3cret@127.0.0.1:1/x.git", "http://s3cret@127.0.0.1:1/x.git",
		"user:s3cret@2://", "http://127.0.0.1:1/x.git?private_token=s3cret", "ext::x s3cret", "x://user:s3cret@host/a/b", "../s3cret@nowhere:x?token=s3cret",
	} {
		gitIn(t, l.clone, "config", "remote.origin.url", address)
		gitIn(t, l.clone, "config", "remote.origin.pushurl", address)
		for _, args := range [][]string{{"pr", "--guard", "--base", "main"}, {"pr", "--next"}, {"pr", "start", "anchor"}, {"pr", "--next", "--remote", address}} {
			got := l.run(args...)
			if text := got.out + got.stderr; got.code == ExitDone || strings.Contains(text, "s3cret") {
				t.Errorf("%s: %v: code %d: %s", address, args, got.code, text)
			}
		}
	}
}
