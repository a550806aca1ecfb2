package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
)

// ageLand is a repository with a state at pki/rotation.yaml whose keys are
// encrypted for Git, and whose first rotation of the issuer is over.
func ageLand(t *testing.T) (l *prLand, identity string) {
	t.Helper()
	top := t.TempDir()
	l = &prLand{t: t, remote: filepath.Join(top, "remote.git"), clone: filepath.Join(top, "clone"), state: "pki/rotation.yaml",
		forge: &fakeForge{kind: "gitea", comments: map[string]string{}}, at: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), env: map[string]string{}}
	gitIn(t, top, "init", "-q", "--bare", "-b", "main", l.remote)
	gitIn(t, top, "clone", "-q", l.remote, l.clone)
	gitIn(t, l.clone, "checkout", "-q", "-b", "main")
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	identity = filepath.Join(top, "identity")
	if err := os.WriteFile(identity, []byte(id.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(l.clone, "pki"), 0o755); err != nil {
		t.Fatal(err)
	}
	if got := l.run("init", "--new", "--linkerd-version", "2.18", "--recipient", id.Recipient().String()); got.code != ExitDone {
		t.Fatal(got.stderr)
	}
	gitIn(t, l.clone, "add", "-A")
	gitIn(t, l.clone, "commit", "-q", "-m", "begin")
	gitIn(t, l.clone, "push", "-q", "origin", "main")
	l.at = l.at.Add(48 * time.Hour)
	return l, identity
}

