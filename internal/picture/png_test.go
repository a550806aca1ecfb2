package picture

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"testing"

	"golang.org/x/image/font"
)

func decode(t *testing.T, s Timeline) image.Image {
	t.Helper()
	data, err := s.PNG()
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.PNG()
	if err != nil || !bytes.Equal(data, again) {
		t.Fatalf("two paintings differ (%v)", err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// count says how many pixels of a band (in layout pixels from the top) have exactly that ink.
func count(img image.Image, in ink, from, to float64) int {
	n := 0
	for y := int(from * pngScale); y < int(to*pngScale) && y < img.Bounds().Max.Y; y++ {
		for x := range img.Bounds().Max.X {
			if color.RGBAModel.Convert(img.At(x, y)) == palette[in].light {
				n++
			}
		}
	}
	return n
}

// TestPNG: the size is that of the layout, twice; each row has the colour of
// its certificate's health and no other warning colour.
func TestPNG(t *testing.T) {
	for name, s := range situations() {
		if len(s.Bars) == 0 {
			continue
		}
		img, d, f := decode(t, s), s.layout(), s.frame()
		if size := img.Bounds().Size(); size != image.Pt(int(d.width)*pngScale, int(d.height)*pngScale) {
			t.Errorf("%s: %v, the layout is %v by %v", name, size, d.width, d.height)
		}
		for i, b := range s.Bars {
			if !f.axis.stretch(b).visible {
				continue
			}
			y, h := f.rowsY+float64(i)*rowHeight, b.health(s.Now)
			seen := map[ink]bool{red: count(img, red, y, y+rowHeight) > 50, amber: count(img, amber, y, y+rowHeight) > 50}
			if seen[red] != (h == expired) || seen[amber] != (h == expiring) {
				t.Errorf("%s: row of %q (health %d) has red, amber: %v, %v", name, b.Name, h, seen[red], seen[amber])
			}
		}
	}
}

func TestPNGOfNothing(t *testing.T) {
	if data, err := (Timeline{Title: "x"}).PNG(); !errors.Is(err, ErrNoBars) || data != nil {
		t.Errorf("%d bytes, %v", len(data), err)
	}
}

// TestWidthsAreGenerous: the estimate that keeps labels apart is never less
// than what the Go fonts need.
func TestWidthsAreGenerous(t *testing.T) {
	p, err := newPainter(1, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range append([]string{"now 2026-11-23 12:00Z", "WEBHOOK mmm", "expired 2121 days ago", "выпуск якорь Größe", "iiill..."}, anchorPhases...) {
		for _, bold := range []bool{false, true} {
			face, err := p.face(wordSize, bold)
			if err != nil {
				t.Fatal(err)
			}
			need := float64(font.MeasureString(face, text)) / 64 / pngScale
			if have := wordWidth(wordSize, bold)(text); have < need {
				t.Errorf("%q (bold %v) is %v wide, estimated %v", text, bold, need, have)
			}
		}
	}
}
