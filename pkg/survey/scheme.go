package survey

import (
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// schemeFields are what identity reads from the issuer's Secret, by scheme
// (linkerd2, controller/cmd/identity/main.go: any other scheme reads tls.*).
var schemeFields = map[string][]string{
	state.SchemeLinkerd:    {linkerd.FieldCert, linkerd.FieldKey},
	state.SchemeKubernetes: {"tls.crt", "tls.key"},
}

// foundScheme is a place that says, or shows by fields, which issuer scheme is meant.
type foundScheme struct {
	at cursor
	// what it is, in words.
	what string
	// scheme that it says, or the fields that it gives the Secret.
	scheme string
	fields []string
	// unsure: it may be of another mesh.
	unsure bool
}

// issuerObject looks at an object that is the issuer's Secret, or makes it.
func (s *Survey) issuerObject(c cursor, kind, name string, fields []string) {
	namespace := c.get("metadata", "namespace").value()
	if name != issuerSecret || len(fields) == 0 || namespace != "" && namespace != s.want.linkerd.Namespace {
		return
	}
	s.schemes = append(s.schemes, foundScheme{at: c, what: "the fields of this " + kind, fields: fields})
}

func keysOf(all ...cursor) (keys []string) {
	for _, c := range all {
		for key := range c.entries() {
			keys = append(keys, key)
		}
	}
	return keys
}

func (s *Survey) sealedSecret(c cursor) {
	template := c.get("spec", "template")
	name := c.get("metadata", "name").value()
	if other := template.get("metadata", "name").value(); other != "" {
		name = other
	}
	s.strings(template.get("data"))
	s.issuerObject(c, "SealedSecret", name, keysOf(c.get("spec", "encryptedData"), template.get("data")))
}

// externalSecret: a template replaces the fetched fields, unless it is merged.
// What dataFrom fetches cannot be seen.
func (s *Survey) externalSecret(c cursor) {
	spec := c.get("spec")
	target, name := spec.get("target"), c.get("metadata", "name").value()
	if other := target.get("name").value(); other != "" {
		name = other
	}
	s.strings(target.get("template", "data"))
	fields := keysOf(target.get("template", "data"))
	if len(fields) == 0 || target.get("template", "mergePolicy").value() == "Merge" {
		for _, item := range spec.get("data").items() {
			fields = append(fields, item.get("secretKey").value())
		}
		if spec.get("dataFrom").there() {
			return
		}
	}
	s.issuerObject(c, "ExternalSecret", name, fields)
}

// configScheme is what a rendered linkerd-config says. Lifetimes are noted with the
// other values.
func (s *Survey) configScheme(c cursor) {
	inner, ok := c.get("data", "values").embedded()
	if !ok {
		return
	}
	if scheme := inner.get("identity", "issuer", "scheme"); scheme.there() {
		s.schemes = append(s.schemes, foundScheme{at: scheme, what: "the values in this ConfigMap", scheme: scheme.value()})
	}
	if namespace := c.get("metadata", "namespace").value(); namespace == "" || namespace == s.want.linkerd.Namespace {
		domain := inner.get(linkerd.TrustDomainValue)
		s.contradicts(domain, domain.value(), linkerd.TrustDomainValue, "this ConfigMap")
		external := inner.get("identity", "externalCA")
		s.contradicts(external, external.value(), linkerd.ExternalCAValue, "this ConfigMap")
	}
}

// valuesSchemes are the settings of values files. A chart's own defaults count for
// nothing; a file that has nothing else of the mesh, and is in another folder than
// its state, may be another mesh's.
func (s *Survey) valuesSchemes() {
	for name, settings := range s.later {
		for _, sh := range settings {
			if !strings.HasSuffix("."+sh.name, "."+linkerd.SchemeValue) || sh.name == linkerd.SchemeValue && s.charts[path.Dir(name)] {
				continue
			}
			unsure := !s.isPhases(name) && !s.isBesideState(name)
			s.schemes = append(s.schemes, foundScheme{at: sh.at, what: "these values", scheme: sh.have, unsure: unsure})
		}
	}
}

// isBesideState reports whether a file is in the folder of the mesh's state file,
// or in one above or below it.
func (s *Survey) isBesideState(name string) bool {
	dir := path.Dir(name)
	return slices.ContainsFunc(s.homes, func(home string) bool { return below(home, dir) || below(dir, home) })
}

func below(dir, name string) bool {
	return dir == "." || dir == name || strings.HasPrefix(name, dir+"/")
}

// judgeSchemes names what has another scheme than the state: a mesh that is moved
// from one to the other and is not there yet.
func (s *Survey) judgeSchemes() {
	s.valuesSchemes()
	said := map[spot]bool{}
	want := s.want.linkerd.IssuerScheme
	for _, f := range s.schemes {
		says := f.scheme
		switch {
		case says == want, says != "" && (isPlaceholder(says) || s.saidAlready(f.at.spot())):
			continue
		case says == "":
			lacks := func(field string) bool { return !slices.Contains(f.fields, field) }
			if !slices.ContainsFunc(schemeFields[want], lacks) {
				continue
			}
			says = otherScheme(want)
		}
		if slices.ContainsFunc(s.others, func(m material) bool { return m.linkerd.IssuerScheme == says }) {
			continue
		}
		severity := pki.Error
		if at := f.at.spot(); said[at] {
			continue
		} else {
			said[at] = true
		}
		if f.unsure {
			severity = pki.Warning
		}
		f.at.say(severity, problem.SurveyOtherScheme, f.what, says, want, strings.Join(schemeFields[want], " and "))
	}
}

func otherScheme(scheme string) string {
	if scheme == state.SchemeLinkerd {
		return state.SchemeKubernetes
	}
	return state.SchemeLinkerd
}

// saidAlready reports whether the place is named as one that takes precedence.
func (s *Survey) saidAlready(at spot) bool {
	return slices.ContainsFunc(s.report.Findings, func(f Finding) bool {
		return f.Code == problem.SurveyShadowedSetting.Code && f.File == at.file && f.Line == at.line && f.Column == at.column
	})
}
