package cli

import (
	"bytes"
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The environment of a call that is to die: its arguments, one a line, and the
// number of the change of the disk at which it does; 0: while stdout is written.
const dieArgs, dieAt = "L5D_TEST_DIE_ARGS", "L5D_TEST_DIE_AT"

// fatalWriter panics with keys in memory, at what is written last.
type fatalWriter struct{}

func (fatalWriter) Write([]byte) (int, error) { panic("stdout is gone") }

// TestDie is no test of its own: [TestLeaksPanic] runs it as a process that dies.
func TestDie(t *testing.T) {
	args := os.Getenv(dieArgs)
	if args == "" {
		t.Skip("runs inside of TestLeaksPanic only")
	}
	at, _ := strconv.Atoi(os.Getenv(dieAt))
	Main(strings.Split(args, "\n"), World{
		Random: rand.Reader, Stdin: strings.NewReader(""), Stdout: fatalWriter{}, Stderr: os.Stderr, Now: time.Now,
		Getenv: func(string) string { return "" },
		Step: func(string) {
			if at--; at == 0 {
				panic("the disk is gone")
			}
		},
	})
}

// TestLeaksPanic: a process that dies while it holds keys tells none in its
// traces, and leaves none in files that are not made for them.
func TestLeaksPanic(t *testing.T) {
	w := newLeakWorld(t)
	w.twin("start", "issuer") // its keys are known, too
	state := []string{"--state", w.statePath()}
	die := func(at int, args ...string) {
		cmd := exec.Command(os.Args[0], "-test.run=^TestDie$")
		cmd.Env = append(os.Environ(), dieArgs+"="+strings.Join(append(args, state...), "\n"), dieAt+"="+strconv.Itoa(at), "GOTRACEBACK=all")
		out, err := cmd.CombinedOutput()
		if err == nil || !bytes.Contains(out, []byte(" is gone")) || !bytes.Contains(out, []byte("goroutine ")) {
			t.Fatalf("%v at %d did not die: %v: %.300s", args, at, err, out)
		}
		if found := leaks(out, w.canaries); len(found) > 0 || bytes.Contains(out, []byte("PRIVATE KEY")) {
			t.Errorf("%v at %d: the trace holds %v", args, at, found)
		}
		w.watchFiles(args)
	}
	die(0, "manifests", "--with-keys")
	die(0, "values", "--layout", "embedded")
	w.setCustody("custody: {kind: age, recipients: [" + w.recipient + "]}")
	for at := 1; at <= 4; at++ {
		die(at, "custody", "rewrap", "--from", "file")
		halves, _ := filepath.Glob(filepath.Join(w.plain, "*.age")) // a repeated call overwrites none
		for _, half := range halves {
			if err := os.Remove(half); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.must("custody", "rewrap", "--from", "file")
	die(0, "manifests", "--with-keys", "--identity", w.identity)
	for at := 1; at <= 3; at++ {
		die(at, "custody", "rewrap", "--identity", w.identity)
	}
	die(1, "start", "issuer", "--outgoing-key", filepath.Join(w.plain, "2026.key"))
}
