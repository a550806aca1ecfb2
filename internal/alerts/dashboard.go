package alerts

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Fields of Grafana's dashboard model, version 39 (grafana/grafana
// kinds/dashboard/dashboard_kind.cue), as far as they are used.
type (
	board struct {
		Title         string      `json:"title"`
		UID           string      `json:"uid"`
		Tags          []string    `json:"tags"`
		SchemaVersion int         `json:"schemaVersion"`
		Editable      bool        `json:"editable"`
		Refresh       string      `json:"refresh"`
		Time          span        `json:"time"`
		Templating    templating  `json:"templating"`
		Annotations   annotations `json:"annotations"` // Grafana's schema asks for the list
		Panels        []panel     `json:"panels"`
	}
	span       struct{ From, To string }
	templating struct {
		List []variable `json:"list"`
	}
	annotations struct {
		List []any `json:"list"`
	}
	variable struct {
		Name  string `json:"name"`
		Label string `json:"label"`
		Type  string `json:"type"`
		Query string `json:"query"`
	}
	panel struct {
		ID          int         `json:"id"`
		Title       string      `json:"title"`
		Description string      `json:"description"`
		Type        string      `json:"type"`
		Datasource  source      `json:"datasource"`
		GridPos     place       `json:"gridPos"`
		FieldConfig fieldConfig `json:"fieldConfig"`
		Targets     []target    `json:"targets"`
	}
	source struct {
		Type string `json:"type"`
		UID  string `json:"uid"`
	}
	place struct {
		H int `json:"h"`
		W int `json:"w"`
		X int `json:"x"`
		Y int `json:"y"`
	}
	fieldConfig struct {
		Defaults  defaults `json:"defaults"`
		Overrides []any    `json:"overrides"`
	}
	defaults struct {
		Unit string `json:"unit"`
	}
	target struct {
		RefID        string `json:"refId"`
		Expr         string `json:"expr"`
		LegendFormat string `json:"legendFormat"`
		Instant      bool   `json:"instant"`
	}
)

// MarshalJSON writes Grafana's names.
func (s span) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"from": s.From, "to": s.To})
}

// dashboard shows what the alerts look at.
func dashboard(s *state.Rotation) ([]byte, error) {
	m, err := newMesh(s)
	if err != nil {
		return nil, err
	}
	d := board{
		Title: "Linkerd PKI: " + s.Metadata.Name, UID: "linkerd-pki-" + uid(s.Metadata.Name), Tags: []string{"linkerd", "pki"}, SchemaVersion: 39, Refresh: "1m",
		Time:        span{"now-24h", "now"},
		Templating:  templating{[]variable{{Name: "datasource", Label: "Prometheus", Type: "datasource", Query: "prometheus"}}},
		Annotations: annotations{[]any{}},
	}
	for _, p := range m.panels() {
		p.ID = len(d.Panels) + 1
		p.GridPos = place{H: 8, W: 12, X: 12 * (len(d.Panels) % 2), Y: 8 * (len(d.Panels) / 2)}
		p.Datasource = source{"prometheus", "${datasource}"}
		p.FieldConfig.Overrides = []any{}
		for i := range p.Targets {
			p.Targets[i].RefID = string(rune('A' + i))
		}
		d.Panels = append(d.Panels, p)
	}
	text, err := json.MarshalIndent(d, "", "  ")
	return append(text, '\n'), err
}

func (m mesh) panels() []panel {
	left := panel{Title: "Certificates: time left", Description: "From the state: anchors, issuer and webhooks in use.", Type: "bargauge"}
	for _, c := range m.certificates {
		left.Targets = append(left.Targets, target{Expr: fmt.Sprintf("vector(%d) - time()", c.NotAfter.Unix()), LegendFormat: c.Kind + " " + c.Name, Instant: true})
	}
	leaf := panel{Title: "Leaves: time left", Description: "The least of each namespace. Proxies ask for a new leaf when 70 % of its life is over.", Type: "timeseries"}
	refreshed := panel{Title: "Leaves: time since the last refresh", Description: "The longest of each namespace. Proxies of Linkerd 2.15 and later.", Type: "timeseries"}
	seen := map[string]bool{}
	for _, row := range linkerd.LeafMetricsTable {
		for _, one := range []struct {
			metric, expr string
			into         *panel
		}{{row.Expires, "min by (namespace) (%s - time())", &leaf}, {row.Refreshed, "max by (namespace) (time() - %s)", &refreshed}} {
			if one.metric == "" || seen[one.metric] {
				continue
			}
			seen[one.metric] = true
			one.into.Targets = append(one.into.Targets, target{Expr: fmt.Sprintf(one.expr, one.metric), LegendFormat: "{{namespace}}"})
		}
	}
	list := []panel{left, leaf, refreshed}
	if m.issuerMetric {
		list = append(list, panel{Title: "Identity: time left of the issuer of each replica", Description: "Replicas that differ sign with different issuers.", Type: "timeseries",
			Targets: []target{{Expr: linkerd.IssuerTTLMetric, LegendFormat: "{{pod}}"}}})
	}
	for i := range list {
		list[i].FieldConfig.Defaults.Unit = "s"
	}
	return list
}

// uid is a name in the letters that Grafana takes, at most 28 of them.
func uid(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(name))
	return name[:min(len(name), 28)]
}
