package lint

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/survey"
)

// allowances are the patterns of files that may hold private keys.
type allowances struct {
	flags []string // --allow: of names in the directory that is looked through
	list  []string // AllowList: of names in the repository
	// prefix is the path of that directory in its repository.
	prefix string
}

// allows reports whether a key file of the state is allowed; named is its path in
// the state, inside its name in the directory, "" if it lies elsewhere.
func (w allowances) allows(named, inside string) (bool, error) {
	allowed, err := survey.Allowed(w.flags, named, inside)
	if err != nil || allowed || inside == "" {
		return allowed, err
	}
	return survey.Allowed(w.list, w.prefix+inside)
}

// AllowList is a file at the top of the repository. It lists patterns, as --allow
// takes them, of files that may hold private keys: test material. The guard reads
// it from the base alone.
const AllowList = ".l5d-pki-render-allow"

// newAllowances adds the list of the repository around a directory to --allow.
func newAllowances(dir string, flags []string, notes io.Writer) (allowances, error) {
	w := allowances{flags: flags}
	if dir == "" {
		return w, nil
	}
	top := dir
	if r, err := repo.Open(dir); err == nil {
		top = r.Top
		if inside, below := files.Below(top, disk.Real(dir)); below && inside != "." {
			w.prefix = inside + "/"
		}
	} else if !errors.Is(err, repo.ErrNone) {
		return w, nil // survey says what is wrong
	}
	root, err := os.OpenRoot(top)
	if err != nil {
		return w, nil // the same
	}
	defer root.Close()
	info, err := root.Lstat(AllowList)
	if errors.Is(err, fs.ErrNotExist) {
		return w, nil
	}
	if err == nil && !info.Mode().IsRegular() {
		return w, problem.SurveyAllowList.With().In(AllowList)
	}
	text, err := files.ReadIn(root, AllowList, maxRepoFile)
	if err != nil {
		return w, err
	}
	w.list = AllowPatterns(text)
	if _, err := survey.Allowed(w.list); err != nil {
		return w, problem.Of(err).In(AllowList).Err()
	}
	sink.Note(notes, "%s allows private keys by %d patterns", AllowList, len(w.list))
	return w, nil
}

// Allows reports whether the list of the repository around a state allows the key file
// that the state names at a path.
func Allows(statePath, path string) bool {
	file := disk.Real(statefile.Beside(statePath, path))
	top := disk.RepositoryOf(filepath.Dir(file))
	w, err := newAllowances(top, nil, io.Discard)
	if err != nil || top == "" {
		return false
	}
	inside, _ := files.Below(top, file)
	allowed, err := w.allows(path, inside)
	return allowed && err == nil
}

// AllowPatterns reads the text of an AllowList.
func AllowPatterns(text []byte) (patterns []string) {
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			patterns = append(patterns, line)
		}
	}
	return patterns
}
