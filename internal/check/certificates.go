package check

import (
	"fmt"
	"math"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// certificates finds those of the observation and of the state by fingerprint.
type certificates map[string]pki.Certificate

func known(o *rotation.Observation, s *state.Rotation) certificates {
	all := certificates{}
	all.add(o.Certificates)
	if s == nil {
		return all
	}
	for _, anchors := range [][]state.Anchor{s.Status.Anchors, s.Status.Retired} {
		for _, a := range anchors {
			all.add(a.Certificate)
		}
	}
	for _, i := range s.Status.Issuers {
		all.add(i.Certificate)
	}
	for _, i := range s.Status.RetiredIssuers {
		all.add(i.Certificate)
	}
	for _, w := range s.Status.Webhooks {
		all.add(w.Certificate)
		all.add(w.CABundle)
		if w.Incoming != nil {
			all.add(w.Incoming.Certificate)
			all.add(w.Incoming.CABundle)
		}
	}
	return all
}

func (k certificates) add(text string) {
	chain, err := pki.ReadChain([]byte(text))
	if err != nil {
		return // empty, or lint says what is wrong with it
	}
	for _, c := range chain {
		k[c.Fingerprint()] = c
	}
}

// chain resolves fingerprints; unknown lists those that nobody knows.
func (k certificates) chain(fingerprints []string) (chain pki.Chain, unknown []string) {
	for _, f := range fingerprints {
		if c, found := k[f]; found {
			chain = append(chain, c)
		} else {
			unknown = append(unknown, fmt.Sprintf("certificate %s is not in the observation: it cannot be checked", short(f)))
		}
	}
	return chain, unknown
}

// bundle resolves fingerprints, each once; ok is false if one is unknown.
func (k certificates) bundle(fingerprints []string) (b pki.Bundle, ok bool) {
	chain, unknown := k.chain(fingerprints)
	if len(chain) == 0 || len(unknown) > 0 {
		return b, false
	}
	b, err := pki.NewBundle(distinct(chain)...)
	return b, err == nil
}

func short(fingerprint string) string { return fingerprint[:min(8, len(fingerprint))] }

// name is a certificate for people.
func name(c pki.Certificate) string {
	return fmt.Sprintf("%q %s", c.Subject.CommonName, short(c.Fingerprint()))
}

// invalid lists the certificates that are not valid at the instant.
func invalid(chain pki.Chain, at time.Time) (found []string) {
	for _, c := range chain {
		switch {
		case at.After(c.NotAfter):
			found = append(found, fmt.Sprintf("%s expired at %s", name(c), instant(c.NotAfter)))
		case at.Before(c.NotBefore):
			found = append(found, fmt.Sprintf("%s is not valid before %s", name(c), instant(c.NotBefore)))
		}
	}
	return found
}

// expiring lists the certificates that end soon and have not ended yet.
func expiring(chain pki.Chain, at time.Time) (found []string) {
	for _, c := range chain {
		if !at.After(c.NotAfter) && at.AddDate(0, 0, pki.SoonDays).After(c.NotAfter) {
			days := int(math.Floor(c.NotAfter.Sub(at).Hours() / 24))
			found = append(found, fmt.Sprintf("%s expires at %s, in %d days", name(c), instant(c.NotAfter), days))
		}
	}
	return found
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }
