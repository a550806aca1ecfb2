package picture

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/order"
)

// pin is a mark on the axis and the lane of its label: 0 is the highest. An
// unlabelled one has lane -1.
type pin struct {
	x, width float64 // width of the label
	label    string
	lane     int
}

const unlabelled = -1

// pins places the labels of the marks to the right of their lines, in lanes
// that step down as time goes on: no label touches another, and no line, which
// falls from its label to the bars, crosses a label below. Where the lanes do
// not suffice, the oldest marks of a crowd keep their line and lose their label.
func (t Timeline) pins(a axis, lanes int, room, gap float64, measure func(string) float64) (list []pin, used, hidden int) {
	marks := slices.Clone(t.Marks)
	order.By(marks, func(x, y Mark) int { return x.At.Compare(y.At) })
	for _, m := range marks {
		if a.shows(m.At) && !t.isNow(m) {
			p := pin{x: a.at(m.At)}
			p.label = shorten(clean(m.Label), a.width+room-p.x-gap, measure)
			p.width = measure(p.label) + 2*gap
			list = append(list, p)
		}
	}
	for crowd := cascade(list, lanes); crowd >= 0; crowd = cascade(list, lanes) {
		list[crowd].lane = unlabelled
		hidden++
	}
	for _, p := range list {
		used = max(used, p.lane+1)
	}
	return list, used, hidden
}

// cascade gives every labelled pin its lane. Where one finds none, it is the
// oldest of that crowd that has to give way: its index, else -1.
func cascade(list []pin, lanes int) int {
	ends := make([]float64, lanes) // where the last label of each lane ends
	for i := range ends {
		ends[i] = -1
	}
	oldest := 0
	for n := range list {
		p := &list[n]
		if p.lane == unlabelled {
			continue
		}
		p.lane = 0
		for i, end := range ends {
			if end >= p.x {
				p.lane = i + 1
			}
		}
		if p.lane == lanes {
			return oldest
		}
		if p.lane == 0 {
			oldest = n
		}
		ends[p.lane] = p.x + p.width
	}
	return -1
}

// isNow: the now line stands there already, with its own label.
func (t Timeline) isNow(m Mark) bool {
	return m.At.Equal(t.Now) && (m.Label == "today" || m.Label == "now")
}

// nowLabel names the now line.
func (t Timeline) nowLabel() string { return "now " + t.Now.UTC().Format("2006-01-02 15:04Z") }
