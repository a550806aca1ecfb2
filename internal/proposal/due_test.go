package proposal

import (
	"testing"
	"time"
)

// TestMargins: what --start-before takes.
func TestMargins(t *testing.T) {
	for text, want := range map[string]margin{"never": {}, "30%": {percent: 30}, "2.5%": {percent: 2.5}, "60d": {left: 60 * 24 * time.Hour}} {
		if got, err := marginOf(text); err != nil || got != want {
			t.Errorf("%s: %+v (%v)", text, got, err)
		}
	}
	for _, text := range []string{"0%", "100%", "-3%", "x%", "-60d", "soon", "0d"} {
		if got, err := marginOf(text); err == nil {
			t.Errorf("%s: %+v", text, got)
		}
	}
}
