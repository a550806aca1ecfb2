package proposal

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
)

// TestPartsOfForeignForges: the forge of a member says the address of its pull request,
// and nothing else in the text of the fleet's.
func TestPartsOfForeignForges(t *testing.T) {
	for _, page := range []string{"https://x/1<!--", "https://x/1</details><b>approved</b>", "https://x/1>@acme/owners", "@acme/owners", "javascript:alert(1)"} {
		got := partsText([]plan.Part{{Repository: "east", Commit: "c", URL: forge.Address(page)}, {Repository: "west", Commit: "c"}})
		_, line, _ := strings.Cut(got, "- east: ")
		line, rest, _ := strings.Cut(line, "\n")
		linked := strings.HasPrefix(line, "<https://x/1") && strings.HasSuffix(line, ">") && !strings.ContainsAny(line[1:len(line)-1], "<> ")
		if !linked && !strings.HasPrefix(line, "`") || rest != "- west: commit c\n" {
			t.Errorf("%q: %s", page, got)
		}
	}
}