// stranger is a recipient that nobody knows.
func stranger(t *testing.T) *age.X25519Identity {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// committed commits what work leaves in a directory.
func (l *prLand) committed(dir string, work func()) {
	l.t.Helper()
	work()
	gitIn(l.t, dir, "add", "-A", "-f")
	gitIn(l.t, dir, "commit", "-q", "-m", "change")
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, dir, to, name string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	_ = os.RemoveAll(path)
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.Symlink(to, path)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func moveFile(t *testing.T, dir, from, to string) {
	t.Helper()
	gitIn(t, dir, "mv", from, to)
}

// evil puts a state of the attacker's making, with the same name, into a directory.
func (l *prLand) evil(dir, folder string) {
	l.t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
		l.t.Fatal(err)
	}
	got := call(l.t, "", nil, "init", "--new", "--linkerd-version", "2.18", "--recipient", stranger(l.t).Recipient().String(), "-s", filepath.Join(dir, folder, "rotation.yaml"))
	if got.code != ExitDone {
		l.t.Fatal(got.stderr)
	}
}

// gitlink makes a path a submodule, as far as the tree has it.
func gitlink(t *testing.T, dir, name string) {
	t.Helper()
	_ = os.RemoveAll(filepath.Join(dir, filepath.FromSlash(name)))
	gitIn(t, dir, "add", "-A", "-f")
	gitIn(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+gitIn(t, dir, "rev-parse", "HEAD")+","+name)
	gitIn(t, dir, "commit", "-q", "-m", "submodule")
}

// TestGuardJudgesOrFails: what takes the state, its keys or its evidence out of the
// guard's sight is a failure with the reason.
func TestGuardJudgesOrFails(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	for name, c := range map[string]struct {
		work func(dir string)
		args []string
		want []string // codes
		says string
	}{
		"the directory is a link": {work: func(dir string) {
			l.committed(dir, func() { l.evil(dir, "evil"); link(t, dir, "evil", "pki") })
		}, want: []string{"guard-not-a-file"}, says: "lies below pki, which is a symbolic link"},
		"a link to a link": {work: func(dir string) {
			l.committed(dir, func() { l.evil(dir, "evil"); link(t, dir, "evil", "next"); link(t, dir, "next", "pki") })
		}, want: []string{"guard-not-a-file"}, says: "symbolic link"},
		"the state is a link": {work: func(dir string) {
			l.committed(dir, func() { l.evil(dir, "evil"); link(t, dir, "../evil/rotation.yaml", "pki/rotation.yaml") })
		}, want: []string{"guard-not-a-file"}, says: "is a symbolic link"},
		"the state is a link to the same text": {work: func(dir string) {
			l.committed(dir, func() { moveFile(t, dir, l.state, "pki/other.yaml"); link(t, dir, "other.yaml", l.state) })
		}, want: []string{"guard-not-a-file"}, says: "is a symbolic link"},
		"the state is a submodule":     {work: func(dir string) { gitlink(t, dir, l.state) }, want: []string{"guard-not-a-file"}, says: "is a submodule"},
		"the directory is a submodule": {work: func(dir string) { gitlink(t, dir, "pki") }, want: []string{"guard-not-a-file"}, says: "which is a submodule"},
		"the state is a directory": {work: func(dir string) {
			l.committed(dir, func() { gitIn(t, dir, "rm", "-q", l.state); put(t, dir, l.state+"/x", "x") })
		}, want: []string{"guard-not-a-file"}, says: "is a directory"},
		"the state is too large": {work: func(dir string) {
			l.edit(dir, l.state, func(s string) string { return s + strings.Repeat("# padding\n", 500_000) })
		}, want: []string{"guard-unreadable"}, says: "too large"},
		"the state moved": {work: func(dir string) {
			l.committed(dir, func() { moveFile(t, dir, "pki", "certs") })
		}, want: []string{"guard-state-moved"}, says: "certs/rotation.yaml"},
		"a second state of the name": {work: func(dir string) {
			l.committed(dir, func() { l.evil(dir, "other") })
		}, want: []string{"guard-state-twice"}, says: "other/rotation.yaml"},
		"a second state under a name that is no YAML": {work: func(dir string) {
			l.committed(dir, func() { l.evil(dir, "other"); moveFileOnDisk(t, dir, "other/rotation.yaml", "other/notes.txt") })
		}, want: []string{"guard-state-twice"}, says: "other/notes.txt"},
		"mistyped": {work: func(string) {}, args: []string{"--state", "pki/rotatoin.yaml"}, want: []string{"guard-no-state"}, says: "there is a state file at pki/rotation.yaml"},
		"mistyped, where no state is allowed": {work: func(string) {}, args: []string{"--state", "pki/rotatoin.yaml", "--allow-no-state"},
			want: []string{"guard-state-unnamed"}, says: "pki/rotation.yaml"},
		"another directory, with a link in it": {work: func(dir string) {
			l.committed(dir, func() { link(t, dir, "pki", "certs") })
		}, args: []string{"--state", "certs/rotation.yaml"}, want: []string{"guard-not-a-file"}, says: "symbolic link"},
		"links out of the repository": {work: func(dir string) {
			l.edit(dir, l.state, func(s string) string {
				return strings.Replace(s, "spec:\n", "spec:\n  links:\n  - {name: west, state: ../../../../etc/hostname}\n", 1)
			})
		}, want: []string{"guard-link-outside"}, says: "etc/hostname"},
		"evidence that is a link": {work: func(dir string) {
			l.committed(dir, func() { link(t, dir, "/dev/zero", "pki/evidence/linkerd-prod-20260601T123000Z.yaml") })
		}, want: []string{"guard-not-a-file"}, says: "symbolic link"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := l.job("origin/main", c.work)
			code, codes, out := l.guardedAt(dir, c.args...)
			if code != ExitFailed || !slices.Equal(codes, c.want) || !strings.Contains(out, c.says) {
				t.Errorf("code %d, says %q, want %q with %q:\n%s", code, codes, c.want, c.says, out)
			}
		})
	}
}

func moveFileOnDisk(t *testing.T, dir, from, to string) {
	t.Helper()
	if err := os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)); err != nil {
		t.Fatal(err)
	}
}

// guardedAt runs the guard with its state named from the job's directory, as
// a workflow does; the arguments may name another.
func (l *prLand) guardedAt(dir string, args ...string) (code int, codes []string, out string) {
	l.t.Helper()
	full := append([]string{"pr", "--guard", "--base", "main", "-o", "json", "-s", filepath.Join(dir, l.state)}, args...)
	for i, a := range full {
		if i > 0 && full[i-1] == "--state" {
			full[i] = filepath.Join(dir, a)
		}
	}
	got := callAt(l.t, l.at, "", l.env, full...)
	var r struct {
		Safe     bool
		Findings []struct{ Code, Text, File string }
	}
	if err := json.Unmarshal([]byte(got.out), &r); err != nil {
		return got.code, nil, got.out + got.stderr
	}
	for _, f := range r.Findings {
		codes = append(codes, f.Code)
	}
	if r.Safe != (got.code == ExitDone) || r.Safe != (len(codes) == 0) {
		l.t.Errorf("safe %v, code %d, findings %v", r.Safe, got.code, codes)
	}
	return got.code, codes, got.out
}
