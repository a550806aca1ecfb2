package cli

import (
	"bytes"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// writePicture replaces a picture, and no other file: a state file is easily named
// by mistake.
func (a *app) writePicture(path string, image []byte) error {
	isPicture := func(head []byte) bool { return bytes.HasPrefix(head, image[:len("<svg")]) }
	if err := files.MayReplace(path, isPicture, problem.CLINotPicture.With()); err != nil {
		return err
	}
	return a.writeFile(path, image, 0o644, true)
}
