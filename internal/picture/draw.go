package picture

import "fmt"

// drawAxis: grid lines with dates, the axis, and the span in words.
func (t Timeline) drawAxis(d *drawing, f frame) {
	d.add(shape{x: pageMargin, y: pageMargin + titleSize + lineHeight + 4, ink: muted, size: smallSize,
		text: fmt.Sprintf("%s to %s, times in UTC", f.axis.first().Format(layoutDay), f.axis.last().Format(layoutDay))})
	for _, k := range f.axis.ticks(wordWidth(smallSize, false), tickGap) {
		x := f.axisX + k.x
		d.add(shape{x: x - 0.5, y: f.rowsY, w: 1, h: f.bottom - f.rowsY + 5, ink: grid})
		d.add(shape{x: x, y: f.bottom + lineHeight + 4, ink: muted, text: k.label, size: smallSize, align: centred})
	}
	d.add(shape{x: f.axisX, y: f.bottom - 0.5, w: f.axis.width, h: 1, ink: muted})
}

// drawPins: a dashed line for each mark, with its label above the bars.
func (t Timeline) drawPins(d *drawing, f frame) {
	for _, m := range f.pins {
		x, top := f.axisX+m.x, f.rowsY
		if m.lane >= 0 {
			top = f.laneY(m.lane)
			d.add(shape{x: x + pinGap, y: top + smallSize, ink: plain, text: m.label, size: smallSize})
		}
		d.add(shape{x: x - 0.5, y: top, w: 1, h: f.bottom - top, ink: muted, dashed: true})
	}
	if f.hidden > 0 {
		d.add(shape{x: pageMargin, y: f.laneY(0) + smallSize, ink: muted, text: hiddenNote(f.hidden), size: smallSize})
	}
}

func (f frame) laneY(lane int) float64 { return f.rowsY - float64(f.lanes-lane)*laneHeight }

// drawBar: name and kind, the bar, and what is left of it.
func (t Timeline) drawBar(d *drawing, f frame, b Bar, y float64) {
	h := b.health(t.Now)
	bar, words := b.ink(h)
	room, first, second := f.axisX-columnSpace-pageMargin, y+lineHeight, y+2*lineHeight-2
	d.add(shape{x: pageMargin, y: first, ink: plain, size: wordSize, bold: true, tip: b.tip(),
		text: shorten(clean(b.Name), room, wordWidth(wordSize, true))})
	d.add(shape{x: pageMargin, y: second, ink: muted, size: smallSize,
		text: shorten(b.what(), room, wordWidth(smallSize, false))})
	if s := f.axis.stretch(b); s.visible {
		t.drawStretch(d, f, b, s, h, bar, y+(rowHeight-barHeight)/2)
	}
	x := pageWidth - pageMargin - leftColumn
	d.add(shape{x: x, y: first, ink: words, text: b.left(t.Now, false), size: wordSize, bold: words != plain})
	d.add(shape{x: x, y: second, ink: muted, text: "until " + b.NotAfter.UTC().Format(layoutDay), size: smallSize})
}

// drawStretch: the past faint, the rest full; expired full; not yet valid hollow.
func (t Timeline) drawStretch(d *drawing, f frame, b Bar, s stretch, h health, in ink, y float64) {
	x0 := min(s.x0, f.axis.width-barMinimum)
	x1 := max(s.x1, x0+barMinimum)
	box := func(from, to float64, faint, hollow bool) {
		if to > from {
			d.add(shape{x: f.axisX + from, y: y, w: to - from, h: barHeight, ink: in, faint: faint, hollow: hollow, tip: b.tip()})
		}
	}
	now := x0
	if h != expired && !t.Now.IsZero() {
		now = min(max(f.axis.at(t.Now), x0), max(x1-barMinimum, x0))
	}
	box(x0, now, true, false)
	box(now, x1, false, h == future)
	on := func(faint bool) ink { // what is readable on that part of the bar
		switch {
		case h == future:
			return in
		case faint:
			return plain
		}
		return paper
	}
	if s.cutLeft {
		d.add(shape{x: f.axisX + x0 + barMinimum, y: y + barHeight - 4, ink: on(now > x0), text: "←", size: wordSize, bold: true})
	}
	if s.cutRight {
		d.add(shape{x: f.axisX + x1 - barMinimum, y: y + barHeight - 4, ink: on(now >= x1), text: "→", size: wordSize, bold: true, align: toLeft})
	}
}

// drawNow: the line over everything, and its label under the dates.
func (t Timeline) drawNow(d *drawing, f frame) {
	if t.Now.IsZero() || !f.axis.shows(t.Now) {
		return
	}
	x, label := f.axisX+f.axis.at(t.Now), t.nowLabel()
	half := wordWidth(smallSize, true)(label) / 2
	d.add(shape{x: x - 1, y: f.rowsY, w: 2, h: f.bottom - f.rowsY + 5, ink: plain})
	d.add(shape{x: min(max(x, pageMargin+half), pageWidth-pageMargin-half), y: f.bottom + 2*lineHeight + smallSize,
		ink: plain, text: label, size: smallSize, bold: true, align: centred})
}
