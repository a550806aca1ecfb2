package delivery

import (
	"slices"
	"testing"
)

// TestLines: objects that one command delivers for one reason have one line.
func TestLines(t *testing.T) {
	by := func(name, how, command string) Object { return route(Issuer, name, ByPerson, how, command) }
	got := Lines([]Object{
		by("Secret a", "no output has it", "x"), by("Secret b", "no output has it", "x"), by("Secret a", "no output has it", "x"),
		route(Issuer, "Secret c", ByChart, "", ""), by("Secret d", "no output has it", "y"), by("Secret e", "another reason", "x"),
		route(Issuer, "Secret f", Refused, "a wrong layout", ""), route(Issuer, "Secret g", Refused, "a wrong layout", ""),
	})
	want := []string{
		"Secret a, Secret b: no output has it; apply it by hand after the merge of a phase that changes it: `x`",
		"Secret d: no output has it; apply it by hand after the merge of a phase that changes it: `y`",
		"Secret e: another reason; apply it by hand after the merge of a phase that changes it: `x`",
		"Secret f: a wrong layout", "Secret g: a wrong layout",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
