package fleet

import "testing"

// TestWrap: a command in a hint can be copied, whatever its length.
func TestWrap(t *testing.T) {
	got := wrap("bring one that is younger: `l5d-pki-render observe --fleet clusters/fleet.yaml --observe-timeout 1m --certify`, then look again", "  hint: ")
	want := `  hint: bring one that is younger:
        l5d-pki-render observe --fleet clusters/fleet.yaml --observe-timeout \
        1m --certify
        then look again
`
	if got != want {
		t.Errorf("%s", got)
	}
}
