package chart

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestZone: the zones of a machine do not show in a chart. UTC does, by each of its names that
// every machine knows.
func TestZone(t *testing.T) {
	render := func(engine, template string) (string, error) {
		r := ask(file(t, "small.tgz", pack(t, small("1.0.0", entry{name: "small/templates/t.yaml", text: "kind: A\nx: " + template + "\n"})...)))
		r.Engine, r.Times = engine, 2
		answer, err := Render(r)
		if err != nil {
			return "", err
		}
		if string(exchange.Stream(answer.Renders[0])) != string(exchange.Stream(answer.Renders[1])) {
			t.Errorf("%s: %s differs", engine, template)
		}
		return string(exchange.Stream(answer.Renders[0])), nil
	}
	for _, engine := range exchange.Engines {
		for _, template := range []string{
			"{{ dateInZone `15:04 MST` 1600000000 `Asia/Tokyo` }}", "{{ date_in_zone `15:04` 1600000000 `GMT` }}", "{{ htmlDateInZone 1600000000 `Europe/Berlin` }}",
			"{{ htmlDateInZone 1600000000 `no zone` }}", "{{ tpl `{{ dateInZone \"15:04\" 0 \"EST\" }}` . }}",
		} {
			out, err := render(engine, template)
			if problems := problem.Of(err); err == nil || problems[0].Code != problem.ChartZone.Code || !strings.Contains(problems[0].Text, "zones other than UTC") {
				t.Errorf("%s: %s: %q, %v", engine, template, out, err)
			}
		}
		for template, want := range map[string]string{
			"{{ dateInZone `15:04 MST` 1600000000 `UTC` }}": "x: 12:26 UTC", "{{ date_in_zone `15:04 MST` 1600000000 `` }}": "x: 12:26 UTC", "{{ htmlDateInZone 1600000000 `UTC` }}": "x: 2020-09-13",
		} {
			if out, err := render(engine, template); err != nil || !strings.Contains(out, want) {
				t.Errorf("%s: %s: %q, %v", engine, template, out, err)
			}
		}
	}
}
