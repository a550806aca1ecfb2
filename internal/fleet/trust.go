package fleet

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// certificates numbers bundles and chains, and verifies them once.
type certificates struct {
	verifier          *rotation.Verifier
	bundleID, chainID map[string]int
	bundles           []pki.Bundle
	chains            []pki.Chain
	verified          map[[2]int]bool
}

func newCertificates(v *rotation.Verifier) *certificates {
	return &certificates{verifier: v, bundleID: map[string]int{}, chainID: map[string]int{}, verified: map[[2]int]bool{}}
}

func (t *certificates) bundle(id string, b pki.Bundle) int {
	n, known := t.bundleID[id]
	if !known {
		n = len(t.bundles)
		t.bundleID[id], t.bundles = n, append(t.bundles, b)
	}
	return n
}

func (t *certificates) chain(id string, c pki.Chain) int {
	n, known := t.chainID[id]
	if !known {
		n = len(t.chains)
		t.chainID[id], t.chains = n, append(t.chains, c)
	}
	return n
}

func (t *certificates) config(m rotation.Material) Config {
	bundle, chain := m.IDs()
	return Config{t.bundle(bundle, m.Bundle), t.chain(chain, m.Issuer)}
}

// learn tells the verifier whose leaves the chains of a member are above.
func (t *certificates) learn(mesh pki.Identity, live rotation.Live) {
	for _, s := range live.Chains {
		t.verifier.Issues(mesh, s.Chain)
	}
}

// view numbers what rotation knows of a cluster.
func (t *certificates) view(live rotation.Live) (v View) {
	for _, h := range live.Bundles {
		if h.Unknown != "" {
			v.UnknownBundles = append(v.UnknownBundles, h.Unknown)
		} else if h.Proxies {
			v.Bundles = append(v.Bundles, t.bundle(h.ID(), h.Bundle))
		}
	}
	for _, s := range live.Chains {
		if s.Unknown != "" {
			v.UnknownChains = append(v.UnknownChains, s.Unknown)
		} else if s.Proxies {
			v.Chains = append(v.Chains, t.chain(s.ID(), s.Chain))
		}
	}
	return v
}

// Verifies asks the rules of proxies: only they meet across clusters.
func (t *certificates) Verifies(bundle, chain int) bool {
	key := [2]int{bundle, chain}
	ok, known := t.verified[key]
	if !known {
		ok = t.verifier.Verify(t.bundles[bundle], t.chains[chain], rotation.ByProxy) == nil
		t.verified[key] = ok
	}
	return ok
}

func (t *certificates) Contains(outer, inner int) bool {
	for _, c := range t.bundles[inner].Certificates() {
		if !t.bundles[outer].Contains(c.Fingerprint()) {
			return false
		}
	}
	return true
}

// words are a bundle and a chain for people: `{root 2025}` and `[identity 3fa0c1d2]`.
func (t *certificates) bundleWords(n int) string {
	var names []string
	for _, c := range t.bundles[n].Certificates() {
		names = append(names, c.Subject.CommonName+" "+short(c.Fingerprint()))
	}
	return "{" + strings.Join(names, ", ") + "}"
}

func (t *certificates) chainWords(n int) string {
	return "issuer " + short(t.chains[n][0].Fingerprint())
}
