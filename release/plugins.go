package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/helmplugin"
)

// helmPlugins packs, per platform, what `helm plugin install` takes: one archive
// for Helm 3, and one per plugin for Helm 4, whose archives hold one plugin each.
// With a PGP key each archive for Helm 4 has its .prov file.
func (r *release) helmPlugins(made []build) error {
	for _, b := range made {
		for _, major := range []string{helmplugin.Helm3, helmplugin.Helm4} {
			for _, p := range helmplugin.Archives(major, "l5d-pki-render"+b.exe(), r.version) {
				if err := r.helmPlugin(b, major, p); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// helmPlugin packs one plugin. Both majors make the plugin's directory of the archive's
// name, up to the version. Helm 3 wants the files at the top of the archive (pkg/plugin/
// installer, HTTPInstaller), and Helm 4 in a directory of that name (internal/plugin/
// installer, LocalInstaller).
func (r *release) helmPlugin(b build, major string, p helmplugin.Archive) error {
	program, err := os.ReadFile(b.of("l5d-pki-render"))
	if err != nil {
		return err
	}
	top := p.Name + "/"
	if major == helmplugin.Helm3 {
		top = ""
	}
	members := []member{{top + "l5d-pki-render" + b.exe(), program, 0o755}}
	for _, f := range p.Files {
		members = append(members, member{top + f.Name, f.Data, int64(f.Mode.Perm())})
	}
	data, err := targz(members, r.date)
	if err != nil {
		return err
	}
	name := p.Name + "-" + r.number() + "_" + strings.Join([]string{"helm" + major, b.goos, b.goarch}, "_") + ".tgz"
	if err := r.write(name, data); err != nil || major == helmplugin.Helm3 || r.pgp == nil {
		return err
	}
	signed, err := r.provenance(name, data, p)
	if err != nil {
		return err
	}
	return r.write(name+".prov", signed)
}

// packDirectory packs a directory's files in the order of their names.
func (r *release) packDirectory(dir, name string) error {
	var members []member
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		below, err := filepath.Rel(dir, file)
		members = append(members, member{filepath.ToSlash(below), data, 0o644})
		return err
	})
	if err != nil {
		return err
	}
	data, err := targz(members, r.date)
	if err != nil {
		return err
	}
	return r.write(name, data)
}
