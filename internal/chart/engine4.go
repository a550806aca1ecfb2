package chart

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	loader4 "helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	helmengine "helm.sh/helm/v4/pkg/engine"
	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"
	"helm.sh/helm/v4/pkg/strvals"
)

// helm4 follows `helm template` of Helm 4.3 (pkg/cli/values/options.go,
// pkg/action/install.go RunWithContext).
var helm4 = engine{
	folder: folder4,
	load:   load4,
	values: func(text []byte) (map[string]any, error) { return loader4.LoadValues(bytes.NewReader(text)) },
	set: setters{
		json: json4, set: strvals.ParseInto, str: strvals.ParseIntoString, literal: strvals.ParseLiteralInto,
		file: func(text string, into map[string]any, read func([]rune) (any, error)) error {
			return strvals.ParseIntoFile(text, into, read)
		},
	},
}

func folder4(dir string) ([]*loader.BufferedFile, error) {
	c, err := loader4.LoadDir(dir)
	if err != nil {
		return nil, err
	}
	files := make([]*loader.BufferedFile, len(c.Raw))
	for i, f := range c.Raw {
		files[i] = &loader.BufferedFile{Name: f.Name, Data: f.Data}
	}
	return files, nil
}

func load4(files []*loader.BufferedFile) (loaded, error) {
	own := make([]*archive.BufferedFile, len(files))
	for i, f := range files {
		own[i] = &archive.BufferedFile{Name: f.Name, Data: f.Data}
	}
	c, err := loader4.LoadFiles(own)
	if err == nil {
		err = c.Validate()
	}
	if err == nil && c.Metadata.APIVersion != chart.APIVersionV1 && c.Metadata.APIVersion != chart.APIVersionV2 {
		err = errors.New("unsupported chart version") // Helm's words; its loader of apiVersion v3 is internal
	}
	if err != nil {
		return loaded{}, err
	}
	sort4(c)
	m := c.Metadata
	of := loaded{name: c.Name(), version: m.Version, kind: m.Type, kubeVersion: m.KubeVersion}
	for _, d := range m.Dependencies {
		of.dependencies = append(of.dependencies, dependency{d.Name, d.Alias, d.Version})
	}
	for _, d := range c.Dependencies() {
		of.present = append(of.present, d.Name())
	}
	of.render = func(values map[string]any, r release) ([]exchange.Document, error) { return render4(c, values, r) }
	return of, nil
}

// sort4 sorts dependencies by name: the loader has them in the random order of a
// map, which shows in the order of their CRDs.
func sort4(c *chart.Chart) {
	dependencies := c.Dependencies()
	slices.SortFunc(dependencies, func(a, b *chart.Chart) int { return strings.Compare(a.Name(), b.Name()) })
	for _, d := range dependencies {
		sort4(d)
	}
}

func render4(c *chart.Chart, values map[string]any, r release) ([]exchange.Document, error) {
	capabilities, err := capabilities4(r)
	if err != nil {
		return nil, err
	}
	if needs := c.Metadata.KubeVersion; needs != "" && !chartutil.IsCompatibleRange(needs, capabilities.KubeVersion.String()) {
		return nil, problem.ChartKubeVersion.With(needs, capabilities.KubeVersion.String())
	}
	if err := chartutil.ProcessDependencies(c, values); err != nil {
		return nil, err
	}
	options := common.ReleaseOptions{Name: r.name, Namespace: r.namespace, Revision: 1, IsInstall: true}
	all, err := util.ToRenderValuesWithSchemaValidation(c, values, options, capabilities, true)
	if err != nil {
		return nil, err
	}
	if err := checkValues(schemas4(c), all["Values"].(common.Values)); err != nil {
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

// capabilities4 are what templates see of a cluster, which is not asked.
func capabilities4(r release) (*common.Capabilities, error) {
	version, err := common.ParseKubeVersion(r.kubeVersion)
	if err != nil {
		return nil, problem.ChartBadKubeVersion.With(r.kubeVersion)
	}
	c := common.DefaultCapabilities.Copy()
	c.KubeVersion = *version
	c.APIVersions = append(slices.Clone(c.APIVersions), r.apiVersions...)
	return c, nil
}

func schemas4(c *chart.Chart) schemas {
	s := schemas{name: c.Name(), text: c.Schema}
	for _, d := range c.Dependencies() {
		s.of = append(s.of, schemas4(d))
	}
	return s
}

// json4 is --set-json, which takes a whole object in Helm 4, too.
func json4(text string, into map[string]any) error {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "{") {
		return strvals.ParseJSON(text, into)
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		return err
	}
	maps.Copy(into, loader4.MergeMaps(into, object))
	return nil
}
