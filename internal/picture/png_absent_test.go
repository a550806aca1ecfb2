//go:build !png

package picture

import (
	"errors"
	"testing"
)

// TestNoPNG: a build without the fonts says so and gives no bytes.
func TestNoPNG(t *testing.T) {
	for name, want := range map[string]error{"rotation": ErrNoPNG, "empty": ErrNoBars} {
		if data, err := situations()[name].PNG(); !errors.Is(err, want) || data != nil {
			t.Errorf("%s: %d bytes, %v", name, len(data), err)
		}
	}
}
