package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// bundleFound is a trust bundle and where it stands.
type bundleFound struct {
	where, text string
	bundle      pki.Bundle
	// exact text is hashed by the chart as it stands, white space around it
	// included; what is mounted was trimmed on its way.
	exact bool
}

// chainFound is an issuer chain and where it stands.
type chainFound struct {
	where string
	chain pki.Chain
	// brought by the caller, to decide between others.
	brought bool
}

// chooseAnchors takes the first bundle found: the chart's value, else what pods
// mount, else the file. All must hold the same certificates.
func (a *adoption) chooseAnchors() {
	if len(a.bundles) == 0 {
		a.fail(problem.AdoptNoAnchors.With().In(a.sourceName()))
		return
	}
	chosen := a.bundles[0]
	for _, other := range a.bundles[1:] {
		if !sameAnchors(chosen.bundle, other.bundle) {
			a.fail(problem.AdoptOtherAnchors.With(chosen.where, short(chosen.bundle.Certificates()), other.where,
				short(other.bundle.Certificates())).
				In(a.sourceName()))
		}
	}
	years := map[string]int{}
	for _, c := range chosen.bundle.Certificates() {
		year := c.NotBefore.UTC().Format("2006")
		a.state.Status.Anchors = append(a.state.Status.Anchors, state.Anchor{
			Name: year + letter(years[year]), Role: state.RoleExtra, Certificate: string(c.PEM()) + "\n",
		})
		years[year]++
	}
	a.keepBytes(chosen)
}

// keepBytes keeps a bundle's text where it is not the one that we would write.
func (a *adoption) keepBytes(chosen bundleFound) {
	text := chosen.text
	if !chosen.exact {
		text = trim(text)
	}
	if text == string(chosen.bundle.Marshal()) {
		return
	}
	a.state.Status.AdoptedBundle = text
	a.note("the bundle's text is kept as it is in status.adoptedBundle until the first change of phase, so that no hash of it changes")
}

// letter tells apart what began in one year: "2026", "2026b", "2026c".
func letter(n int) string {
	if n == 0 {
		return ""
	}
	if n > 25 {
		return fmt.Sprintf("-%d", n+1)
	}
	return string(rune('a' + n))
}

// sameAnchors tells whether both hold the same certificates, in any order:
// trust-manager sorts them by hash.
func sameAnchors(a, b pki.Bundle) bool {
	return a.Len() == b.Len() && !slices.ContainsFunc(a.Certificates(), func(c pki.Certificate) bool { return !b.Contains(c.Fingerprint()) })
}

// short names certificates by the first 16 hex digits of their fingerprints.
func short(certificates []pki.Certificate) string {
	names := make([]string, len(certificates))
	for i, c := range certificates {
		names[i] = c.Fingerprint()[:16]
	}
	return strings.Join(names, " ")
}

// chooseIssuer takes the issuer that every place names, or that the caller
// brought, and with it the current anchor.
func (a *adoption) chooseIssuer() {
	if len(a.issuers) == 0 {
		a.fail(problem.AdoptNoIssuer.With().In(a.sourceName()))
		return
	}
	chosen := a.issuers[0]
	if last := a.issuers[len(a.issuers)-1]; last.brought {
		chosen = last
	}
	agree := len(a.issuers) == 1
	var stray *chainFound
	for i, other := range a.issuers {
		switch {
		case !other.chain.Equal(chosen.chain):
			stray = &a.issuers[i]
		case !other.brought:
			agree = true
		}
	}
	if stray != nil && !(chosen.brought && agree) {
		a.fail(problem.AdoptOtherIssuer.With(chosen.where, short(chosen.chain), stray.where, short(stray.chain)).In(a.sourceName()))
		return
	}
	current := a.currentAnchor(chosen)
	if current < 0 {
		return
	}
	a.state.Status.Anchors[current].Role = state.RoleCurrent
	a.state.Status.Issuers = []state.Issuer{{
		Name: a.state.Status.Anchors[current].Name + "-1", Role: state.RoleCurrent, Certificate: string(chosen.chain.Marshal()) + "\n",
	}}
	a.noteExtras()
}

// currentAnchor is the anchor that the issuer chains to; -1 and a problem when
// there is none. Where several do (a cross certificate, the same key under new
// dates), it is the one that signed the issuer itself and began last.
func (a *adoption) currentAnchor(issuer chainFound) int {
	anchors := a.bundles[0].bundle.Certificates()
	found, direct := -1, false
	for i, anchor := range anchors {
		alone, err := pki.NewBundle(anchor)
		if err != nil || pki.CheckStructure(alone, issuer.chain) != nil {
			continue
		}
		signed := pki.CheckStructure(alone, issuer.chain[:1]) == nil
		newer := found >= 0 && anchor.NotBefore.After(anchors[found].NotBefore)
		if found < 0 || signed && !direct || signed == direct && newer {
			found, direct = i, signed
		}
	}
	if found < 0 {
		err := pki.CheckStructure(a.bundles[0].bundle, issuer.chain)
		if !issuer.brought {
			err = problem.Of(err).Under(issuer.where).In(a.sourceName()).Err()
		}
		a.fail(problem.Of(err).In(issuer.where).Err())
	}
	return found
}

// noteExtras says what became of the other anchors.
func (a *adoption) noteExtras() {
	for i, anchor := range a.state.Status.Anchors {
		if anchor.Role == state.RoleExtra {
			a.note(fmt.Sprintf("anchor %q (%s) signed nothing here: it is extra, which stays in the bundle until you remove it",
				anchor.Name, short(a.bundles[0].bundle.Certificates()[i:i+1])))
		}
	}
}
