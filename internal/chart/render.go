package chart

import (
	"fmt"
	"io"
	"log"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/releaseutil"
)

// Serve answers one request on in with one reply on out; build is for those that
// are for a kustomization. Helm's own warnings quote values, keys among them, so
// nobody sees them.
func Serve(in io.Reader, out io.Writer, build func(exchange.Kustomization) (exchange.Built, error)) error {
	log.SetOutput(io.Discard)
	return exchange.Serve(in, out, Render, build)
}

// Render gets the chart and renders it as often as the request says.
func Render(r exchange.Request) (exchange.Answer, error) {
	s, err := open(r)
	if err != nil {
		return exchange.Answer{}, err
	}
	capabilities, err := capabilities(r)
	if err != nil {
		return exchange.Answer{}, err
	}
	answer := exchange.Answer{Digest: s.digest}
	for range r.Times {
		documents, err := renderOnce(r, &s, capabilities, &answer)
		if err != nil {
			return exchange.Answer{}, err
		}
		answer.Renders = append(answer.Renders, documents)
	}
	return answer, nil
}

// capabilities are what templates see of a cluster, which nobody asks.
func capabilities(r exchange.Request) (*chartutil.Capabilities, error) {
	c := chartutil.DefaultCapabilities.Copy()
	version, err := chartutil.ParseKubeVersion(r.KubeVersion)
	if err != nil {
		return nil, problem.ChartBadKubeVersion.With(r.KubeVersion)
	}
	c.KubeVersion = *version
	c.APIVersions = append(chartutil.VersionSet{}, c.APIVersions...)
	c.APIVersions = append(c.APIVersions, r.APIVersions...)
	return c, nil
}

// renderOnce follows `helm template` (helm, pkg/action/install.go RunWithContext):
// dependencies, values, templates, order.
func renderOnce(r exchange.Request, s *source, capabilities *chartutil.Capabilities, answer *exchange.Answer) ([]exchange.Document, error) {
	c, err := s.load()
	if err != nil {
		return nil, err
	}
	values, err := userValues(r.Values)
	if err != nil {
		return nil, err
	}
	if values, answer.Fed, err = feed(values, c, r.Phase); err != nil {
		return nil, problem.ChartValues.With("the phase's values are no YAML mapping")
	}
	release, err := releaseOf(r, c, answer)
	if err != nil {
		return nil, err
	}
	if needs := c.Metadata.KubeVersion; needs != "" && !chartutil.IsCompatibleRange(needs, capabilities.KubeVersion.String()) {
		return nil, problem.ChartKubeVersion.With(needs, capabilities.KubeVersion.String()).In(s.name)
	}
	documents, err := template(c, values, release, capabilities, r)
	if err != nil {
		return nil, problem.ChartRender.With(scrub(err.Error(), r)).In(s.name)
	}
	if len(documents) == 0 {
		return nil, problem.ChartEmpty.With(c.Name()).In(s.name)
	}
	return documents, nil
}

// releaseOf names the release and its namespace: the user's, else the chart's own.
func releaseOf(r exchange.Request, c *chart.Chart, answer *exchange.Answer) (chartutil.ReleaseOptions, error) {
	answer.Name, answer.Version = c.Name(), c.Metadata.Version
	answer.Release, answer.Namespace = r.Release, r.Namespace
	if answer.Release == "" {
		answer.Release = c.Name()
	}
	if err := chartutil.ValidateReleaseName(answer.Release); err != nil {
		return chartutil.ReleaseOptions{}, problem.ChartRelease.With(answer.Release)
	}
	for _, name := range append([]string{c.Name()}, append(answer.Fed, "")...) {
		if answer.Namespace == "" {
			answer.Namespace = r.Namespaces[name]
		}
	}
	if answer.Namespace == "" {
		answer.Namespace = "default"
	}
	return chartutil.ReleaseOptions{Name: answer.Release, Namespace: answer.Namespace, Revision: 1, IsInstall: true}, nil
}

func template(c *chart.Chart, values map[string]any, release chartutil.ReleaseOptions, capabilities *chartutil.Capabilities, r exchange.Request) ([]exchange.Document, error) {
	if err := chartutil.ProcessDependenciesWithMerge(c, values); err != nil {
		return nil, err
	}
	all, err := chartutil.ToRenderValuesWithSchemaValidation(c, values, release, capabilities, true)
	if err != nil {
		return nil, err
	}
	if err := checkValues(c, all["Values"].(chartutil.Values)); err != nil {
		return nil, err
	}
	files, err := engine.Render(c, all)
	if err != nil {
		return nil, err
	}
	for name := range files {
		if path.Base(name) == "NOTES.txt" {
			delete(files, name)
		}
	}
	hooks, manifests, err := releaseutil.SortManifests(files, nil, releaseutil.InstallOrder)
	if err != nil {
		return nil, err
	}
	var documents []exchange.Document
	if r.IncludeCRDs {
		for _, crd := range c.CRDObjects() {
			documents = append(documents, exchange.Document{Source: crd.Filename, Text: string(crd.File.Data)})
		}
	}
	for _, m := range manifests {
		documents = append(documents, exchange.Document{Source: m.Name, Text: m.Content})
	}
	for _, h := range hooks {
		if !r.NoHooks {
			documents = append(documents, exchange.Document{Source: h.Path, Text: h.Manifest, Hook: true})
		}
	}
	return documents, nil
}

// pemBlock is a PEM block or what an error text left of one.
var pemBlock = regexp.MustCompile(`(?s)-----BEGIN.*?(-----END [A-Z0-9 ]*-----|$)`)

// maxReason is how much of a chart's own error text is passed on, in bytes.
const maxReason = 2000

// bodyLine is a line of a PEM block's body: base64 (RFC 7468 section 2).
var bodyLine = regexp.MustCompile(`(?m)^\s*([A-Za-z0-9+/=]{32,})\s*$`)

// scrub makes a chart's error text fit to be shown: no PEM block, no line of one
// that stands in the values (a template may quote what it was given), one line.
func scrub(text string, r exchange.Request) string {
	text = pemBlock.ReplaceAllString(text, "(PEM)")
	values := slices.Collect(maps.Values(r.Phase))
	for _, f := range r.Values.Files {
		values = append(values, f.Data)
	}
	for _, v := range values {
		for _, line := range bodyLine.FindAllSubmatch(v, -1) {
			text = strings.ReplaceAll(text, string(line[1]), "(PEM)")
		}
	}
	text = secret.Redact(strings.Join(strings.Fields(text), " "))
	if len(text) > maxReason {
		text = fmt.Sprintf("%s … (%d bytes)", strings.ToValidUTF8(text[:maxReason], ""), len(text))
	}
	return text
}
