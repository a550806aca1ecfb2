package picture

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestPinsDoNotCollide: labels of one lane are apart, no line crosses a label
// of a lower lane, and the newest mark always has its label.
func TestPinsDoNotCollide(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		s := Timeline{Now: noon, Bars: []Bar{{NotBefore: noon.AddDate(-1, 0, 0), NotAfter: noon.AddDate(1, 0, 0), DaysLeft: 365}}}
		for range 1 + random.IntN(15) {
			label := strings.Repeat("m", 1+random.IntN(20))
			s.Marks = append(s.Marks, Mark{noon.Add(time.Duration(random.IntN(700)-350) * 12 * time.Hour), label})
		}
		list, used, hidden := s.pins(s.axis(80), 4, 20, 2, columns)
		checkPins(t, list, used, hidden)
	}
}

func checkPins(t *testing.T, list []pin, used, hidden int) {
	t.Helper()
	bare := 0
	for i, p := range list {
		if p.lane == unlabelled {
			bare++
			continue
		}
		if p.lane >= used || p.x+2+columns(p.label) > 100 {
			t.Errorf("lane %d of %d, label from %v to %v", p.lane, used, p.x, p.x+columns(p.label))
		}
		for _, q := range list[i+1:] {
			if q.lane != unlabelled && q.lane <= p.lane && q.x <= p.x+columns(p.label) {
				t.Errorf("the line of %+v crosses the label of %+v", q, p)
			}
		}
	}
	if bare != hidden || list[len(list)-1].lane == unlabelled {
		t.Errorf("%d hidden, %d counted, newest in lane %d", bare, hidden, list[len(list)-1].lane)
	}
}

func TestTodayIsSaidOnce(t *testing.T) {
	s := situations()["names"]
	if text := s.Text(100, false); strings.Contains(text, "today") || !strings.Contains(text, "выпуск") || strings.Count(text, "now 2026-11-23 12:00Z") != 1 {
		t.Error(text)
	}
}

func TestShorten(t *testing.T) {
	cases := []struct {
		text string
		room float64
		want string
	}{
		{"issuer", 6, "issuer"}, {"issuers", 6, "iss…rs"}, {"ab", 1, ""}, {"", 0, ""}, {"信任锚二〇", 7, "信任…〇"}, {"abc", 2, "a…"},
	}
	for _, c := range cases {
		if have := shorten(c.text, c.room, columns); have != c.want {
			t.Errorf("%q in %v columns: %q, want %q", c.text, c.room, have, c.want)
		}
	}
}
