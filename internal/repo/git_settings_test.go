package repo

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// hookNames are the hooks that git runs in what this package does.
var hookNames = []string{
	"pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-checkout", "post-index-change", "reference-transaction",
	"pre-auto-gc", "pre-push", "post-rewrite", "fsmonitor-watchman", "post-merge",
}

func putHooks(t *testing.T, dir, canary string) {
	t.Helper()
	for _, name := range hookNames {
		save(t, dir, name, "#!/bin/sh\necho "+name+" >> "+canary+"\n")
		if err := os.Chmod(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// everything does all that judges, with the head of a branch that nobody reviewed.
func everything(t *testing.T, r *Repo, base, head string) {
	t.Helper()
	if _, err := r.Merge(base, head); err != nil {
		t.Errorf("Merge: %v", err)
	}
	if _, changes, err := r.Brought(base, head); err != nil || len(changes) == 0 {
		t.Errorf("Brought: %d changes, %v", len(changes), err)
	}
	if tree, err := r.Tree(head); err != nil {
		t.Errorf("Tree: %v", err)
	} else if e, err := tree.Find(tree.Files()[0]); err != nil {
		t.Errorf("Find: %v", err)
	} else if _, err := r.Read(e, 1<<20); err != nil {
		t.Errorf("Read: %v", err)
	}
	if _, err := r.Inspect(head); err != nil {
		t.Errorf("Inspect: %v", err)
	}
	if _, err := r.Seal(base, head); err != nil {
		t.Errorf("Seal: %v", err)
	}
	if _, err := r.Dirty(); err != nil {
		t.Errorf("Dirty: %v", err)
	}
	if err := errors.Join(r.Await("l5d-pki/x", head), r.Remember("l5d-pki/x", head), r.PutBranch("made", head, "")); err != nil {
		t.Errorf("refs: %v", err)
	}
	if seen, err := r.Look("origin"); err != nil {
		t.Errorf("Look: %v", err)
	} else if err := r.Fetch("origin", "main", seen.Heads["main"], 1); err != nil {
		t.Errorf("Fetch: %v", err)
	}
	w, err := r.Checkout(head)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	save(t, w.Dir, "x.bin", "new\n")
	if tree, err := w.Stage([]string{"x.bin"}); err != nil {
		t.Errorf("Stage: %v", err)
	} else if _, err := w.Commit(tree, "change", when); err != nil {
		t.Errorf("Commit: %v", err)
	}
}

// apart makes two branches with a change each and gives their heads; attack
// writes the files of the second, which stays checked out.
func apart(t *testing.T, clone string, attack func()) (base, head string) {
	t.Helper()
	quiet := []string{"-c", "core.hooksPath=/dev/null"}
	save(t, clone, "both.txt", "1\n2\n3\n4\n5\n6\n")
	must(t, clone, append(quiet, "add", "-A")...)
	must(t, clone, append(quiet, "commit", "-q", "--no-gpg-sign", "-m", "start")...)
	start := must(t, clone, "rev-parse", "HEAD")
	save(t, clone, "both.txt", "base\n2\n3\n4\n5\n6\n")
	must(t, clone, append(quiet, "add", "-A")...)
	must(t, clone, append(quiet, "commit", "-q", "--no-gpg-sign", "-m", "base")...)
	base = must(t, clone, "rev-parse", "HEAD")
	must(t, clone, append(quiet, "checkout", "-q", "-b", "attack", start)...)
	save(t, clone, "both.txt", "1\n2\n3\n4\n5\nattack\n")
	attack()
	must(t, clone, append(quiet, "add", "-A")...)
	must(t, clone, append(quiet, "commit", "-q", "--no-gpg-sign", "-m", "attack")...)
	return base, must(t, clone, "rev-parse", "HEAD")
}

// TestHooksOfTheBranch: hooks that the checked-out branch brings along never run,
// neither by a relative nor by an absolute core.hooksPath.
func TestHooksOfTheBranch(t *testing.T) {
	for _, absolute := range []bool{false, true} {
		_, clone := cloned(t)
		canary := filepath.Join(t.TempDir(), "ran")
		base, head := apart(t, clone, func() { putHooks(t, filepath.Join(clone, ".husky"), canary) })
		path := ".husky"
		if absolute {
			path = filepath.Join(clone, ".husky")
		}
		must(t, clone, "config", "core.hooksPath", path)
		r, err := Open(clone)
		if err != nil {
			t.Fatal(err)
		}
		everything(t, r, base, head)
		untouched(t, canary, path)
		// A commit on the base: its hooks, of which it has none, and not those of the
		// branch that the user looks at.
		if _, err := commitIn(t, r, base); err != nil {
			t.Error(err)
		}
		untouched(t, canary, path+", a commit on the base")
		if err := r.Push(Push{"origin", "made", base, "", "HEAD"}); err != nil {
			t.Error(err)
		}
	}
}

// TestHooksOfOtherWorktrees: an absolute core.hooksPath into another working tree
// of the repository, which has the branch under review, gives the hooks of the
// base; one into .git or outside of the repository gives what is there.
func TestHooksOfOtherWorktrees(t *testing.T) {
	for name, c := range map[string]struct {
		path  func(clone, linked, outside string) string
		wrong bool // the hooks that run are those of the branch or of nobody's tree
		own   bool // those that are there run
	}{
		"main": {path: func(clone, _, _ string) string { return filepath.Join(clone, ".githooks") }},
		"by a link": {path: func(clone, _, outside string) string {
			link(t, clone, outside+"-link")
			return filepath.Join(outside+"-link", ".githooks")
		}},
		"linked":             {path: func(_, linked, _ string) string { return filepath.Join(linked, ".githooks") }},
		"not in the base":    {path: func(clone, _, _ string) string { return filepath.Join(clone, "other") }, wrong: true},
		"in .git":            {path: func(clone, _, _ string) string { return filepath.Join(clone, ".git", "mine") }, own: true},
		"outside":            {path: func(_, _, outside string) string { return outside }, own: true},
		"in the tree's .git": {path: func(clone, _, _ string) string { return filepath.Join(clone, ".git", "worktrees", "own", "mine") }, own: true},
		"a repository within": {path: func(clone, _, _ string) string {
			run(t, clone, "init", "-q", "within")
			return filepath.Join(clone, "within", "hooks")
		}, wrong: true},
	} {
		t.Run(name, func(t *testing.T) {
			_, clone := cloned(t)
			canary, hostile, mine := filepath.Join(t.TempDir(), "ran"), filepath.Join(t.TempDir(), "hostile"), filepath.Join(t.TempDir(), "mine")
			putHooks(t, filepath.Join(clone, ".githooks"), canary)
			must(t, clone, "add", "-A")
			must(t, clone, "commit", "-q", "-m", "hooks")
			base := must(t, clone, "rev-parse", "HEAD")
			top := filepath.Dir(clone)
			linked, own := filepath.Join(top, "linked"), filepath.Join(top, "own")
			must(t, clone, "worktree", "add", "-q", "--detach", linked)
			must(t, clone, "worktree", "add", "-q", "--detach", own)
			path := c.path(clone, linked, filepath.Join(top, "outside"))
			for _, dir := range []string{clone, linked} {
				putHooks(t, filepath.Join(dir, ".githooks"), hostile)
			}
			switch {
			case c.own:
				putHooks(t, path, mine)
			case c.wrong:
				putHooks(t, path, hostile)
			}
			must(t, clone, "config", "core.hooksPath", path)
			r, err := Open(own)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := commitIn(t, r, base); err != nil {
				t.Fatal(err)
			}
			untouched(t, hostile, path)
			wants := map[string]bool{canary: !c.wrong && !c.own, mine: c.own}
			for file, want := range wants {
				if _, err := os.Stat(file); (err == nil) != want {
					t.Errorf("%s ran: %v", file, err == nil)
				}
			}
		})
	}
}

// TestHooksOfTheBase: hooks that the reviewed branch tracks run for a commit, as
// they are there.
func TestHooksOfTheBase(t *testing.T) {
	for _, absolute := range []bool{false, true} {
		_, clone := cloned(t)
		canary, wrong := filepath.Join(t.TempDir(), "ran"), filepath.Join(t.TempDir(), "wrong")
		putHooks(t, filepath.Join(clone, ".githooks"), canary)
		must(t, clone, "add", "-A")
		must(t, clone, "commit", "-q", "-m", "hooks")
		base := must(t, clone, "rev-parse", "HEAD")
		putHooks(t, filepath.Join(clone, ".githooks"), wrong) // not committed
		path := ".githooks"
		if absolute {
			path = filepath.Join(clone, ".githooks")
		}
		must(t, clone, "config", "core.hooksPath", path)
		r, _ := Open(clone)
		w, err := r.CheckoutReviewed(base)
		if err != nil {
			t.Fatal(err)
		}
		untouched(t, canary, "a checkout")
		w.Close()
		if _, err := commitIn(t, r, base); err != nil {
			t.Fatal(err)
		}
		ran, _ := os.ReadFile(canary)
		if !strings.Contains(string(ran), "pre-commit\n") || !strings.Contains(string(ran), "commit-msg\n") {
			t.Errorf("%s: hooks that ran: %q", path, ran)
		}
		untouched(t, wrong, path)
	}
}

// TestFilters: what .gitattributes of a branch selects does not run: filters of
// any name, merge drivers, external diffs and textconv; nor programs that check
// signatures or watch files.
func TestFilters(t *testing.T) {
	_, clone := cloned(t)
	canary := filepath.Join(t.TempDir(), "ran")
	program := filepath.Join(t.TempDir(), "program")
	save(t, filepath.Dir(program), "program", "#!/bin/sh\necho \"$0 $*\" >> "+canary+"\nexit 1\n")
	if err := os.Chmod(program, 0o755); err != nil {
		t.Fatal(err)
	}
	base, head := apart(t, clone, func() {
		save(t, clone, ".gitattributes", "*.bin filter=lfs diff=d merge=m\n*.txt filter=a=b.c merge=m diff=d\n*.dat filter=p -text\n*.yaml text eol=crlf ident working-tree-encoding=UTF-16\n")
		save(t, clone, "a.bin", "x\n")
		save(t, clone, "a.dat", "x\n")
		save(t, clone, "a.txt", "attack\n")
	})
	for _, setting := range [][2]string{
		{"filter.lfs.smudge", program}, {"filter.lfs.clean", program}, {"filter.lfs.required", "true"}, {"filter.a=b.c.smudge", program}, {"filter.a=b.c.clean", program},
		{"filter.p.process", program}, {"filter.p.required", "true"}, {"merge.m.driver", program + " %O %A %B"}, {"merge.default", "m"}, {"diff.d.textconv", program},
		{"diff.d.command", program}, {"diff.external", program}, {"core.fsmonitor", program}, {"log.showSignature", "true"}, {"gpg.program", program}, {"core.pager", program},
		{"merge.renormalize", "true"}, {"core.sshCommand", program}, {"core.gitProxy", program}, {"credential.helper", "!" + program},
	} {
		must(t, clone, "config", setting[0], setting[1])
	}
	head = signed(t, clone, head)
	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	everything(t, r, base, head)
	untouched(t, canary, "a branch with .gitattributes")
	w, err := r.Checkout(head)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if text, err := os.ReadFile(filepath.Join(w.Dir, "a.bin")); err != nil || string(text) != "x\n" {
		t.Errorf("a.bin: %q, %v", text, err)
	}
}

// signed gives a commit a signature that some program would have to check, and
// checks it out.
func signed(t *testing.T, clone, commit string) string {
	t.Helper()
	text := must(t, clone, "cat-file", "commit", commit)
	head, message, _ := strings.Cut(text, "\n\n")
	save(t, clone, ".git/signed", head+"\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----\n\n"+message+"\n")
	commit = must(t, clone, "hash-object", "-t", "commit", "-w", ".git/signed")
	must(t, clone, "update-ref", "refs/heads/attack", commit)
	return commit
}

// TestFiltersOfTheBase: on the reviewed branch the user's filters run, since
// charts may be in Git LFS. What they would convert is not committed.
func TestFiltersOfTheBase(t *testing.T) {
	_, clone := cloned(t)
	save(t, clone, ".gitattributes", "*.up filter=up\n")
	must(t, clone, "config", "filter.up.smudge", "tr a-z A-Z")
	must(t, clone, "config", "filter.up.clean", "tr A-Z a-z")
	save(t, clone, "x.up", "WORD\n")
	must(t, clone, "add", "-A")
	must(t, clone, "commit", "-q", "-m", "filtered")
	r, _ := Open(clone)
	base := must(t, clone, "rev-parse", "HEAD")
	w, err := r.CheckoutReviewed(base)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if text, _ := os.ReadFile(filepath.Join(w.Dir, "x.up")); string(text) != "WORD\n" {
		t.Errorf("checked out as %q", text)
	}
	save(t, w.Dir, "x.up", "OTHER\n")
	if _, err := w.Stage([]string{"x.up"}); err == nil || !strings.Contains(err.Error(), "filter=up") {
		t.Errorf("staged: %v", err)
	}
}

// TestNoCommands: no address runs a command, however it is written or configured.
func TestNoCommands(t *testing.T) {
	_, clone := cloned(t)
	canary := filepath.Join(t.TempDir(), "ran")
	command := "sh -c touch% " + canary
	must(t, clone, "config", "protocol.ext.allow", "always")
	for name, settings := range map[string][][2]string{
		"plain":    {{"remote.plain.url", "ext::" + command}},
		"vcs":      {{"remote.vcs.url", command}, {"remote.vcs.vcs", "ext"}},
		"instead":  {{"remote.instead.url", "https://host.invalid/x"}, {"url.ext::" + command + " .insteadOf", "https://host.invalid/"}},
		"push":     {{"remote.push.url", "/nowhere"}, {"remote.push.pushurl", "ext::" + command}},
		"--upload": {{"remote.--upload.url", "/nowhere"}},
	} {
		for _, s := range settings {
			must(t, clone, "config", s[0], s[1])
		}
		r, _ := Open(clone)
		_, _ = r.Look(name)
		untouched(t, canary, name)
		t.Setenv("GIT_ALLOW_PROTOCOL", "ext:file:https")
		if _, err := r.Look(name); err == nil {
			t.Errorf("%s: Look succeeds", name)
		}
		head := must(t, clone, "rev-parse", "HEAD")
		if err := r.Push(Push{name, "x", head, "", "HEAD"}); err == nil {
			t.Errorf("%s: Push succeeds", name)
		}
		if err := r.Fetch(name, "x", strings.Repeat("1", 40), 1); err == nil {
			t.Errorf("%s: Fetch succeeds", name)
		}
		untouched(t, canary, name)
	}
}

// TestReplaced: objects are what their names say, whatever replaces them for
// people.
func TestReplaced(t *testing.T) {
	_, clone := cloned(t)
	r, _ := Open(clone)
	save(t, clone, "other", "replaced\n")
	other := must(t, clone, "hash-object", "-w", "other")
	head := must(t, clone, "rev-parse", "HEAD")
	must(t, clone, "replace", must(t, clone, "rev-parse", "HEAD:a.txt"), other)
	save(t, clone, ".git/info/grafts", head+" "+strings.Repeat("1", 40)+"\n")
	if text, ok, err := r.File(head, "a.txt"); err != nil || !ok || string(text) != "one\n" {
		t.Errorf("%q %v %v", text, ok, err)
	}
	if d, err := r.Inspect(head); err != nil || len(d.Parents) != 0 {
		t.Errorf("grafted: %+v %v", d, err)
	}
	if versions, err := Versions(filepath.Join(clone, "a.txt")); err != nil || len(versions) != 1 || string(versions[0].Text) != "one\n" {
		t.Errorf("%+v %v", versions, err)
	}
}

// TestReplacedBase: what is made on a commit is made on that commit, though a ref that
// anybody may push says that another one stands for it.
func TestReplacedBase(t *testing.T) {
	_, clone := cloned(t)
	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	base := must(t, clone, "rev-parse", "HEAD")
	must(t, clone, "checkout", "-q", "-b", "theirs")
	save(t, clone, "workflow.yaml", "on: push\n")
	must(t, clone, "add", "workflow.yaml")
	must(t, clone, "commit", "-q", "-m", "theirs")
	must(t, clone, "replace", base, "theirs")
	if replaced := must(t, clone, "ls-tree", "--name-only", base); !strings.Contains(replaced, "workflow.yaml") {
		t.Fatal("nothing is replaced: the test tests nothing")
	}
	w, err := r.CheckoutReviewed(base)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err := os.Stat(filepath.Join(w.Dir, "workflow.yaml")); !os.IsNotExist(err) {
		t.Error("the working tree has a file that the base has not:", err)
	}
	commit, err := commitIn(t, r, base)
	if err != nil {
		t.Fatal(err)
	}
	if files := must(t, clone, "--no-replace-objects", "ls-tree", "-r", "--name-only", commit); strings.Contains(files, "workflow.yaml") {
		t.Error("committed:", files)
	}
}

// TestPartialClone: judging fetches nothing behind our back; a checkout for the
// user does.
func TestPartialClone(t *testing.T) {
	remote, clone := cloned(t)
	must(t, remote, "config", "uploadpack.allowFilter", "true")
	must(t, remote, "config", "uploadpack.allowAnySHA1InWant", "true")
	partial := filepath.Join(t.TempDir(), "partial")
	must(t, clone, "clone", "-q", "--no-checkout", "--filter=blob:none", "file://"+remote, partial)
	r, err := Open(partial)
	if err != nil {
		t.Fatal(err)
	}
	head := must(t, partial, "rev-parse", "HEAD")
	missing := func() string { return must(t, partial, "rev-list", "--objects", "--missing=print", "HEAD") }
	if !strings.Contains(missing(), "?") {
		t.Fatal("nothing is missing: the test tests nothing")
	}
	if text, ok, _ := r.File(head, "a.txt"); ok {
		t.Errorf("%q was fetched", text)
	}
	if !strings.Contains(missing(), "?") {
		t.Error("judging fetched a file")
	}
	// Where the files are needed they are fetched on purpose.
	if err := r.Fetch("origin", "main", head, 1); err != nil {
		t.Fatal(err)
	}
	if left := missing(); strings.Contains(left, "?") {
		t.Errorf("still missing: %s", left)
	}
	if text, ok, err := r.File(head, "a.txt"); err != nil || !ok || string(text) != "one\n" {
		t.Errorf("%q, %v, %v", text, ok, err)
	}
	save(t, clone, "later.txt", "two\n")
	must(t, clone, "add", "-A")
	must(t, clone, "commit", "-q", "-m", "later")
	must(t, clone, "push", "-q", "origin", "main:later")
	must(t, partial, "fetch", "-q", "origin", "later")
	later := must(t, partial, "rev-parse", "FETCH_HEAD")
	if merged, err := r.Merge(head, later); err != nil || merged != later {
		t.Errorf("merge: %s, %v", merged, err)
	}
	if text, ok, err := r.File(later, "later.txt"); err != nil || !ok || string(text) != "two\n" {
		t.Errorf("%q, %v, %v", text, ok, err)
	}
}

// TestLocalBranches: the repository as its own remote, read without a transport.
func TestLocalBranches(t *testing.T) {
	_, clone := cloned(t)
	r, _ := Open(clone)
	must(t, clone, "branch", "l5d-pki/x/1-y")
	seen, err := r.Look(here)
	var names []string
	for name := range seen.Heads {
		names = append(names, name)
	}
	slices.Sort(names)
	if err != nil || seen.Default != "main" || !slices.Equal(names, []string{"l5d-pki/x/1-y", "main"}) || seen.Heads["main"] != must(t, clone, "rev-parse", "main") {
		t.Errorf("%+v, %v", seen, err)
	}
}
