package render

import (
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// readValuesFile reads Helm values: the same keys as linkerd-config, most of
// them absent, and private keys among them.
func (a *adoption) readValuesFile() {
	values, err := manifest.Parse(a.in.Values.Data)
	if err != nil {
		a.fail(err)
		return
	}
	if doubled := values.Doubled(); doubled != nil {
		a.fail(doubled)
		return
	}
	a.values = a.ownValues(values)
	a.readValues()
	if len(a.problems) == 0 {
		a.readIssuerKey()
		a.readPinnedWebhooks()
	}
}

// value is one of the chart's values, by the name that `helm --set` gives it.
func (a *adoption) value(name string) string {
	if own := a.values.Lookup(manifest.Dotted(name)).Value(); own != "" || a.global == nil {
		return own
	}
	return a.global.Lookup(manifest.Dotted(name)).Value()
}

// readValues reads what the chart's values say
// (charts/linkerd-control-plane/values.yaml; linkerd2 up to 2.11).
func (a *adoption) readValues() {
	l := &a.state.Spec.Linkerd
	l.ExternalCA = a.value(linkerd.ExternalCAValue) == "true"
	l.IssuerScheme = a.value(linkerd.SchemeValue)
	if l.IssuerScheme == "" {
		l.IssuerScheme = state.SchemeLinkerd
	}
	if l.Namespace == "" {
		l.Namespace = a.value("namespace") // 2.10 has it among its values
	}
	l.TrustDomain = trustDomainOf(a.values)
	l.HeartbeatSchedule = a.value(linkerd.HeartbeatValue)
	a.readLeaf()
	a.addBundle(a.place(linkerd.AnchorsValue), a.value(linkerd.AnchorsValue), true)
	if l.IssuerScheme == state.SchemeLinkerd {
		a.addIssuer(a.place(linkerd.IssuerCertValue), a.value(linkerd.IssuerCertValue))
	}
}

// place names a value in messages.
func (a *adoption) place(key string) string {
	if a.from == "" {
		return key
	}
	return a.from + ": " + key
}

// readLeaf reads how long leaves live, where that is not what every chart says.
func (a *adoption) readLeaf() {
	leaf := &a.state.Spec.Leaf
	for _, f := range []struct {
		key    string
		to     *state.Duration
		common state.Duration
	}{
		{linkerd.LifetimeValue, &leaf.Lifetime, state.DefaultLeafLifetime},
		{linkerd.ClockSkewValue, &leaf.ClockSkew, state.DefaultClockSkew},
	} {
		text := a.value(f.key)
		if text == "" {
			continue
		}
		d, err := state.ParseDuration(text)
		if err != nil {
			a.fail(problem.Of(err).Under(a.place(f.key)).Err())
		} else if d != f.common {
			*f.to = d
		}
	}
}

// readIssuerKey finds the issuer's key in a values file.
func (a *adoption) readIssuerKey() {
	if key := a.value(linkerd.IssuerKeyValue); key != "" && len(a.issuers) > 0 {
		a.keys = append(a.keys, keyFound{"", linkerd.IssuerKeyValue, key, a.issuers[0].chain})
	}
}

// readPinnedWebhooks adopts the webhooks that a values file pins.
func (a *adoption) readPinnedWebhooks() {
	for _, w := range webhooks {
		pin := a.values.Get(w.Values)
		caBundle := pin.Get("caBundle").Value()
		if w.Group == Jaeger || pin == nil || caBundle == "" {
			continue // "webhook" is jaeger's key only in jaeger's own values
		}
		look := webhookFound{Webhook: w, where: w.Values, caBundle: caBundle}
		if pin.Get("externalSecret").Value() != "true" {
			look.certificate, look.keyPEM = pin.Get("crtPEM").Value(), pin.Get("keyPEM").Value()
		}
		a.addWebhook(look)
	}
}

// addBundle notes trust anchors that stand somewhere; none at all is no finding.
func (a *adoption) addBundle(where, text string, exact bool) {
	if trim(text) == "" {
		return
	}
	bundle, err := pki.ReadBundle([]byte(text))
	a.fail(problem.Of(err).Under(where).Err())
	a.bundles = append(a.bundles, bundleFound{where, text, bundle, exact})
}

// addIssuer notes an issuer chain that stands somewhere.
func (a *adoption) addIssuer(where, text string) {
	if trim(text) == "" {
		return
	}
	chain, err := pki.ReadChain([]byte(text))
	a.fail(problem.Of(err).Under(where).Err())
	a.issuers = append(a.issuers, chainFound{where, chain, false})
}

// settle decides version, namespace and trust domain: what the input says, else
// what the flags say; and what follows from them.
func (a *adoption) settle() {
	l := &a.state.Spec.Linkerd
	a.settleOne("namespace", &l.Namespace, a.in.Namespace, state.DefaultNamespace)
	a.settleOne("trust domain", &l.TrustDomain, a.in.TrustDomain, state.DefaultTrustDomain)
	a.settleVersion()
	if l.IssuerScheme == "" {
		l.IssuerScheme = state.SchemeLinkerd
	}
	version, err := linkerd.ParseVersion(l.Version)
	if err != nil {
		return // settleVersion or Validate says it
	}
	if version.Traits().NeedsRoll() || l.ExternalCA {
		l.RollControlPlane = true
		a.note("rollControlPlane is set: this chart's pods carry no hash of the bundle, so from the first phase on the tool adds one")
	}
}

func (a *adoption) settleOne(noun string, found *string, given, fallback string) {
	switch {
	case *found == "" && given == "":
		*found = fallback
	case *found == "":
		*found = given
	case given != "" && given != *found:
		a.fail(problem.AdoptContradiction.With(noun, *found, given).In(a.sourceName()))
	}
}

// sourceName is what the input that describes the mesh is called.
func (a *adoption) sourceName() string {
	switch {
	case a.stream != nil:
		return a.in.Stream.Name
	case a.values != nil:
		return a.in.Values.Name
	}
	return ""
}

// settleVersion: a release that the values or the annotation of linkerd-config
// name; the flag where they name none, or another release of that family.
func (a *adoption) settleVersion() {
	_, annotated, _ := strings.Cut(a.createdBy, " ") // "linkerd/helm stable-2.14.10"
	said := a.value(linkerd.VersionValue)
	found, known := knownRelease(said)
	if !known {
		found, known = knownRelease(annotated)
	}
	given := a.in.LinkerdVersion
	switch {
	case given == "" && !known:
		a.fail(problem.AdoptNoVersion.With(foundWords(said, annotated)).In(a.sourceName()))
	case given == "":
		a.state.Spec.Linkerd.Version = found
	default:
		a.state.Spec.Linkerd.Version = given
		version, err := linkerd.ParseVersion(given)
		if family, _ := linkerd.FamilyOf(found); known && err == nil && family != version.Family() {
			a.fail(problem.AdoptContradiction.With("Linkerd version", found, given).In(a.sourceName()))
		}
	}
}

// foundWords quotes what was found instead of a version.
func foundWords(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return strconv.Quote(t[:min(len(t), 60)])
		}
	}
	return "nothing"
}

// knownRelease gives a version in the form that a state file takes. Linkerd's
// enterprise distribution names the release that it is built on:
// "enterprise-2.18.0-1" is 2.18, "preview-25.4.4" is edge-25.4.4.
func knownRelease(text string) (string, bool) {
	if _, ok := linkerd.FamilyOf(text); !ok {
		return "", false
	}
	number, _, _ := strings.Cut(text[strings.Index(text, "-")+1:], "-")
	switch {
	case strings.HasPrefix(text, "enterprise-"):
		return strings.Join(strings.SplitN(number, ".", 3)[:2], "."), true
	case strings.HasPrefix(text, "preview-"):
		return "edge-" + number, true
	}
	return text, true
}
