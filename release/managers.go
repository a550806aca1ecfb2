package main

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// The manifests by which package managers find the archives.
//
//go:embed manifests/homebrew.rb.tmpl
var homebrew string

//go:embed manifests/krew.yaml.tmpl
var krew string

// managerFiles maps a file of the release to its template.
var managerFiles = []struct{ name, text string }{
	{"l5d-pki-render.rb", homebrew},
	{"l5d-pki.yaml", krew},
}

// archive is a platform's archive, for the templates.
type archive struct {
	OS, Arch, Exe string
	Name          string // file name
	URL           string
	SHA256        string
}

// system is an operating system as Homebrew names it.
type system struct {
	Name     string
	Archives []archive
}

// managers writes the manifests, for the platforms that were built.
func (r *release) managers(made []build) error {
	var all []archive
	for _, b := range made {
		name := r.name(b.target) + ".tar.gz"
		if b.goos == "windows" {
			name = r.name(b.target) + ".zip"
		}
		sum, err := r.sum(name)
		if err != nil {
			return err
		}
		all = append(all, archive{b.goos, b.goarch, b.exe(), name, repository + "/releases/download/" + r.version + "/" + name, sum})
	}
	var names []string
	for _, p := range programs {
		names = append(names, p.name)
	}
	data := map[string]any{"Version": r.version, "Number": r.number(), "Repository": repository, "Archives": all, "Programs": names,
		"Systems": []system{{"macos", on("darwin", all)}, {"linux", on("linux", all)}}}
	if err := r.scoop(on("windows", all), names); err != nil {
		return err
	}
	for _, m := range managerFiles {
		var out bytes.Buffer
		t, err := template.New(m.name).Parse(m.text)
		if err != nil {
			return err
		}
		if err := t.Execute(&out, data); err != nil {
			return err
		}
		if err := r.write("manifests/"+m.name, out.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// on are the archives of an operating system.
func on(goos string, all []archive) []archive {
	var some []archive
	for _, a := range all {
		if a.OS == goos {
			some = append(some, a)
		}
	}
	return some
}

// scoop writes the manifest for Scoop, which is JSON.
func (r *release) scoop(archives []archive, programs []string) error {
	words := map[string]string{"amd64": "64bit", "arm64": "arm64"}
	type download struct {
		URL  string `json:"url"`
		Hash string `json:"hash"`
	}
	var bins []string
	for _, p := range programs {
		bins = append(bins, p+".exe")
	}
	by := map[string]download{}
	for _, a := range archives {
		by[words[a.Arch]] = download{a.URL, a.SHA256}
	}
	text, err := json.MarshalIndent(map[string]any{
		"version": r.number(), "homepage": repository, "license": "Apache-2.0",
		"description":  "Linkerd trust anchor and issuer rotations as reviewed Git commits",
		"architecture": by, "bin": bins,
	}, "", "  ")
	if err != nil {
		return err
	}
	return r.write("manifests/l5d-pki-render.json", append(text, '\n'))
}

func (r *release) sum(name string) (string, error) {
	data, err := os.ReadFile(filepath.Join(r.out, filepath.FromSlash(name)))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

// checksums writes checksums.txt as `sha256sum -c` reads it. Its signature covers all.
func (r *release) checksums([]build) error {
	var lines strings.Builder
	entries, err := os.ReadDir(r.out)
	if err != nil {
		return err
	}
	for _, e := range entries { // in the order of their names
		if e.IsDir() {
			continue
		}
		sum, err := r.sum(e.Name())
		if err != nil {
			return err
		}
		fmt.Fprintf(&lines, "%s  %s\n", sum, e.Name())
	}
	return r.write("checksums.txt", []byte(lines.String()))
}
