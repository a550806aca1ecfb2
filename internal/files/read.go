// Package files reads and changes files for commands: what internal/disk does,
// with errors that a user can act on.
package files

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Read reads a whole file of at most limit bytes.
func Read(path string, limit int64) ([]byte, error) {
	data, err := disk.Read(path, limit)
	return data, notRead(path, limit, err)
}

// ReadRegular is Read for paths that a file names.
func ReadRegular(path string, limit int64) ([]byte, error) {
	data, err := disk.ReadRegular(path, limit)
	return data, notRead(path, limit, err)
}

// ReadPipe is Read for what may be given by a named pipe.
func ReadPipe(path string, limit int64) ([]byte, error) {
	data, err := disk.ReadPipe(path, limit)
	return data, notRead(path, limit, err)
}

// ReadAll reads all of r, at most limit bytes.
func ReadAll(r io.Reader, name string, limit int64) ([]byte, error) {
	data, err := disk.ReadAll(r, limit)
	return data, notRead(name, limit, err)
}

// ReadIn reads a file below a root, which no link leads out of.
func ReadIn(root *os.Root, name string, limit int64) ([]byte, error) {
	f, err := disk.OpenIn(root, filepath.FromSlash(name))
	if err != nil {
		return nil, Unread(name, err)
	}
	defer f.Close()
	return ReadAll(f, name, limit)
}

func notRead(name string, limit int64, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, disk.ErrTooLarge):
		return problem.CLITooLarge.With(limit).In(name)
	}
	return Unread(name, err)
}

// Unread is the error for a file or directory that cannot be read.
func Unread(name string, err error) error {
	return problem.CLIRead.With(Reason(err)).In(name).Because(err)
}

// Reason is the operating system's error without the path, which the sentence names.
func Reason(err error) error {
	var path *os.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// IsFile reports whether path leads to a regular file.
func IsFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// IsDir reports whether path leads to a directory.
func IsDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// IsManifest reports whether a file's name says that it may hold objects of Kubernetes:
// kubectl, Argo CD and Flux apply these files of a directory.
func IsManifest(name string) bool { return IsYAML(name) || filepath.Ext(name) == ".json" }

// IsYAML reports whether a file's name says that it holds YAML.
func IsYAML(name string) bool {
	switch filepath.Ext(name) {
	case ".yaml", ".yml":
		return true
	}
	return false
}

// Below returns a path as seen from a directory, with "/", and whether it lies
// below it.
func Below(dir, path string) (string, bool) {
	from, err := filepath.Abs(dir)
	if err != nil {
		return "", false
	}
	to, err := filepath.Abs(path)
	if err != nil {
		return "", false
	}
	name, err := filepath.Rel(from, to)
	name = filepath.ToSlash(name)
	return name, err == nil && name != ".." && !strings.HasPrefix(name, "../")
}

// Head reads the beginning of a regular file. Of others (a pipe, a terminal, a
// container's log) nothing is read: that could block, or take what is in them.
func Head(path string, limit int64) ([]byte, error) {
	f, err := disk.OpenRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}
