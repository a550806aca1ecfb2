package repo

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// TestUnreviewed: a file that Git tracks in the working tree is taken only as the base has
// it, and so is a link on the way to it, however the file is named and by whatever working
// tree, submodule or clone it is reached.
func TestUnreviewed(t *testing.T) {
	t.Setenv("GIT_ALLOW_PROTOCOL", "file")
	_, clone := cloned(t)
	clone, err := filepath.EvalSymlinks(clone)
	if err != nil {
		t.Fatal(err)
	}
	above := filepath.Dir(clone)
	outside, module := filepath.Join(above, "outside"), filepath.Join(above, "module")
	save(t, outside, "own", "own\n")
	must(t, above, "init", "-q", "-b", "main", module)
	save(t, module, "ca.pem", "reviewed\n")
	must(t, module, "add", "-A")
	must(t, module, "commit", "-q", "-m", "module")

	save(t, clone, ".gitignore", "/secrets/\n/nested/\n/trees/\n")
	save(t, clone, "ca.pem", "public\n")
	save(t, clone, "lines.pem", "one\ntwo\n")
	save(t, clone, "large.pem", pointer("large\n"))
	link(t, "ca.pem", filepath.Join(clone, "same.pem"))
	link(t, outside, filepath.Join(clone, "away"))
	must(t, clone, "submodule", "--quiet", "add", module, "sub")
	must(t, clone, "add", "-A")
	must(t, clone, "commit", "-q", "-m", "base")
	base := must(t, clone, "rev-parse", "HEAD")

	must(t, clone, "checkout", "-q", "-b", "feature")
	save(t, clone, "secrets/pass", "theirs\n")
	save(t, clone, "new.pem", "theirs\n")
	save(t, clone, "changed/ca.pem", "theirs\n")
	save(t, clone, "changed/deep/x", "theirs\n")
	link(t, "changed/deep", filepath.Join(clone, "hop"))
	link(t, outside, filepath.Join(clone, "secrets", "link"))
	link(t, "../ca.pem", filepath.Join(clone, "secrets", "inside"))
	must(t, clone, "add", "-A")
	must(t, clone, "add", "-f", "secrets")
	must(t, clone, "commit", "-q", "-m", "feature")
	save(t, clone, "secrets/own", "own\n")
	save(t, clone, "untracked", "own\n")
	save(t, clone, "added", "theirs\n")
	must(t, clone, "add", "added") // of a merge that goes on
	save(t, clone, "lines.pem", "one\r\ntwo\r\n")
	save(t, clone, "large.pem", "large\n")
	must(t, above, "init", "-q", filepath.Join(clone, "nested"))
	save(t, clone, "nested/ca.pem", "own\n")
	must(t, filepath.Join(clone, "nested"), "add", "-A")
	save(t, clone, "sub/untracked", "own\n")
	link(t, filepath.Join(clone, "secrets", "pass"), filepath.Join(outside, "into"))
	link(t, filepath.Join(clone, "secrets", "own"), filepath.Join(outside, "to-own"))
	link(t, filepath.Join(clone, "same.pem"), filepath.Join(outside, "to-same"))
	link(t, clone, filepath.Join(above, "clones"))
	must(t, clone, "worktree", "add", "-q", "--detach", filepath.Join(clone, "trees", "review"), "feature")
	must(t, clone, "worktree", "add", "-q", "--detach", filepath.Join(above, "review"), "feature")
	if err := errors.Join(os.MkdirAll(filepath.Join(clone, "Secrets"), 0o755), os.Link(filepath.Join(clone, "secrets", "pass"), filepath.Join(clone, "Secrets", "Pass"))); err != nil {
		t.Fatal(err)
	}

	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join(clone, "dir"))
	want := func(file, want string) {
		t.Helper()
		if want != "" {
			want = filepath.Join(above, want)
		}
		if got, err := r.Review().Unreviewed(base, "--flag", file); got != want || err != nil {
			t.Errorf("%s: %q, want %q (%v)", file, got, want, err)
		}
	}
	for file, place := range map[string]string{
		"../secrets/pass": "clone/secrets/pass", filepath.Join(clone, "new.pem"): "clone/new.pem", "../added": "clone/added",
		filepath.Join(clone, "changed/ca.pem"): "clone/changed/ca.pem", filepath.Join(clone, "secrets/link/own"): "clone/secrets/link",
		filepath.Join(clone, "secrets/inside"): "clone/secrets/inside", filepath.Join(outside, "into"): "clone/secrets/pass",
		filepath.Join(above, "clones/secrets/pass"): "clone/secrets/pass",
		filepath.Join(clone, "Secrets/Pass"):        "clone/Secrets/Pass",                         // as where case does not count
		clone + "/hop/../ca.pem":                    "clone/hop", "../hop/../ca.pem": "clone/hop", // the system leaves the link's folder
		filepath.Join(above, "review/secrets/pass"):         "review/secrets/pass",
		filepath.Join(clone, "trees/review/secrets/pass"):   "clone/trees/review/secrets/pass",
		filepath.Join(above, "review/ca.pem"):               "",
		filepath.Join(clone, "trees/review/lines.pem"):      "",
		filepath.Join(clone, "secrets/own"):                 "",
		filepath.Join(clone, "untracked"):                   "",
		filepath.Join(clone, "ca.pem"):                      "",
		filepath.Join(clone, "same.pem"):                    "",
		filepath.Join(clone, "lines.pem"):                   "",
		filepath.Join(clone, "large.pem"):                   "",
		filepath.Join(clone, "away/own"):                    "",
		filepath.Join(clone, "sub/ca.pem"):                  "",
		filepath.Join(clone, "sub/untracked"):               "",
		filepath.Join(clone, "nested/ca.pem"):               "",
		filepath.Join(outside, "own"):                       "",
		filepath.Join(outside, "to-own"):                    "",
		filepath.Join(outside, "to-same"):                   "",
		filepath.Join(clone, "none/at/all"):                 "",
		filepath.Join(clone, "secrets"):                     "clone/secrets/inside",
		"/dev/null":                                         "",
		"~/key":                                             "",
		filepath.Join(clone, "dir") + "/../untracked":       "",
		filepath.Join(clone, "secrets") + "/../secrets/own": "",
	} {
		want(file, place)
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer write.Close()
	defer read.Close()
	want(fmt.Sprintf("/dev/fd/%d", read.Fd()), "")

	save(t, module, "ca.pem", "theirs\n")
	must(t, module, "commit", "-q", "-a", "-m", "theirs")
	must(t, filepath.Join(clone, "sub"), "pull", "-q", "origin", "main")
	want(filepath.Join(clone, "sub/ca.pem"), "clone/sub/ca.pem")
	must(t, clone, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", module, "more")
	want(filepath.Join(clone, "more/ca.pem"), "clone/more/ca.pem")
	must(t, clone, "rm", "-q", "--cached", "secrets/pass")
	want("../secrets/pass", "clone/secrets/pass") // HEAD has it
	must(t, clone, "stash", "-q")
	must(t, clone, "checkout", "-q", "main")
	save(t, clone, "secrets/pass", "own\n")
	want("../secrets/pass", "")
}

// TestUnreviewedAbove: where the repository is a submodule, the default branch of the one
// around it counts for the files of that.
func TestUnreviewedAbove(t *testing.T) {
	t.Setenv("GIT_ALLOW_PROTOCOL", "file")
	remote, clone := cloned(t)
	above, err := filepath.EvalSymlinks(filepath.Dir(clone))
	if err != nil {
		t.Fatal(err)
	}
	upstream, outer := filepath.Join(above, "outer.git"), filepath.Join(above, "outer")
	must(t, above, "init", "-q", "--bare", "-b", "main", upstream)
	must(t, above, "clone", "-q", upstream, outer)
	must(t, outer, "checkout", "-q", "-b", "main")
	must(t, outer, "submodule", "--quiet", "add", remote, "pki")
	save(t, outer, "ca.pem", "public\n")
	save(t, outer, ".gitignore", "/own\n")
	must(t, outer, "add", "-A")
	must(t, outer, "commit", "-q", "-m", "outer")
	must(t, outer, "push", "-q", "origin", "main")
	must(t, outer, "remote", "set-head", "origin", "main")
	must(t, outer, "checkout", "-q", "-b", "feature")
	save(t, outer, "own", "theirs\n")
	must(t, outer, "add", "-f", "own")
	must(t, outer, "commit", "-q", "-m", "feature")
	save(t, outer, "untracked", "own\n")
	t.Chdir(filepath.Join(outer, "pki"))
	r, err := Open(".")
	if err != nil {
		t.Fatal(err)
	}
	base := must(t, r.Top, "rev-parse", "HEAD")
	want := func(file, want string) {
		t.Helper()
		if want != "" {
			want = filepath.Join(above, want)
		}
		if got, err := r.Review().Unreviewed(base, "--flag", file); got != want || err != nil {
			t.Errorf("%s: %q, want %q (%v)", file, got, want, err)
		}
	}
	want("../own", "outer/own")
	for _, file := range []string{"../ca.pem", "../untracked", "a.txt", filepath.Join(above, "none"), filepath.Join(clone, "a.txt")} {
		want(file, "")
	}
	must(t, outer, "remote", "set-head", "origin", "--delete")
	want("../own", "") // nothing says what was reviewed
}

// pointer is what Git LFS commits for a file.
func pointer(text string) string {
	return fmt.Sprintf("version https://git-lfs.github.com/spec/v1\noid sha256:%x\nsize %d\n", sha256.Sum256([]byte(text)), len(text))
}
