package disk

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrTooLarge is given when there was more to read than allowed.
var ErrTooLarge = errors.New("too large")

// ErrNotRegular is given when what a path leads to is a named pipe, a device or a socket.
var ErrNotRegular = errors.New("not a regular file")

// Read reads a whole file of at most limit bytes, or what the shell gives (see [FromShell]).
func Read(path string, limit int64) ([]byte, error) {
	if FromShell(path) {
		return ReadPipe(path, limit)
	}
	return ReadRegular(path, limit)
}

// ReadRegular is Read for paths that a file names. It never waits: a path that leads to
// anything else than a regular file is an error.
func ReadRegular(path string, limit int64) ([]byte, error) {
	f, err := OpenRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadAll(f, limit)
}

// ReadPipe is Read for what may be given by a named pipe: an identity, a passphrase.
func ReadPipe(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadAll(f, limit)
}

// OpenRegular opens a regular file for reading, or a directory. Whoever may commit or
// write a file could put a named pipe there, and have the call wait for good.
func OpenRegular(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	return regular(f, err)
}

// OpenIn is OpenRegular below a root, which no link leads out of.
func OpenIn(root *os.Root, path string) (*os.File, error) {
	f, err := root.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	return regular(f, err)
}

func regular(f *os.File, err error) (*os.File, error) {
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() && !info.IsDir() {
		f.Close()
		return nil, &os.PathError{Op: "open", Path: f.Name(), Err: errors.Join(err, ErrNotRegular)}
	}
	return f, nil
}

// FromShell reports whether a path names a file that this process was started with:
// `--evidence <(COMMAND)` is /dev/fd/63, and `-` has the longer name /dev/stdin.
func FromShell(path string) bool {
	return path == "/dev/stdin" || strings.HasPrefix(path, "/dev/fd/")
}

// ReadAll reads all of r, at most limit bytes. A file costs its size, and a pipe little more.
func ReadAll(r io.Reader, limit int64) ([]byte, error) {
	size := int64(bytes.MinRead)
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() <= limit {
			size += info.Size()
		}
	}
	text := make([]byte, 0, size)
	for {
		n, err := r.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]
		switch {
		case int64(len(text)) > limit:
			return nil, ErrTooLarge
		case errors.Is(err, io.EOF):
			return text, nil
		case err != nil:
			return nil, err
		case len(text) == cap(text): // room that nothing was written to takes no memory yet
			text = append(make([]byte, 0, min(16*int64(cap(text)), limit+1)), text...)
		}
	}
}

// Holds reports whether a file has this content.
func Holds(path string, data []byte) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(data)) {
		return false
	}
	have, err := Read(path, info.Size())
	return err == nil && bytes.Equal(have, data)
}

// Real is the absolute path that a path leads to, symbolic links followed as far
// as there is something.
func Real(path string) string {
	full, err := Full(path)
	if err != nil {
		return path
	}
	if real, err := filepath.EvalSymlinks(full); err == nil {
		return real
	}
	full = filepath.Clean(full)
	there, rest := full, ""
	for {
		if real, err := filepath.EvalSymlinks(there); err == nil {
			return filepath.Join(real, rest)
		}
		if there == filepath.Dir(there) {
			return full
		}
		there, rest = filepath.Dir(there), filepath.Join(filepath.Base(there), rest)
	}
}
