// Package repo is what the tool asks of Git, by the git program that the user
// has: configuration, hooks and signing stay theirs.
//
// In goes a path in a working tree; out come the committed versions of the
// file. It changes nothing and refuses what is no repository ([ErrNone]).
package repo

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// ErrNone says that there is no repository, or no git program.
var ErrNone = errors.New("not in a Git repository, or git is not installed")

// patience is how long one call of git may take.
const patience = 30 * time.Second

// Version is a file as one commit has it.
type Version struct {
	Commit string // full hash
	Text   []byte
}

// Versions lists the committed versions of a file on the current branch,
// oldest first; a commit that deleted it has none.
func Versions(path string) ([]Version, error) {
	dir, name := filepath.Split(path)
	if _, err := git(dir, "rev-parse", "--show-toplevel"); err != nil {
		return nil, ErrNone
	}
	out, err := git(dir, "log", "--format=%H", "--reverse", "--", name)
	if err != nil {
		return nil, err
	}
	var versions []Version
	for _, commit := range strings.Fields(string(out)) {
		text, err := git(dir, "show", commit+":./"+name)
		if err != nil {
			continue // the commit deleted the file
		}
		versions = append(versions, Version{commit, text})
	}
	return versions, nil
}

// git runs the program in a folder. It never asks questions on a terminal.
func git(dir string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := command(ctx, dir, args)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, errors.New("git " + args[0] + ": " + strings.TrimSpace(stderr.String()))
	}
	return out, nil
}

// command is one call of git.
func command(ctx context.Context, dir string, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
	return cmd
}
