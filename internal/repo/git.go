// Package repo is what the tool asks of Git, by the git program of the user.
//
// In goes a path in a working tree. Out come the committed versions of a file
// ([Versions]), the tracked files ([Files]), or a repository ([Open]) whose
// remote can be read, in which commits are made in a working tree of their own
// ([Repo.CheckoutReviewed]), and which are pushed to a branch of our own.
// It touches neither the user's working tree nor their index, and refuses what
// is no repository ([ErrNone]).
//
// Git runs nothing that a tree, a branch or a remote brings along: every call
// names the repository, which [find] found; hooks, filters, fsmonitor and signing
// programs are off unless the call commits or pushes for the user (docs/git.md).
package repo

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
)

// ErrNone says that there is no repository, or no git program.
var ErrNone = errors.New("not in a Git repository, or git is not installed")

// patience is how long one call of git may take; longPatience is for calls that
// wait for a network or for hooks.
const (
	patience     = 30 * time.Second
	longPatience = 10 * time.Minute
)

// call is one call of git in the repository around a directory.
type call struct {
	dir   string
	env   []string // beside what child.Environment lists
	stdin []byte
	wait  time.Duration
	// use is what the call is for. The zero value judges: no network, no hooks.
	use child.Purpose
	// settings are stronger than those of the configuration files.
	settings []child.Setting
	// hooks is the directory with the user's hooks in a call that commits; "" is
	// what the configuration says.
	hooks string
	// tree is another working tree than the repository's.
	tree string
}

// git judges in the repository around a directory.
func git(dir string, args ...string) ([]byte, error) {
	return call{dir: dir, wait: patience}.run(args...)
}

// run returns what git writes to stdout.
func (c call) run(args ...string) ([]byte, error) {
	var in io.Reader
	if c.stdin != nil {
		in = bytes.NewReader(c.stdin)
	}
	var out bytes.Buffer
	err := c.stream(in, &out, args...)
	var said *Error
	if errors.As(err, &said) && said.status >= 0 && (said.Text == "" || verb(args) == "push") { // push --porcelain says on stdout what became of the branch
		said.Text = c.redacted(strings.TrimSpace(out.String() + said.Text))
	}
	if err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// stream runs git with stdin and stdout of the caller.
func (c call) stream(in io.Reader, out io.Writer, args ...string) error {
	at, found := find(c.dir)
	if !found {
		return ErrNone
	}
	if c.tree != "" {
		at.top, c.dir = c.tree, c.tree
	}
	full := append(append([]string{"--no-pager", "--git-dir=" + at.gitDir, "--work-tree=" + at.top}, c.neutral()...), args...)
	err := c.program(in, out, full)
	var failed *child.Failure
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &failed):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{verb(args), "no answer within " + c.wait.String(), -1}
	case failed.Missing():
		return ErrNone
	}
	return &Error{verb(args), c.redacted(strings.TrimSpace(failed.Stderr)), failed.Code}
}

// read gives what git writes to stdout to a function while git runs. An error of
// the function ends git.
func (c call) read(in io.Reader, f func(*bufio.Reader) error, args ...string) error {
	out, write := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := c.stream(in, write, args...)
		write.CloseWithError(err) // nil is the end of the file
		ended <- err
	}()
	err := f(bufio.NewReaderSize(out, 256<<10))
	out.CloseWithError(io.ErrClosedPipe)
	failed := <-ended
	var said *Error
	if err == nil || errors.As(failed, &said) && said.status > 0 { // git failed by itself, and f saw the end of the file
		return failed
	}
	return err
}

// program runs git with arguments as they are.
func (c call) program(in io.Reader, out io.Writer, args []string) error {
	// A replace ref is a ref that somebody pushes, and stands for any commit. Traces would go to
	// the files that the configuration names, before anybody has judged that.
	env := append([]string{"GIT_TERMINAL_PROMPT=0", "LC_ALL=C", "GIT_NO_REPLACE_OBJECTS=1", "GIT_GRAFT_FILE=" + os.DevNull,
		"GIT_TRACE2=0", "GIT_TRACE2_EVENT=0", "GIT_TRACE2_PERF=0"}, c.env...)
	if c.use == child.Judging {
		env = append(env, "GIT_OPTIONAL_LOCKS=0", "GIT_ATTR_NOSYSTEM=1",
			"GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none") // the latter for versions of Git that do not know the former
	}
	name, err := c.git()
	if err != nil {
		return err
	}
	return child.Command{
		Name: name, Args: args, Dir: c.dir, Env: child.GitEnvironment(c.use, c.settings, env...),
		Stdin: in, Stdout: out, Wait: c.wait, Asks: c.use != child.Judging,
	}.Run(context.Background())
}

