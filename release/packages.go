package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/goreleaser/nfpm/v2"
	_ "github.com/goreleaser/nfpm/v2/apk" // registers the format
	_ "github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/files"
	_ "github.com/goreleaser/nfpm/v2/rpm"
)

// packages makes deb, rpm and apk of the builds for Linux.
func (r *release) packages(made []build) error {
	for _, b := range made {
		if b.goos != "linux" {
			continue
		}
		for _, format := range []string{"deb", "rpm", "apk"} {
			if err := r.packageOf(b, format); err != nil {
				return fmt.Errorf("%s for %s: %w", format, b.target, err)
			}
		}
	}
	return nil
}

func (r *release) packageOf(b build, format string) error {
	packager, err := nfpm.Get(format)
	if err != nil {
		return err
	}
	contents, err := r.contents(b, format)
	if err != nil {
		return err
	}
	info := nfpm.WithDefaults(&nfpm.Info{
		Name: "l5d-pki-render", Arch: b.goarch, Platform: "linux", Version: r.version, VersionSchema: "semver",
		Section: "utils", Priority: "optional", License: "Apache-2.0", Homepage: repository, Vendor: "l5d-pki", DisableGlobbing: true,
		Maintainer:  "l5d-pki <maintainers@l5d-pki.example>",
		Description: "Linkerd trust anchor and issuer rotations as reviewed Git commits",
		MTime:       r.date,
		Overridables: nfpm.Overridables{
			Recommends: []string{"git"},
			Contents:   contents,
			RPM:        nfpm.RPM{BuildHost: "reproducible", Summary: "Linkerd certificate rotations as Git commits"},
		},
	})
	info.Target = packager.ConventionalFileName(info)
	var out bytes.Buffer
	if err := nfpm.PrepareForPackager(info, format); err != nil {
		return err
	}
	if err := packager.Package(info, &out); err != nil {
		return err
	}
	return r.write(info.Target, out.Bytes())
}

// contents are the programs, the documents, manual pages and completions, and the link by
// which `linkerd check` finds the extension.
func (r *release) contents(b build, format string) (files.Contents, error) {
	var all files.Contents
	add := func(source, destination string, mode os.FileMode) {
		all = append(all, &files.Content{Source: source, Destination: destination,
			FileInfo: &files.ContentFileInfo{Mode: mode, MTime: r.date, Owner: "root", Group: "root"}})
	}
	for _, file := range b.files {
		add(file, "/usr/bin/"+filepath.Base(file), 0o755)
	}
	for _, name := range documents {
		add(filepath.Join(r.root, name), "/usr/share/doc/l5d-pki-render/"+name, 0o644)
	}
	installed, err := r.shared.installed(format)
	if err != nil {
		return nil, err
	}
	for _, m := range installed {
		file := filepath.Join(r.work(), "share", filepath.FromSlash(m.name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(file, m.data, 0o644); err != nil {
			return nil, err
		}
		add(file, "/usr/share/"+m.name, 0o644)
	}
	return append(all, &files.Content{Source: "l5d-pki-render", Destination: "/usr/bin/linkerd-pki", Type: files.TypeSymlink,
		FileInfo: &files.ContentFileInfo{MTime: r.date, Owner: "root", Group: "root"}}), nil
}
