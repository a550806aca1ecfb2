package component

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/overlay"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// Write writes kustomization.yaml in a directory. One that the tool did not write stays.
func Write(dir string, text []byte, w files.Writer) error {
	path := filepath.Join(dir, overlay.FileName)
	if err := files.CheckPlace(path); err != nil {
		return err
	}
	root, below, err := files.OpenAnchor(path)
	if err != nil {
		return err
	}
	defer root.Close()
	old, err := files.ReadIn(root, below, render.MaxStream)
	switch {
	case err == nil && string(old) == string(text):
		return nil
	case err == nil && !strings.HasPrefix(string(old), overlay.Header):
		return problem.OverlayForeign.With().In(path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return problem.Of(err).In(path).Err()
	}
	w.Disk.Root = root
	return w.ReplaceAll([]disk.File{{Path: below, Data: text, Mode: 0o644, Dirs: true}}, func(int) string { return path })
}
