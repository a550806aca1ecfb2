package chart

import (
	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"sigs.k8s.io/yaml"
)

// maxSetFile is the largest file that --set-file takes, in bytes: Helm keeps
// values in the release, which a cluster stores in 1 MiB.
const maxSetFile = 1 << 20

// userValues merges the user's values in Helm's order (helm, pkg/cli/values/options.go).
func (e engine) userValues(v exchange.Values) (map[string]any, error) {
	merged := map[string]any{}
	for _, f := range v.Files {
		values, err := e.values(f.Data)
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
		{"--set-json", v.JSON, e.set.json},
		{"--set", v.Set, e.set.set},
		{"--set-string", v.String, e.set.str},
		{"--set-file", v.File, e.set.parseFile},
		{"--set-literal", v.Literal, e.set.literal},
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
func feed(values map[string]any, c loaded, phase map[string][]byte) (map[string]any, []string, error) {
	if text, ok := phase[c.name]; ok {
		own, err := parseValues(text)
		return overlay(values, own), []string{c.name}, err
	}
	var fed []string
	for _, d := range c.dependencies {
		text, ok := phase[d.name]
		if !ok {
			continue
		}
		own, err := parseValues(text)
		if err != nil {
			return nil, nil, err
		}
		key := d.name
		if d.alias != "" {
			key = d.alias
		}
		values = overlay(values, map[string]any{key: own})
		fed = append(fed, d.name)
	}
	return values, fed, nil
}
