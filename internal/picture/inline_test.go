package picture

import (
	"fmt"
	"image/color"
	"math"
	"strings"
	"testing"
	"time"
)

// walks are what the golden files of steps show.
func walks() map[string]Steps {
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	return map[string]Steps{
		"waits of all lengths": {Title: "phases", Now: at(-30), Steps: []Step{
			{Label: "anchor-added", At: at(-3 * 24 * 60), Done: true}, {Label: "anchor-spread", At: at(-60), Note: "restarts workloads", Done: true, Current: true},
			{Label: "issuer-switched", At: at(0)}, {Label: "issuer-spread", At: at(24 * 60)}, {Label: "anchor-dropped", At: at(24*60 + 5)}, {Label: "stable", At: at(40 * 24 * 60), Note: "restarts workloads"},
		}},
		"nothing is known": {Title: "phases", Now: at(0), Steps: []Step{{Label: "webhook-ca-added", Done: true}, {Label: "webhook-cert-switched", Done: true, Current: true}, {Label: "stable", At: at(5)}}},
		"all at once":      {Title: "phases", Steps: []Step{{Label: "replaced", At: at(0)}, {Label: "replaced-spread", At: at(0)}, {Label: "stable", At: at(0)}}},
		"backwards":        {Title: "phases", Now: at(0), Steps: []Step{{Label: "replaced", At: at(9)}, {Label: "stable", At: at(0)}}},
		"one":              {Title: "phases", Now: at(0), Steps: []Step{{Label: "stable", At: at(0), Current: true}}},
		"none":             {Title: "phases"},
		"many":             {Title: "phases", Now: at(1), Steps: manySteps(30)},
	}
}

func manySteps(n int) (list []Step) {
	for i := range n {
		list = append(list, Step{Label: "webhook-cert-switched", At: noon.Add(time.Duration(i*i) * time.Hour)})
	}
	return list
}

// TestSteps: names, dates and notes do not overlap, whatever the waits are, and the
// description has all of it.
func TestSteps(t *testing.T) {
	for name, s := range walks() {
		d := s.layout()
		checkWords(t, name, d)
		for _, step := range s.Steps {
			if !strings.Contains(d.about, step.words()) {
				t.Errorf("%s: the description leaves out %q", name, step.Label)
			}
		}
	}
	d := walks()["waits of all lengths"].layout()
	spans := map[string]bool{}
	for _, s := range d.shapes {
		spans[s.text] = true
	}
	for _, want := range []string{"2 days", "60 minutes", "24 hours", "5 minutes", "38 days", "now 2026-11-23 11:30Z", "in force", "ahead", "done"} {
		if !spans[want] {
			t.Errorf("%q is not in the picture: %v", want, spans)
		}
	}
}

// TestStepsApart: a wait of minutes beside one of weeks is still to be seen.
func TestStepsApart(t *testing.T) {
	xs, width := walks()["waits of all lengths"].places()
	for i := 1; i < len(xs); i++ {
		if xs[i]-xs[i-1] < stepLeast-1 || xs[i] > width-stepEdge+1 {
			t.Errorf("steps %d and %d are %v apart in %v", i-1, i, xs[i]-xs[i-1], width)
		}
	}
	if xs[4]-xs[3] >= xs[5]-xs[4] {
		t.Error("5 minutes are as long as 39 days")
	}
}

// meetings are pictures of who trusts whom.
func meetings() map[string]Trust {
	evil := `</text><script>alert(1)</script>&"'` + "\x1b[31m\u202e"
	return map[string]Trust{
		"one":  {Title: "now", Bundles: []Party{{"A", "trust anchor 2025"}}, Chains: []Party{{"a", "issuer 2025-1"}}, Pairs: []Pair{{}}},
		"four": {Title: "a step", Bundles: []Party{{"A", "trust anchor 2025"}, {"A B", "trust anchors 2025, 2026"}, {"B", "2026"}}, Chains: []Party{{"a", "issuer 2025-1"}, {"b x", "issuer 2026-1, cross"}}, Pairs: []Pair{{0, 0, false, false}, {0, 1, true, true}, {1, 0, false, false}, {1, 1, false, true}, {2, 1, false, true}, {2, 0, true, false}}},
		"evil": {Title: evil, Bundles: []Party{{evil, evil}}, Chains: []Party{{strings.Repeat("long ", 50), evil}}, Pairs: []Pair{{0, 0, true, false}}},
		"none": {Title: "nothing is known"},
	}
}

func TestTrust(t *testing.T) {
	for name, p := range meetings() {
		d := p.layout()
		checkWords(t, name, d)
		svg := []byte(p.Inline("x"))
		if scripts := words(t, svg, "script"); len(scripts) > 0 || words(t, svg, "title")[0] != clean(p.Title) || strings.Contains(string(svg), "http") || words(t, svg, "desc")[0] == "" {
			t.Errorf("%s: %s", name, svg)
		}
	}
	svg := meetings()["four"].Inline("x")
	if strings.Count(svg, "✗ refuses") != 2 || !strings.Contains(svg, "Who holds A refuses leaves of b x after the step.") || strings.Count(svg, `stroke-dasharray="6 4"`) != 3 {
		t.Error(svg)
	}
}

func checkWords(t *testing.T, name string, d drawing) {
	t.Helper()
	for i, a := range d.shapes {
		for _, b := range d.shapes[i+1:] {
			if a.text != "" && b.text != "" && overlap(a, b) {
				t.Errorf("%s: %q and %q overlap", name, a.text, b.text)
			}
		}
		if x0, x1 := span(a); a.text != "" && (x0 < 0 || x1 > d.width || a.y > d.height) {
			t.Errorf("%s: %q leaves the picture: %v to %v of %v", name, a.text, x0, x1, d.width)
		}
	}
}

// TestInline: pictures of one page have ids of their own, and no style.
func TestInline(t *testing.T) {
	page := situations()["rotation"].Inline("one") + walks()["one"].Inline("two") + meetings()["one"].Inline("three")
	for _, id := range []string{"one", "two", "three"} {
		for _, part := range []string{"title", "about"} {
			if n := strings.Count(page, fmt.Sprintf(`id="%s-%s"`, id, part)); n != 1 {
				t.Errorf("%s-%s is there %d times", id, part, n)
			}
		}
	}
	if strings.Contains(page, "<style") || strings.Contains(page, "http") {
		t.Error("an inlined picture has a style or refers to something")
	}
}

// TestTextContrast: what words are painted with has a contrast of 4.5 to 1 against the
// paper, in light and dark (WCAG 2.2, 1.4.3).
func TestTextContrast(t *testing.T) {
	for _, in := range []ink{plain, muted, red, amberText} {
		for scheme, pair := range map[string][2]color.RGBA{"light": {palette[in].light, palette[paper].light}, "dark": {palette[in].dark, palette[paper].dark}} {
			if c := contrast(pair[0], pair[1]); c < 4.5 {
				t.Errorf("%s, %s: %.2f", palette[in].name, scheme, c)
			}
		}
	}
}

func contrast(a, b color.RGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c color.RGBA) float64 {
	part := func(n uint8) float64 {
		v := float64(n) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}
