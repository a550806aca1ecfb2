package outputs

import (
	"bytes"
	"io"
	"os"
)

// Notes is where a job writes its notes: nowhere if nobody gets its files, and without
// the root of a repository that lies in a directory of the tool's own ("" is none).
func Notes(w io.Writer, root string, quiet bool) io.Writer {
	switch {
	case quiet:
		return io.Discard
	case root == "":
		return w
	}
	return below{w, []byte(root + string(os.PathSeparator))}
}

type below struct {
	to     io.Writer
	prefix []byte
}

// Write is called once for each note.
func (b below) Write(text []byte) (int, error) {
	_, err := b.to.Write(bytes.ReplaceAll(text, b.prefix, nil))
	return len(text), err
}
