package history

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// mover is a repository in which a state moves.
// old and now are where the state is before and after its move.
const old, now = "pki/rotation.yaml", "mesh/state.yaml"

type mover struct {
	t   *testing.T
	dir string
}

func (m mover) git(args ...string) {
	m.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = m.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.com")
	if out, err := cmd.CombinedOutput(); err != nil {
		m.t.Fatalf("git %v: %v: %s", args, err, out)
	}
}

func (m mover) commit() {
	m.t.Helper()
	m.git("add", "-A")
	m.git("commit", "-q", "--allow-empty", "-m", "change")
}

// begin commits a state with two entries, and makes the directory that it moves to.
func (m mover) begin() {
	m.t.Helper()
	m.put(old, "a")
	m.commit()
	m.put(old, "a", "b")
	m.commit()
	if err := os.MkdirAll(filepath.Join(m.dir, "mesh"), 0o755); err != nil {
		m.t.Fatal(err)
	}
}

// put writes a state whose log has one entry for each reason.
func (m mover) put(name string, whys ...string) {
	m.t.Helper()
	m.putOf("", name, whys...)
}

// putOf is put of a mesh; "" is that of the fixture.
func (m mover) putOf(mesh, name string, whys ...string) {
	m.t.Helper()
	fixture, err := os.ReadFile(filepath.Join("..", "..", "fixtures", "rotation", "bundle", "stable.yaml"))
	if err != nil {
		m.t.Fatal(err)
	}
	s, err := state.Parse("stable.yaml", fixture)
	if err != nil {
		m.t.Fatal(err)
	}
	s.Status.Epoch, s.Status.Log = int64(len(whys)), nil
	for i, why := range whys {
		s.Status.Log = state.Append(s.Status.Log, state.LogEntry{Epoch: int64(i + 1), Phase: state.PhaseStable, At: "2026-06-01T09:00:00Z", Move: state.MoveLegacy, Why: why})
	}
	if mesh != "" {
		s.Metadata.Name = mesh
	}
	text, err := state.Marshal(s)
	if err != nil {
		m.t.Fatal(err)
	}
	path := filepath.Join(m.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		m.t.Fatal(err)
	}
}

func (m mover) verified(name string) (code, notes string) {
	m.t.Helper()
	path := filepath.Join(m.dir, filepath.FromSlash(name))
	text, err := os.ReadFile(path)
	if err != nil {
		m.t.Fatal(err)
	}
	s, err := state.Parse(path, text)
	if err != nil {
		m.t.Fatal(err)
	}
	var b strings.Builder
	for _, p := range problem.Of(VerifyLog(path, nil, s, &b)) {
		code = string(p.Code)
		b.WriteString(p.Error())
	}
	return code, b.String()
}

