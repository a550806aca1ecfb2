package guard

import (
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestSkewOf: a state may allow certificates more than clocks differ.
func TestSkewOf(t *testing.T) {
	for allowed, want := range map[time.Duration]time.Duration{0: 20 * time.Second, time.Minute: time.Minute, 1000 * time.Hour: 5 * time.Minute} {
		s := &state.Rotation{Spec: state.Spec{Leaf: state.Leaf{ClockSkew: state.Duration(allowed)}}}
		if got := skewOf(s); got != want {
			t.Errorf("%v: %v, want %v", allowed, got, want)
		}
	}
}
