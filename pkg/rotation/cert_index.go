package rotation

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// book finds certificates by fingerprint: those of the state, of linked states
// and of the observations themselves.
type book struct {
	certs   map[string]pki.Certificate
	bundles map[string]pki.Bundle
	ids     map[string]string // of bundles and chains, by what they were asked with
}

func newBook() *book {
	return &book{map[string]pki.Certificate{}, map[string]pki.Bundle{}, map[string]string{}}
}

// id names what was found for fingerprints, once for all rows that have the same ones.
func (k *book) id(kind string, fps []string, make func() string) string {
	key := kind + strings.Join(fps, " ")
	id, known := k.ids[key]
	if !known {
		id = make()
		k.ids[key] = id
	}
	return id
}

func (k *book) add(certs ...pki.Certificate) {
	for _, c := range certs {
		if c.Certificate != nil {
			k.certs[c.Fingerprint()] = c
		}
	}
}

// addState adds every certificate that a state has ever delivered.
func (k *book) addState(d *dossier) {
	for _, a := range d.anchors {
		k.add(a.cert)
	}
	for _, i := range d.issuers {
		k.add(i.chain...)
	}
	k.add(d.retired...)
	for _, i := range d.abandoned {
		k.add(i.chain...)
	}
}

func (k *book) addObservation(o *Observation) {
	if chain, err := pki.ParseChain([]byte(o.Certificates)); err == nil {
		k.add(chain...)
	}
}

// bundle resolves fingerprints; unknown names those that nobody knows. A bundle
// with an unknown anchor counts as unknown as a whole: what it trusts beyond
// the known ones, and why, is for a person to find out.
func (k *book) bundle(fps []string) (b pki.Bundle, unknown string) {
	key := strings.Join(fps, " ")
	if known, done := k.bundles[key]; done {
		return known, ""
	}
	var certs []pki.Certificate
	for _, fp := range fps {
		c, known := k.certs[fp]
		if !known {
			return pki.Bundle{}, fp
		}
		certs = append(certs, c)
	}
	b, err := pki.NewBundle(certs...)
	if err != nil {
		return pki.Bundle{}, "a bundle with the same anchor twice"
	}
	k.bundles[key] = b
	return b, ""
}

// chain resolves fingerprints. The issuer must be known; an unknown
// intermediate behind it is left out, for it can only add paths: such is a
// cross certificate that went with the rotation that it served.
func (k *book) chain(fps []string) (c pki.Chain, unknown string) {
	for i, fp := range fps {
		cert, known := k.certs[fp]
		if !known && i == 0 {
			return nil, fp
		}
		if known {
			c = append(c, cert)
		}
	}
	return c, ""
}
