package walk

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// cell is one combination. Each field is one of the table's.
type cell struct{ custody, host, rotation, scheme string }

func (c cell) String() string { return strings.Join(c.factors(), "/") }

func (c cell) factors() []string { return []string{c.custody, c.host, c.rotation, c.scheme} }

const (
	linkerdTLS    = "linkerd.io/tls"
	kubernetesTLS = "kubernetes.io/tls"
)

var (
	custodies = []string{"file", "age", "sops", "sealed-secret", "external-secret", "cert-manager"}
	hosts     = []string{"helm3", "helm4", "argocd", "flux", "kubectl"}
	rotations = []string{"issuer", "anchor-bundle", "anchor-cross-sign", "renew", "webhooks"}
	schemes   = []string{linkerdTLS, kubernetesTLS}
)

// possible is false for what docs/custody.md excludes: cert-manager makes Secrets
// of one type only, serves no cross certificates, renews by itself, and leaves
// webhooks to its injector; Helm takes an object of the custody in the place of
// the issuer's Secret only where the chart does not render that Secret.
func (c cell) possible() bool {
	if c.custody == "cert-manager" {
		return c.scheme == kubernetesTLS && c.rotation == "anchor-bundle"
	}
	return !strings.HasPrefix(c.host, "helm") || c.scheme == kubernetesTLS || slices.Contains(keysHere, c.custody)
}

// meant reports whether a printed line is for the way in which the cell's host is
// called: a person reads the condition.
func (c cell) meant(line string) bool {
	here, helm := slices.Contains(keysHere, c.custody), strings.HasPrefix(c.host, "helm")
	switch {
	case strings.Contains(line, "leaves Secrets out"):
		return here && (c.host == "argocd" || helm && c.scheme == kubernetesTLS)
	case strings.Contains(line, "l5d-pki:// URL"):
		return here && helm && c.scheme == linkerdTLS
	}
	return true
}

// allCells is every combination that is possible.
func allCells() (cells []cell) {
	for _, custody := range custodies {
		for _, host := range hosts {
			for _, rotation := range rotations {
				for _, scheme := range schemes {
					if c := (cell{custody, host, rotation, scheme}); c.possible() {
						cells = append(cells, c)
					}
				}
			}
		}
	}
	return cells
}

// pairwise is a small selection in which any two values that occur together in
// some cell do so in one of the selection. It is the same every time: the best of
// some greedy searches, which begin at different cells.
func pairwise(all []cell) []cell {
	var best []cell
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		shuffled := append([]cell(nil), all...)
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if found := cover(shuffled); best == nil || len(found) < len(best) {
			best = found
		}
	}
	return best
}

// cover takes, again and again, the cell with the most pairs that are still missing.
func cover(all []cell) (chosen []cell) {
	missing := map[pair]bool{}
	for _, c := range all {
		for _, p := range c.pairs() {
			missing[p] = true
		}
	}
	for len(missing) > 0 {
		var next cell
		most := 0
		for _, c := range all {
			n := 0
			for _, p := range c.pairs() {
				if missing[p] {
					n++
				}
			}
			if n > most {
				next, most = c, n
			}
		}
		for _, p := range next.pairs() {
			delete(missing, p)
		}
		chosen = append(chosen, next)
	}
	return chosen
}

// pair is two values of different fields.
type pair struct {
	i, j int
	a, b string
}

func (c cell) pairs() (all []pair) {
	f := c.factors()
	for i := range f {
		for j := i + 1; j < len(f); j++ {
			all = append(all, pair{i, j, f[i], f[j]})
		}
	}
	return all
}
