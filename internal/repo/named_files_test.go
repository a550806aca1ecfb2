package repo

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
)

// program writes a program that notes that it ran, and then is another one.
func program(t *testing.T, path, note, as string) {
	t.Helper()
	text := "#!/bin/sh\necho \"$0\" >> '" + note + "'\nexec " + as + " \"$@\"\n"
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o755)); err != nil {
		t.Fatal(err)
	}
}

// TestUnreviewedFolder: of a folder counts what Git tracks below it and the commit does not
// have, by the name of what leads there.
func TestUnreviewedFolder(t *testing.T) {
	_, clone := cloned(t)
	clone, err := filepath.EvalSymlinks(clone)
	if err != nil {
		t.Fatal(err)
	}
	save(t, clone, "same/git/config", "reviewed\n")
	save(t, clone, "own/.gitignore", "/cache/\n")
	must(t, clone, "add", "-A")
	must(t, clone, "commit", "-q", "-m", "base")
	base := must(t, clone, "rev-parse", "HEAD")
	must(t, clone, "checkout", "-q", "-b", "feature")
	save(t, clone, "dir/.config/x", "theirs\n")
	save(t, clone, "dir/plain", "theirs\n")
	program(t, filepath.Join(clone, "bin", "ssh"), os.DevNull, "ssh")
	save(t, clone, "top.md", "theirs\n")
	must(t, clone, "add", "-A")
	must(t, clone, "commit", "-q", "-m", "feature")
	save(t, clone, "own/cache/x", "own\n")
	save(t, clone, "staged/x", "theirs\n")
	must(t, clone, "add", "staged")
	link(t, filepath.Join(clone, "dir"), filepath.Join(filepath.Dir(clone), "to-dir"))
	must(t, clone, "worktree", "add", "-q", "--detach", filepath.Join(filepath.Dir(clone), "review"), "feature")
	if err := errors.Join(os.MkdirAll(filepath.Join(clone, "Dir"), 0o755), os.Link(filepath.Join(clone, "dir/plain"), filepath.Join(clone, "Dir/plain"))); err != nil {
		t.Fatal(err)
	}
	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ by, folder, want string }{
		{"HOME", "dir", "dir/.config/x"}, {"HOME", ".", ""}, {"HOME", "own", ""}, {"XDG_CONFIG_HOME", "same", ""}, {"XDG_CONFIG_HOME", "staged", "staged/x"},
		{"XDG_CONFIG_HOME", "dir", "dir/.config/x"}, {"XDG_CONFIG_HOME", "dir/.config", "dir/.config/x"}, {"XDG_CONFIG_HOME", "own/cache", ""},
		{"PATH", "bin", "bin/ssh"}, {"PATH", ".", ""}, {"XDG_CONFIG_HOME", "../to-dir", "dir/.config/x"},
		{"PATH", "../review/bin", "../review/bin/ssh"}, {"HOME", "..", ""}, {"HOME", "none", ""},
	} {
		want := c.want
		if want != "" {
			want = filepath.Join(clone, want)
		}
		if got, err := r.Review().Unreviewed(base, c.by, filepath.Join(clone, c.folder)); got != want || err != nil {
			t.Errorf("%s=%s: %q, want %q (%v)", c.by, c.folder, got, want, err)
		}
	}
	if got, err := r.Review().Unreviewed("", "XDG_CONFIG_HOME", filepath.Join(clone, "same")); got != filepath.Join(clone, "same/git/config") || err != nil {
		t.Errorf("where the base is not known: %q (%v)", got, err)
	}
}

