package survey

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// settings are what the phase's values say beside certificates, by the end of
// their dotted name.
var settings = map[string]func(state.Linkerd) string{
	linkerd.ExternalCAValue:  func(l state.Linkerd) string { return strconv.FormatBool(l.ExternalCA) },
	linkerd.SchemeValue:      func(l state.Linkerd) string { return l.IssuerScheme },
	linkerd.TrustDomainValue: func(l state.Linkerd) string { return l.TrustDomain },
}

// isSetting reports whether a dotted name ends in one of them.
func isSetting(name string) bool {
	for end := range settings {
		if strings.HasSuffix("."+name, "."+end) {
			return true
		}
	}
	return false
}

// carries reports whether an object of a kind without a reader may hold values.
func carries(text []byte) bool {
	has := func(word string) bool { return bytes.Contains(text, []byte(word)) }
	return has(linkerd.AnchorsValue) || has(linkerd.TrustDomainValue) || has("externalCA") || has("issuer") && has("scheme") ||
		has("issuanceLifetime") || has("clockSkewAllowance") || hasSettingFlag(text)
}

// contradiction finds the setting that a dotted name ends in, if the value is none
// that a state file of the repository has.
func (s *Survey) contradiction(have, name string) (end, want string, found bool) {
	if have == "" || have == name || isPlaceholder(have) {
		return "", "", false
	}
	for end, of := range settings {
		if !strings.HasSuffix("."+name, "."+end) {
			continue
		}
		want := of(s.want.linkerd)
		other := slices.ContainsFunc(s.others, func(m material) bool { return of(m.linkerd) == have })
		return end, want, have != want && !other
	}
	return "", "", false
}

// shadowed is a setting at a place that takes precedence over the phase's values.
type shadowed struct {
	at                cursor
	have, name, place string
}

// shadow notes a setting that takes precedence over the phase's values. place is
// as of foundBundle.
func (s *Survey) shadow(c cursor, name, place string) {
	have := c.value()
	if place != "helm.parameters" && c.node.Tag() == "!!str" {
		have = truth(have, name)
	}
	if place == "" {
		s.later[c.file.name] = append(s.later[c.file.name], shadowed{c, have, name, ""})
		return
	}
	s.contradicts(c, have, name, place)
}

// truth is a string as the chart's templates take it: any that is not empty is true.
func truth(text, name string) string {
	if text == "false" && strings.HasSuffix("."+name, ".identity.externalCA") {
		return "false, as a string, which the chart takes for true"
	}
	return text
}

// contradicts notes a value that is judged when every state file was seen.
func (s *Survey) contradicts(at cursor, have, name, place string) {
	if isSetting(name) {
		s.shadows = append(s.shadows, shadowed{at, have, name, place})
	}
}

func (s *Survey) judgeShadows() {
	for _, sh := range s.shadows {
		if end, want, found := s.contradiction(sh.have, sh.name); found {
			sh.at.say(pki.Error, problem.SurveyShadowedSetting, end, sh.have, sh.place, want)
		}
	}
}

// contradictions looks for settings in an object that deploys Linkerd by itself.
func (s *Survey) contradictions(c cursor, dotted, kind string) {
	for key, value := range c.entries() {
		name := strings.TrimPrefix(dotted+"."+key, ".")
		s.contradicts(value, value.value(), name, "this "+kind)
		s.lifetime(value, name)
		s.contradictions(value, name, kind)
	}
	for _, item := range c.items() {
		s.contradictions(item, dotted, kind)
		s.contradicts(item.get("value"), item.get("value").value(), item.get("name").value(), "this "+kind)
		s.lifetime(item.get("value"), item.get("name").value())
	}
	if text := c.value(); carries([]byte(text)) {
		if inner, ok := c.embedded(); ok {
			s.contradictions(inner, "", kind)
		}
	}
}

// shadowedWebhook reports a webhook's caBundle that takes precedence over the
// phase's values.
func (s *Survey) shadowedWebhook(c cursor, parent, key, place string) {
	_, webhook := cutLast(parent)
	want, listed := s.want.webhooks[webhook]
	have := fingerprints(c.value())
	if place == "" || !listed || strings.HasPrefix(key, "injectCa") || isPlaceholder(c.value()) {
		return
	}
	if key != "caBundle" {
		s.shadowedWebhookSetting(c, webhook, key, place)
		return
	}
	if len(have) == 0 {
		return
	}
	severity := pki.Error
	if slices.Equal(have, want) {
		severity = pki.Warning
	}
	c.say(severity, problem.SurveyShadowedWebhook, webhook, place, described(have), described(want))
}

// shadowedWebhookSetting reports what else the phase's values say of a webhook: where
// its certificate is from.
func (s *Survey) shadowedWebhookSetting(c cursor, webhook, key, place string) {
	severity, shown := pki.Error, c.value()
	if shown == "" {
		return
	}
	if key == "crtPEM" || key == "keyPEM" {
		severity, shown = pki.Warning, "set"
	}
	c.say(severity, problem.SurveyShadowedWebhookSetting, webhook+"."+key, shown, place)
}
