package chart

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
)

// cache keeps archives by digest, so that a locked chart needs no network. It
// is a help and never a reason to fail: what it holds is checked when read, and
// a folder that cannot be written is no cache.
type cache string

// file of a digest, or "".
func (c cache) file(digest string) string {
	if c == "" || !digestForm.MatchString(digest) {
		return ""
	}
	return filepath.Join(string(c), strings.Replace(digest, ":", "-", 1)+".tgz")
}

// get gives the archive of that digest, if it is there and whole.
func (c cache) get(digest string) ([]byte, bool) {
	path := c.file(digest)
	if path == "" {
		return nil, false
	}
	data, err := os.ReadFile(path)
	return data, err == nil && archiveDigest(data) == digest
}

// put keeps an archive: whole under its name, or not at all.
func (c cache) put(data []byte) {
	if path := c.file(archiveDigest(data)); path != "" {
		_ = disk.Disk{}.Write(disk.File{Path: path, Data: data, Mode: 0o600, Dirs: true})
	}
}
