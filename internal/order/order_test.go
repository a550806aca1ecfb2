package order_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/order"
)

// TestBy compares lists of every length up to some hundreds with what
// slices.SortStableFunc makes of them.
func TestBy(t *testing.T) {
	type element struct {
		key   int
		place int
		name  string
	}
	byKey := func(a, b element) int { return a.key - b.key }
	draw := rand.New(rand.NewPCG(1, 2))
	for n := range 300 {
		var list []element
		for i := range n {
			list = append(list, element{draw.IntN(n/3 + 1), i, string(rune('a' + i%26))})
		}
		want := slices.Clone(list)
		slices.SortStableFunc(want, byKey)
		if order.By(list, byKey); !slices.Equal(list, want) {
			t.Fatalf("%d elements: %v, want %v", n, list, want)
		}
	}
}
