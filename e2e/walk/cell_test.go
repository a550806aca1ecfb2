package walk

import (
	"slices"
	"strings"
	"testing"
)

// TestPairwise: the selection is small, the same every time, and misses no pair.
func TestPairwise(t *testing.T) {
	all, chosen := allCells(), pairwise(allCells())
	covered := map[pair]bool{}
	for _, c := range chosen {
		for _, p := range c.pairs() {
			covered[p] = true
		}
	}
	for _, c := range all {
		for _, p := range c.pairs() {
			if !covered[p] {
				t.Errorf("nothing covers %s with %s", p.a, p.b)
				covered[p] = true
			}
		}
	}
	if len(chosen) > 35 || len(all) < 200 {
		t.Errorf("%d of %d cells", len(chosen), len(all))
	}
	if !slices.Equal(chosen, pairwise(allCells())) {
		t.Error("another selection the second time")
	}
}

func TestDeliveries(t *testing.T) {
	text := "delivery: Secret a: by hand: `l5d-pki-render manifests --with-keys | kubectl apply -f -`\n" +
		"once more: `l5d-pki-render manifests --with-keys | kubectl apply -f -`, or `l5d-pki-render status`, or `rm -r / | kubectl apply -f -`\n" +
		"    kubectl annotate secret a helm.sh/resource-policy=keep\n" +
		"delivery: Secret b: where the host leaves Secrets out, by hand: `l5d-pki-render manifests | kubectl apply -f -`\n" +
		"kubectl apply -f - is how it ends\n"
	want := []string{"l5d-pki-render manifests --with-keys | kubectl apply -f -", "kubectl annotate secret a helm.sh/resource-policy=keep"}
	if got := deliveries(text, func(line string) bool { return !strings.Contains(line, "leaves Secrets out") }); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
