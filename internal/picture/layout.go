package picture

import (
	"fmt"
	"math"
	"strings"
	"unicode"
)

// Layout of the SVG, in pixels.
const (
	pageWidth   = 1100.0
	pageMargin  = 24.0
	titleSize   = 18.0
	titleHeight = 54.0 // title and the line under it
	wordSize    = 13.0
	smallSize   = 11.0
	rowHeight   = 40.0
	barHeight   = 16.0
	barMinimum  = 3.0 // the shortest validity that is still seen
	laneHeight  = 18.0
	lanesMost   = 8
	labelMost   = 440.0 // column of the names
	labelLeast  = 110.0
	leftColumn  = 160.0 // column of the days left
	columnSpace = 16.0
	axisHeight  = 58.0 // dates, and the label of now below
	lineHeight  = 16.0
	pinGap      = 4.0 // from the line of a mark to its label
	tickGap     = 14.0
	// barsMost keeps an image within some tens of megabytes of memory.
	barsMost = 100
)

// shape is one thing to paint: a word when text is set, else a box.
type shape struct {
	x, y, w, h float64 // y of a word is its base line
	ink        ink
	// faint boxes are mixed half and half with the paper; hollow ones are a frame.
	faint, hollow, dashed bool
	// straight: a line along w and h, in place of a box.
	straight bool
	text     string
	size     float64
	bold     bool
	align    align
	// tip opens when a pointer rests on the shape (SVG).
	tip string
}

type align int

const (
	toRight align = iota // the word begins at x
	centred
	toLeft // the word ends at x
)

// drawing is a finished layout, in the order of painting.
type drawing struct {
	width, height float64
	shapes        []shape
	title, about  string
}

// add draws a shape. It is called in many places.
//
//go:noinline
func (d *drawing) add(s shape) { d.shapes = append(d.shapes, s) }

// emWidth estimates a character's width in em, on the wide side of the common
// sans-serif fonts (DejaVu Sans is the widest), so that no label touches
// another whichever font a viewer has.
func emWidth(r rune) float64 {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case unicode.In(r, wide...):
		return 1.05
	case strings.ContainsRune("iljtfrI.,:;'|!()[]- ", r):
		return 0.42
	case strings.ContainsRune("mwMWOQ@%…—", r):
		return 1.02
	case unicode.IsUpper(r):
		return 0.76
	}
	return 0.65
}

// wordWidth measures in pixels.
func wordWidth(size float64, bold bool) func(string) float64 {
	if bold {
		size *= 1.1
	}
	return func(s string) float64 {
		w := 0.0
		for _, r := range s {
			w += emWidth(r)
		}
		return w * size
	}
}

// frame says where the parts of the picture stand.
type frame struct {
	axisX, rowsY, bottom float64 // bottom is the axis line
	axis                 axis
	bars                 []Bar
	pins                 []pin
	lanes, hidden        int
}

// layout places everything; SVG only paints.
func (t Timeline) layout() drawing {
	d := drawing{width: pageWidth, title: clean(t.Title), about: t.about()}
	if d.title == "" {
		d.title = "Validity of certificates"
	}
	d.add(shape{x: pageMargin, y: pageMargin + titleSize, ink: plain, size: titleSize, bold: true,
		text: shorten(d.title, pageWidth-2*pageMargin, wordWidth(titleSize, true))})
	if len(t.Bars) == 0 {
		d.add(shape{x: pageMargin, y: pageMargin + titleHeight, ink: muted, text: nothing, size: wordSize})
		d.height = pageMargin + titleHeight + pageMargin
		return d
	}
	f := t.frame()
	d.height = f.bottom + axisHeight + pageMargin
	t.drawAxis(&d, f)
	t.drawPins(&d, f)
	for i, b := range f.bars {
		t.drawBar(&d, f, b, f.rowsY+float64(i)*rowHeight)
	}
	t.drawNow(&d, f)
	if more := len(t.Bars) - len(f.bars); more > 0 {
		d.add(shape{x: pageMargin, y: f.bottom + axisHeight, ink: muted, size: smallSize,
			text: fmt.Sprintf("%d more certificates are not drawn", more)})
	}
	return d
}

func (t Timeline) frame() frame {
	f := frame{bars: t.Bars[:min(len(t.Bars), barsMost)]}
	column := labelLeast
	for _, b := range f.bars {
		column = max(column, wordWidth(wordSize, true)(clean(b.Name)), wordWidth(smallSize, false)(b.what()))
	}
	f.axisX = pageMargin + min(math.Ceil(column)+1, labelMost) + columnSpace
	f.axis = t.axis(pageWidth - pageMargin - leftColumn - columnSpace - f.axisX)
	f.pins, f.lanes, f.hidden = t.pins(f.axis, lanesMost, columnSpace+leftColumn, pinGap, wordWidth(smallSize, false))
	f.rowsY = pageMargin + titleHeight + float64(f.lanes)*laneHeight
	f.bottom = f.rowsY + float64(len(f.bars))*rowHeight
	return f
}

// about says the picture in words, for those who cannot see it.
func (t Timeline) about() string {
	var b strings.Builder
	if !t.Now.IsZero() {
		fmt.Fprintf(&b, "At %s. ", t.Now.UTC().Format("2006-01-02T15:04:05Z"))
	}
	for _, bar := range t.Bars[:min(len(t.Bars), barsMost)] {
		b.WriteString(bar.tip() + ": " + bar.left(t.Now, false) + ". ")
	}
	if len(t.Bars) == 0 {
		b.WriteString(nothing)
	}
	return strings.TrimSpace(b.String())
}

// tip is everything about one certificate.
func (b Bar) tip() string {
	const instant = "2006-01-02T15:04:05Z"
	return fmt.Sprintf("%s %s, valid from %s to %s", b.what(), clean(b.Name), b.NotBefore.UTC().Format(instant),
		b.NotAfter.UTC().Format(instant))
}

// hiddenNote counts marks without a label.
func hiddenNote(n int) string { return fmt.Sprintf("%d earlier unlabelled", n) }