// TestVerifyLogOfMoves: a log that is edited on its way to another path is found, however
// it got there; one that only moved holds, and the move is named.
func TestVerifyLogOfMoves(t *testing.T) {
	for name, c := range map[string]struct {
		change func(m mover)
		at     string // "": now
		code   string
		said   string
	}{
		"moved":               {func(m mover) { m.git("mv", old, now) }, "", "", "came from pki/rotation.yaml to mesh/state.yaml in commit"},
		"moved, then goes on": {func(m mover) { m.git("rm", "-q", old); m.put(now, "a", "b"); m.commit(); m.put(now, "a", "b", "c") }, "", "", "4 versions in Git looked at"},
		"there and back": {func(m mover) {
			m.git("rm", "-q", old)
			m.put(now, "a", "b", "c")
			m.commit()
			m.git("rm", "-q", now)
			m.put(old, "a", "b", "c")
		}, old, "", "came from mesh/state.yaml"},
		"not committed": {func(m mover) {
			m.commit()
			os.Remove(filepath.Join(m.dir, "pki", "rotation.yaml"))
			m.put("x/r.yaml", "a", "b")
		}, "x/r.yaml", "", "a change that is not committed"},
		"a copy":               {func(m mover) { m.put(now, "a", "b") }, "", "", "chain holds"},
		"another of its name":  {func(m mover) { m.put(now, "z") }, "", "", "state of this name at another path"},
		"begun anew elsewhere": {func(m mover) { m.git("rm", "-q", old); m.commit(); m.put(now, "z") }, "", "", "state of this name at another path"},

		"edited in the move":         {func(m mover) { m.git("rm", "-q", old); m.put(now, "a", "forged") }, "", "state-log-rewritten", "which has it as pki/rotation.yaml"},
		"edited, first entry":        {func(m mover) { m.git("rm", "-q", old); m.put(now, "forged", "b") }, "", "state-log-rewritten", ""},
		"dropped in the move":        {func(m mover) { m.git("rm", "-q", old); m.put(now, "a") }, "", "state-log-rewritten", ""},
		"a new log in the move":      {func(m mover) { m.git("rm", "-q", old); m.put(now, "z") }, "", "state-log-rewritten", ""},
		"removed, then added":        {func(m mover) { m.git("rm", "-q", old); m.commit(); m.put(now, "a", "forged") }, "", "state-log-rewritten", ""},
		"added, then removed":        {func(m mover) { m.put(now, "a", "forged"); m.commit(); m.git("rm", "-q", old) }, "", "state-log-rewritten", ""},
		"added, the old one kept":    {func(m mover) { m.put(now, "a", "forged") }, "", "state-log-rewritten", ""},
		"added, the old one emptied": {func(m mover) { m.put(now, "forged", "b"); m.emptied(old) }, "", "state-log-rewritten", ""},
		"edited before the move": {func(m mover) {
			m.put(old, "a", "forged")
			m.commit()
			m.git("rm", "-q", old)
			m.put(now, "a", "forged")
		}, "", "state-log-rewritten", ""},
		"moved twice": {func(m mover) {
			m.git("rm", "-q", old)
			m.put("x/r.yaml", "a", "forged")
			m.commit()
			m.git("rm", "-q", "x/r.yaml")
			m.put(now, "a", "forged")
		}, "", "state-log-rewritten", ""},
		"there, edited, and back": {func(m mover) {
			m.git("rm", "-q", old)
			m.put(now, "a", "b", "c")
			m.commit()
			m.git("rm", "-q", now)
			m.put(old, "a", "b", "forged")
		}, old, "state-log-rewritten", "mesh/state.yaml"},
		"an older copy beside it": {func(m mover) {
			m.put("copy.yaml", "a")
			m.commit()
			m.git("rm", "-q", old, "copy.yaml")
			m.put(now, "a", "forged")
		}, "", "state-log-rewritten", ""},
		"a link in the old one's":   {func(m mover) { m.put(now, "a", "forged"); m.link("../"+now, old) }, "", "state-log-rewritten", ""},
		"a link in its directory's": {func(m mover) { m.git("rm", "-q", old); m.put(now, "a", "forged"); m.link("mesh", "pki") }, "", "state-log-rewritten", ""},
		"not committed, edited": {func(m mover) {
			m.commit()
			os.Remove(filepath.Join(m.dir, "pki", "rotation.yaml"))
			m.put("x/r.yaml", "a", "forged")
		}, "x/r.yaml", "state-log-rewritten", ""},
		"from a side that has no log": {func(m mover) { m.side(now) }, "", "state-log-rewritten", ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := mover{t, t.TempDir()}
			m.git("init", "-q", "-b", "main")
			m.commit()
			m.begin()
			c.change(m)
			at := c.at
			if at == "" {
				at = now
			}
			if !strings.HasPrefix(name, "not committed") {
				m.commit()
			}
			if code, notes := m.verified(at); code != c.code || !strings.Contains(notes, c.said) {
				t.Errorf("code %q, want %q with %q:\n%s", code, c.code, c.said, notes)
			}
		})
	}
}

// emptied leaves a file without the state.
func (m mover) emptied(name string) {
	if err := os.WriteFile(filepath.Join(m.dir, filepath.FromSlash(name)), []byte("# moved\n"), 0o644); err != nil {
		m.t.Fatal(err)
	}
}

// link puts a symbolic link in the place of a file.
func (m mover) link(target, name string) {
	path := filepath.Join(m.dir, filepath.FromSlash(name))
	_ = os.RemoveAll(path)
	if err := os.Symlink(target, path); err != nil {
		m.t.Skip(err)
	}
}

// side merges a branch from before the state, which has another log at another path.
func (m mover) side(name string) {
	m.git("checkout", "-q", "-b", "side", "HEAD~2")
	m.put(name, "a", "forged")
	m.commit()
	m.git("checkout", "-q", "main")
	m.git("merge", "-q", "--no-commit", "side")
	m.git("rm", "-q", "pki/rotation.yaml")
}

// TestVerifyLogPartial: a clone without the contents of older commits says so.
func TestVerifyLogPartial(t *testing.T) {
	m := mover{t, filepath.Join(t.TempDir(), "origin")}
	if err := os.Mkdir(m.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	m.git("init", "-q", "-b", "main")
	m.git("config", "uploadpack.allowFilter", "true")
	m.put("rotation.yaml", "a")
	m.commit()
	m.put("rotation.yaml", "forged")
	m.commit()
	partial := mover{t, filepath.Join(t.TempDir(), "partial")}
	m.git("clone", "-q", "--filter=blob:none", "file://"+filepath.ToSlash(m.dir), partial.dir)
	if code, notes := partial.verified("rotation.yaml"); code != "state-log-cut" || !strings.Contains(notes, "is partial") {
		t.Errorf("%q: %s", code, notes)
	}
}
