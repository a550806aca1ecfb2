package repo

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
)

// sshPatience is how long ssh may take to print its configuration.
const sshPatience = 10 * time.Second

// sshName is a name that may go on a command line.
var sshName = lazy.New(`^[A-Za-z0-9_\[][A-Za-z0-9_.:\]-]*$`)

// SSHHost is the host behind a name that Git would give to ssh: names may be
// aliases of ~/.ssh/config. It asks the ssh program that Git would run for its
// configuration (ssh -G) and connects to nothing. It is "" where ssh cannot tell.
func (r *Repo) SSHHost(name string) string { return r.sshHost(name) }

// SSHHostOfUser is SSHHost for a call that reaches no remote: it runs no program that the
// repository's own configuration names.
func (r *Repo) SSHHostOfUser(name string) string { return r.sshHost(name, "--global") }

func (r *Repo) sshHost(name string, scope ...string) string {
	if !sshName.MatchString(name) {
		return ""
	}
	program, args := r.ssh(scope...)
	out, err := child.Command{
		Name: program, Args: append(args, "-G", name), Dir: r.Top, Env: child.Environment(child.Transport), Wait: sshPatience,
	}.Output(context.Background())
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(out)) {
		if host, found := strings.CutPrefix(strings.TrimSpace(line), "hostname "); found {
			return host
		}
	}
	return ""
}

// ssh is the program that Git runs for SSH (GIT_SSH_COMMAND in git(1)), by the settings of
// a scope or of all. A command is for a shell to read.
func (r *Repo) ssh(scope ...string) (program string, args []string) {
	command := os.Getenv("GIT_SSH_COMMAND")
	if command == "" {
		command, _ = r.git(append(append([]string{"config"}, scope...), "--get", "core.sshCommand")...)
	}
	switch {
	case command != "":
		return "sh", []string{"-c", command + ` "$@"`, command}
	case os.Getenv("GIT_SSH") != "":
		return os.Getenv("GIT_SSH"), nil
	}
	return "ssh", nil
}
