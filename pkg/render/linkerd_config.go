package render

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// chartConfig is what linkerd-config says of the chart that wrote the stream:
// its data.values is the YAML text of all values, keys removed
// (charts/linkerd-control-plane/templates/config.yaml).
type chartConfig struct {
	found      bool
	values     *manifest.Node
	text       string
	externalCA bool
	anchors    string
}

// anchorsElsewhere: the chart was given no anchors, so what it hashed and noted
// of them is not ours to edit.
func (c chartConfig) anchorsElsewhere() bool { return c.found && c.externalCA && trim(c.anchors) == "" }

// readConfig reads linkerd-config and refuses a stream of another chart family,
// another issuer scheme or another externalCA than the state describes.
func (p *plan) readConfig(found []finding) {
	for _, f := range found {
		if (targetKey{f.object.kind, f.object.name}) != configKey || f.object.hook || p.config.found {
			continue
		}
		text := f.object.get("data", "values")
		if text == nil || text.Kind() != manifest.Scalar {
			p.fail(problem.RenderMissingField.With("data.values").On(f.object.String()).At(p.docs[f.object.doc].Line, 0))
			return
		}
		values, err := manifest.Parse([]byte(text.Value()))
		if err != nil {
			p.fail(problem.Of(err).Under(f.object.String() + " data.values").Err())
			return
		}
		if doubled := values.Doubled(); doubled != nil {
			p.fail(doubled.Under(f.object.String() + " data.values"))
			return
		}
		p.config = chartConfig{
			found: true, values: values, text: text.Value(),
			externalCA: values.Lookup(manifest.Dotted(linkerd.ExternalCAValue)).Value() == "true",
			anchors:    values.Get(linkerd.AnchorsValue).Value(),
		}
		p.checkConfig(f.object)
	}
}

func (p *plan) checkConfig(o object) {
	l := p.State.Spec.Linkerd
	version := p.config.values.Get(linkerd.VersionValue).Value()
	if family, known := linkerd.FamilyOf(version); known && family != p.traits.Family {
		p.fail(problem.RenderOtherFamily.With(version, l.Version).On(o.String()))
	} else if !known {
		p.checkFamilyByShape(o)
	}
	if domain := trustDomainOf(p.config.values); domain != "" && domain != l.TrustDomain {
		p.fail(problem.RenderOtherTrustDomain.With(domain, l.TrustDomain).On(o.String()))
	}
	scheme := p.config.values.Lookup(manifest.Dotted(linkerd.SchemeValue)).Value()
	if scheme != "" && scheme != l.IssuerScheme {
		p.fail(problem.RenderOtherScheme.With(scheme, l.IssuerScheme).On(o.String()))
	}
	for _, setting := range slices.Sorted(maps.Keys(state.LeafSettings)) {
		if value := p.config.values.Lookup(manifest.Dotted(setting)); value != nil && !value.IsNull() {
			if wrong := p.leafProblem(setting, value.Value()); wrong != nil {
				p.fail(wrong.On(o.String()))
			}
		}
	}
	if p.config.externalCA != l.ExternalCA {
		p.fail(problem.RenderOtherCA.With(p.config.externalCA, l.ExternalCA).On(o.String()))
	}
}

// leafProblem is what is wrong with a value by which identity decides how long leaves live; nil if the state
// counts with as much. For what is no length of time identity takes its default.
func (p *plan) leafProblem(setting, value string) *problem.Problem {
	s := state.LeafSettings[setting]
	d, err := time.ParseDuration(value)
	if err != nil {
		d = time.Duration(s.Default)
	}
	switch {
	case d > time.Duration(s.Of(p.State.Spec.Leaf)):
		return problem.RenderLongLeaf.With(setting, cmp.Or(value, `""`), s.Field, s.Of(p.State.Spec.Leaf))
	case err != nil && value != "":
		return problem.RenderUnreadSetting.With(setting, "it is no length of time: "+value)
	}
	return nil
}

// trustDomainOf reads the trust domain from a chart's values; it defaults to the
// cluster's domain (charts/linkerd-control-plane/templates/config.yaml).
func trustDomainOf(values *manifest.Node) string {
	if domain := values.Get(linkerd.TrustDomainValue).Value(); domain != "" {
		return domain
	}
	return values.Get("clusterDomain").Value()
}

// checkFamilyByShape tells 2.10 and 2.11.0 from later charts when the stream's
// version cannot be read (an image tag of one's own): only they know crtExpiry.
func (p *plan) checkFamilyByShape(o object) {
	expiry := p.config.values.Lookup(manifest.Dotted(linkerd.IssuerExpiryValue))
	if (expiry != nil) != p.traits.IssuerExpiry {
		p.fail(problem.RenderOtherFamily.With(p.config.values.Get(linkerd.VersionValue).Value(), p.State.Spec.Linkerd.Version).On(o.String()))
	}
}

// editConfig splices bundle and issuer into the values; what they say of
// webhooks and heartbeat stays as the chart was given it.
func (p *plan) editConfig(o object) {
	text := o.get("data", "values")
	inner := text.Value()
	values := p.config.values
	if inner != p.config.text { // a hook's copy
		var err error
		if values, err = manifest.Parse([]byte(inner)); err != nil {
			p.fail(problem.Of(err).Under(o.String() + " data.values").Err())
			return
		}
	}
	var edits []manifest.Edit
	for _, f := range p.configFields() {
		node := values.Lookup(f.path)
		switch {
		case node == nil:
			p.fail(problem.RenderMissingField.With("data.values: "+f.path.String()).On(o.String()).At(p.docs[o.doc].Line, 0))
		case node.Value() == f.value || f.loose && trim(node.Value()) == f.value:
			p.report.add(o.String(), "data.values: "+f.path.String(), Right, f.what)
		default:
			edits = append(edits, manifest.Set(f.path, f.value))
			p.report.add(o.String(), "data.values: "+f.path.String(), Changed, f.what)
		}
	}
	spliced, err := manifest.Splice([]byte(inner), edits...)
	if err != nil {
		p.fail(problem.Of(err).Under(o.String() + " data.values").Err())
		return
	}
	if string(spliced) != inner {
		p.edits[o.doc] = append(p.edits[o.doc], manifest.Set(o.path("data", "values"), string(spliced)))
	}
}

// configField is one value inside linkerd-config.
type configField struct {
	path  manifest.Path
	value string
	what  string
	// loose: white space around the present value is no reason to write it anew.
	loose bool
}

func (p *plan) configFields() []configField {
	var fields []configField
	if !p.config.anchorsElsewhere() {
		fields = append(fields, configField{manifest.At(linkerd.AnchorsValue), p.raw, p.bundleSummary(), false})
	}
	if p.State.Spec.Linkerd.IssuerScheme == state.SchemeLinkerd {
		fields = append(fields, configField{manifest.Dotted(linkerd.IssuerCertValue), p.issuerText(), p.issuerSummary(), true})
	}
	if p.traits.IssuerExpiry {
		fields = append(fields, configField{manifest.Dotted(linkerd.IssuerExpiryValue), p.issuerExpiry(), p.issuerExpiry(), false})
	}
	return fields
}
