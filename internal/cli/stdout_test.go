package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// full is a disk without space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// printing are calls that print a report, by their arguments; FLEET is a fleet file.
var printing = []string{
	"status", "status -o json", "log", "log --verify", "lint", "plan", "doctor", "prove", "report", "diff stable anchor-added",
	"explain cli-write", "schema status", "custody status", "values", "manifests --all",
	"fleet status -f FLEET", "fleet plan -f FLEET", "fleet lint -f FLEET", "alerts", "observe --rbac", "version",
}

// TestStdoutLost: a report that cannot be written is a failure, whatever else the
// command had to say.
func TestStdoutLost(t *testing.T) {
	state := stateCopy(t, filepath.Join(fixtures, "rotation", "bundle", "anchor-spread.yaml"))
	t.Chdir(filepath.Dir(state))
	done(t, call(t, "", nil, "fleet", "init"))
	for _, line := range printing {
		args := strings.Fields(strings.ReplaceAll(line, "FLEET", "fleet.yaml"))
		good := call(t, "", nil, args...)
		if good.out == "" {
			t.Errorf("%s prints nothing: %s", line, good.stderr)
		}
		for name, world := range map[string]struct {
			out    io.Writer
			closed bool
			want   error
		}{
			"closed": {new(bytes.Buffer), true, os.ErrClosed}, "full": {full{}, false, syscall.ENOSPC}, "broken": {brokenPipe{}, false, syscall.EPIPE},
		} {
			var stderr bytes.Buffer
			code := Main(args, World{
				Stdin: strings.NewReader(""), Stdout: world.out, Stderr: &stderr, StdoutClosed: world.closed,
				Getenv: func(string) string { return "" }, Now: func() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) },
			})
			said := strings.Contains(stderr.String(), "cli-stdout-lost") && strings.Contains(stderr.String(), world.want.Error()) ||
				strings.Contains(stderr.String(), "cli-stdout-closed")
			if code != ExitFailed || !said {
				t.Errorf("%s, stdout %s: exit code %d: %s", line, name, code, stderr.String())
			}
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EPIPE}
}
