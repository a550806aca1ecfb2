package chart

import (
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"helm.sh/helm/v3/pkg/chartutil"
)

// Serve answers one request on in with one reply on out; build is for those that
// are for a kustomization. Helm's own warnings quote values, keys among them, so
// nobody sees them.
func Serve(in io.Reader, out io.Writer, build func(exchange.Kustomization) (exchange.Built, error)) error {
	log.SetOutput(io.Discard)
	return exchange.Serve(in, out, Render, build)
}

// Render gets the chart and renders it as often as the request says. From the second time on,
// templates have another clock, and a render that fails has no documents.
func Render(r exchange.Request) (exchange.Answer, error) {
	s, err := open(r)
	if err != nil {
		return exchange.Answer{}, err
	}
	answer := exchange.Answer{Digest: s.digest}
	for i := range r.Times {
		once := func() ([]exchange.Document, error) { return renderOnce(r, &s, &answer) }
		if i > 0 {
			documents, _ := atOtherClock(once) // a failure is another result than the first
			answer.Renders = append(answer.Renders, documents)
			continue
		}
		documents, err := once()
		if err != nil {
			return exchange.Answer{}, err
		}
		answer.Renders = append(answer.Renders, documents)
	}
	return answer, nil
}

// renderOnce does what `helm template` does: dependencies, values, templates, order.
func renderOnce(r exchange.Request, s *source, answer *exchange.Answer) ([]exchange.Document, error) {
	c, err := s.load()
	if err != nil {
		return nil, err
	}
	values, err := s.engine.userValues(r.Values)
	if err != nil {
		return nil, err
	}
	if values, answer.Fed, err = feed(values, c, r.Phase); err != nil {
		return nil, problem.ChartValues.With("the phase's values are no YAML mapping")
	}
	named, err := releaseOf(r, c, answer)
	if err != nil {
		return nil, err
	}
	documents, err := c.render(values, named)
	var known *problem.Problem
	switch {
	case errors.As(err, &known):
		return nil, known.In(s.name)
	case err != nil && strings.Contains(err.Error(), otherZone):
		return nil, problem.ChartZone.With(scrub(err.Error(), r)).In(s.name)
	case err != nil:
		return nil, problem.ChartRender.With(scrub(err.Error(), r)).In(s.name)
	case len(documents) == 0:
		return nil, problem.ChartEmpty.With(c.name).In(s.name)
	}
	return documents, nil
}

// releaseOf names the release and its namespace: the user's, else the chart's own.
func releaseOf(r exchange.Request, c loaded, answer *exchange.Answer) (release, error) {
	answer.Name, answer.Version = c.name, c.version
	answer.Release, answer.Namespace = r.Release, r.Namespace
	if answer.Release == "" {
		answer.Release = c.name
	}
	if err := chartutil.ValidateReleaseName(answer.Release); err != nil {
		return release{}, problem.ChartRelease.With(answer.Release)
	}
	for _, name := range append([]string{c.name}, append(answer.Fed, "")...) {
		if answer.Namespace == "" {
			answer.Namespace = r.Namespaces[name]
		}
	}
	if answer.Namespace == "" {
		answer.Namespace = "default"
	}
	return release{
		name: answer.Release, namespace: answer.Namespace, kubeVersion: r.KubeVersion, apiVersions: r.APIVersions,
		includeCRDs: r.IncludeCRDs, noHooks: r.NoHooks,
	}, nil
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
