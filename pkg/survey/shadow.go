package survey

import (
	"slices"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// settings are what the phase's values say beside certificates, by the end of
// their dotted name.
var settings = map[string]func(state.Linkerd) string{
	"identity.externalCA":    func(l state.Linkerd) string { return strconv.FormatBool(l.ExternalCA) },
	"identity.issuer.scheme": func(l state.Linkerd) string { return l.IssuerScheme },
	"identityTrustDomain":    func(l state.Linkerd) string { return l.TrustDomain },
}

// shadow reports a setting that takes precedence over the phase's values and says
// something else. place is as of foundBundle.
func (s *Survey) shadow(c cursor, name, place string) {
	have := c.value()
	if place == "" || have == "" || have == name || isPlaceholder(have) {
		return
	}
	for end, of := range settings {
		if !strings.HasSuffix("."+name, "."+end) {
			continue
		}
		want := of(s.want.linkerd)
		other := slices.ContainsFunc(s.others, func(m material) bool { return of(m.linkerd) == have })
		if have != want && !other {
			c.say(pki.Error, problem.SurveyShadowedSetting, end, have, place, want)
		}
	}
}
