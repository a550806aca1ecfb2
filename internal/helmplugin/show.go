package helmplugin

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/report"
)

// Report lists the plugins in a plugins directory.
type Report struct {
	dir     string
	plugins []found
}

// found is one plugin that install laid out.
type found struct {
	Helm   string `json:"helm"`
	Does   string `json:"does"`
	Folder string `json:"folder"`
	// Current: its manifest and its program are those that this program would lay out.
	Current bool `json:"current"`
}

// Show compares the directory with what install would write.
func (o Options) Show() (Report, error) {
	dir, err := o.dir()
	if err != nil {
		return Report{}, err
	}
	return o.show(dir)
}

func (o Options) show(dir string) (Report, error) {
	r := Report{dir: dir, plugins: []found{}}
	for _, major := range []string{Helm3, Helm4, Both} {
		for _, p := range layouts[major] {
			text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(p.folder), manifestName))
			ours := strings.HasPrefix(string(text), header+", for Helm "+p.major)
			if err != nil || !ours || r.has(p.folder) {
				continue
			}
			files, err := o.layOut(dir, []plugin{p})
			if err != nil {
				return r, err
			}
			current := true
			for _, f := range files {
				current = current && inPlace(f)
			}
			r.plugins = append(r.plugins, found{Helm: p.major, Does: p.does, Folder: filepath.Join(dir, filepath.FromSlash(p.folder)),
				Current: current})
		}
	}
	return r, nil
}

func (r Report) has(folder string) bool {
	for _, p := range r.plugins {
		if p.Folder == filepath.Join(r.dir, filepath.FromSlash(folder)) {
			return true
		}
	}
	return false
}

func (r Report) rows() [][]string {
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

// Text implements report.Report.
func (r Report) Text() string {
	if len(r.plugins) == 0 {
		return fmt.Sprintf("no plugin of l5d-pki-render in %s\n", r.dir)
	}
	return report.Table(r.rows())
}

// Markdown implements report.Report.
func (r Report) Markdown() string { return report.MarkdownTable(r.rows()) }

// Data implements report.Report.
func (r Report) Data() any {
	return map[string]any{"folder": r.dir, "plugins": r.plugins}
}
