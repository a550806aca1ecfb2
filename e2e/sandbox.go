package e2e

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// maxRun ends a program that hangs; none of them needs a minute.
const maxRun = 5 * time.Minute

// Sandbox is a world of its own for programs: a folder to work in, a home, and a
// PATH of the programs it was given and the system's.
type Sandbox struct {
	// Dir is where programs start; tests prepare it.
	Dir string
	// Bin holds the programs under the names that people call them by.
	Bin string
	// Env is the whole environment.
	Env []string
}

// Result is what one program left behind.
type Result struct {
	Code           int
	Stdout, Stderr string
}

// NewSandbox makes one. programs: the name in the PATH -> the program's name in
// package peer; l5d-pki-render and its chart program are always there.
func NewSandbox(t testing.TB, programs map[string]string) *Sandbox {
	t.Helper()
	root := t.TempDir()
	s := &Sandbox{Dir: filepath.Join(root, "work"), Bin: filepath.Join(root, "bin")}
	home := filepath.Join(root, "home")
	for _, dir := range []string{s.Dir, s.Bin, home} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.Link(t, peer.Tool(t), "l5d-pki-render")
	s.Link(t, peer.Program(t, "l5d-pki-render-chart"), "l5d-pki-render-chart")
	for name, program := range programs {
		s.Link(t, peer.Program(t, program), name)
	}
	s.Env = []string{"PATH=" + s.Bin + ":/usr/local/bin:/usr/bin:/bin", "HOME=" + home, "LC_ALL=C", "TMPDIR=" + t.TempDir()}
	return s
}

// Link puts a program into the PATH under a name.
func (s *Sandbox) Link(t testing.TB, program, name string) {
	t.Helper()
	if err := os.Symlink(program, filepath.Join(s.Bin, name)); err != nil {
		t.Fatal(err)
	}
}

// Run runs a program of the PATH in Dir. env is added to Env.
func (s *Sandbox) Run(t testing.TB, stdin string, env []string, name string, args ...string) Result {
	t.Helper()
	path := filepath.Join(s.Bin, name)
	if _, err := os.Stat(path); err != nil {
		path = name // one of the system's
	}
	ctx, cancel := context.WithTimeout(context.Background(), maxRun)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir, cmd.Env, cmd.Stdin = s.Dir, append(append([]string{}, s.Env...), env...), strings.NewReader(stdin)
	cmd.WaitDelay = 10 * time.Second // for what a program left running
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	err := cmd.Run()
	if cmd.ProcessState == nil || ctx.Err() != nil {
		t.Fatalf("%s %s: %v %v", name, strings.Join(args, " "), err, ctx.Err())
	}
	return Result{Code: cmd.ProcessState.ExitCode(), Stdout: out.String(), Stderr: talk.String()}
}

// MustRun is Run of a program that has to succeed; it gives stdout.
func (s *Sandbox) MustRun(t testing.TB, stdin string, env []string, name string, args ...string) []byte {
	t.Helper()
	r := s.Run(t, stdin, env, name, args...)
	if r.Code != 0 {
		t.Fatalf("%s %s: exit %d\n%s", name, strings.Join(args, " "), r.Code, r.Stderr)
	}
	return []byte(r.Stdout)
}

// Write puts a file below Dir.
func (s *Sandbox) Write(t testing.TB, path, text string) {
	t.Helper()
	full := filepath.Join(s.Dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Copy puts a file or folder of fixtures/ below Dir.
func (s *Sandbox) Copy(t testing.TB, fixture, path string) {
	t.Helper()
	source, full := peer.Fixture(fixture), filepath.Join(s.Dir, filepath.FromSlash(path))
	info, err := os.Stat(source)
	if err != nil {
		t.Fatal(err)
	}
	if info.IsDir() {
		if err := peer.CopyPrivate(full, source); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	s.Write(t, path, string(text))
}
