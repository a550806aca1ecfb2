package picture

import (
	"fmt"
	"math"
	"testing"
	"time"
)

// TestTicks: whatever the span, dates are inside, in order, round, and do not touch.
func TestTicks(t *testing.T) {
	spans := []int64{1, 60, 3600, daySeconds, 3 * daySeconds, 40 * daySeconds, 400 * daySeconds, 12 * 365 * daySeconds, 300 * 365 * daySeconds, 7900 * 365 * daySeconds}
	for _, seconds := range spans {
		for _, width := range []float64{19, 40, 120} {
			a := axis{noon.Unix(), noon.Unix() + seconds, width}
			end := math.Inf(-1)
			ticks := a.ticks(columns, 2)
			if len(ticks) == 0 {
				t.Errorf("%d s in %v columns: no date", seconds, width)
			}
			for _, k := range ticks {
				if k.x < end || k.x < 0 || k.x > width {
					t.Errorf("%d s in %v columns: %q at %v, the label before ends at %v", seconds, width, k.label, k.x, end)
				}
				end = k.x + columns(k.label)
			}
		}
	}
}

// TestTickDates: the dates are those of the calendar, in UTC.
func TestTickDates(t *testing.T) {
	a := axis{date("2027-12-20T00:00:00Z").Unix(), date("2028-05-02T00:00:00Z").Unix(), 60}
	var have []string
	for _, k := range a.ticks(columns, 2) {
		have = append(have, k.label)
		if at := time.Unix(a.from+int64(math.Round(k.x/a.width*float64(a.to-a.from))), 0).UTC(); at.Day() != 1 || at.Hour() != 0 {
			t.Errorf("%s stands at %s", k.label, at)
		}
	}
	if got, want := fmt.Sprint(have), "[2028-01 2028-02 2028-03 2028-04 2028-05]"; got != want {
		t.Errorf("have %s, want %s", got, want)
	}
}

// TestFit: everything is inside a fitted axis, but certificates without an end are cut.
func TestFit(t *testing.T) {
	for name, s := range situations() {
		if len(s.Bars) == 0 || !s.From.IsZero() {
			continue
		}
		a := s.axis(100)
		for _, b := range s.Bars {
			cut := a.stretch(b)
			if endless := b.NotAfter.Year() > 9000; !cut.visible || cut.cutLeft || cut.cutRight != endless {
				t.Errorf("%s: %s is drawn as %+v", name, b.Name, cut)
			}
		}
	}
}

// TestOddBounds: bounds in the wrong order are fitted; a bar that ends before it begins is a point.
func TestOddBounds(t *testing.T) {
	s := Timeline{Now: noon, From: noon, To: noon.Add(-time.Hour), Bars: []Bar{{Name: "x", NotBefore: noon, NotAfter: noon.Add(-48 * time.Hour), DaysLeft: -2}}}
	a := s.axis(10)
	if a.from >= a.to {
		t.Fatalf("axis from %d to %d", a.from, a.to)
	}
	if cut := a.stretch(s.Bars[0]); cut.x0 != cut.x1 || !cut.visible {
		t.Errorf("drawn as %+v", cut)
	}
}
