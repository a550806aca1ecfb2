package problem

import "testing"

func TestCounted(t *testing.T) {
	for n, want := range []string{"0 findings", "1 finding", "2 findings"} {
		if got := Counted(n, "finding"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
