package values

import (
	"cmp"
	"encoding/base64"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
)

// source is one object, and all objects of the text, among which it may name some.
type source struct {
	*manifest.Node
	all []*manifest.Node
}

// readers by group and kind.
var readers = map[string]func(source) []release{
	"argoproj.io/Application": func(s source) []release { return s.application(s.Get("spec")) },
	"argoproj.io/ApplicationSet": func(s source) []release {
		return s.application(s.Lookup(manifest.At("spec", "template", "spec")))
	},
	"helm.toolkit.fluxcd.io/HelmRelease":    source.helmRelease,
	"helm.cattle.io/HelmChart":              source.k3sChart,
	"kustomize.config.k8s.io/Kustomization": source.listed,
	"/":                                     source.listed,
}

func (s source) name() string { return s.Head().Kind + "/" + s.Head().Name }

func text(n *manifest.Node, steps ...any) string {
	found := n.Lookup(manifest.At(steps...))
	if isPlaceholder(found.Value()) {
		return ""
	}
	return found.Value()
}

// application reads the sources of an Application. Argo CD's order of precedence:
// parameters and fileParameters, valuesObject, values, valueFiles
// (user-guide/helm.md); values count only without valuesObject.
func (s source) application(spec *manifest.Node) (found []release) {
	sources := []*manifest.Node{spec.Get("source"), spec.Lookup(manifest.At("sourceHydrator", "drySource"))}
	for _, one := range spec.Get("sources").Items() {
		sources = append(sources, one)
	}
	for _, one := range sources {
		helm := one.Get("helm")
		if helm == nil {
			continue
		}
		r := release{
			object: s.name(), chart: cmp.Or(text(one, "chart"), text(one, "path")), version: text(one, "targetRevision"),
			namespace: text(spec, "destination", "namespace"), values: parsed(helm.Get("values").Value()),
		}
		if object := helm.Get("valuesObject"); object.Len() > 0 {
			r.values = treeOf(object)
		} else if strings.HasPrefix(strings.TrimSpace(helm.Get("values").Value()), "{{") {
			r.values = tree{}
			r.elsewhere = append(r.elsewhere, "helm.values (a template)")
		}
		for _, p := range helm.Get("parameters").Items() {
			r.values.set(p.Get("name").Value(), p.Get("value").Value())
		}
		for _, file := range helm.Get("valueFiles").Items() {
			r.elsewhere = append(r.elsewhere, file.Value())
		}
		for _, p := range helm.Get("fileParameters").Items() {
			r.elsewhere = append(r.elsewhere, p.Get("path").Value()+" ("+p.Get("name").Value()+")")
		}
		found = append(found, r)
	}
	return found
}

// helmRelease reads a HelmRelease. Flux' order of precedence: entries of valuesFrom
// with a targetPath, inline values, valuesFrom from its end
// (helm-controller, docs/spec/v2/helmreleases.md).
func (s source) helmRelease() []release {
	spec := s.Get("spec")
	chart := manifest.At("chart", "spec")
	r := release{
		object: s.name(), chart: text(spec.Lookup(chart), "chart"), version: text(spec.Lookup(chart), "version"),
		namespace: cmp.Or(text(spec, "targetNamespace"), s.Head().Namespace), values: tree{},
	}
	set := map[string]string{}
	var order []string
	for _, from := range spec.Get("valuesFrom").Items() {
		name, key := text(from, "kind")+"/"+text(from, "name"), cmp.Or(text(from, "valuesKey"), "values.yaml")
		data, there := s.carried(name, key)
		switch target := text(from, "targetPath"); {
		case !there:
			r.elsewhere = append(r.elsewhere, name+" "+key)
		case target != "":
			set[target] = data
			order = append(order, target)
		default:
			r.values.merge(parsed(data))
		}
	}
	for _, file := range spec.Lookup(chart).Get("valuesFiles").Items() {
		r.elsewhere = append(r.elsewhere, file.Value())
	}
	r.values.merge(treeOf(spec.Get("values")))
	for _, target := range order {
		r.values.set(target, set[target])
	}
	return []release{r}
}

// carried is what a ConfigMap or Secret of the text has under a key.
func (s source) carried(name, key string) (data string, there bool) {
	for _, o := range s.all {
		if o.Head().Kind+"/"+o.Head().Name != name {
			continue
		}
		if n := o.Lookup(manifest.At("stringData", key)); n != nil {
			return n.Value(), true
		}
		n := o.Lookup(manifest.At("data", key))
		if n == nil || o.Head().Kind != "Secret" {
			return n.Value(), n != nil
		}
		plain, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(n.Value()), ""))
		return string(plain), err == nil
	}
	return "", false
}

// k3sChart reads a HelmChart: `set` goes before valuesContent
// (https://docs.k3s.io/add-ons/helm).
func (s source) k3sChart() []release {
	spec := s.Get("spec")
	r := release{
		object: s.name(), chart: text(spec, "chart"), version: text(spec, "version"),
		namespace: text(spec, "targetNamespace"), values: parsed(spec.Get("valuesContent").Value()),
	}
	for key, value := range spec.Get("set").Pairs() {
		r.values.set(key.Value(), value.Value())
	}
	return []release{r}
}
