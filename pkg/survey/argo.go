package survey

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// application is an Argo CD Application.
func (s *Survey) application(c cursor) { s.applicationSpec(c.get("spec"), objectOf(c)) }

// applicationSet is an Argo CD ApplicationSet; what generators fill in from elsewhere
// is a placeholder and is not judged.
func (s *Survey) applicationSet(c cursor) {
	bundles, shadows := len(s.bundles), len(s.shadows)
	s.applicationSpec(c.get("spec", "template", "spec"), objectOf(c))
	if patch, ok := c.get("spec", "templatePatch").embedded(); ok {
		s.applicationSpec(patch.get("spec"), objectOf(c))
	}
	values := map[string][]cursor{}
	c.get("spec", "generators").fillers(values)
	s.fill(values, bundles, shadows)
}

func (s *Survey) applicationSpec(spec cursor, object string) {
	sources := spec.get("sources").items()
	for _, single := range []cursor{spec.get("source"), spec.get("sourceHydrator", "drySource")} {
		if single.there() {
			sources = append(sources, single)
		}
	}
	charts := false
	for _, source := range sources {
		s.applicationSource(source, object)
		_, linkerd := webhooksOf[source.get("chart").value()]
		charts = charts || linkerd
	}
	s.ignoredDifferences(spec, charts)
}

// applicationSource reads one source. Argo CD's order of precedence: parameters
// and fileParameters, valuesObject, values, valueFiles, the chart's own
// (user-guide/helm.md).
func (s *Survey) applicationSource(source cursor, object string) {
	helm := source.get("helm")
	r := release{object: object, pins: pinSet{}, opaque: source.get("plugin").there()}
	for _, field := range []string{"parameters", "fileParameters"} {
		for _, p := range helm.get(field).items() {
			s.parameter(p, field, source.get("path").value(), r.pins)
		}
	}
	r.pins.add(s.values(helm.get("valuesObject"), "helm.valuesObject"))
	values := helm.get("values")
	switch inner, ok := values.embedded(); {
	case ok:
		r.pins.add(s.values(inner, "helm.values"))
	case strings.TrimSpace(values.value()) != "":
		r.opaque = true // a template
	}
	for _, name := range helm.get("valueFiles").items() {
		r.sources = append(r.sources, valuesSource{file: valueFile(name.value(), source.get("path").value())})
	}
	s.patches(source.get("kustomize", "patches"))
	s.plugin(source.get("plugin"), r.pins)
	s.addRelease(r, source.get("chart"), source.get("targetRevision"))
	s.directorySource(source)
}

// parameter is one `helm --set` (value) or `--set-file` (path).
func (s *Survey) parameter(p cursor, field, folder string, pins pinSet) {
	name, file := p.get("name").value(), p.get("path")
	if field == "fileParameters" && strings.HasSuffix("."+name, "."+linkerd.AnchorsValue) {
		s.bundles = append(s.bundles, foundBundle{at: file.spot(), place: "helm." + field, elsewhere: file.value(),
			file: valueFile(file.value(), folder)})
		return
	}
	value := p.get("value")
	if field == "fileParameters" {
		value = file
	}
	s.setting(value, name, "helm."+field, pins)
	if p.get("forceString").value() == "true" && value.value() == "false" {
		s.contradicts(value, truth("false", name), name, "helm."+field)
	}
}

// valueFile is the path in the repository of an entry of valueFiles: "$ref/…"
// counts from the root of the source that ref names, anything else from the
// source's path.
func valueFile(name, folder string) string {
	if strings.HasPrefix(name, "$") {
		_, name, _ = strings.Cut(name, "/")
		folder = ""
	}
	return inTree(folder, strings.TrimPrefix(name, "/"))
}

// directorySource notes a source that applies every YAML file of a folder.
func (s *Survey) directorySource(source cursor) {
	where := source.get("path")
	for _, other := range []string{"chart", "helm", "kustomize", "plugin", "ref"} {
		if source.get(other).there() {
			return
		}
	}
	if where.value() == "" || isPlaceholder(where.value()) {
		return
	}
	options := source.get("directory")
	s.directories = append(s.directories, directory{
		at: where.spot(), folder: inTree("", where.value()), argo: true,
		recurse: options.get("recurse").value() == "true",
		include: options.get("include").value(), exclude: options.get("exclude").value(),
	})
}

// madeUp are the Secrets and webhook configurations whose content the charts
// make up (templates/*-rbac.yaml), by a part of their name.
var madeUp = []string{linkerd.DeploymentInjector, linkerd.ProfileService, linkerd.PolicyService, "linkerd-tap", linkerd.TapSecret,
	"tap-injector", "jaeger-injector"}

// ignoredDifferences looks for entries about webhooks that hide a difference
// and do not keep a sync from making it.
func (s *Survey) ignoredDifferences(spec cursor, charts bool) {
	for _, option := range spec.get("syncPolicy", "syncOptions").items() {
		if strings.EqualFold(strings.ReplaceAll(option.value(), " ", ""), "RespectIgnoreDifferences=true") {
			return
		}
	}
	for _, entry := range spec.get("ignoreDifferences").items() {
		kind, name := entry.get("kind").value(), entry.get("name").value()
		webhook := kind == "Secret" || kind == "MutatingWebhookConfiguration" || kind == "ValidatingWebhookConfiguration" || kind == "APIService"
		named := slices.ContainsFunc(madeUp, func(part string) bool { return strings.Contains(name, part) })
		if !webhook || !named && (name != "" || !charts) {
			continue
		}
		if name == "" {
			name = "of every name"
		}
		entry.say(pki.Warning, problem.SurveyIgnored, kind+" "+name)
	}
}
