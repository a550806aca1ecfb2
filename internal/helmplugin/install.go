package helmplugin

import (
	"os"
	"path/filepath"
	"runtime"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Options say where plugins go, and which program goes into them.
type Options struct {
	// Dir is Helm's plugins directory; "" is the one that Helm's environment names.
	Dir    string
	Getenv func(string) string
	// Program is the path of this program; "": the system knows.
	Program string
	Version string
	Files   files.Writer
}

// Install brings the directory to what the layout for a major version says, and
// nothing else of ours.
func (o Options) Install(major string) (Report, error) {
	layout, known := layouts[major]
	if !known {
		return Report{}, problem.HelmMajor.With(major)
	}
	dir, err := o.dir()
	if err != nil {
		return Report{}, err
	}
	old, err := removals(dir)
	if err != nil {
		return Report{}, err
	}
	wanted, err := o.layOut(dir, layout)
	if err != nil {
		return Report{}, err
	}
	stays := map[string]bool{}
	var changes []disk.File
	for _, f := range wanted {
		stays[f.Path] = true
		if !inPlace(f) {
			changes = append(changes, f)
		}
	}
	for _, f := range old {
		if !stays[f.Path] {
			changes = append(changes, f)
		}
	}
	if err := o.change(dir, changes); err != nil {
		return Report{}, err
	}
	o.note(dir, major, len(changes) > 0)
	return o.show(dir)
}

// Uninstall removes what is ours, and returns how many files that were, and from where.
func (o Options) Uninstall() (removed int, dir string, err error) {
	if dir, err = o.dir(); err != nil {
		return 0, "", err
	}
	old, err := removals(dir)
	if err == nil {
		err = o.change(dir, old)
	}
	return len(old), dir, err
}

func (o Options) change(dir string, changes []disk.File) error {
	err := o.Files.ReplaceAll(changes, func(i int) string { return changes[i].Path })
	if err == nil {
		removeEmpty(dir)
	}
	return err
}

// layOut returns the files of a layout. Each plugin.yaml comes after what it
// calls: a folder without one is no plugin, so Helm never sees half of one. The
// program is copied and not linked, so that a plugin outlives the place that the
// program was installed to; the chart program is large and left to the PATH.
func (o Options) layOut(dir string, layout []plugin) ([]disk.File, error) {
	own, err := files.OwnProgram(o.Program)
	if err != nil {
		return nil, err
	}
	exe := ""
	if runtime.GOOS == "windows" {
		exe = ".exe"
	}
	var all []disk.File
	for _, p := range layout {
		add := func(f File) {
			path := filepath.Join(dir, filepath.FromSlash(p.folder), f.Name)
			all = append(all, disk.File{Path: path, Data: f.Data, Mode: f.Mode, Dirs: true})
		}
		add(File{program + exe, own, 0o755})
		for _, f := range p.files(program+exe, o.Version) {
			add(f)
		}
	}
	return all, nil
}

// completion asks the program itself: cobra's protocol is Helm's too.
func completion() []byte {
	return []byte("#!/bin/sh\n# Helm calls this to complete `helm l5d-pki …`.\nexec \"$HELM_PLUGIN_DIR/" + program + "\" __complete \"$@\" 2>/dev/null\n")
}

// inPlace reports whether a file is there as it should be.
func inPlace(f disk.File) bool {
	info, err := os.Lstat(f.Path)
	return err == nil && info.Mode().IsRegular() && info.Mode().Perm() == f.Mode && disk.Holds(f.Path, f.Data)
}

// note says what a user has to know besides where the plugins are.
func (o Options) note(dir, major string, changed bool) {
	if !changed {
		sink.Note(o.Files.Notes, "everything was in place already")
	}
	if major == Both {
		sink.Note(o.Files.Notes, "Helm 4 finds its post-renderer with HELM_PLUGINS=%s", filepath.Join(dir, filepath.FromSlash(below4)))
	}
	if major != Helm3 {
		sink.Note(o.Files.Notes, "Helm 4 hides what a post-renderer says: L5D_PKI_LOG=FILE keeps it")
	}
}
