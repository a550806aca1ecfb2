package chart

import (
	"fmt"
	"os"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/strvals"
	"sigs.k8s.io/yaml"
)

// maxSetFile is the largest file that --set-file takes, in bytes: Helm keeps
// values in the release, which a cluster stores in 1 MiB.
const maxSetFile = 1 << 20

// userValues merges the user's values in Helm's order (helm, pkg/cli/values/options.go).
func userValues(v exchange.Values) (map[string]any, error) {
	merged := map[string]any{}
	for _, f := range v.Files {
		values, err := parseValues(f.Data)
		if err != nil {
			return nil, problem.ChartValues.With("not one YAML mapping").In(f.Name)
		}
		merged = overlay(merged, values)
	}
	kinds := []struct {
		flag  string
		texts []string
		parse func(string, map[string]any) error
	}{
		{"--set-json", v.JSON, strvals.ParseJSON},
		{"--set", v.Set, strvals.ParseInto},
		{"--set-string", v.String, strvals.ParseIntoString},
		{"--set-file", v.File, parseFile},
		{"--set-literal", v.Literal, strvals.ParseLiteralInto},
	}
	for _, kind := range kinds {
		for _, text := range kind.texts {
			if err := kind.parse(text, merged); err != nil {
				return nil, problem.ChartValues.With(scrub(err.Error(), exchange.Request{})).In(kind.flag)
			}
		}
	}
	return merged, nil
}

// parseFile is --set-file: the value is the text of a file.
func parseFile(text string, into map[string]any) error {
	return strvals.ParseIntoFile(text, into, func(path []rune) (any, error) {
		info, err := os.Stat(string(path))
		if err != nil {
			return nil, fmt.Errorf("%q: %w", string(path), plain(err))
		}
		if info.Size() > maxSetFile {
			return nil, problem.ChartTooLarge.With("the file "+string(path), maxSetFile)
		}
		data, err := os.ReadFile(string(path))
		return string(data), err
	})
}

func parseValues(text []byte) (map[string]any, error) {
	values := map[string]any{}
	err := yaml.Unmarshal(text, &values)
	return values, err
}

// overlay lays values over others, map by map; null stands, as it tells Helm to
// drop a default.
func overlay(under, over map[string]any) map[string]any {
	merged := make(map[string]any, len(under)+len(over))
	for key, value := range under {
		merged[key] = value
	}
	for key, value := range over {
		below, isMap := merged[key].(map[string]any)
		above, alsoMap := value.(map[string]any)
		if isMap && alsoMap {
			value = overlay(below, above)
		}
		merged[key] = value
	}
	return merged
}

// feed lays the phase's values over the user's: at the top for a chart that
// they are for, under its name or alias for a dependency. It names the charts
// that were fed.
func feed(values map[string]any, c *chart.Chart, phase map[string][]byte) (map[string]any, []string, error) {
	if text, ok := phase[c.Name()]; ok {
		own, err := parseValues(text)
		return overlay(values, own), []string{c.Name()}, err
	}
	var fed []string
	for _, d := range c.Metadata.Dependencies {
		text, ok := phase[d.Name]
		if !ok {
			continue
		}
		own, err := parseValues(text)
		if err != nil {
			return nil, nil, err
		}
		key := d.Name
		if d.Alias != "" {
			key = d.Alias
		}
		values = overlay(values, map[string]any{key: own})
		fed = append(fed, d.Name)
	}
	return values, fed, nil
}
