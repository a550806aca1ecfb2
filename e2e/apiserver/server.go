// Package apiserver runs a real Kubernetes API server with etcd below it, for
// tests that have to see what a cluster holds in the end. There is no controller
// manager and no scheduler: objects are stored and validated, no pod runs, and
// what a test wants removed it removes itself ([Server.Reset]).
package apiserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

const (
	// maxStart bounds one start; an idle machine of two cores takes 4 s.
	maxStart = 2 * time.Minute
	// maxStop is how long a program may take to end by itself.
	maxStop = 10 * time.Second
	// starts: a port that was free may be taken by the time a program binds it.
	starts = 3
)

// Server is a running API server.
type Server struct {
	// Kubeconfig is the path of a kubeconfig with every right.
	Kubeconfig string

	url, token string
	client     *http.Client
	dir        string
	programs   []*program
	// known are the resources of groups and versions that were asked for.
	known map[string][]resource
}

// program is a child process and what it printed.
type program struct {
	name string
	cmd  *exec.Cmd
	log  *bytes.Buffer
	done chan struct{}
}

// Start starts a server on loopback. Call Stop when done with it.
func Start(t testing.TB) *Server {
	t.Helper()
	return StartSeveral(t, 1)[0]
}

// StartSeveral starts several at the same time.
func StartSeveral(t testing.TB, n int) []*Server {
	t.Helper()
	etcd, api := peer.Program(t, "etcd"), peer.Program(t, "kube-apiserver")
	servers, errs := make([]*Server, n), make([]error, n)
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			for range starts {
				if servers[i], errs[i] = start(etcd, api); errs[i] == nil {
					return
				}
			}
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		for _, s := range servers {
			if s != nil {
				s.Stop()
			}
		}
		t.Fatalf("an API server does not start: %v", err)
	}
	return servers
}

func start(etcd, api string) (*Server, error) {
	dir, err := os.MkdirTemp("", "apiserver")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, known: map[string][]resource{}, Kubeconfig: filepath.Join(dir, "kubeconfig")}
	if err := s.run(etcd, api); err != nil {
		log := s.logs()
		s.Stop()
		return nil, fmt.Errorf("%w\n%s", err, log)
	}
	return s, nil
}

func (s *Server) run(etcd, api string) error {
	ports, err := freePorts(3)
	if err != nil {
		return err
	}
	if err := s.writeCredentials(ports[0]); err != nil {
		return err
	}
	store, peers := address(ports[1]), address(ports[2])
	if err := s.begin(etcd, "--data-dir=etcd", "--unsafe-no-fsync", "--log-level=error",
		"--listen-client-urls="+store, "--advertise-client-urls="+store,
		"--listen-peer-urls="+peers, "--initial-advertise-peer-urls="+peers, "--initial-cluster=default="+peers); err != nil {
		return err
	}
	if err := s.begin(api, "--etcd-servers="+store, "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1",
		fmt.Sprint("--secure-port=", ports[0]),
		"--tls-cert-file=server.crt", "--tls-private-key-file=server.key", "--token-auth-file=tokens.csv",
		"--service-account-key-file=accounts.key", "--service-account-signing-key-file=accounts.key", "--service-account-issuer=https://kubernetes.default.svc",
		"--authorization-mode=RBAC", "--service-cluster-ip-range=10.96.0.0/16", "--allow-privileged=true",
		// A loopback address is not allowed in Endpoints.
		"--endpoint-reconciler-type=none"); err != nil {
		return err
	}
	return s.ready()
}

// ready waits until the server says that it is, or one of the programs ended.
func (s *Server) ready() error {
	for deadline := time.Now().Add(maxStart); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if code, answer, err := s.Do(http.MethodGet, "/readyz", "", nil); err == nil && code == http.StatusOK && string(answer) == "ok" {
			return nil
		}
		for _, p := range s.programs {
			select {
			case <-p.done:
				return fmt.Errorf("%s ended: %v", p.name, p.cmd.ProcessState)
			default:
			}
		}
	}
	return fmt.Errorf("not ready within %s", maxStart)
}

func (s *Server) begin(path string, args ...string) error {
	p := &program{name: filepath.Base(path), cmd: exec.Command(path, args...), log: &bytes.Buffer{}, done: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env = s.dir, []string{"HOME=" + s.dir, "PATH=/usr/bin:/bin"}
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	// A test that is killed takes the programs with it.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		return err
	}
	s.programs = append(s.programs, p)
	go func() {
		_ = p.cmd.Wait() // its state is read from ProcessState
		close(p.done)
	}()
	return nil
}

// Stop ends the programs, the last one first, and removes what they stored.
func (s *Server) Stop() {
	for i := len(s.programs) - 1; i >= 0; i-- {
		p := s.programs[i]
		_ = p.cmd.Process.Signal(syscall.SIGTERM) // one that ended already is no error
		select {
		case <-p.done:
		case <-time.After(maxStop):
			_ = p.cmd.Process.Kill()
			<-p.done
		}
	}
	_ = os.RemoveAll(s.dir) // a temporary directory
}

// logs are the last lines of programs that ended. One that still runs may still
// write to its log.
func (s *Server) logs() string {
	var all strings.Builder
	for _, p := range s.programs {
		select {
		case <-p.done:
			lines := strings.Split(strings.TrimSpace(p.log.String()), "\n")
			fmt.Fprintf(&all, "%s:\n%s\n", p.name, strings.Join(lines[max(0, len(lines)-10):], "\n"))
		default:
		}
	}
	return all.String()
}

// freePorts asks the system for ports of loopback that are free.
func freePorts(n int) ([]int, error) {
	ports := make([]int, n)
	for i := range ports {
		listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer listener.Close() // all at the end, so that they are different ones
		ports[i] = listener.Addr().(*net.TCPAddr).Port
	}
	return ports, nil
}

func address(port int) string { return fmt.Sprint("http://127.0.0.1:", port) }