// TestNamedByGit: settings and variables of Git lead to files; those of other settings and
// of other programs do not.
func TestNamedByGit(t *testing.T) {
	_, clone := cloned(t)
	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"local/gitconfig", "local/ssh_config", "local/ca", "local/signers", "local/helper", "local/askpass", "local/env", "local/ignore"} {
		save(t, clone, name, "")
	}
	save(t, clone, "local/gitconfig", "[http]\nsslCAInfo = local/ca\n")
	must(t, clone, "config", "include.path", "../local/gitconfig")
	must(t, clone, "config", "core.sshCommand", "ssh -F local/ssh_config")
	must(t, clone, "config", "gpg.ssh.allowedSignersFile", "local/signers")
	must(t, clone, "config", "credential.https://host.helper", "!local/helper get")
	must(t, clone, "config", "core.excludesFile", "local/ignore")
	t.Setenv("GIT_CONFIG_COUNT", "1")
	t.Setenv("GIT_CONFIG_KEY_0", "core.askPass")
	t.Setenv("GIT_CONFIG_VALUE_0", filepath.Join(clone, "local/askpass"))
	t.Setenv("GIT_SSH_COMMAND", "ssh -F./local/env")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(clone, "local/ca"))
	all, err := r.Named()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range all {
		if path, err := filepath.Rel(filepath.Join(r.Top, "local"), n[1]); err == nil && filepath.IsLocal(path) {
			got = append(got, n[0]+" "+path)
		}
	}
	slices.Sort(got)
	want := []string{"core.askpass askpass", "core.sshcommand ssh_config", "credential.https://host.helper helper", child.ForGit + "GIT_SSH_COMMAND env",
		"gpg.ssh.allowedsignersfile signers", "http.sslcainfo ca", "the configuration of Git gitconfig"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestGitOfTheTree: git is not the one that lies in a working tree of the repository, by
// whatever entry of the PATH.
func TestGitOfTheTree(t *testing.T) {
	_, clone := cloned(t)
	note := filepath.Join(filepath.Dir(clone), "note")
	program(t, filepath.Join(clone, "bin", "git"), note, "/nowhere/git")
	link(t, filepath.Join(clone, "bin"), filepath.Join(filepath.Dir(clone), "linked"))
	program(t, filepath.Join(filepath.Dir(clone), "single", "other"), os.DevNull, "true")
	link(t, filepath.Join(clone, "bin", "git"), filepath.Join(filepath.Dir(clone), "single", "git"))
	usual := os.Getenv("PATH")
	link(t, filepath.Join(filepath.Dir(clone), "single"), filepath.Join(clone, "out"))
	link(t, filepath.Join(clone, "out"), filepath.Join(filepath.Dir(clone), "through"))
	program(t, filepath.Join(filepath.Dir(clone), "other", "git"), note, "/nowhere/git")
	link(t, filepath.Join(filepath.Dir(clone), "other"), filepath.Join(clone, "away"))
	link(t, filepath.Join(clone, "away"), filepath.Join(filepath.Dir(clone), "by-theirs"))
	for _, name := range []string{"clone/bin", "linked", "single", "through", "by-theirs"} {
		first := filepath.Join(filepath.Dir(clone), name)
		known.Store(nil)
		confirmed.Clear()
		t.Setenv("PATH", first+string(filepath.ListSeparator)+usual)
		if r, err := Open(clone); err != nil || r.Branch() != "main" {
			t.Errorf("%s: %v", first, err)
		}
	}
	known.Store(nil)
	confirmed.Clear()
	t.Setenv("PATH", filepath.Join(clone, "bin"))
	if _, err := Open(clone); !errors.Is(err, ErrNone) {
		t.Errorf("with no other one: %v", err)
	}
	if ran, err := os.ReadFile(note); err == nil {
		t.Errorf("ran: %s", strings.TrimSpace(string(ran)))
	}
}

// TestGitStartsClean: git gets no library of a working tree, from its first call on, and
// writes no trace of what it does, whatever the configuration says that a branch changes.
func TestGitStartsClean(t *testing.T) {
	_, clone := cloned(t)
	note, trace := filepath.Join(filepath.Dir(clone), "note"), filepath.Join(filepath.Dir(clone), "trace")
	usual, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(filepath.Dir(clone), "tools")
	text := "#!/bin/sh\necho \"$LD_LIBRARY_PATH\" >> '" + note + "'\nexec " + usual + " \"$@\"\n"
	if err := errors.Join(os.Mkdir(folder, 0o755), os.WriteFile(filepath.Join(folder, "git"), []byte(text), 0o755)); err != nil {
		t.Fatal(err)
	}
	save(t, clone, "lib/libz.so.1", "theirs\n")
	save(t, clone, "gitconfig", "[trace2]\nnormalTarget = "+trace+"\neventTarget = "+trace+"\nperfTarget = "+trace+"\n")
	t.Chdir(clone)
	t.Setenv("PATH", folder+string(filepath.ListSeparator)+os.Getenv("PATH"))
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(clone, "gitconfig"))
	for _, value := range []string{"/nowhere:", "/nowhere;lib", clone, filepath.Join(clone, "lib") + ":/nowhere"} {
		known.Store(nil)
		confirmed.Clear()
		t.Setenv("LD_LIBRARY_PATH", value)
		r, err := Open(clone)
		if err == nil {
			_, err = r.Named()
		}
		if err == nil {
			_, err = r.Look("origin")
		}
		if err != nil {
			t.Error(err)
		}
	}
	if got, err := os.ReadFile(note); strings.TrimSpace(string(got)) != "" || err != nil {
		t.Errorf("libraries: %q (%v)", got, err)
	}
	untouched(t, trace, "trace2")
}

// TestUnreviewedAround: a program of another repository counts by what its clone knows of
// the default branch.
func TestUnreviewedAround(t *testing.T) {
	_, clone := cloned(t)
	clone, err := filepath.EvalSymlinks(clone)
	if err != nil {
		t.Fatal(err)
	}
	save(t, clone, ".gitignore", "/own\n")
	program(t, filepath.Join(clone, "tracked"), os.DevNull, "true")
	must(t, clone, "add", "-A")
	must(t, clone, "commit", "-q", "-m", "programs")
	must(t, clone, "push", "-q", "origin", "main")
	must(t, clone, "remote", "set-head", "origin", "main")
	must(t, clone, "checkout", "-q", "-b", "feature")
	program(t, filepath.Join(clone, "own"), os.DevNull, "true")
	outside := filepath.Join(filepath.Dir(clone), "outside")
	link(t, filepath.Join(clone, "own"), outside)
	want := func(program, want string) {
		t.Helper()
		if place, branch, err := UnreviewedAround(program); place != want || want != "" && branch != "origin/main" || err != nil {
			t.Errorf("%s: %q of %q (%v), want %q", program, place, branch, err, want)
		}
	}
	own, tracked := filepath.Join(clone, "own"), filepath.Join(clone, "tracked")
	for _, program := range []string{own, tracked, outside, "git", "no-such-program"} {
		want(program, "")
	}
	must(t, clone, "add", "-f", "own")
	must(t, clone, "commit", "-q", "-m", "feature")
	want(own, own)
	want(outside, own)
	want(tracked, "")
	must(t, clone, "remote", "set-head", "origin", "--delete")
	if place, branch, err := UnreviewedAround(tracked); place != tracked || branch != "origin/HEAD" || err != nil {
		t.Errorf("with no default branch: %q of %q (%v)", place, branch, err)
	}
}
