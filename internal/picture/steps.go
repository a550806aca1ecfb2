package picture

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Steps is a picture of phases one after the other. A wait of minutes and one of days
// have both room: the distance of two steps grows with the logarithm of the time.
type Steps struct {
	Title string
	Steps []Step
	// Now draws a line where it lies between two steps; zero: no line.
	Now time.Time
}

// Step is a phase and when it was entered, or can be at the earliest.
type Step struct {
	Label string
	// At is zero where nobody knows.
	At time.Time
	// Note is a word or two below, such as "restarts pods".
	Note string
	// Done: it was entered. Current: it is in force.
	Done, Current bool
}

const (
	stepLeast = 132.0 // between two steps, so that dates do not touch
	stepEdge  = 110.0 // beside the first and the last one, half of the longest name
	stepAxis  = 92.0  // where the line lies
	stepSize  = 14.0
)

// Inline draws the picture for a page of HTML, as [Timeline.Inline] does.
func (s Steps) Inline(id string) string { return s.layout().inline(id) }

func (s Steps) layout() drawing {
	xs, width := s.places()
	d := drawing{width: width, height: stepAxis + 92, title: clean(s.Title), about: s.about()}
	if len(xs) == 0 {
		d.add(shape{x: pageMargin, y: stepAxis, ink: muted, text: "no steps to draw", size: wordSize})
		return d
	}
	d.add(shape{x: xs[0], y: stepAxis, w: xs[len(xs)-1] - xs[0], ink: muted, straight: true})
	for i, x := range xs {
		if i > 0 && !s.Steps[i-1].At.IsZero() && !s.Steps[i].At.IsZero() {
			d.add(shape{x: (xs[i-1] + x) / 2, y: stepAxis - 8, ink: muted, text: spanWords(s.Steps[i].At.Sub(s.Steps[i-1].At)), size: smallSize,
				align: centred})
		}
		s.Steps[i].draw(&d, x, i%2 == 1)
	}
	s.drawNow(&d, xs)
	return d
}

// places are where the steps lie, and how wide the picture is.
func (s Steps) places() (xs []float64, width float64) {
	n := len(s.Steps)
	width = max(pageWidth, 2*stepEdge+float64(n-1)*stepLeast)
	spare, total := width-2*stepEdge-float64(n-1)*stepLeast, 0.0
	weights := make([]float64, n)
	for i := 1; i < n; i++ {
		if !s.Steps[i-1].At.IsZero() {
			weights[i] = math.Log2(1 + max(s.Steps[i].At.Sub(s.Steps[i-1].At).Minutes(), 0))
		}
		total += weights[i]
	}
	x := stepEdge
	for i := range n {
		if i > 0 {
			x += stepLeast
			if total > 0 {
				x += spare * weights[i] / total
			}
		}
		xs = append(xs, math.Round(x))
	}
	return xs, width
}

// draw adds the mark, the name above and the date below. Neighbors' names are on
// different lines.
func (s Step) draw(d *drawing, x float64, high bool) {
	name := stepAxis - 26
	if high {
		name -= lineHeight + 6
	}
	box := shape{x: x - stepSize/2, y: stepAxis - stepSize/2, w: stepSize, h: stepSize, ink: blue, tip: s.words()}
	switch {
	case s.Current:
		d.add(shape{x: x - stepSize, y: stepAxis - stepSize, w: 2 * stepSize, h: 2 * stepSize, ink: blue, hollow: true})
	case s.Done:
		box.ink = grey
	default:
		d.add(shape{x: box.x, y: box.y, w: box.w, h: box.h, ink: paper})
		box.hollow = true
	}
	d.add(box)
	d.add(shape{x: x, y: name, ink: plain, text: clean(s.Label), size: wordSize, bold: s.Current, align: centred})
	below := stepAxis + stepSize + lineHeight
	d.add(shape{x: x, y: below, ink: muted, text: s.date("2006-01-02 15:04Z"), size: smallSize, align: centred})
	d.add(shape{x: x, y: below + lineHeight, ink: plain, text: s.state(), size: smallSize, align: centred})
	if s.Note != "" {
		d.add(shape{x: x, y: below + 2*lineHeight, ink: amberText, text: clean(s.Note), size: smallSize, align: centred})
	}
}

func (s Step) date(layout string) string {
	if s.At.IsZero() {
		return "date not known"
	}
	return s.At.UTC().Format(layout)
}

func (s Step) state() string {
	switch {
	case s.Current:
		return "in force"
	case s.Done:
		return "done"
	}
	return "ahead"
}

// drawNow adds the line of now, if it lies between two steps.
func (s Steps) drawNow(d *drawing, xs []float64) {
	for i := 1; i < len(xs); i++ {
		from, to := s.Steps[i-1].At, s.Steps[i].At
		if s.Now.IsZero() || from.IsZero() || !s.Now.After(from) || !s.Now.Before(to) {
			continue
		}
		x := xs[i-1] + (xs[i]-xs[i-1])*float64(s.Now.Sub(from))/float64(to.Sub(from))
		x = min(max(x, xs[i-1]+stepSize+4), xs[i]-stepSize-4)
		d.add(shape{x: x - 1, y: stepAxis - 4, w: 2, h: stepSize + 8, ink: plain})
		d.add(shape{x: x, y: d.height - 10, ink: plain, text: "now " + s.Now.UTC().Format("2006-01-02 15:04Z"), size: smallSize, bold: true,
			align: centred})
		d.add(shape{x: x - 0.5, y: stepAxis + stepSize + 4, w: 1, h: d.height - 22 - stepAxis - stepSize - 4, ink: muted, dashed: true})
		return
	}
}

func (s Step) words() string {
	words := fmt.Sprintf("%s: %s, %s", clean(s.Label), s.state(), s.date("2006-01-02T15:04:05Z"))
	if s.Note != "" {
		words += ", " + clean(s.Note)
	}
	return words
}

// about says the picture in words, for those who cannot see it.
func (s Steps) about() string {
	var b strings.Builder
	for _, step := range s.Steps {
		b.WriteString(step.words() + ". ")
	}
	return strings.TrimSpace(b.String())
}

// Span is a duration in the largest unit that has two of it, or in minutes.
func Span(d time.Duration) string {
	const day = 24 * time.Hour
	n, unit := int(d/day), "day"
	switch {
	case d < 2*time.Hour:
		n, unit = int(d/time.Minute), "minute"
	case d < 2*day:
		n, unit = int(d/time.Hour), "hour"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}

func spanWords(d time.Duration) string {
	if d <= 0 {
		return "at once"
	}
	return Span(d)
}