// clones are the folders whose repositories' branches may bring a git, too.
var clones sync.Map

// TakeNoGitFrom keeps git from being taken out of the working trees of the repositories that
// are cloned in a folder, as those of a fleet's members are.
func TakeNoGitFrom(folder string) {
	if full, err := filepath.Abs(folder); err == nil && folder != "" {
		clones.Store(full, &sync.Map{})
	}
}

// git is the program: the first of the PATH that lies in no working tree of the repository,
// of that around the current directory, nor of one of the clones, whose branches may bring one.
func (c call) git() (path string, err error) {
	paths := child.InPath("git")
	for _, path := range paths {
		if !inTreeOf(path, c.dir) && !inTreeOf(path, ".") && !inClones(path) {
			return path, nil
		}
	}
	if len(paths) > 0 {
		return "", ErrNone
	}
	return "git", nil
}

// inTreeOf reports whether a file, or a link on the way to it, lies in a working tree of the
// repository around a directory.
func inTreeOf(file, dir string) bool {
	at, found := find(dir)
	return found && slices.ContainsFunc(append(disk.LinksOn(file), disk.Real(file)), func(path string) bool {
		return len(treesAround(filepath.Dir(path), at.shared())) > 0
	})
}

// inClones is the same for the clones in all folders. Each file is looked at once.
func inClones(file string) (is bool) {
	clones.Range(func(folder, judged any) bool {
		known, found := judged.(*sync.Map).Load(file)
		if !found {
			known = slices.ContainsFunc(clonesIn(folder.(string)), func(clone string) bool { return inTreeOf(file, clone) })
			judged.(*sync.Map).Store(file, known)
		}
		is = known.(bool)
		return !is
	})
	return is
}

// clonesIn lists the tops of the working trees in a folder.
func clonesIn(folder string) (tops []string) {
	entries, err := os.ReadDir(folder)
	if err != nil { // whoever opens one of them says so
		return nil
	}
	for _, entry := range entries {
		top := disk.Real(filepath.Join(folder, entry.Name()))
		if _, found, _ := gitDirOf(top); found {
			tops = append(tops, top)
		}
	}
	return tops
}

// Error is what git said.
type Error struct {
	Command string // "push"
	Text    string // may have several lines; no login of an address
	status  int    // exit code
}

func (e *Error) Error() string { return "git " + e.Command + ": " + e.Text }

// verb is the command among the arguments, behind -c and its value and behind
// options of git itself.
func verb(args []string) string {
	for len(args) > 1 && strings.HasPrefix(args[0], "-") {
		if args[0] == "-c" && len(args) > 2 {
			args = args[1:]
		}
		args = args[1:]
	}
	return args[0]
}

// place is where a repository is.
type place struct {
	// top is the top directory of its working tree, absolute, links followed.
	top string
	// gitDir is its .git directory, or that of a linked working tree.
	gitDir string
}

// find looks for .git upward from a directory. It does not do as git does, which
// also takes a directory for a repository that has HEAD, objects and refs: those
// can be committed, and come with a configuration of their own. A .git cannot.
func find(dir string) (place, bool) {
	full, err := filepath.Abs(dir)
	if err == nil {
		full, err = filepath.EvalSymlinks(full)
	}
	if err != nil {
		return place{}, false
	}
	for top := full; ; top = filepath.Dir(top) {
		if gitDir, found, end := gitDirOf(top); found || end {
			return place{top, gitDir}, found
		}
		if top == filepath.Dir(top) {
			return place{}, false
		}
	}
}

// gitDirOf finds the .git directory of a working tree. A file that names one
// which is not there ends the search.
func gitDirOf(top string) (gitDir string, found, end bool) {
	path := filepath.Join(top, ".git")
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", false, false
	case info.IsDir():
		return path, isGitDir(path), false
	case !info.Mode().IsRegular() || info.Size() > maxGitFile:
		return "", false, true
	}
	text, err := os.ReadFile(path)
	target, names := strings.CutPrefix(strings.TrimRight(string(text), "\r\n"), "gitdir: ")
	if err != nil || !names {
		return "", false, true
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(top, target)
	}
	return target, isGitDir(target), true
}

// maxGitFile is the size of the largest .git file that is read, in bytes.
const maxGitFile = 8 << 10

// isGitDir looks for what git looks for. A linked working tree has its objects
// in the directory that "commondir" names.
func isGitDir(dir string) bool {
	has := func(name string) bool { _, err := os.Lstat(filepath.Join(dir, name)); return err == nil }
	return has("HEAD") && (has("commondir") || has("objects") && has("refs"))
}
