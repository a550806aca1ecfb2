package screen

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/picture"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

// Column is a column of a table.
type Column struct {
	Title string
	// Optional columns are left out where the table is too wide, the highest first.
	Optional int
	// Shrink is the width down to which the middle of its cells may be cut out; 0: it
	// is never cut. Cells that wrap are not cut, but go on in further lines.
	Shrink int
	Wraps  bool
}

// gap is what lies between columns.
const gap = 2

// minWrapped is the least width of a column that wraps, where it names none.
const minWrapped = 20

// Table adds rows below the titles of their columns. Columns without any text are
// left out, then optional ones, and only then cells are cut.
func (p *Page) Table(columns []Column, rows ...[]Text) {
	columns, rows = withoutEmpty(columns, rows)
	for {
		widths := widthsOf(columns, rows)
		over := wrapped(columns, widths, p.view.Columns())
		drop, found := mostOptional(columns)
		if over <= 0 || !found {
			shrunk(columns, widths, over)
			p.rows(columns, widths, rows)
			return
		}
		columns, rows = without(columns, rows, drop)
	}
}

func widthsOf(columns []Column, rows [][]Text) []int {
	widths := make([]int, len(columns))
	for i, c := range columns {
		widths[i] = width(c.Title)
		for _, row := range rows {
			widths[i] = max(widths[i], width(sink.Terminal(flat(row[i].text))))
		}
	}
	return widths
}

// wrapped narrows the columns that wrap, and returns by how much the table is wider
// than room all the same.
func wrapped(columns []Column, widths []int, room int) int {
	over := -room - gap
	for _, w := range widths {
		over += w + gap
	}
	return narrowed(columns, widths, over, func(c Column) int {
		switch {
		case c.Wraps && c.Shrink > 0:
			return c.Shrink
		case c.Wraps:
			return minWrapped
		}
		return 0
	})
}

// shrunk narrows the columns whose cells may be cut, and where that is not enough
// whatever is widest: what is cut can be read at another width, or as JSON.
func shrunk(columns []Column, widths []int, over int) {
	const least = 4
	over = narrowed(columns, widths, over, func(c Column) int {
		if c.Wraps {
			return 0
		}
		return c.Shrink
	})
	for ; over > 0 && len(widths) > 0 && slices.Max(widths) > least; over-- {
		widths[slices.Index(widths, slices.Max(widths))]--
	}
}

// narrowed takes what is too much from columns with a least width, the first first.
func narrowed(columns []Column, widths []int, over int, least func(Column) int) int {
	for i, c := range columns {
		if floor := max(least(c), width(c.Title)); least(c) > 0 && over > 0 && widths[i] > floor {
			taken := min(over, widths[i]-floor)
			widths[i], over = widths[i]-taken, over-taken
		}
	}
	return over
}

func mostOptional(columns []Column) (at int, found bool) {
	for i, c := range columns {
		if c.Optional > 0 && (!found || c.Optional > columns[at].Optional) {
			at, found = i, true
		}
	}
	return at, found
}

func without(columns []Column, rows [][]Text, at int) ([]Column, [][]Text) {
	kept := make([][]Text, len(rows))
	for i, row := range rows {
		kept[i] = append(append([]Text{}, row[:at]...), row[at+1:]...)
	}
	return append(append([]Column{}, columns[:at]...), columns[at+1:]...), kept
}

func withoutEmpty(columns []Column, rows [][]Text) ([]Column, [][]Text) {
	for i := len(columns) - 1; i >= 0; i-- {
		empty := true
		for _, row := range rows {
			empty = empty && row[i].text == ""
		}
		if empty && len(rows) > 0 {
			columns, rows = without(columns, rows, i)
		}
	}
	return columns, rows
}

func (p *Page) rows(columns []Column, widths []int, rows [][]Text) {
	titles := make([]Text, len(columns))
	any := false
	for i, c := range columns {
		titles[i] = Faint.Say(c.Title)
		any = any || c.Title != ""
	}
	if any {
		p.row(columns, widths, titles)
	}
	for _, row := range rows {
		p.row(columns, widths, row)
	}
}

// row adds one row, of as many lines as its longest cell has.
func (p *Page) row(columns []Column, widths []int, row []Text) {
	cells := make([][]line, len(row))
	height := 1
	for i, cell := range row {
		text := flat(cell.text)
		if !columns[i].Wraps {
			cell.text = picture.Shorten(sink.Terminal(text), float64(widths[i]))
			cells[i] = []line{{words: []word{{style: cell.style, text: sink.Log(cell.text)}}}}
			continue
		}
		cells[i] = wrap(wordsOf([]Text{cell}, widths[i]), widths[i])
		height = max(height, len(cells[i]))
	}
	for n := range height {
		var b strings.Builder
		for i := range row {
			var l line
			if n < len(cells[i]) {
				l = cells[i][n]
			}
			b.WriteString(l.shown(p.view.Color))
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", max(widths[i]+gap-width(l.shown(false)), 0)))
			}
		}
		p.write(b.String())
	}
}
