package walk

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// TestWalk walks cells: those that cover every pair of values, or with
// L5D_PROVE_LONG all of them. L5D_WALK is a regular expression: the names of the cells to walk.
func TestWalk(t *testing.T) {
	cells, only := pairwise(allCells()), os.Getenv("L5D_WALK")
	if os.Getenv("L5D_PROVE_LONG") != "" || only != "" {
		cells = allCells()
	}
	cells = slices.DeleteFunc(cells, func(c cell) bool { return !regexp.MustCompile(only).MatchString(c.String()) })
	l := newLab(t, slices.ContainsFunc(cells, func(c cell) bool { return c.host == "argocd" }))
	for _, c := range cells {
		t.Run(c.String(), func(t *testing.T) {
			l.reset(t)
			walkCell(t, l, c)
		})
	}
}

// walkCell installs the mesh of a cell and walks its rotation to the end.
func walkCell(t *testing.T, l *lab, c cell) {
	newMesh(t, l, c).walk(t)
}

// walk delivers the state, and moves and delivers until the rotation is over.
func (m *mesh) walk(t *testing.T) {
	t.Helper()
	for step := 0; ; step++ {
		phase := m.read(t).Status.Phase
		m.deliver(t, phase)
		for _, wrong := range m.check(t) {
			t.Errorf("%s: %s", phase, wrong)
		}
		switch {
		case step == 0:
			m.start(t)
		case phase == "stable":
			return
		case step > maxPhases:
			t.Fatalf("in %s after %d moves", phase, step)
		default:
			m.move(t, "advance")
		}
	}
}

// maxPhases: no rotation has more.
const maxPhases = 8
