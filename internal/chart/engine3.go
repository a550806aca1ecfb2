package chart

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	helmengine "helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/releaseutil"
	"helm.sh/helm/v3/pkg/strvals"
	"sigs.k8s.io/yaml"
)

// helm3 follows `helm template` of Helm 3.22 (pkg/cli/values/options.go,
// pkg/action/install.go RunWithContext).
var helm3 = engine{
	folder: folder3,
	load:   load3,
	values: func(text []byte) (map[string]any, error) {
		values := map[string]any{}
		err := yaml.Unmarshal(text, &values)
		return values, err
	},
	set: setters{
		json: strvals.ParseJSON, set: strvals.ParseInto, str: strvals.ParseIntoString, literal: strvals.ParseLiteralInto,
		file: func(text string, into map[string]any, read func([]rune) (any, error)) error {
			return strvals.ParseIntoFile(text, into, read)
		},
	},
}

func folder3(dir string) ([]*loader.BufferedFile, error) {
	c, err := loader.LoadDir(dir)
	if err != nil {
		return nil, err
	}
	files := make([]*loader.BufferedFile, len(c.Raw))
	for i, f := range c.Raw {
		files[i] = &loader.BufferedFile{Name: f.Name, Data: f.Data}
	}
	return files, nil
}

func load3(files []*loader.BufferedFile) (loaded, error) {
	c, err := loader.LoadFiles(files)
	if err == nil {
		err = c.Validate()
	}
	if err != nil {
		return loaded{}, err
	}
	sort3(c)
	m := c.Metadata
	of := loaded{name: c.Name(), version: m.Version, kind: m.Type, kubeVersion: m.KubeVersion}
	for _, d := range m.Dependencies {
		of.dependencies = append(of.dependencies, dependency{d.Name, d.Alias, d.Version})
	}
	for _, d := range c.Dependencies() {
		of.present = append(of.present, d.Name())
	}
	of.render = func(values map[string]any, r release) ([]exchange.Document, error) { return render3(c, values, r) }
	return of, nil
}

// sort3 sorts dependencies by name: the loader has them in the random order of a
// map, which shows in the order of their CRDs.
func sort3(c *chart.Chart) {
	dependencies := c.Dependencies()
	slices.SortFunc(dependencies, func(a, b *chart.Chart) int { return strings.Compare(a.Name(), b.Name()) })
	for _, d := range dependencies {
		sort3(d)
	}
}

func render3(c *chart.Chart, values map[string]any, r release) ([]exchange.Document, error) {
	capabilities, err := capabilities3(r)
	if err != nil {
		return nil, err
	}
	if needs := c.Metadata.KubeVersion; needs != "" && !chartutil.IsCompatibleRange(needs, capabilities.KubeVersion.String()) {
		return nil, problem.ChartKubeVersion.With(needs, capabilities.KubeVersion.String())
	}
	if err := chartutil.ProcessDependenciesWithMerge(c, values); err != nil {
		return nil, err
	}
	options := chartutil.ReleaseOptions{Name: r.name, Namespace: r.namespace, Revision: 1, IsInstall: true}
	all, err := chartutil.ToRenderValuesWithSchemaValidation(c, values, options, capabilities, true)
	if err != nil {
		return nil, err
	}
	if err := checkValues(schemas3(c), all["Values"].(chartutil.Values)); err != nil {
		return nil, err
	}
	files, err := helmengine.Render(c, all)
	if err != nil {
		return nil, err
	}
	hooked, sorted, err := releaseutil.SortManifests(withoutNotes(files), nil, releaseutil.InstallOrder)
	if err != nil {
		return nil, err
	}
	var crds, manifests, hooks []exchange.Document
	for _, crd := range c.CRDObjects() {
		crds = append(crds, exchange.Document{Source: crd.Filename, Text: string(crd.File.Data)})
	}
	for _, m := range sorted {
		manifests = append(manifests, exchange.Document{Source: m.Name, Text: m.Content})
	}
	for _, h := range hooked {
		hooks = append(hooks, exchange.Document{Source: h.Path, Text: h.Manifest, Hook: true})
	}
	return documentsOf(crds, manifests, hooks, r), nil
}

// capabilities3 are what templates see of a cluster, which is not asked.
func capabilities3(r release) (*chartutil.Capabilities, error) {
	version, err := chartutil.ParseKubeVersion(r.kubeVersion)
	if err != nil {
		return nil, problem.ChartBadKubeVersion.With(r.kubeVersion)
	}
	c := chartutil.DefaultCapabilities.Copy()
	c.KubeVersion = *version
	c.APIVersions = append(slices.Clone(c.APIVersions), r.apiVersions...)
	return c, nil
}

func schemas3(c *chart.Chart) schemas {
	s := schemas{name: c.Name(), text: c.Schema}
	for _, d := range c.Dependencies() {
		s.of = append(s.of, schemas3(d))
	}
	return s
}
