package repo

import (
	"bytes"
	"fmt"
	"sync/atomic"
)

// Oldest versions of git: of any call, since settings go over the environment
// (GIT_CONFIG_COUNT); and of a merge without a working tree (merge-tree --write-tree).
var (
	oldest      = version{2, 31}
	oldestMerge = version{2, 38}
)

type version struct{ major, minor int }

func (v version) String() string { return fmt.Sprintf("%d.%d", v.major, v.minor) }

func (v version) before(w version) bool {
	return v.major < w.major || v.major == w.major && v.minor < w.minor
}

// known is the version that git had when it was asked; it is asked once.
var known atomic.Pointer[version]

func installed(dir string) (version, error) {
	if v := known.Load(); v != nil {
		return *v, nil
	}
	var out bytes.Buffer
	if err := (call{dir: dir, wait: patience}).program(nil, &out, []string{"version"}); err != nil {
		return version{}, ErrNone
	}
	v, err := parseVersion(out.String())
	if err == nil {
		known.Store(&v)
	}
	return v, err
}

// parseVersion reads "git version 2.39.5 (Apple Git-154)".
func parseVersion(text string) (v version, err error) {
	if _, err := fmt.Sscanf(text, "git version %d.%d", &v.major, &v.minor); err != nil {
		return v, &Error{"version", fmt.Sprintf("%.80q is not a version of git", text), -1}
	}
	return v, nil
}

// supported refuses a version of git that is too old; a directory is in the repository.
func supported(dir string) error { return atLeast(dir, oldest) }

func atLeast(dir string, want version) error {
	got, err := installed(dir)
	if err == nil && got.before(want) {
		err = &Error{"version", fmt.Sprintf("git %s is too old for this: install git %s or newer", got, want), -1}
	}
	return err
}
