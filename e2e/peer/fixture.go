package peer

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Fixture is the absolute path of a file of fixtures/, in a copy of the folder: in
// the repository the test keys are readable by everyone and tracked by Git, and
// custody file refuses both.
func Fixture(path string) string {
	return filepath.Join(fixtures(), filepath.FromSlash(path))
}

// fixtures copies the folder into the cache, where Git passes over it. The copy is
// named for what is in it: packages that are tested at the same time share it.
var fixtures = sync.OnceValue(func() string {
	source := filepath.Join(Root(), "fixtures")
	copied := filepath.Join(cache(), "fixtures-"+digest(source))
	if _, err := os.Stat(copied); err == nil {
		return copied
	}
	partial, err := os.MkdirTemp(cache(), "partial-*")
	if err == nil {
		err = CopyPrivate(partial, source)
	}
	if err == nil {
		err = os.Rename(partial, copied)
	}
	if errors.Is(err, os.ErrExist) { // another process was faster
		err = os.RemoveAll(partial)
	}
	if err != nil {
		panic(err)
	}
	return copied
})

// digest of the names and texts of a folder.
func digest(folder string) string {
	sum := sha256.New()
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		fmt.Fprintf(sum, "%s %d\n%s", strings.TrimPrefix(path, folder), len(text), text)
		return err
	})
	if err != nil {
		panic(err)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}

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
