package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

const (
	// pngScale is pixels of the image per pixel of the layout (sharp on dense screens).
	pngScale = 2
	// faintness is how much of a faint box's ink is left, as in the SVG.
	faintness = 0.4
	// dash is the length of a dash, and of the space after it.
	dash = 3 * pngScale
)

// PNG paints the same layout as the SVG, twice as large, in light colours and
// the Go fonts (Latin, Greek, Cyrillic: other scripts show as empty frames).
func (t Timeline) PNG() ([]byte, error) {
	if len(t.Bars) == 0 {
		return nil, ErrNoBars
	}
	d := t.layout()
	p, err := newPainter(int(math.Ceil(d.width*pngScale)), int(math.Ceil(d.height*pngScale)))
	if err != nil {
		return nil, err
	}
	for _, s := range d.shapes {
		if err := p.paint(s); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, p.image); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

type painter struct {
	image *image.RGBA
	faces map[faceKey]font.Face
}

type faceKey struct {
	size float64
	bold bool
}

// typefaces are parsed once; they are read only.
var typefaces = sync.OnceValues(func() (map[bool]*opentype.Font, error) {
	regular, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	bold, err := opentype.Parse(gobold.TTF)
	return map[bool]*opentype.Font{false: regular, true: bold}, err
})

func newPainter(width, height int) (*painter, error) {
	if _, err := typefaces(); err != nil {
		return nil, err
	}
	p := &painter{image.NewRGBA(image.Rect(0, 0, width, height)), map[faceKey]font.Face{}}
	p.fill(p.image.Bounds(), palette[paper].light)
	return p, nil
}

func (p *painter) fill(r image.Rectangle, c color.RGBA) {
	draw.Draw(p.image, r, image.NewUniform(c), image.Point{}, draw.Src)
}

func (p *painter) paint(s shape) error {
	if s.text != "" {
		return p.word(s)
	}
	p.box(s)
	return nil
}

func (p *painter) box(s shape) {
	scaled := func(v float64) int { return int(math.Round(v * pngScale)) }
	r := image.Rect(scaled(s.x), scaled(s.y), scaled(s.x+s.w), scaled(s.y+s.h))
	c := palette[s.ink].light
	switch {
	case s.hollow:
		p.frame(r, c)
	case s.dashed:
		for y := r.Min.Y; y < r.Max.Y; y += 2 * dash {
			p.fill(image.Rect(r.Min.X, y, r.Max.X, min(y+dash, r.Max.Y)), c)
		}
	case s.faint:
		p.fill(r, mix(c, palette[paper].light))
	default:
		p.fill(r, c)
	}
}

// frame draws the dashed border of a box.
func (p *painter) frame(r image.Rectangle, c color.RGBA) {
	const edge = 2 * pngScale
	for x := r.Min.X; x < r.Max.X; x += 2 * dash {
		right := min(x+dash, r.Max.X)
		p.fill(image.Rect(x, r.Min.Y, right, r.Min.Y+edge), c)
		p.fill(image.Rect(x, r.Max.Y-edge, right, r.Max.Y), c)
	}
	p.fill(image.Rect(r.Min.X, r.Min.Y, min(r.Min.X+edge, r.Max.X), r.Max.Y), c)
	p.fill(image.Rect(max(r.Max.X-edge, r.Min.X), r.Min.Y, r.Max.X, r.Max.Y), c)
}

// mix lets the paper shine through.
func mix(c, under color.RGBA) color.RGBA {
	part := func(a, b uint8) uint8 { return uint8(math.Round(float64(a)*faintness + float64(b)*(1-faintness))) }
	return color.RGBA{part(c.R, under.R), part(c.G, under.G), part(c.B, under.B), 0xff}
}

func (p *painter) face(size float64, bold bool) (font.Face, error) {
	key := faceKey{size, bold}
	if f, made := p.faces[key]; made {
		return f, nil
	}
	fonts, err := typefaces()
	if err != nil {
		return nil, err
	}
	f, err := opentype.NewFace(fonts[bold], &opentype.FaceOptions{Size: size * pngScale, DPI: 72, Hinting: font.HintingNone})
	p.faces[key] = f
	return f, err
}

func (p *painter) word(s shape) error {
	face, err := p.face(s.size, s.bold)
	if err != nil {
		return err
	}
	d := font.Drawer{Dst: p.image, Src: image.NewUniform(palette[s.ink].light), Face: face}
	x := fixed.Int26_6(math.Round(s.x * pngScale * 64))
	switch width := d.MeasureString(s.text); s.align {
	case centred:
		x -= width / 2
	case toLeft:
		x -= width
	}
	d.Dot = fixed.Point26_6{X: x, Y: fixed.Int26_6(math.Round(s.y * pngScale * 64))}
	d.DrawString(s.text)
	return nil
}
