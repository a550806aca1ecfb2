package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// silentRepository is a chart repository that takes connections and never
// answers; asked receives one value per connection.
func silentRepository(t *testing.T) (address string, asked chan struct{}) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	asked = make(chan struct{}, 16)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close() })
			asked <- struct{}{}
		}
	}()
	return "http://" + listener.Addr().String(), asked
}

// hanging is an application whose chart never comes. The sandbox may ask its
// server; hosts is the variable that lets others.
func hanging(t *testing.T, s *Sandbox) (app Application, hosts string, asked chan struct{}) {
	t.Helper()
	address, asked := silentRepository(t)
	hosts = "L5D_PKI_CHART_HOSTS=" + address
	s.Env = append(s.Env, hosts)
	app = argoFixture(t, s, "manifests", "bundle/anchor-added")
	app.Parameters = map[string]any{
		"chart": "linkerd-control-plane", "repo": address, "version": "1.0.0", "secrets-apart": "true",
		"digest": "sha256:" + strings.Repeat("0", 64),
	}
	return app, hosts, asked
}

func await(t *testing.T, asked chan struct{}) {
	t.Helper()
	select {
	case <-asked:
	case <-time.After(time.Minute):
		t.Fatal("nobody asked for the chart")
	}
}

// running lists the processes whose program lies below one of the folders.
func running(t *testing.T, folders ...string) []string {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil || len(all) == 0 {
		t.Fatalf("no processes to be seen: %v", err)
	}
	var found []string
	for _, link := range all {
		program, err := os.Readlink(link)
		if err != nil {
			continue // ended, or not ours to look at
		}
		for _, folder := range folders {
			if strings.HasPrefix(program, folder+"/") && strings.HasPrefix(filepath.Base(program), "l5d-pki-render") {
				found = append(found, link+" "+program)
			}
		}
	}
	return found
}

// soon waits for a condition that is about to hold.
func soon(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(what)
		}
	}
}

// TestArgoCDDeadline: Argo CD's time is over while a chart is fetched. The server
// kills the plugin itself at once and sends SIGTERM to its process group; no program
// of ours stays, and its copy of the repository is gone.
func TestArgoCDDeadline(t *testing.T) {
	s := NewSandbox(t, nil)
	app, hosts, asked := hanging(t, s)
	server := NewCMPServer(t, hosts)
	app.Timeout = 15 * time.Second
	result := make(chan string, 1)
	go func() {
		_, failure := server.Ask(t, app, "generate")
		result <- failure
	}()
	await(t, asked)
	bin := filepath.Join(server.Root, "usr/local/bin")
	if len(running(t, bin)) != 3 {
		t.Errorf("at work: %v, want the program, its limited child and the chart program", running(t, bin))
	}
	if failure := <-result; failure == "" {
		t.Fatal("it was rendered")
	}
	soon(t, "programs stayed", func() bool { return len(running(t, bin)) == 0 })
	soon(t, "the copy of the repository stayed", func() bool { return len(listing(t, server.Work)) == 0 })
	if left := leftIn(t, filepath.Join(server.Root, "tmp")); len(left) != 1 { // _cmp_server itself
		t.Errorf("left in /tmp: %v", left)
	}
}

// listing names everything below a folder.
func listing(t *testing.T, folder string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && path != folder {
			all = append(all, path)
		}
		return nil // what goes away under us is gone
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// direct is `cmp generate` as the plugin server starts it, without the server.
func direct(t *testing.T, s *Sandbox, app Application) (*exec.Cmd, *bytes.Buffer, *bytes.Buffer) {
	t.Helper()
	cmd := exec.Command(filepath.Join(s.Bin, "l5d-pki-render"), "cmp", "generate")
	cmd.Dir, cmd.Env = filepath.Join(app.Repo, app.Path), append(s.Env, app.environment(t)...)
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	return cmd, &out, &talk
}

// TestSignalled: SIGTERM to the one process, not the group, while its chart
// program waits for a server: both end, nothing is printed or left.
func TestSignalled(t *testing.T) {
	s := NewSandbox(t, nil)
	app, _, asked := hanging(t, s)
	before := listing(t, app.Repo)
	cmd, out, talk := direct(t, s, app)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, asked)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	if err := cmd.Wait(); err == nil || out.Len() > 0 || cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("%v, stdout %q", err, out)
	}
	if first, _, _ := strings.Cut(talk.String(), "\n"); !strings.Contains(first, "stopped by a signal while a chart or a kustomization was rendered") {
		t.Errorf("says %s", talk)
	}
	soon(t, "the chart program stayed", func() bool { return len(running(t, filepath.Dir(peer.Tool(t)))) == 0 })
	leftNothing(t, s, app, before)
}

