package repo

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSigner: only a signature of a listed SSH key counts, and no program that a
// configuration names is asked.
func TestSigner(t *testing.T) {
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		t.Skip("no ssh-keygen: git cannot sign")
	}
	_, clone := cloned(t)
	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	line := func(name string) string {
		key := filepath.Join(dir, name)
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		public, err := os.ReadFile(key + ".pub")
		if err != nil {
			t.Fatal(err)
		}
		return name + "@example.com " + string(public)
	}
	robot, other := line("robot"), line("other")
	signed := func() string {
		must(t, clone, "-c", "gpg.format=ssh", "-c", "gpg.ssh.program=ssh-keygen", "-c", "user.signingkey="+filepath.Join(dir, "robot.pub"), "commit", "-q", "-S", "--allow-empty", "-m", "signed")
		return must(t, clone, "rev-parse", "HEAD")
	}
	unsigned := must(t, clone, "rev-parse", "HEAD")
	commit := signed()
	marker := filepath.Join(dir, "ran")
	liar := filepath.Join(dir, "liar")
	save(t, dir, "liar", "#!/bin/sh\necho x >> '"+marker+"'\necho 'Good \"git\" signature for robot@example.com with ED25519 key SHA256:x'\necho '[GNUPG:] GOODSIG 0 robot' >&2\nexit 0\n")
	if err := os.Chmod(liar, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"gpg.program", "gpg.ssh.program", "gpg.openpgp.program", "gpg.x509.program"} {
		must(t, clone, "config", name, liar)
	}
	must(t, clone, "config", "gpg.minTrustLevel", "undefined")
	raw := must(t, clone, "cat-file", "commit", commit)
	object := func(text string) string {
		save(t, dir, "object", text+"\n")
		return must(t, clone, "hash-object", "-t", "commit", "-w", filepath.Join(dir, "object"))
	}
	for name, c := range map[string]struct{ commit, allowed, want string }{
		"listed":                  {commit, other + robot, "robot@example.com, key SHA256:"},
		"for Git only":            {commit, strings.Replace(robot, "ssh-", `namespaces="git" ssh-`, 1), "robot@example.com, key SHA256:"},
		"for other things":        {commit, strings.Replace(robot, "ssh-", `namespaces="file" ssh-`, 1), ""},
		"not listed":              {commit, other, ""},
		"no list":                 {commit, "", ""},
		"not signed":              {unsigned, robot, ""},
		"another message":         {object(strings.Replace(raw, "\nsigned", "\nchanged", 1)), robot, ""},
		"a signature of OpenPGP":  {object(strings.ReplaceAll(raw, "SSH SIGNATURE", "PGP SIGNATURE")), robot, ""},
		"a signature of X.509":    {object(strings.ReplaceAll(raw, "SSH SIGNATURE", "SIGNED MESSAGE")), robot, ""},
		"a signature in the text": {object("tree " + must(t, clone, "rev-parse", "HEAD^{tree}") + "\nauthor a <a@b> 1 +0000\ncommitter a <a@b> 1 +0000\n\n" + raw[strings.Index(raw, "gpgsig"):]), robot, ""},
	} {
		got, err := r.Signer(c.commit, []byte(c.allowed), time.Now())
		if err != nil || !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: %q, %v; want %q", name, got, err, c.want)
		}
	}
	t.Setenv("GIT_COMMITTER_DATE", "2025-06-01T00:00:00Z")
	backdated := signed()
	bound := func(options string) string { return strings.Replace(robot, "ssh-", options+" ssh-", 1) }
	for options, want := range map[string]bool{
		`valid-before="20260101000000Z"`:                                   false,
		`namespaces="git",valid-before="20260101"`:                         false,
		`VALID-BEFORE="202601010000",namespaces="git"`:                     false,
		`valid-after="20250101",valid-before="20251231235959Z"`:            false,
		`valid-before=20260101`:                                            false,
		`valid-before="20261301"`:                                          false,
		`valid-after="20250101Z",valid-before="29990101"`:                  true,
		`namespaces="git",valid-after="20250101000000"`:                    true,
		`valid-after="20260102",valid-before="29990101"`:                   false, // not yet when it was made, as it says
		`valid-before="29990101",namespaces="git",valid-before="20260101"`: false,
	} {
		got, err := r.Signer(backdated, []byte(bound(options)), time.Now())
		if err != nil || (got != "") != want {
			t.Errorf("a commit of 2025 under %s: %q, %v", options, got, err)
		}
	}
	if got, _ := r.Signer(backdated, []byte(bound(`valid-before="20260101"`)), time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)); got == "" {
		t.Error("in its time the key counts")
	}
	must(t, clone, "replace", unsigned, commit)
	if got, _ := r.Signer(unsigned, []byte(robot), time.Now()); got != "" {
		t.Errorf("a replaced commit: %q", got)
	}
	if ran, err := os.ReadFile(marker); err == nil {
		t.Errorf("a program of the configuration ran: %s", ran)
	}
}

