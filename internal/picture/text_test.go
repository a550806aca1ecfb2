package picture

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestGoldens: every situation as text and SVG; twice the same bytes.
func TestGoldens(t *testing.T) {
	for name, s := range situations() {
		var all strings.Builder
		for _, width := range []int{60, 100, 140} {
			fmt.Fprintf(&all, "width %d\n%s\n", width, s.Text(width, false))
		}
		golden(t, name+".txt", []byte(all.String()))
		golden(t, name+".svg", s.SVG())
		drawn, again := string(s.SVG())+s.Text(99, true), string(s.SVG())+s.Text(99, true)
		if drawn != again {
			t.Errorf("%s: two drawings differ", name)
		}
	}
}

var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")

// TestTextFits: no line is wider than asked for, at any width; colour changes no character.
func TestTextFits(t *testing.T) {
	for name, s := range situations() {
		for _, width := range []int{-1, 0, 59, 60, 61, 89, 90, 120, 200, 1000} {
			room := min(max(width, minColumns), maxColumns)
			text := s.Text(width, false)
			for _, l := range strings.Split(text, "\n") {
				if columns(l) > float64(room) {
					t.Errorf("%s at %d: %v columns: %q", name, width, columns(l), l)
				}
				if strings.TrimRight(l, " ") != l {
					t.Errorf("%s at %d: blanks at the end: %q", name, width, l)
				}
			}
			if plain := escapes.ReplaceAllString(s.Text(width, true), ""); plain != text {
				t.Errorf("%s at %d: colour changes the text:\n%s\n%s", name, width, plain, text)
			}
		}
	}
}

// TestTextColours: red is expired, amber ends within 60 days, and nothing else is either.
func TestTextColours(t *testing.T) {
	const redOn, amberOn = "\x1b[0;31m", "\x1b[0;33m"
	cases := []struct {
		days       int
		red, amber bool
	}{{-400, true, false}, {-1, true, false}, {0, false, true}, {59, false, true}, {60, false, false}, {4000, false, false}}
	for _, c := range cases {
		end := noon.Add(time.Duration(c.days)*24*time.Hour + time.Hour)
		text := Timeline{Now: noon, Bars: []Bar{{Name: "x", Kind: "issuer", NotBefore: noon.AddDate(-2, 0, 0), NotAfter: end, DaysLeft: c.days}}}.Text(80, true)
		if strings.Contains(text, redOn) != c.red || strings.Contains(text, amberOn) != c.amber {
			t.Errorf("%d days left: red and amber should be %v, %v: %q", c.days, c.red, c.amber, text)
		}
	}
}

// TestEscapeSequences: a name cannot drive the terminal.
func TestEscapeSequences(t *testing.T) {
	evil := "a\x1b[2J\x07\x9b\r\n\u202eb\xff"
	text := Timeline{Title: evil, Now: noon, Marks: []Mark{{noon.Add(time.Hour), evil}}, Bars: []Bar{{Name: evil, Kind: evil, Role: evil, NotBefore: noon, NotAfter: noon.AddDate(1, 0, 0), DaysLeft: 365}}}.Text(100, false)
	if strings.ContainsAny(text, "\x1b\x07\r\u009b\u202e") || strings.Count(text, "\n") != 6 {
		t.Errorf("control characters or lines came through: %q", text)
	}
}

func TestLeft(t *testing.T) {
	at := func(d time.Duration) Bar {
		days := int(d / (24 * time.Hour))
		if d < 0 {
			days = int((d+1)/(24*time.Hour)) - 1
		}
		return Bar{NotBefore: noon.Add(-9000 * time.Hour), NotAfter: noon.Add(d), DaysLeft: days}
	}
	cases := []struct {
		bar         Bar
		long, short string
	}{
		{at(97 * 24 * time.Hour), "97 days left", "97d"},
		{at(48 * time.Hour), "2 days left", "2d"},
		{at(25 * time.Hour), "25 hours left", "25h"},
		{at(time.Hour), "1 hour left", "1h"},
		{at(0), "0 hours left", "0h"},
		{at(-time.Hour), "expired 1 hour ago", "expired 1h"},
		{at(-72*time.Hour - 1e9), "expired 3 days ago", "expired 3d"},
		{Bar{NotBefore: noon.Add(80 * time.Hour), NotAfter: noon.AddDate(1, 0, 0), DaysLeft: 365}, "starts in 3 days", "in 3d"},
		{bar("", "", "", "2020-01-01", "9999-12-31"), "7978 years left", "7978y"},
	}
	for _, c := range cases {
		if long, short := c.bar.left(noon, false), c.bar.left(noon, true); long != c.long || short != c.short {
			t.Errorf("have %q and %q, want %q and %q", long, short, c.long, c.short)
		}
	}
	if have := (Bar{DaysLeft: 1}).left(time.Time{}, false); have != "1 day left" {
		t.Errorf("without a clock: %q", have)
	}
}
