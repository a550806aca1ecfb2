package render

import "github.com/l5d-pki/l5d-pki-render/pkg/state"

// FatesOf says what a wave of the state would do to the workloads in files, without
// writing anything. Files that cannot be read are left out: others name them.
func FatesOf(s *state.Rotation, in []WorkloadFile) []WorkloadLine {
	s = s.Clone()
	if s.Status.Stamp == "" {
		s.Status.Stamp = "0000000000000000" // of a wave that has not begun
	}
	s.Status.Wave = nil
	m, err := NewMaterial(s, nil)
	if err != nil {
		return nil
	}
	w := &workloads{WorkloadsInput: WorkloadsInput{State: s, Files: in, Each: inTurn}, material: m}
	_ = w.readNamespaces() // two files that contradict each other: the first counts
	report := w.newReport()
	for _, f := range in {
		report.take(f, w.file(f))
	}
	report.settle()
	return report.Workloads
}

func inTurn(n int, do func(int)) {
	for i := range n {
		do(i)
	}
}
