package disk

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// ErrTooLarge: there was more to read than allowed.
var ErrTooLarge = errors.New("too large")

// Read reads a whole file of at most limit bytes.
func Read(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadAll(f, limit)
}

// ReadAll reads all of r, at most limit bytes; growth is bounded, so that a pipe
// of known size costs little more than its size.
func ReadAll(r io.Reader, limit int64) ([]byte, error) {
	var buffer bytes.Buffer
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() <= limit {
			buffer.Grow(int(info.Size()) + bytes.MinRead)
		}
	}
	n, err := buffer.ReadFrom(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if n > limit {
		return nil, ErrTooLarge
	}
	return buffer.Bytes(), nil
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
	full, err := filepath.Abs(path)
	if err != nil {
		return path
	}
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