// slots is the directory of the locks of renders at once, in the one for temporary files.
const slots = "l5d-pki-render-slots"

// leftIn is listing without the locks: they stay, are as many as may render at once, and
// have no content.
func leftIn(t *testing.T, folder string) []string {
	t.Helper()
	return slices.DeleteFunc(listing(t, folder), func(path string) bool {
		info, err := os.Stat(path)
		isLock := filepath.Base(filepath.Dir(path)) == slots
		if isLock && (err != nil || info.Size() > 0) {
			t.Errorf("%s: %v", path, err)
		}
		return isLock || filepath.Base(path) == slots
	})
}

func leftNothing(t *testing.T, s *Sandbox, app Application, before []string) {
	t.Helper()
	if after := listing(t, app.Repo); strings.Join(after, "\n") != strings.Join(before, "\n") {
		t.Errorf("the repository is not as it was: %d entries, %d before", len(after), len(before))
	}
	for _, entry := range s.Env {
		if dir, ok := strings.CutPrefix(entry, "TMPDIR="); ok && len(leftIn(t, dir)) > 0 {
			t.Errorf("left: %v", leftIn(t, dir))
		}
		if dir, ok := strings.CutPrefix(entry, "HOME="); ok && len(listing(t, dir)) > 0 {
			t.Errorf("left: %v", listing(t, dir))
		}
	}
}

// TestSignalledAnywhere: SIGTERM after ever longer times, until a call gets to
// its end: stdout is empty or whole, and nothing is left.
func TestSignalledAnywhere(t *testing.T) {
	s := NewSandbox(t, nil)
	for _, layout := range []string{"manifests", "chart"} {
		app := argoFixture(t, s, layout, "bundle/anchor-added")
		app.Parameters["secrets-apart"] = "true"
		whole, wholeOut, talk := direct(t, s, app)
		if err := whole.Run(); err != nil {
			t.Fatalf("%v %s", err, talk)
		}
		before, stopped, ended := listing(t, app.Repo), 0, false
		for wait := time.Duration(0); !ended && wait < 20*time.Second; wait = wait*5/4 + time.Millisecond {
			cmd, out, _ := direct(t, s, app)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(wait)
			_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
			err := cmd.Wait()
			switch {
			case err != nil:
				stopped++
			case bytes.Equal(out.Bytes(), wholeOut.Bytes()):
				ended = true
			}
			if out.Len() > 0 && !bytes.Equal(out.Bytes(), wholeOut.Bytes()) {
				t.Fatalf("%s: after %s stdout holds %d bytes of %d", layout, wait, out.Len(), wholeOut.Len())
			}
		}
		if stopped == 0 || !ended {
			t.Errorf("%s: %d calls were stopped, got to the end: %v", layout, stopped, ended)
		}
		soon(t, "the chart program stayed", func() bool { return len(running(t, filepath.Dir(peer.Tool(t)))) == 0 })
		leftNothing(t, s, app, before)
	}
}

// TestBare: the programs alone in a root with the repository and nothing else,
// not one folder that user 999 may write to, an environment with a PATH only.
func TestBare(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("!!! only root can make a jail: it is NOT tested that a read-only root without HOME is enough")
	}
	s := NewSandbox(t, nil)
	for _, layout := range ArgoLayouts {
		root := shortDir(t)
		for _, name := range []string{"l5d-pki-render", "l5d-pki-render-chart"} {
			copyFile(t, peer.Program(t, name), filepath.Join(root, "bin", name), 0o755)
		}
		if err := os.MkdirAll(filepath.Join(root, "dev"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, "dev/null"), nil, 0o444); err != nil {
			t.Fatal(err)
		}
		app := argoFixture(t, s, layout, "bundle/anchor-added")
		app.Parameters["secrets-apart"] = "true"
		if err := os.CopyFS(filepath.Join(root, "repo"), os.DirFS(app.Repo)); err != nil {
			t.Fatal(err)
		}
		want := s.MustRun(t, "", append(app.environment(t), "PWD="+app.Repo), "sh", "-c", "cd '"+filepath.Join(app.Repo, app.Path)+"' && umask 000 && l5d-pki-render cmp generate")
		cmd := exec.Command("/bin/l5d-pki-render", "cmp", "generate")
		cmd.Dir, cmd.Env, cmd.SysProcAttr = "/repo/"+app.Path, append(app.environment(t), "PATH=/bin"), jailed(root)
		out, err := cmd.Output()
		if err != nil || !bytes.Equal(out, want) {
			t.Errorf("%s: %v, %d bytes, want %d: %s", layout, err, len(out), len(want), stderrOf(err))
		}
	}
}

