package chart

import (
	"os"
	"path/filepath"
	"slices"
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

// Bounds of a cache, which the tenants of an Argo CD share: more than the charts of many
// meshes, less than fills a disk.
const (
	maxCached      = 100
	maxCachedBytes = 512 << 20
)

// put keeps an archive: whole under its name, or not at all. The oldest ones give way.
func (c cache) put(data []byte) {
	path := c.file(archiveDigest(data))
	if path == "" {
		return
	}
	changes := []disk.File{{Path: path, Data: data, Mode: 0o600, Dirs: true}}
	for _, old := range c.oldest(len(data)) {
		if old != path {
			changes = append(changes, disk.File{Path: old, Remove: true})
		}
	}
	_, _ = disk.Disk{}.WriteAll(changes)
}

// oldest are the archives that give way to one of so many bytes.
func (c cache) oldest(size int) (paths []string) {
	// Also what a killed render left at a temporary name.
	names, _ := filepath.Glob(filepath.Join(string(c), "*sha256-*.tgz*"))
	var all []kept
	for _, name := range names {
		if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() {
			all = append(all, kept{name, info})
		}
	}
	slices.SortFunc(all, func(a, b kept) int { return b.info.ModTime().Compare(a.info.ModTime()) })
	bytes := int64(size)
	for i, k := range all {
		if bytes += k.info.Size(); i+1 >= maxCached || bytes > maxCachedBytes {
			paths = append(paths, k.path)
		}
	}
	return paths
}

// kept is an archive of a cache.
type kept struct {
	path string
	info os.FileInfo
}
