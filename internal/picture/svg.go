package picture

import (
	"fmt"
	"html"
	"image/color"
	"strconv"
	"strings"
)

// fonts of the SVG: whatever sans-serif the viewer has; layout leaves room for the widest.
const fonts = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif"

// SVG draws the picture as one self-contained SVG document: no scripts, no
// references. Colours are attributes (light); a style switches them, paper
// included, where the viewer prefers dark.
func (t Timeline) SVG() []byte {
	d := t.layout()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" font-family="%s" role="img" aria-labelledby="title about">`+"\n",
		number(d.width), number(d.height), number(d.width), number(d.height), fonts)
	fmt.Fprintf(&b, "<title id=\"title\">%s</title>\n<desc id=\"about\">%s</desc>\n", html.EscapeString(d.title), html.EscapeString(d.about))
	b.WriteString(darkStyle())
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" %s/>`+"\n", paint("fill", paper))
	for _, s := range d.shapes {
		b.WriteString(s.svg() + "\n")
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// darkStyle overrides the attributes: CSS wins over them (SVG 2, 6.6).
func darkStyle() string {
	return "<style>@media (prefers-color-scheme: dark) {\n" + Style() + "}</style>\n"
}

// paint is a colour as attributes; property is fill or stroke.
func paint(property string, in ink) string {
	return fmt.Sprintf(`%s="%s" class="%s-%s"`, property, hex(palette[in].light), property, palette[in].name)
}

func (s shape) svg() string {
	tip := ""
	if s.tip != "" {
		tip = "<title>" + html.EscapeString(s.tip) + "</title>"
	}
	switch {
	case s.text != "":
		return s.svgWord(tip)
	case s.straight:
		return s.svgLine()
	}
	look := paint("fill", s.ink)
	x, y, w, h := s.x, s.y, s.w, s.h
	switch {
	case s.hollow: // the frame lies inside the box
		look = `fill="none" stroke-width="2" stroke-dasharray="4 3" pointer-events="all" ` + paint("stroke", s.ink)
		x, y, w, h = x+1, y+1, max(w-2, 0.5), h-2
	case s.dashed:
		return fmt.Sprintf(`<line x1="%[1]s" y1="%[2]s" x2="%[1]s" y2="%[3]s" stroke-dasharray="3 3" %[4]s/>`,
			number(x+w/2), number(y), number(y+h), paint("stroke", s.ink))
	case s.faint:
		look += ` fill-opacity="0.4"`
	}
	return fmt.Sprintf(`<rect x="%s" y="%s" width="%s" height="%s" %s>%s</rect>`, number(x), number(y), number(w), number(h), look, tip)
}

func (s shape) svgWord(tip string) string {
	more := ""
	switch s.align {
	case toRight: // as SVG does without a word
	case centred:
		more = ` text-anchor="middle"`
	case toLeft:
		more = ` text-anchor="end"`
	}
	if s.bold {
		more += ` font-weight="bold"`
	}
	return fmt.Sprintf(`<text x="%s" y="%s" font-size="%s"%s %s>%s%s</text>`,
		number(s.x), number(s.y), number(s.size), more, paint("fill", s.ink), tip, html.EscapeString(s.text))
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// number writes pixels with one decimal at most.
func number(x float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(x, 'f', 1, 64), ".0")
}
