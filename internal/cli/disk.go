package cli

import (
	"os"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
)

// disk is where this call writes.
func (a *app) disk() disk.Disk { return a.below(nil) }

// below is the disk below a root.
func (a *app) below(root *os.Root) disk.Disk {
	return disk.Disk{Step: a.Step, Fault: a.Fault, Root: root}
}

// files changes files and notes what may not last.
func (a *app) files() files.Writer { return files.Writer{Disk: a.disk(), Notes: &a.talk} }

// writeFile puts data into path, whole or not at all. Without replace an existing
// file is an error and stays; with it the file that a link leads to is replaced.
func (a *app) writeFile(path string, data []byte, mode os.FileMode, replace bool) error {
	if replace {
		return a.files().Replace(path, data, mode)
	}
	return a.files().Create(path, data, mode)
}
