package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// doHelmInstall brings the folder to what the layout says, and nothing else of ours.
func (a *app) doHelmInstall(dir, major string) error {
	layout, known := helmLayouts[major]
	if !known {
		return problem.HelmMajor.With(major)
	}
	dir, err := a.helmFolder(dir)
	if err != nil {
		return err
	}
	there, err := helmThere(dir)
	if err != nil {
		return err
	}
	files, err := a.helmFiles(dir, layout)
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	var changes []syncFile
	for _, f := range files {
		wanted[f.target] = true
		if !f.standsAlready() {
			changes = append(changes, f)
		}
	}
	for _, f := range there {
		if !wanted[f.target] {
			changes = append(changes, f)
		}
	}
	if err := a.replaceAll(changes); err != nil {
		return err
	}
	removeHelmFolders(dir)
	a.tellHelm(dir, major, len(changes) > 0)
	r, err := a.helmReport(dir)
	a.data = []byte(r.text())
	return err
}

// doHelmUninstall removes what is ours.
func (a *app) doHelmUninstall(dir string) error {
	dir, err := a.helmFolder(dir)
	if err != nil {
		return err
	}
	there, err := helmThere(dir)
	if err != nil {
		return err
	}
	if err := a.replaceAll(there); err != nil {
		return err
	}
	removeHelmFolders(dir)
	a.data = fmt.Appendf(nil, "removed %d files from %s\n", len(there), dir)
	return nil
}

// helmFiles are the files of a layout. Each plugin.yaml comes after what it
// calls: a folder without one is no plugin, so Helm never sees half of one. The
// program is copied and not linked, so that a plugin outlives the place that the
// program was installed to; the chart program is large and left to the PATH.
func (a *app) helmFiles(dir string, layout []helmPlace) ([]syncFile, error) {
	program, err := a.ownProgram()
	if err != nil {
		return nil, err
	}
	exe := ""
	if runtime.GOOS == "windows" {
		exe = ".exe"
	}
	var files []syncFile
	for _, p := range layout {
		add := func(name string, text []byte, mode os.FileMode) {
			target := filepath.Join(dir, filepath.FromSlash(p.folder), name)
			files = append(files, syncFile{name: target, target: target, want: text, mode: mode})
		}
		add(programName+exe, program, 0o755)
		if p.command && exe == "" {
			add(helmComplete, helmCompletion(), 0o755)
		}
		add(helmManifest, p.text(programName+exe), 0o644)
	}
	return files, nil
}

// helmCompletion asks the program itself: cobra's protocol is Helm's too.
func helmCompletion() []byte {
	return []byte("#!/bin/sh\n# Helm calls this to complete `helm l5d-pki …`.\nexec \"$HELM_PLUGIN_DIR/" + programName + "\" __complete \"$@\" 2>/dev/null\n")
}

// standsAlready reports whether the file is there as it should be.
func (f syncFile) standsAlready() bool {
	info, err := os.Lstat(f.target)
	if err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(f.want)) || info.Mode().Perm() != f.mode {
		return false
	}
	have, err := readFile(f.target, maxProgram)
	f.have = have
	return err == nil && !f.changes()
}

// tellHelm says what a user has to know besides where the plugins are.
func (a *app) tellHelm(dir, major string, changed bool) {
	if !changed {
		fmt.Fprintln(&a.talk, "note: everything was in place already")
	}
	if major == helmBoth {
		fmt.Fprintf(&a.talk, "note: Helm 4 finds its post-renderer with HELM_PLUGINS=%s\n", filepath.Join(dir, filepath.FromSlash(helm4Below)))
	}
	if major != helm3 {
		fmt.Fprintln(&a.talk, "note: Helm 4 hides what a post-renderer says: L5D_PKI_LOG=FILE keeps it")
	}
}
