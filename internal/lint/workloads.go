package lint

import (
	"bytes"
	"path"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/internal/order"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
	"github.com/l5d-pki/l5d-pki-render/pkg/survey"
)

// maxWorkloadFile is the largest file that is looked through for workloads, in bytes:
// the API server takes objects of 1.5 MiB at most.
const maxWorkloadFile = 2 << 20

// manifests are the files of a repository that may hold workloads.
type manifests []render.WorkloadFile

// add keeps a file of objects, to be looked at when all are known; false for others.
// Templates of charts are not objects yet.
func (m *manifests) add(name string, text []byte, charts map[string]bool) bool {
	isObjects := files.IsManifest(name) && len(text) <= maxWorkloadFile && bytes.Contains(text, []byte("apiVersion")) &&
		!inTemplates(name, charts)
	if isObjects {
		*m = append(*m, render.WorkloadFile{Name: name, Text: text})
	}
	return isObjects
}

// chartsIn are the directories with a Chart.yaml.
func chartsIn(names []string) map[string]bool {
	charts := map[string]bool{}
	for _, name := range names {
		if path.Base(name) == "Chart.yaml" {
			charts[path.Dir(name)] = true
		}
	}
	return charts
}

func inTemplates(name string, charts map[string]bool) bool {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if path.Base(dir) == "templates" && charts[path.Dir(dir)] {
			return true
		}
	}
	return false
}

// survey adds the files to a survey, and finds the meshed workloads that a wave does
// not restart by itself, and those that only look meshed. Each document is parsed once.
func (m manifests) survey(sv *survey.Survey, s *state.Rotation) (found []survey.Finding) {
	fates := render.NewFateReader(s, m)
	for _, f := range m {
		docs := manifest.SplitOnce(f.Text)
		sv.AddSplit(f.Name, f.Text, docs)
		fates.Add(f, docs)
	}
	for _, l := range fates.Lines() {
		severity, p := pki.Info, (*problem.Problem)(nil)
		switch {
		case l.Misplaced:
			severity, p = pki.Warning, problem.LintInjectMisplaced.With(l.Object, l.Why)
		case l.Fate == render.HeldBack:
			severity, p = pki.Warning, problem.LintWorkloadHeld.With(l.Object, l.Why)
		case l.Fate == render.Immune:
			p = problem.LintWorkloadImmune.With(l.Object, l.Why)
		default:
			continue
		}
		found = append(found, survey.Finding{File: l.File, Line: l.Line(), Column: 1, Finding: pki.Finding{
			Code: p.Code, Severity: severity, Text: p.Text, Hint: p.Hints[0]}})
	}
	order.By(found, func(a, b survey.Finding) int {
		return strings.Compare(a.File, b.File)
	})
	return found
}