func stderrOf(err error) string {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(exit.Stderr)
	}
	return ""
}

// ownFiles are what a Go program looks at by itself, whatever it is told: itself
// and the kernel.
var ownFiles = regexp.MustCompile(`^(/proc/self/(exe|auxv)|/sys/kernel/mm/transparent_hugepage/hpage_pmd_size|/sys/fs/cgroup(/.*)?|/proc/self/(cgroup|mountinfo)|/dev/null)$`)

// called finds the calls with a path in what strace prints with -y: the folder
// that it is relative to, if any, and the path.
var called = regexp.MustCompile(`(\w+)\((?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"([^"]*)"`)

// outsideOf lists the paths below none of the folders that a program was seen to
// ask the kernel for, found or not.
func outsideOf(t *testing.T, trace, cwd string, folders ...string) (outside []string, inside int) {
	t.Helper()
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		m := called.FindStringSubmatch(line)
		if m == nil || m[3] == "" {
			continue
		}
		base, path := m[2], m[3]
		if base == "" {
			base = cwd
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(base, path)
		}
		path = filepath.Clean(path)
		locks := filepath.Join(os.TempDir(), slots)
		known := ownFiles.MatchString(path) || path == locks || strings.HasPrefix(path, locks+"/") || strings.Contains(m[1], "stat") && isAbove(path, folders)
		for _, folder := range folders {
			known = known || path == folder || strings.HasPrefix(path, folder+"/")
		}
		if strings.HasPrefix(path, folders[0]+"/") {
			inside++
		}
		if !known {
			outside = append(outside, m[1]+" "+path)
		}
	}
	return outside, inside
}

// isAbove reports whether a folder lies above one of the folders: whoever resolves
// a path's symbolic links asks for each step of it.
func isAbove(path string, folders []string) bool {
	for _, folder := range folders {
		if strings.HasPrefix(folder, strings.TrimSuffix(path, "/")+"/") {
			return true
		}
	}
	return false
}

// TestReadsTheRepositoryOnly watches every call of the kernel that names a file.
func TestReadsTheRepositoryOnly(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is missing: apt-get install strace")
	}
	if out, err := exec.Command(strace, "-f", "-o", "/dev/null", "true").CombinedOutput(); err != nil {
		t.Skipf("!!! strace may not watch processes here; it is NOT tested which files are read: %s", out)
	}
	s := NewSandbox(t, nil)
	tools, err := filepath.EvalSymlinks(filepath.Dir(peer.Tool(t)))
	if err != nil {
		t.Fatal(err)
	}
	for _, layout := range append([]string{"control"}, ArgoLayouts...) {
		trace := filepath.Join(t.TempDir(), "trace")
		watch := []string{"-f", "-y", "-s", "4096", "-e", "trace=%file", "-o", trace}
		app := argoFixture(t, s, strings.Replace(layout, "control", "chart", 1), "bundle/anchor-added")
		app.Parameters["secrets-apart"] = "true"
		cwd := filepath.Join(app.Repo, app.Path)
		program := []string{filepath.Join(tools, "l5d-pki-render"), "cmp", "generate"}
		if layout == "control" { // what we look for can be seen
			program = []string{"cat", "/etc/passwd"}
		}
		cmd := exec.Command(strace, append(watch, program...)...)
		cmd.Dir, cmd.Env = cwd, append([]string{"PATH=" + tools + ":/usr/bin:/bin"}, app.environment(t)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%.1000s", layout, err, out)
		}
		outside, inside := outsideOf(t, trace, cwd, app.Repo, tools)
		if layout == "control" {
			if !strings.Contains(fmt.Sprint(outside), "/etc/passwd") {
				t.Fatalf("a read of /etc/passwd is not seen: %v", outside)
			}
			continue
		}
		if inside < 5 {
			t.Errorf("%s: only %d calls in the repository were seen", layout, inside)
		}
		if len(outside) > 0 {
			t.Errorf("%s: asked for, outside of the repository:\n%s", layout, strings.Join(outside, "\n"))
		}
	}
}
