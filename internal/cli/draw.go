package cli

import (
	"bytes"
	"os"

	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// drawTo writes the pictures that were asked for.
func (a *app) drawTo(st *rotation.Status, svg, png string) error {
	t := results.Timeline(st)
	if svg != "" {
		if err := a.writePicture(svg, t.SVG()); err != nil {
			return err
		}
	}
	if png == "" {
		return nil
	}
	image, err := t.PNG()
	if err != nil {
		return err
	}
	return a.writePicture(png, image)
}

// writePicture replaces a picture of the same format, and no other file: a state
// file is easily named by mistake.
func (a *app) writePicture(path string, image []byte) error {
	const magic = 4 // bytes that tell the formats apart: "<svg", "\x89PNG"
	old, err := os.ReadFile(path)
	if err == nil && len(old) > 0 && !bytes.HasPrefix(old, image[:magic]) {
		return problem.CLINotPicture.With().In(path)
	}
	return a.writeFile(path, image, 0o644, true)
}
