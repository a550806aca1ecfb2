package render

import (
	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// FateReader finds what a wave of a state would do to the workloads in files, without
// writing anything. Files that cannot be read are left out: others name them.
type FateReader struct {
	work   *workloads
	report WorkloadsReport
}

// NewFateReader reads from all files which namespaces are injected. It is nil for a state
// that cannot be rendered.
func NewFateReader(s *state.Rotation, in []WorkloadFile) *FateReader {
	s = s.Clone()
	if s.Status.Stamp == "" {
		s.Status.Stamp = "0000000000000000" // of a wave that has not begun
	}
	s.Status.Wave = nil
	m, err := NewMaterial(s, nil)
	if err != nil {
		return nil
	}
	w := &workloads{WorkloadsInput: WorkloadsInput{State: s, Files: in, Each: inTurn}, material: m, look: true}
	_ = w.readNamespaces() // two files that contradict each other: the first counts
	return &FateReader{w, w.newReport()}
}

// Add looks at one of the files; docs are its documents.
func (f *FateReader) Add(file WorkloadFile, docs []manifest.Document) {
	if f != nil {
		f.report.take(file, f.work.file(file, docs))
	}
}

// Lines are the workloads of the files that were added.
func (f *FateReader) Lines() []WorkloadLine {
	if f == nil {
		return nil
	}
	f.report.settle()
	return f.report.Workloads
}

func inTurn(n int, do func(int)) {
	for i := range n {
		do(i)
	}
}