// TestRegular: only plain files of a commit are read, by their exact mode.
func TestRegular(t *testing.T) {
	_, clone := cloned(t)
	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a.txt", filepath.Join(clone, "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("dir", filepath.Join(clone, "linked")); err != nil {
		t.Fatal(err)
	}
	save(t, clone, "run.sh", "x\n")
	if err := os.Chmod(filepath.Join(clone, "run.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	must(t, clone, "add", "-A")
	must(t, clone, "commit", "-q", "-m", "links")
	for name, want := range map[string]bool{"a.txt": true, "dir/b.txt": true, "link": false, "linked/b.txt": false, "run.sh": false, "dir": false, "none": false, "*.txt": false} {
		if _, ok, err := r.Regular("HEAD", name, 100); ok != want || err != nil {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
	if _, ok, _ := r.Regular("HEAD", "a.txt", 1); ok {
		t.Error("a file over the limit")
	}
}

// TestRecorded: what was remembered here is known, what was fetched is not.
func TestRecorded(t *testing.T) {
	_, clone := cloned(t)
	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	commit := must(t, clone, "rev-parse", "HEAD")
	known := func(branch string) bool {
		ok, err := r.Recorded(branch, commit)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	must(t, clone, "branch", "l5d-pki/a/1-x")
	must(t, clone, "push", "-q", "origin", "l5d-pki/a/1-x")
	if known("l5d-pki/a/1-x") {
		t.Error("a branch, and what was fetched of it, is no record")
	}
	if err := r.Remember("l5d-pki/a/1-x", commit); err != nil {
		t.Fatal(err)
	}
	if !known("l5d-pki/a/1-x") || known("l5d-pki/a/2-y") || known("l5d-pki/a/1") {
		t.Error("the record counts for its branch")
	}
	must(t, clone, "commit", "-q", "--allow-empty", "-m", "of a stranger")
	stranger := must(t, clone, "rev-parse", "HEAD")
	for _, where := range []string{made, pending, replaced} {
		must(t, clone, "push", "-q", "origin", stranger+":"+where+"l5d-pki/a/2-y")
	}
	must(t, clone, "fetch", "-q", "origin", "+refs/*:refs/*", "--update-head-ok")
	if ok, err := r.Recorded("l5d-pki/a/2-y", stranger); ok || err != nil {
		t.Errorf("a ref that a fetch brought is a record (%v)", err)
	}
	for _, list := range []func(string) (map[string]string, error){r.Made, r.Pending} {
		if kept, err := list("l5d-pki/a/2-y"); len(kept) > 0 || err != nil {
			t.Errorf("a ref that a fetch brought is listed: %v (%v)", kept, err)
		}
	}
	if !known("l5d-pki/a/1-x") {
		t.Error("the own record after that")
	}
}

// TestRecordOfAJob: a CI may keep .git for the next job, and a job of a pull request may
// have written to it. What is there is no record.
func TestRecordOfAJob(t *testing.T) {
	_, clone := cloned(t)
	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	head := must(t, clone, "rev-parse", "HEAD")
	if err := r.Remember("l5d-pki/a/1-x", head); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(t.TempDir(), "kept")
	if err := os.CopyFS(kept, os.DirFS(clone)); err != nil {
		t.Fatal(err)
	}
	job, err := Open(kept)
	if err != nil {
		t.Fatal(err)
	}
	if must(t, kept, "rev-parse", made+"l5d-pki/a/1-x") != head {
		t.Fatal("the ref is not there: the test tests nothing")
	}
	if ok, err := job.Recorded("l5d-pki/a/1-x", head); ok || err != nil {
		t.Errorf("what .git brings is a record: %v", err)
	}
	if ok, err := r.Recorded("l5d-pki/a/1-x", head); !ok || err != nil {
		t.Errorf("the own record: %v", err)
	}
}

// TestRecordedLast: of the commits that were made for a branch the last one counts, also
// where a fetch puts a ref back to one before.
func TestRecordedLast(t *testing.T) {
	_, clone := cloned(t)
	r, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	const branch = "l5d-pki/a/1-x"
	first := must(t, clone, "rev-parse", "HEAD")
	must(t, clone, "commit", "-q", "--allow-empty", "-m", "second")
	second := must(t, clone, "rev-parse", "HEAD")
	want := func(when string, before, after bool, by string) {
		t.Helper()
		one, err := r.Recorded(branch, first)
		two, err2 := r.Recorded(branch, second)
		replacedBy, err3 := r.ReplacedBy(branch, first)
		none, err4 := r.ReplacedBy(branch, second)
		if err := errors.Join(err, err2, err3, err4); err != nil || one != before || two != after || replacedBy != by || none != "" {
			t.Errorf("%s: %v, %v, replaced by %q and %q (%v)", when, one, two, replacedBy, none, err)
		}
	}
	if err := errors.Join(r.Await(branch, first), r.Remember(branch, first)); err != nil {
		t.Fatal(err)
	}
	want("one", true, false, "")
	if err := errors.Join(r.Supersede(branch, first), r.Remember(branch, second)); err != nil {
		t.Fatal(err)
	}
	want("not pushed yet", true, true, second)
	if err := r.Settle(branch); err != nil {
		t.Fatal(err)
	}
	want("pushed", false, true, second)
	for _, where := range []string{made, replaced} {
		must(t, clone, "update-ref", where+branch, first)
	}
	want("refs put back", false, false, second)
	if err := r.Remember(branch, first); err != nil {
		t.Fatal(err)
	}
	if ok, err := r.Recorded(branch, first); err != nil || !ok {
		t.Errorf("made again: %v (%v)", ok, err)
	}
}
