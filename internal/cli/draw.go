package cli

import (
	"bytes"
	"os"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// writePicture replaces a picture, and no other file: a state file is easily named
// by mistake.
func (a *app) writePicture(path string, image []byte) error {
	const magic = len("<svg")
	old, err := os.ReadFile(path)
	if err == nil && len(old) > 0 && !bytes.HasPrefix(old, image[:magic]) {
		return problem.CLINotPicture.With().In(path)
	}
	return a.writeFile(path, image, 0o644, true)
}
