package guard

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
)

// TestComment: what a reviewer has to weigh comes first, and a comment that does not fit
// says so where it begins.
func TestComment(t *testing.T) {
	r := Report{name: "east", mark: "<!-- mark -->"}
	for i := range 3000 {
		r.notes = append(r.notes, fmt.Sprintf("a note of no weight, %d", i))
	}
	r.notes = append(r.notes, "**forced, against what is known (--force)**: BUNDLE-LOADED")
	for limit, cut := range map[int]bool{0: false, 4000: true, 1 << 20: false} {
		text := r.comment(forge.Limits{Body: limit})
		if limit > 0 && utf8.RuneCountInString(text) > limit || !strings.HasSuffix(text, r.mark+"\n") {
			t.Errorf("limit %d: %d characters, ends in %q", limit, utf8.RuneCountInString(text), text[len(text)-30:])
		}
		if top := text[:300]; strings.Contains(top, "This comment is cut") != cut || !strings.Contains(text, "BUNDLE-LOADED") {
			t.Errorf("limit %d: begins with\n%s", limit, top)
		}
	}
}
