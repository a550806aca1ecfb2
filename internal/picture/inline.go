package picture

import (
	"fmt"
	"html"
	"strings"
)

// Style is the CSS that inlined pictures need in a dark environment. It belongs into
// a @media rule of the page: a picture of its own has it built in.
func Style() string {
	var b strings.Builder
	for _, p := range palette {
		fmt.Fprintf(&b, ".fill-%s { fill: %s } .stroke-%s { stroke: %s }\n", p.name, hex(p.dark), p.name, hex(p.dark))
	}
	return b.String()
}

// Inline draws the picture for a page of HTML that has [Style]. The id begins the ids
// of its title and description, so that a page may have several pictures.
func (t Timeline) Inline(id string) string { return t.layout().inline(id) }

// inline writes an SVG element without a namespace, which HTML does not need.
func (d drawing) inline(id string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %s %s" width="%s" height="%s" role="img" aria-labelledby="%[5]s-title %[5]s-about">`+"\n",
		number(d.width), number(d.height), number(d.width), number(d.height), html.EscapeString(id))
	fmt.Fprintf(&b, "<title id=\"%[1]s-title\">%[2]s</title>\n<desc id=\"%[1]s-about\">%[3]s</desc>\n", html.EscapeString(id),
		html.EscapeString(d.title), html.EscapeString(d.about))
	for _, s := range d.shapes {
		b.WriteString(s.svg() + "\n")
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// svgLine is a line from the place of a shape along its width and height.
func (s shape) svgLine() string {
	dash, width := "", "2"
	if s.dashed {
		dash = ` stroke-dasharray="6 4"`
	}
	if s.bold {
		width = "3"
	}
	return fmt.Sprintf(`<line x1="%s" y1="%s" x2="%s" y2="%s" stroke-width="%s"%s %s/>`,
		number(s.x), number(s.y), number(s.x+s.w), number(s.y+s.h), width, dash, paint("stroke", s.ink))
}
