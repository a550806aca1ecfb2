package component

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/overlay"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// Write writes kustomization.yaml in a directory. One that the tool did not write stays.
func Write(dir string, text []byte, w files.Writer) error {
	path := filepath.Join(dir, overlay.FileName)
	old, err := files.Read(path, render.MaxStream)
	switch {
	case err == nil && !strings.HasPrefix(string(old), overlay.Header):
		return problem.OverlayForeign.With().In(path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := files.CheckPlace(path); err != nil {
		return err
	}
	if err := w.MakeDirs(dir); err != nil {
		return err
	}
	return w.Replace(path, text, 0o644)
}
