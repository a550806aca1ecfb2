// Package keyfile reads and opens key files where a state says that they are, and
// keeps keys in clear to their owner and out of Git.
package keyfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// MaxSize is the largest key file that is read, in bytes.
const MaxSize = 64 << 10

// PlainMode is the mode of files with keys in clear.
const PlainMode = 0o600

// Read reads a key file of the custody. One that is plain must be its
// owner's alone, and out of Git's sight.
func Read(c *custody.Custody, path string) ([]byte, error) {
	if err := GuardPlace(c, statefile.Beside(c.StatePath, path)); err != nil {
		return nil, err
	}
	return readPlaced(c, path)
}

// readPlaced is Read for a file whose place was judged.
func readPlaced(c *custody.Custody, path string) ([]byte, error) {
	file := statefile.Beside(c.StatePath, path)
	if c.Mode == PlainMode {
		if err := GuardFile(file); err != nil {
			return nil, err
		}
	}
	text, err := files.ReadRegular(file, MaxSize)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, problem.CustodyAbsent.With().In(file).Because(err)
	}
	return text, err
}

// GuardFile refuses a key in clear that others than its owner may read or write.
// A key of root's may be read by its group: that is how Kubernetes mounts a
// Secret for a program that is not root. (Windows has no such modes.)
func GuardFile(file string) error {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() || runtime.GOOS == "windows" {
		return nil // a file that is not there is refused where it is read; a pipe has no mode that says anything
	}
	others := info.Mode().Perm() & 0o077
	if others == 0 || others == 0o040 && ownedByRoot(info) {
		return nil
	}
	return problem.CustodyOpenToAll.With(fmt.Sprintf("%04o", info.Mode().Perm())).In(file)
}

// GuardPlace refuses a place for a key in clear that Git would commit.
func GuardPlace(c *custody.Custody, file string) error {
	if c.Mode != PlainMode {
		return nil
	}
	return PlainPlace(file)
}

// PlainPlace refuses a file that Git shows, or of which git cannot say it.
func PlainPlace(file string) error {
	why, shown := repo.ShownWhy([]string{file})[file]
	return inGit(file, shown, why)
}

// inGit is the error for a file that Git shows, or of which git cannot say it.
func inGit(file string, shown bool, why error) error {
	switch {
	case why != nil:
		return problem.CustodyGitSilent.With(why).In(file).Because(why)
	case shown:
		return problem.CustodyInGit.With().In(file)
	}
	return nil
}
