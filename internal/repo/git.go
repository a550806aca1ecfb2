// Package repo is what the tool asks of Git, by the git program that the user
// has: configuration, hooks and signing stay theirs.
//
// In goes a path in a working tree. Out come the committed versions of a file
// ([Versions]), the tracked files ([Files]), or a repository ([Open]) whose
// remote can be read, in which commits are made in a working tree of their own
// ([Repo.Checkout]), and which are pushed to a branch of our own.
// It touches neither the user's working tree nor their index, and refuses what
// is no repository ([ErrNone]).
package repo

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
)

// ErrNone says that there is no repository, or no git program.
var ErrNone = errors.New("not in a Git repository, or git is not installed")

// patience is how long one call of git may take; longPatience is for calls that
// wait for a network or for hooks.
const (
	patience     = 30 * time.Second
	longPatience = 10 * time.Minute
)

// local are the variables that tie git to one repository or index
// (git rev-parse --local-env-vars). A hook that runs us has them set, and they
// would lead our commits into the user's index.
var local = []string{
	"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_GRAFT_FILE", "GIT_IMPLICIT_WORK_TREE",
	"GIT_INDEX_FILE", "GIT_INTERNAL_SUPER_PREFIX", "GIT_NAMESPACE", "GIT_NO_REPLACE_OBJECTS", "GIT_OBJECT_DIRECTORY",
	"GIT_PREFIX", "GIT_QUARANTINE_PATH", "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
}

// call is one call of the program.
type call struct {
	dir   string
	env   []string // beside the process's own
	stdin []byte
	wait  time.Duration
}

// git runs the program in a folder. It never asks questions on a terminal.
func git(dir string, args ...string) ([]byte, error) {
	return call{dir: dir, wait: patience}.run(args...)
}

func (c call) run(args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), c.wait)
	defer cancel()
	cmd := command(ctx, c.dir, args)
	cmd.Env = append(cmd.Env, c.env...)
	cmd.WaitDelay = time.Second // a hook's child may keep the pipes open
	if c.stdin != nil {
		cmd.Stdin = bytes.NewReader(c.stdin)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	switch {
	case ctx.Err() != nil:
		return nil, &Error{verb(args), "no answer within " + c.wait.String(), -1}
	case err != nil:
		text := stderr.String()
		if text == "" || verb(args) == "push" { // push --porcelain says on stdout what became of the branch
			text = string(out) + text
		}
		return nil, &Error{verb(args), withoutLogin(strings.TrimSpace(text)), statusOf(err)}
	}
	return out, nil
}

// command is one call of git.
func command(ctx context.Context, dir string, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = surroundings()
	return cmd
}

// surroundings is the process's environment without what ties git to a repository.
func surroundings() []string {
	env := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains(local, name)
	})
	return append(env, "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
}

// Error is what git said.
type Error struct {
	Command string // "push"
	Text    string // may have several lines; no login of a URL
	status  int    // exit code
}

func (e *Error) Error() string { return "git " + e.Command + ": " + e.Text }

// verb is the command among the arguments, behind -c and its value.
func verb(args []string) string {
	for len(args) > 2 && args[0] == "-c" {
		args = args[2:]
	}
	return args[0]
}

// login is user and password in a URL.
var login = regexp.MustCompile(`([a-z][a-z0-9+.-]*://)[^/@\s'"]+@`)

func withoutLogin(text string) string { return login.ReplaceAllString(text, "$1") }
