package forge

import (
	"strings"
	"testing"
)

// TestAddress: what a forge calls the address of a page is shown on one line.
func TestAddress(t *testing.T) {
	for _, page := range []string{"", "https://forge.example/acme/pki/pulls/1", "https://forge.example/straße/-/merge_requests/2?a=b#c"} {
		if got := Address(page); got != page {
			t.Errorf("%q: %q", page, got)
		}
	}
	for _, page := range []string{"https://x/1\nnext: curl evil", "https://x/1\r::error::", "https://x/\x1b[2K", "https://x/\u2028next:", "https://x/\u202e", "https://x/1 next: y"} {
		if got := Address(page); strings.ContainsAny(got, "\n\r\x1b\u2028\u202e") || !strings.HasPrefix(got, `"`) {
			t.Errorf("%q: %q", page, got)
		}
	}
	for page, want := range map[string]string{
		"https://x/1<!--":            "https://x/1%3C!--",
		"https://x/1</details>`b`":   "https://x/1%3C/details%3E%60b%60",
		"https://x/[ok](//evil.org)": "https://x/[ok%5D%28//evil.org)",
	} {
		if got := Address(page); got != want {
			t.Errorf("%q: %q, want %q", page, got, want)
		}
	}
}
