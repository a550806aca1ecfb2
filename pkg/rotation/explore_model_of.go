package rotation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// ModelOf is the model of the rotation under way: its own bundles and chains,
// verified for real at the instant, and its own order, gated forward and back.
func ModelOf(s *state.Rotation, at time.Time) (Model, Order, error) {
	path, ok := pathOf(s)
	if !ok {
		return Model{}, Order{}, problem.RotationNone.With()
	}
	c, err := openScene(s, Evidence{}, at)
	if err != nil {
		return Model{}, Order{}, err
	}
	materials, err := (&way{scene: c, path: path}).materials()
	if err != nil {
		return Model{}, Order{}, err
	}
	var bundles []pki.Bundle
	var chains []pki.Chain
	var configs []Config
	for _, m := range materials {
		b := slices.IndexFunc(bundles, func(o pki.Bundle) bool { return bundleID(o) == bundleID(m.Bundle) })
		if b < 0 {
			b, bundles = len(bundles), append(bundles, m.Bundle)
		}
		i := slices.IndexFunc(chains, func(o pki.Chain) bool { return chainID(o) == chainID(m.Issuer) })
		if i < 0 {
			i, chains = len(chains), append(chains, m.Issuer)
		}
		config := Config{uint8(b), uint8(i)}
		if len(configs) == 0 || configs[len(configs)-1] != config {
			configs = append(configs, config)
		}
	}
	return c.model(bundles, chains), line(path.label(), CheckAll, configs...).reverting(CheckAll), nil
}

// model verifies every bundle against every chain.
func (c *scene) model(bundles []pki.Bundle, chains []pki.Chain) Model {
	var m Model
	for _, chain := range chains {
		m.Chains = append(m.Chains, c.chainName(chain))
	}
	for _, b := range bundles {
		var proxy, identity, inner uint8
		for i, chain := range chains {
			if c.verifier.Verify(b, chain, ByProxy) == nil {
				proxy |= 1 << i
			}
			if c.verifier.Verify(b, chain, ByIdentity) == nil {
				identity |= 1 << i
			}
		}
		for i, o := range bundles {
			if contains(b, o) {
				inner |= 1 << i
			}
		}
		m.Bundles, m.Proxy, m.Identity, m.Contains = append(m.Bundles, c.bundleName(b)), append(m.Proxy, proxy), append(m.Identity, identity),
			append(m.Contains, inner)
	}
	return m
}

// bundleName and chainName use the names of the state file.
func (c *scene) bundleName(b pki.Bundle) string {
	var names []string
	for _, a := range c.dossier.anchors {
		if b.Contains(a.cert.Fingerprint()) {
			names = append(names, a.name)
		}
	}
	return "{" + strings.Join(names, ", ") + "}"
}

func (c *scene) chainName(chain pki.Chain) string {
	for _, i := range c.dossier.issuers {
		if i.chain[0].Fingerprint() != chain[0].Fingerprint() {
			continue
		}
		if len(chain) > 1 {
			return fmt.Sprintf("%s with its cross certificate", i.name)
		}
		return i.name
	}
	return chain[0].Subject.CommonName
}
