package picture

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// words reads an SVG as XML and returns the text of the elements of that name.
func words(t *testing.T, svg []byte, element string) []string {
	t.Helper()
	var list []string
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	inside := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatalf("not XML: %v", err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if inside = e.Name.Local == element; inside {
				list = append(list, "")
			}
		case xml.EndElement:
			inside = inside && e.Name.Local != element
		case xml.CharData:
			if inside {
				list[len(list)-1] += string(e)
			}
		}
	}
}

// TestSVGEscapes: foreign text arrives as text, and as nothing else.
func TestSVGEscapes(t *testing.T) {
	evil := `</text><script>alert(1)</script>&<"'`
	s := Timeline{Title: evil, Now: noon, Marks: []Mark{{noon.AddDate(0, 1, 0), evil}}, Bars: []Bar{{Name: evil, Kind: evil, Role: evil, NotBefore: noon, NotAfter: noon.AddDate(1, 0, 0), DaysLeft: 365}}}
	svg := s.SVG()
	if scripts := words(t, svg, "script"); len(scripts) != 0 {
		t.Errorf("%d script elements", len(scripts))
	}
	if have := words(t, svg, "title")[0]; have != evil {
		t.Errorf("title %q, want %q", have, evil)
	}
	shown := 0
	for _, text := range words(t, svg, "text") {
		if text == evil {
			shown++
		}
	}
	if shown < 2 {
		t.Errorf("name and title are to be read whole: %q", words(t, svg, "text"))
	}
}

// TestSVGAlone: it refers to nothing outside and says in words what it shows.
func TestSVGAlone(t *testing.T) {
	for name, s := range situations() {
		svg := string(s.SVG())
		if strings.Contains(svg, "href") || strings.Contains(svg, "url(") || strings.Count(svg, "http") != 1 {
			t.Errorf("%s: refers to something", name)
		}
		about := words(t, []byte(svg), "desc")
		if len(about) != 1 || about[0] == "" || words(t, []byte(svg), "title")[0] == "" {
			t.Errorf("%s: title or description is missing", name)
		}
		for _, b := range s.Bars {
			if !strings.Contains(about[0], clean(b.Name)) || !strings.Contains(about[0], b.left(s.Now, false)) {
				t.Errorf("%s: the description leaves out %q", name, b.Name)
			}
		}
	}
}

// TestWordsDoNotCollide: in every situation, no two words of the picture overlap.
func TestWordsDoNotCollide(t *testing.T) {
	for name, s := range situations() {
		d := s.layout()
		for i, a := range d.shapes {
			for _, b := range d.shapes[i+1:] {
				if a.text != "" && b.text != "" && overlap(a, b) {
					t.Errorf("%s: %q and %q overlap", name, a.text, b.text)
				}
			}
			if x0, x1 := span(a); a.text != "" && (x0 < 0 || x1 > d.width || a.y > d.height) {
				t.Errorf("%s: %q leaves the picture: %v to %v", name, a.text, x0, x1)
			}
		}
	}
}

func span(s shape) (x0, x1 float64) {
	w := wordWidth(s.size, s.bold)(s.text)
	return s.x - w*float64(s.align)/2, s.x + w - w*float64(s.align)/2
}

// overlap compares boxes from the base line to the height of capitals.
func overlap(a, b shape) bool {
	a0, a1 := span(a)
	b0, b1 := span(b)
	return a0 < b1 && b0 < a1 && a.y-0.8*a.size < b.y && b.y-0.8*b.size < a.y
}

// TestManyBars: a large state gives a bounded picture that says what is missing.
func TestManyBars(t *testing.T) {
	s := Timeline{Now: noon}
	for i := range barsMost + 7 {
		s.Bars = append(s.Bars, bar(fmt.Sprint(i), "webhook", "", "2026-01-01", "2028-01-01"))
	}
	if svg := string(s.SVG()); !strings.Contains(svg, "7 more certificates are not drawn") || strings.Contains(svg, ">106<") {
		t.Error("107 bars are not cut to 100, or do not say so")
	}
	if text := s.Text(80, false); strings.Count(text, "webhook") != barsMost+7 {
		t.Error("text draws every bar")
	}
}
