package cli

import (
	"os"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
)

// What the files of `pr` still call by these names.

const (
	maxState = statefile.MaxSize
	maxKey   = keyfile.MaxSize
	gitName  = ".git"
)

var errNotRegular = files.ErrNotRegular

func regularMode(tree *os.Root, name string) (os.FileMode, error) {
	return files.RegularMode(tree, name)
}

func readFile(path string, limit int64) ([]byte, error) { return files.Read(path, limit) }
func reason(err error) error                            { return files.Reason(err) }
func beside(statePath, path string) string              { return statefile.Beside(statePath, path) }
func isYAML(name string) bool                           { return files.IsYAML(name) }
func matches(pattern, parts []string) bool              { return files.Match(pattern, parts) }
func holdsSecret(text []byte) bool                      { return len(secret.Find(text)) > 0 }

func markdownTable(rows [][]string) string { return results.MarkdownTable(rows) }

func named(err error, statePath, stream string) error {
	return statefile.Named(err, statePath, stream)
}
