package plan

import (
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// TestMargins: what --start-before takes.
func TestMargins(t *testing.T) {
	for text, want := range map[string]rotation.Margin{"never": {}, "30%": {Percent: 30}, "2.5%": {Percent: 2.5}, "60d": {Left: 60 * 24 * time.Hour}} {
		if got, err := MarginOf(text); err != nil || got != want {
			t.Errorf("%s: %+v (%v)", text, got, err)
		}
	}
	for _, text := range []string{"0%", "100%", "-3%", "x%", "-60d", "soon", "0d"} {
		if got, err := MarginOf(text); err == nil {
			t.Errorf("%s: %+v", text, got)
		}
	}
}
