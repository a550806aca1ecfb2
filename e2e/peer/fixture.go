package peer

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Fixture is the absolute path of a file of fixtures/, in a copy that this
// process made: in the repository the test keys are readable by everyone and
// tracked by Git, and custody file refuses both.
func Fixture(path string) string {
	return filepath.Join(fixtures(), filepath.FromSlash(path))
}

// fixtures copies the folder once, into the cache: Git passes over it there.
var fixtures = sync.OnceValue(func() string {
	copied := filepath.Join(cache(), "fixtures")
	if err := os.RemoveAll(copied); err != nil {
		panic(err)
	}
	if err := CopyPrivate(copied, filepath.Join(Root(), "fixtures")); err != nil {
		panic(err)
	}
	return copied
})

// CopyPrivate copies a folder; private keys (*.key) become their owner's alone.
func CopyPrivate(to, from string) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return err
	}
	return filepath.WalkDir(to, func(path string, entry os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".key") && entry.Type().IsRegular() {
			err = os.Chmod(path, 0o600)
		}
		return err
	})
}
