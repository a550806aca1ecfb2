package terminal

import (
	"bytes"
	"testing"
	"time"
)

// TestShow: nothing is shown of work that takes less than a second; after that one
// line, which is cleared at the end.
func TestShow(t *testing.T) {
	for ticks, want := range map[int]string{
		0: "",
		1: "\r\x1b[Krendering charts: 1 s\r\x1b[K",
		2: "\r\x1b[Krendering charts: 1 s\r\x1b[Krendering charts: 2 s\r\x1b[K",
	} {
		var out bytes.Buffer
		clock := make(chan time.Time)
		done := show(&out, "rendering charts", clock)
		for range ticks {
			clock <- time.Time{}
		}
		done()
		if got := out.String(); got != want {
			t.Errorf("%d ticks: %q, want %q", ticks, got, want)
		}
	}
}

// TestBusyInPipes: what is no terminal gets nothing.
func TestBusyInPipes(t *testing.T) {
	var out bytes.Buffer
	Busy(&out, func(string) string { return "xterm" }, "rendering charts")()
	if out.Len() > 0 {
		t.Errorf("%q", out.String())
	}
}
