package chart

import (
	"fmt"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestUnknownEngine: a slip is refused before anything is fetched.
func TestUnknownEngine(t *testing.T) {
	for _, name := range []string{"helm5", "Helm4", "4", " helm4"} {
		r := ask("/nowhere")
		r.Engine = name
		_, err := Render(r)
		wants(t, err, problem.ChartEngine, fmt.Sprintf("%q", name), "helm3 or helm4")
	}
}

// TestEnginesDiffer: what makes the choice of an engine matter is really there,
// and a request without an engine is one for Helm 3.
func TestEnginesDiffer(t *testing.T) {
	null := small("1.0.0", entry{name: "small/values.yaml", text: "say: default\nmap: {gone: null, kept: 1}\n"},
		entry{name: "small/templates/b.yaml", text: "kind: ConfigMap\nmetadata: {name: b}\ndata: {{ .Values.map | toJson }}\n"})
	null = append(null[:1], null[2:]...) // without the first values.yaml
	two := small("1.0.0")
	two[1].text = "say: one\n---\nsay: two\n"
	for _, c := range []struct {
		name         string
		entries      []entry
		three, four  string
		refusedBy3   bool
		json         []string
		refusedBy4As *problem.Sentence
	}{
		{name: "null in the chart's values", entries: null, three: `{"gone":null,"kept":1}`, four: `{"kept":1}`},
		{name: "values of two documents", entries: two, three: `say: "one"`, four: `say: "two"`},
		{name: "an object for --set-json", entries: small("1.0.0"), json: []string{`{"say": "object"}`}, refusedBy3: true, four: `say: "object"`},
		{name: "a chart of apiVersion v3", entries: replaceFirst(small("1.0.0"), "apiVersion: v2", "apiVersion: v3"), three: `say: "default"`, refusedBy4As: &problem.ChartInvalid},
	} {
		path := file(t, "small.tgz", pack(t, c.entries...))
		for engine, want := range map[string]string{"": c.three, exchange.Helm3: c.three, exchange.Helm4: c.four} {
			r := ask(path)
			r.Engine, r.Values.JSON = engine, c.json
			answer, err := Render(r)
			switch {
			case engine == exchange.Helm4 && c.refusedBy4As != nil:
				wants(t, err, *c.refusedBy4As)
			case engine != exchange.Helm4 && c.refusedBy3:
				wants(t, err, problem.ChartValues)
			case err != nil:
				t.Errorf("%s, %q: %v", c.name, engine, err)
			case !strings.Contains(string(exchange.Stream(answer.Renders[0])), want):
				t.Errorf("%s, %q: no %s in\n%s", c.name, engine, want, exchange.Stream(answer.Renders[0]))
			}
		}
	}
}

func replaceFirst(entries []entry, old, new string) []entry {
	entries[0].text = strings.Replace(entries[0].text, old, new, 1)
	return entries
}

// TestOrderOfCRDs: CRDs of dependencies that Chart.yaml does not list come in one
// order; Helm's loader has them in the random order of a map.
func TestOrderOfCRDs(t *testing.T) {
	entries := small("1.0.0")
	for _, name := range []string{"d", "b", "e", "a", "c"} {
		entries = append(entries,
			entry{name: "small/charts/" + name + "/Chart.yaml", text: "apiVersion: v2\nname: " + name + "\nversion: 1.0.0\n"},
			entry{name: "small/charts/" + name + "/crds/crd.yaml", text: "kind: CustomResourceDefinition\nmetadata: {name: " + name + "}\n"})
	}
	path := file(t, "small.tgz", pack(t, entries...))
	for _, engine := range exchange.Engines {
		r := ask(path)
		r.Engine, r.IncludeCRDs, r.Times = engine, true, 10
		answer, err := Render(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, documents := range answer.Renders {
			var order strings.Builder
			for _, d := range documents[:5] {
				order.WriteString(strings.Split(d.Source, "/")[2])
			}
			if order.String() != "abcde" {
				t.Errorf("%s: CRDs in the order %s", engine, order.String())
			}
		}
	}
}
