package picture

import (
	"fmt"
	"strings"
)

// Trust is a picture of who trusts whom: trust bundles on the left, certificate
// chains on the right, and a line for each pair that meets.
type Trust struct {
	Title string
	// Bundles and Chains by their short names.
	Bundles, Chains []Party
	Pairs           []Pair
}

// Party is one bundle or chain.
type Party struct {
	// Name is short, like "A B"; Words say what it is.
	Name, Words string
}

// Pair is a bundle that meets a chain, by their numbers.
type Pair struct {
	Bundle, Chain int
	// Fails: whoever holds the bundle refuses the chain. Later: they meet only once the
	// step was made.
	Fails, Later bool
}

const (
	trustWidth = 820.0
	partyWidth = 250.0
	partyRow   = 60.0
	partyBox   = 44.0
)

// Inline draws the picture for a page of HTML, as [Timeline.Inline] does.
func (t Trust) Inline(id string) string { return t.layout().inline(id) }

func (t Trust) layout() drawing {
	rows := max(len(t.Bundles), len(t.Chains), 1)
	top := pageMargin + lineHeight + 8
	d := drawing{width: trustWidth, height: top + float64(rows)*partyRow + pageMargin, title: clean(t.Title), about: t.about()}
	right := trustWidth - pageMargin - partyWidth
	d.add(shape{x: pageMargin, y: pageMargin + 4, ink: muted, text: "who holds", size: smallSize})
	d.add(shape{x: right, y: pageMargin + 4, ink: muted, text: "meets a leaf of", size: smallSize})
	middle := func(n, of int) float64 { // both sides are centred beside each other
		return top + (float64(n)+float64(rows-of)/2)*partyRow + partyBox/2
	}
	for i, p := range t.Pairs {
		t.drawPair(&d, p, pageMargin+partyWidth, right, middle(p.Bundle, len(t.Bundles)), middle(p.Chain, len(t.Chains)), i)
	}
	for i, p := range t.Bundles {
		d.party(p, blue, pageMargin, middle(i, len(t.Bundles)))
	}
	for i, p := range t.Chains {
		d.party(p, teal, right, middle(i, len(t.Chains)))
	}
	return d
}

// drawPair draws a line: full where the pair meets now, dashed where it meets after
// the step, red and crossed out where it fails. Words stand at different places of
// lines that cross.
func (t Trust) drawPair(d *drawing, p Pair, x0, x1, y0, y1 float64, number int) {
	line := shape{x: x0, y: y0, w: x1 - x0, h: y1 - y0, ink: teal, straight: true, dashed: p.Later}
	if !p.Fails {
		d.add(line)
		return
	}
	line.ink, line.bold = red, true
	d.add(line)
	at := [...]float64{0.5, 0.3, 0.7}[number%3]
	d.add(shape{x: x0 + (x1-x0)*at, y: y0 + (y1-y0)*at - 6, ink: red, text: "✗ refuses", size: wordSize, bold: true, align: centred})
}

// party draws a frame with a name in it.
func (d *drawing) party(p Party, in ink, x, middle float64) {
	y, room := middle-partyBox/2, partyWidth-20
	d.add(shape{x: x, y: y, w: partyWidth, h: partyBox, ink: paper})
	d.add(shape{x: x, y: y, w: 4, h: partyBox, ink: in})
	d.add(shape{x: x + 4, y: y, w: partyWidth - 4, h: partyBox, ink: grid, faint: true})
	d.add(shape{x: x + 12, y: y + 18, ink: plain, text: shorten(clean(p.Name), room, wordWidth(wordSize, true)), size: wordSize, bold: true})
	d.add(shape{x: x + 12, y: y + 35, ink: plain, text: shorten(clean(p.Words), room, wordWidth(smallSize, false)), size: smallSize})
}

// about says the picture in words, for those who cannot see it.
func (t Trust) about() string {
	var b strings.Builder
	for _, p := range t.Pairs {
		verb, when := "accepts", ""
		if p.Fails {
			verb = "refuses"
		}
		if p.Later {
			when = " after the step"
		}
		fmt.Fprintf(&b, "Who holds %s %s leaves of %s%s. ", clean(t.Bundles[p.Bundle].Name), verb, clean(t.Chains[p.Chain].Name), when)
	}
	if len(t.Pairs) == 0 {
		b.WriteString("No pair is known.")
	}
	return strings.TrimSpace(b.String())
}
