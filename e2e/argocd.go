package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// argoUser is the user that Argo CD's images run as.
const argoUser = 999

// CMPServer is Argo CD's real plugin server, in a jail made of the shipped
// Containerfile: the image's files and nothing else of this machine, user 999,
// no shell, no HOME, no .git, nothing to write to but the two folders that a
// sidecar mounts. Where this process may not make a jail, the server runs as it
// is, and the test says so.
type CMPServer struct {
	// Root of the jail.
	Root string
	// Socket and Work are its socket and the folder that it copies repositories
	// into, by their paths out here.
	Socket, Work string
	// Keys is the folder of the test keys by its path in there (L5D_PKI_KEYS_DIR).
	Keys string
	// Jailed is whether there is a jail.
	Jailed bool
	log    *bytes.Buffer
}

// NewCMPServer starts one, with further variables, and ends it with the test.
func NewCMPServer(t testing.TB, env ...string) *CMPServer {
	t.Helper()
	image := readImage(t)
	s := &CMPServer{Root: shortDir(t), Jailed: os.Getuid() == 0, log: &bytes.Buffer{}}
	image.unpack(t, s.Root)
	s.Socket = filepath.Join(s.Root, "home/argocd/cmp-server/plugins/l5d-pki-render.sock")
	s.Work = filepath.Join(s.Root, "tmp/_cmp_server")
	s.Keys = s.mountKeys(t)
	cmd := exec.Command(image.entry[0], image.entry[1:]...)
	cmd.Env, cmd.Dir = append(image.env, "L5D_PKI_KEYS_DIR="+s.Keys, keysFor), "/"
	cmd.Stdout, cmd.Stderr = s.log, s.log
	if s.Jailed {
		cmd.SysProcAttr = jailed(s.Root)
	} else {
		t.Logf("!!! not root: Argo CD's server runs without its jail, as this user")
		cmd.Path, cmd.Err = filepath.Join(s.Root, image.entry[0]), nil
		cmd.Args = append(cmd.Args, "--config-dir-path", filepath.Join(s.Root, "home/argocd/cmp-server/config"))
		cmd.Env = []string{
			"PATH=" + filepath.Join(s.Root, "usr/local/bin"), "TMPDIR=" + filepath.Join(s.Root, "tmp"),
			"ARGOCD_PLUGINSOCKFILEPATH=" + filepath.Dir(s.Socket), "L5D_PKI_KEYS_DIR=" + s.Keys, keysFor,
		}
	}
	cmd.Env = append(cmd.Env, env...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // it does not end on SIGTERM
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(s.Socket); err == nil {
			return s
		}
		if time.Now().After(deadline) {
			t.Fatalf("no socket; the server says:\n%s", s.log)
		}
	}
}

// mountKeys puts the test keys where Kubernetes would mount a Secret with
// defaultMode 0440 and fsGroup 999: root's, and readable by the group.
func (s *CMPServer) mountKeys(t testing.TB) string {
	t.Helper()
	folder := filepath.Join(s.Root, "keys")
	keys, err := filepath.Glob(peer.Fixture("pki/*.key"))
	if err != nil || len(keys) < 5 {
		t.Fatalf("%d keys (%v)", len(keys), err)
	}
	for _, key := range keys {
		to := filepath.Join(folder, filepath.Base(key))
		copyFile(t, key, to, 0o600)
		if s.Jailed {
			if err := errors.Join(os.Chown(to, 0, argoUser), os.Chmod(to, 0o440)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if s.Jailed {
		return "/keys"
	}
	return folder
}

// jailed is how a process becomes user 999 in a root of its own.
func jailed(root string) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: argoUser, Gid: argoUser}}
}

// Generate gives the stream that Argo CD would apply.
func (s *CMPServer) Generate(t testing.TB, a Application) []byte {
	t.Helper()
	return []byte(strings.Join(s.Manifests(t, a), "\n---\n") + "\n")
}

// Manifests gives the objects that Argo CD would apply, each as the server returns it.
func (s *CMPServer) Manifests(t testing.TB, a Application) []string {
	t.Helper()
	answer, failure := s.Ask(t, a, "generate")
	if failure != "" {
		t.Fatalf("generate %s: %s", a.Path, failure)
	}
	var response struct {
		Manifests []string `json:"manifests"`
	}
	if err := json.Unmarshal(answer, &response); err != nil {
		t.Fatal(err)
	}
	return response.Manifests
}

// shortDir is a folder whose path leaves room for a socket's (108 bytes).
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "cmp")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
