package files

import (
	"path"
	"slices"
	"strings"
	"testing"
	"time"
)

// slowly is what Match means, by trying everything.
func slowly(pattern, parts []string) bool {
	switch {
	case len(pattern) == 0:
		return len(parts) == 0
	case pattern[0] == "**":
		return slowly(pattern[1:], parts) || len(parts) > 0 && slowly(pattern, parts[1:])
	case len(parts) == 0:
		return false
	}
	ok, _ := path.Match(pattern[0], parts[0])
	return ok && slowly(pattern[1:], parts[1:])
}

// TestMatch compares every short pattern with every short path.
func TestMatch(t *testing.T) {
	lists := func(words []string, most int) (all [][]string) {
		all = [][]string{{}}
		for i := 0; i < len(all); i++ {
			if len(all[i]) < most {
				for _, w := range words {
					all = append(all, append(slices.Clone(all[i]), w))
				}
			}
		}
		return all
	}
	matched := 0
	for _, pattern := range lists([]string{"**", "*", "a", "b*"}, 4) {
		for _, parts := range lists([]string{"a", "b", "ba"}, 5) {
			got := Match(pattern, parts)
			if got != slowly(pattern, parts) {
				t.Fatalf("%v, %v: %v", pattern, parts, got)
			}
			if got {
				matched++
			}
		}
	}
	if matched < 1000 {
		t.Errorf("%d matched only", matched)
	}
}

// TestMatchLong: a pattern that has many ways to match fails as fast as any other.
func TestMatchLong(t *testing.T) {
	pattern := strings.Split(strings.Repeat("**/a/", 25)+"b", "/")
	parts := strings.Split(strings.Repeat("a/", 60)+"c", "/")
	done := make(chan bool, 1)
	go func() { done <- Match(pattern, parts) }()
	select {
	case got := <-done:
		if got {
			t.Error("it matches")
		}
	case <-time.After(20 * time.Second):
		t.Fatal("no answer in 20 s")
	}
}
