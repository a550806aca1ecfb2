package testkit

import (
	"fmt"
	"os"
	"path/filepath"
)

// OwnCache runs the tests of a package with a directory for caches of their own: what
// they make there is not left in the user's. That of Go stays where it is.
func OwnCache(run func() int) int {
	users, err := os.UserCacheDir()
	if err == nil && os.Getenv("GOCACHE") == "" {
		err = os.Setenv("GOCACHE", filepath.Join(users, "go-build"))
	}
	dir, failed := os.MkdirTemp("", "cache-")
	if err == nil {
		err = failed
	}
	if err == nil {
		defer func() { _ = os.RemoveAll(dir) }()
		err = os.Setenv("XDG_CACHE_HOME", dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return run()
}
