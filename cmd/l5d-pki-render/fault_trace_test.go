//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// oneThread keeps the command on the thread that strace follows: it counts
// system calls by thread.
const oneThread = "TEST_ONE_THREAD"

func init() {
	if os.Getenv(oneThread) != "" {
		runtime.LockOSThread()
	}
}

// diskCalls create, write, sync, rename, link, remove or chmod.
const diskCalls = "openat,write,pwrite64,fsync,fdatasync,syncfs,rename,renameat,renameat2,link,linkat,symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat,chmod,fchmod,fchmodat,ftruncate,truncate"

// boundary is one system call of a run that changes the disk or an output.
type boundary struct {
	call string
	nth  int    // of this call on the thread, from 1
	kind string // of file
}

// String is the call and the kind of file.
func (b boundary) String() string { return b.call + " " + b.kind }

// traced runs the command under strace and gives what the trace holds.
func traced(t *testing.T, bin string, s scene, seed string, inject string) (trace, stderr string, code int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "trace")
	args := []string{"-qq", "-y", "-s", "8", "-o", file, "-e", "trace=" + diskCalls, "-e", "signal=none"}
	if inject != "" {
		args = append(args, "-e", "inject="+inject)
	}
	cmd := exec.Command("strace", append(append(args, bin), s.args...)...)
	stderr, code = s.run(t, cmd, seed)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("strace: %v\n%s", err, stderr)
	}
	return string(text), stderr, code
}

// run runs a command in the folder of a scene.
func (s scene) run(t *testing.T, cmd *exec.Cmd, seed string) (stderr string, code int) {
	t.Helper()
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "TEST_NOW="+now, "TEST_SEED="+seed, oneThread+"=1", "TMPDIR="+s.temporary, "GOMAXPROCS=1",
		"HOME="+s.temporary, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "SOPS_AGE_KEY="+s.identity)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return errs.String(), cmd.ProcessState.ExitCode()
}

var (
	callLine = regexp.MustCompile(`^(\w+)\((.*)`)
	quoted   = regexp.MustCompile(`"([^"]*)"`)
	ofFD     = regexp.MustCompile(`^(\d+)<([^>]*)>`)
)

// boundaries are the calls of a trace that change something.
func boundaries(trace string) (all []boundary) {
	count := map[string]int{}
	for line := range strings.Lines(trace) {
		m := callLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		call, rest := m[1], m[2]
		count[call]++
		if call == "openat" && !strings.Contains(rest, "O_CREAT") && !strings.Contains(rest, "O_TMPFILE") {
			continue
		}
		if kind := kindOf(call, rest); kind != "" {
			all = append(all, boundary{call, count[call], kind})
		}
	}
	return all
}

// kindOf says what a call is about; "" for what is no file and no output.
func kindOf(call, rest string) string {
	path := ""
	if m := ofFD.FindStringSubmatch(rest); m != nil && (call == "write" || strings.HasPrefix(call, "f") || call == "syncfs" || call == "pwrite64") {
		switch m[1] {
		case "1":
			return "stdout"
		case "2":
			return "stderr"
		}
		path = m[2]
		if strings.Contains(path, ":[") {
			return "" // the runtime's own pipes and events
		}
	} else if names := quoted.FindAllStringSubmatch(rest, -1); len(names) > 0 {
		path = names[len(names)-1][1]
	}
	base := filepath.Base(path)
	switch {
	case path == "" || strings.HasPrefix(path, "/dev/"):
		return ""
	case strings.Contains(rest, "O_TMPFILE"), strings.Contains(path, "/#"):
		return "unnamed in " + shortDir(path)
	case strings.HasSuffix(base, ".pending"):
		return "note"
	case strings.HasSuffix(base, ".key"), strings.HasSuffix(base, ".age"), strings.Contains(base, ".age."), strings.Contains(base, ".key."):
		return "key"
	case strings.Contains(base, "rotation.yaml"):
		return "state"
	case !strings.Contains(base, "."):
		return "directory"
	}
	return "output"
}

func shortDir(path string) string {
	if strings.Contains(path, "keys") {
		return "keys"
	}
	return "the state's directory"
}

// faults are what happens at a boundary.
var faults = []struct{ name, inject string }{
	{"EIO", "error=EIO"},
	{"ENOSPC", "error=ENOSPC"},
	{"SIGKILL", "signal=SIGKILL"},
}

func (b boundary) inject(fault string) string {
	return fmt.Sprintf("%s:%s:when=%d", b.call, fault, b.nth)
}

// hasStrace skips, loudly, where strace cannot be used.
func hasStrace(t *testing.T) {
	t.Helper()
	if err := exec.Command("strace", "-qq", "-o", "/dev/null", "-e", "trace=none", "true").Run(); err != nil {
		t.Skipf("SKIPPED, NOT PASSED: strace cannot trace here (%v): no fault was injected", err)
	}
}
