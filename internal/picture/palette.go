package picture

import "image/color"

// ink is a colour by its meaning.
type ink int

const (
	plain ink = iota
	muted
	grid
	paper
	red
	amber
	amberText
	blue
	teal
	violet
	grey
)

// palette: an SVG takes light; one in a dark environment takes dark; a
// terminal takes ansi (the parameters of SGR, ECMA-48 8.3.117). Texts have a
// contrast of 4.5 to 1 and more against paper (WCAG 2.2, 1.4.3).
var palette = [...]struct {
	name        string
	light, dark color.RGBA
	ansi        string
}{
	plain:     {"plain", rgb(0x1f2328), rgb(0xe6edf3), "0"},
	muted:     {"muted", rgb(0x59636e), rgb(0x9198a1), "0;2"},
	grid:      {"grid", rgb(0xd8dee4), rgb(0x30363d), "0;2"},
	paper:     {"paper", rgb(0xffffff), rgb(0x0d1117), "0"},
	red:       {"red", rgb(0xcf222e), rgb(0xf85149), "0;31"},
	amber:     {"amber", rgb(0xe08a00), rgb(0xd29922), "0;33"},
	amberText: {"amber-text", rgb(0x9a6700), rgb(0xd29922), "0;33"},
	blue:      {"blue", rgb(0x0969da), rgb(0x4493f8), "0;34"},
	teal:      {"teal", rgb(0x1b7c83), rgb(0x2ba7b0), "0;36"},
	violet:    {"violet", rgb(0x8250df), rgb(0xab7df8), "0;35"},
	grey:      {"grey", rgb(0x6e7781), rgb(0x8b949e), "0"},
}

func rgb(hex uint32) color.RGBA {
	return color.RGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 0xff}
}

// kindInk colours healthy certificates.
var kindInk = map[string]ink{"anchor": blue, "issuer": teal, "cross": violet}

// ink of the bar and of its words.
func (b Bar) ink(h health) (bar, words ink) {
	if h == expired {
		return red, red
	}
	if h == expiring {
		return amber, amberText
	}
	if in, known := kindInk[b.Kind]; known {
		return in, plain
	}
	return grey, plain
}
