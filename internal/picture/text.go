package picture

import (
	"math"
	"strings"
)

// Bounds of a text picture, in columns.
const (
	minColumns = 60
	maxColumns = 200
	// shortBelow is the width under which words are saved: "97d", no role.
	shortBelow = 90
	textLanes  = 5
	columnGap  = 2
)

// Bars of a terminal: what is past, what is left, what has not begun.
const (
	glyphPast   = "▒"
	glyphLeft   = "█"
	glyphFuture = "░"
	glyphNow    = "┃"
	glyphMark   = "┊"
)

// textFrame says where the columns of a text picture begin.
type textFrame struct {
	total, name, what, axis, width, left int
	short                                bool
}

// Text draws for a terminal: a line per certificate, the axis with dates below.
// Widths outside 60 to 200 columns become the nearest of them.
func (t Timeline) Text(width int, color bool) string {
	width = min(max(width, minColumns), maxColumns)
	title := newLine(width)
	title.put(0, shorten(clean(t.Title), float64(width), columns), plain)
	if len(t.Bars) == 0 {
		title = newLine(width)
		title.put(0, shorten(strings.TrimPrefix(clean(t.Title)+": "+nothing, ": "), float64(width), columns), plain)
		return title.string(color)
	}
	f := t.textFrame(width)
	a := t.axis(float64(f.width - 1)) // the last instant stands in the last column
	lines, pins := t.textPins(f, a)
	if clean(t.Title) != "" {
		lines = append([]line{title}, lines...)
	}
	for _, b := range t.Bars {
		lines = append(lines, t.textRow(f, a, b, pins))
	}
	lines = append(lines, t.textAxis(f, a)...)
	var out strings.Builder
	for _, l := range lines {
		out.WriteString(l.string(color))
	}
	return out.String()
}

// textFrame gives the axis what the words leave.
func (t Timeline) textFrame(width int) textFrame {
	f := textFrame{total: width, short: width < shortBelow}
	widest := func(limit int, text func(Bar) string) int {
		w := 0.0
		for _, b := range t.Bars {
			w = max(w, columns(text(b)))
		}
		return min(int(w), limit)
	}
	f.name = widest(width/4, func(b Bar) string { return clean(b.Name) })
	f.what = widest(width/5, f.whatOf)
	f.axis = f.name + f.what + 2*columnGap
	room := widest(width/3, func(b Bar) string { return b.left(t.Now, f.short) })
	f.left = width - room
	f.width = f.left - columnGap - f.axis
	return f
}

func (f textFrame) whatOf(b Bar) string {
	if f.short {
		return clean(b.Kind)
	}
	return b.what()
}

// textPins draws the labels of the marks above the bars.
func (t Timeline) textPins(f textFrame, a axis) ([]line, []pin) {
	pins, used, hidden := t.pins(a, textLanes, float64(f.total-f.axis-f.width+1), 2, columns)
	lines := make([]line, used)
	for i := range lines {
		lines[i] = newLine(f.total)
		for _, m := range pins {
			if m.lane < 0 || m.lane > i {
				continue
			}
			x := f.axis + int(math.Round(m.x))
			lines[i].put(x, "│", muted)
			if m.lane == i {
				lines[i].put(x+2, m.label, plain)
			}
		}
	}
	if hidden > 0 && used > 0 {
		lines[0].put(0, shorten(hiddenNote(hidden), float64(f.axis-1), columns), muted)
	}
	return lines, pins
}

// textRow draws one certificate.
func (t Timeline) textRow(f textFrame, a axis, b Bar, pins []pin) line {
	bar, words := b.ink(b.health(t.Now))
	l := newLine(f.total)
	l.put(0, shorten(clean(b.Name), float64(f.name), columns), words)
	l.put(f.name+columnGap, shorten(f.whatOf(b), float64(f.what), columns), muted)
	l.put(f.left, b.left(t.Now, f.short), words)
	for _, m := range pins {
		l.put(f.axis+int(math.Round(m.x)), glyphMark, muted)
	}
	if !t.Now.IsZero() && a.shows(t.Now) {
		l.put(f.axis+int(math.Round(a.at(t.Now))), glyphNow, plain)
	}
	if s := a.stretch(b); s.visible {
		t.textStretch(l, f, a, b, s, bar)
	}
	return l
}

// textStretch draws the bar and leaves the now line on top, unless the bar is
// one column wide and would not be seen.
func (t Timeline) textStretch(l line, f textFrame, a axis, b Bar, s stretch, in ink) {
	h, now := b.health(t.Now), math.Round(a.at(t.Now))
	x0, x1 := math.Round(s.x0), math.Round(s.x1)
	for x := x0; x <= x1; x++ {
		if x != now || x0 == x1 {
			l.put(f.axis+int(x), barGlyph(h, x < now), in)
		}
	}
	if s.cutLeft {
		l.put(f.axis, "<", in)
	}
	if s.cutRight {
		l.put(f.axis+int(x1), ">", in)
	}
}

func barGlyph(h health, past bool) string {
	switch {
	case h == future:
		return glyphFuture
	case h == expired || past:
		return glyphPast
	}
	return glyphLeft
}

// textAxis draws the axis, its dates, and where now is.
func (t Timeline) textAxis(f textFrame, a axis) []line {
	rule, dates := newLine(f.total), newLine(f.total)
	rule.put(f.axis, strings.Repeat("─", f.width), muted)
	for _, k := range a.ticks(columns, 2) {
		x := f.axis + int(math.Round(k.x))
		rule.put(x, "┴", muted)
		dates.put(min(x, f.total-int(columns(k.label))), k.label, muted)
	}
	if t.Now.IsZero() || !a.shows(t.Now) {
		return []line{rule, dates}
	}
	now, x := newLine(f.total), f.axis+int(math.Round(a.at(t.Now)))
	rule.put(x, "╂", plain)
	label := t.nowLabel()
	now.put(x, "▲", plain)
	if at := x + 2; at+len(label) <= f.total {
		now.put(at, label, plain)
	} else {
		now.put(x-1-len(label), label, plain)
	}
	return []line{rule, dates, now}
}
