package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// helmReport is what stands in a plugins folder.
type helmReport struct {
	dir     string
	plugins []helmLaidOut
}

// helmLaidOut is one plugin that install laid out.
type helmLaidOut struct {
	Helm   string `json:"helm"`
	Does   string `json:"does"`
	Folder string `json:"folder"`
	// Current: its manifest and its program are those that this program would lay out.
	Current bool `json:"current"`
}

// helmReport compares the folder with what install would write.
func (a *app) helmReport(dir string) (helmReport, error) {
	r := helmReport{dir: dir, plugins: []helmLaidOut{}}
	for _, major := range []string{helm3, helm4, helmBoth} {
		for _, p := range helmLayouts[major] {
			text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(p.folder), helmManifest))
			ours := strings.HasPrefix(string(text), helmHeader+", for Helm "+p.major)
			if err != nil || !ours || r.has(p.folder) {
				continue
			}
			files, err := a.helmFiles(dir, []helmPlace{p})
			if err != nil {
				return r, err
			}
			current := true
			for _, f := range files {
				current = current && f.standsAlready()
			}
			r.plugins = append(r.plugins, helmLaidOut{Helm: p.major, Does: p.does, Folder: filepath.Join(dir, filepath.FromSlash(p.folder)), Current: current})
		}
	}
	return r, nil
}

func (r helmReport) has(folder string) bool {
	for _, p := range r.plugins {
		if p.Folder == filepath.Join(r.dir, filepath.FromSlash(folder)) {
			return true
		}
	}
	return false
}

func (r helmReport) rows() [][]string {
	rows := [][]string{{"HELM", "FOR", "STATE", "FOLDER"}}
	for _, p := range r.plugins {
		shown := "of this program"
		if !p.Current {
			shown = "of another version"
		}
		rows = append(rows, []string{p.Helm, p.Does, shown, p.Folder})
	}
	return rows
}

func (r helmReport) text() string {
	if len(r.plugins) == 0 {
		return fmt.Sprintf("no plugin of l5d-pki-render in %s\n", r.dir)
	}
	return table(r.rows())
}

func (r helmReport) markdown() string { return markdownTable(r.rows()) }

func (r helmReport) data() any {
	return map[string]any{"folder": r.dir, "plugins": r.plugins}
}
