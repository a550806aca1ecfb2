package cli

import (
	"bytes"
	"os"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
)

// readOnce reads a file for the custody. What is no regular file (a pipe, as
// `--identity <(...)` gives it) is read once and kept for the call, since each key
// that is opened asks for the identity again.
func (a *app) readOnce(path string) ([]byte, error) {
	if text, known := a.piped[path]; known {
		return bytes.Clone(text), nil
	}
	if path == "-" {
		text, err := files.ReadAll(a.Stdin, "stdin", statefile.MaxSize)
		return a.keep(path, text), err
	}
	info, err := os.Stat(path)
	once := err == nil && !info.Mode().IsRegular() && !info.IsDir()
	text, err := files.ReadPipe(path, statefile.MaxSize)
	if err != nil || !once {
		return text, err
	}
	return a.keep(path, text), nil
}

// keep keeps what a pipe gave.
func (a *app) keep(path string, text []byte) []byte {
	if a.piped == nil {
		a.piped = map[string][]byte{}
	}
	a.piped[path] = bytes.Clone(text)
	return text
}
