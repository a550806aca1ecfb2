package chart

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"helm.sh/helm/v3/pkg/chart/loader"
)

// engine is one major version of Helm. Both read the same charts, and render
// some of them differently: docs/chart.md lists how.
type engine struct {
	// folder reads the files of a chart's directory.
	folder func(dir string) ([]*loader.BufferedFile, error)
	// load makes a chart of its files.
	load func(files []*loader.BufferedFile) (loaded, error)
	// values reads a values file.
	values func(text []byte) (map[string]any, error)
	// set has the parsers of --set-json, --set and so on.
	set setters
}

// setters merge one value of a flag into values.
type setters struct {
	json, set, str, literal func(text string, into map[string]any) error
	file                    func(text string, into map[string]any, read func(path []rune) (any, error)) error
}

// loaded is a chart as an engine reads it.
type loaded struct {
	name, version, kind, kubeVersion string
	// dependencies are those that Chart.yaml lists, present the names of those that exist.
	dependencies []dependency
	present      []string
	// render renders the chart; it changes it, so each chart is rendered once.
	render func(values map[string]any, release release) ([]exchange.Document, error)
}

type dependency struct{ name, alias, version string }

// release is what templates see besides values.
type release struct {
	name, namespace, kubeVersion string
	apiVersions                  []string
	includeCRDs, noHooks         bool
}

// engineOf returns the engine of a request; requests that name none want Helm 3.
func engineOf(name string) (engine, error) {
	switch name {
	case "", exchange.Helm3:
		return helm3, nil
	case exchange.Helm4:
		return helm4, nil
	}
	return engine{}, problem.ChartEngine.With(name, strings.Join(exchange.Engines, " or "))
}

// parseFile is --set-file: the value is the text of a file.
func (s setters) parseFile(text string, into map[string]any) error {
	return s.file(text, into, func(path []rune) (any, error) { return readSetFile(string(path)) })
}

// schemas are the schemas of a chart's values and of its dependencies'.
type schemas struct {
	name string
	text []byte
	of   []schemas
}

// documentsOf puts what an engine rendered into the order of `helm template`.
func documentsOf(crds, manifests, hooks []exchange.Document, r release) []exchange.Document {
	var all []exchange.Document
	if r.includeCRDs {
		all = append(all, crds...)
	}
	all = append(all, manifests...)
	if !r.noHooks {
		all = append(all, hooks...)
	}
	return all
}

// withoutNotes drops the notes, which `helm template` does not print.
func withoutNotes(files map[string]string) map[string]string {
	for name := range files {
		if strings.HasSuffix(name, "NOTES.txt") {
			delete(files, name)
		}
	}
	return files
}

// isPresent reports whether the chart has a dependency of that name.
func (c loaded) isPresent(name string) bool { return slices.Contains(c.present, name) }

func readSetFile(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("%q: %w", path, plain(err))
	}
	if info.Size() > maxSetFile {
		return "", problem.ChartTooLarge.With("the file "+path, maxSetFile)
	}
	data, err := os.ReadFile(path)
	return string(data), err
}
