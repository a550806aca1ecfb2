package ruletest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/alerts"

	"github.com/grafana/grafana-foundation-sdk/go/bargauge"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	grafana "github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/util/teststorage"
)

// states are the states and versions of Linkerd whose dashboards are looked at.
var states = []struct{ file, version string }{
	{"bundle/stable.yaml", "2.14"}, {"bundle/stable.yaml", "2.15"}, {"bundle/stable.yaml", "2.18"},
	{"bundle/anchor-added.yaml", "2.18"}, {"webhooks/webhook-ca-added.yaml", "2.18"}, {"cross-sign/anchor-swapped.yaml", "2.18"},
}

func dashboardOf(t *testing.T, file, version string) []byte {
	t.Helper()
	text, err := alerts.Write(stateOf(t, file, version), alerts.FormDashboard, nil)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// checkDashboard reads a dashboard by Grafana's own types, which are made from its
// schema: required fields are there, no field is unknown, and values are valid. The
// types lose what is wrong in a panel on the way up, so that each part is read by itself.
func checkDashboard(text []byte) error {
	var d dashboard.Dashboard //nolint:staticcheck // the schema of the dashboards that are provisioned by file
	var parts struct{ Panels []json.RawMessage }
	if err := errors.Join(strict(&d, text), json.Unmarshal(text, &parts), d.Validate()); err != nil {
		return err
	}
	for _, v := range d.Templating.List {
		if v.Type != dashboard.VariableTypeDatasource {
			return fmt.Errorf("variable %s: type %q", v.Name, v.Type)
		}
	}
	for _, raw := range parts.Panels {
		var panel dashboard.Panel
		var config dashboard.FieldConfigSource
		var in struct {
			FieldConfig json.RawMessage
			Targets     []json.RawMessage
		}
		if err := errors.Join(strict(&panel, raw), json.Unmarshal(raw, &in), panel.Validate()); err != nil {
			return err
		}
		if panel.Type != bargauge.VariantConfig().Identifier && panel.Type != timeseries.VariantConfig().Identifier {
			return fmt.Errorf("panel of the unknown type %q", panel.Type)
		}
		if err := errors.Join(strict(&config, in.FieldConfig), config.Validate()); err != nil {
			return err
		}
		for _, raw := range in.Targets {
			var q grafana.Dataquery
			if err := errors.Join(strict(&q, raw), q.Validate()); err != nil {
				return err
			}
		}
	}
	return nil
}

// strict is the error of a strict reading. Where nothing is wrong it returns an empty
// list of errors instead of none.
func strict(into interface{ UnmarshalJSONStrict([]byte) error }, text []byte) error {
	err := into.UnmarshalJSONStrict(text)
	if list := (cog.BuildErrors)(nil); errors.As(err, &list) && len(list) == 0 {
		return nil
	}
	return err
}

// TestDashboard: the dashboard is valid for Grafana's schema, and its panels have each
// a number and a place of their own.
func TestDashboard(t *testing.T) {
	for _, s := range states {
		text := dashboardOf(t, s.file, s.version)
		if err := checkDashboard(text); err != nil {
			t.Errorf("%s, %s: %v", s.file, s.version, err)
		}
		var d struct {
			Panels []struct {
				ID      int
				GridPos dashboard.GridPos
			}
		}
		if err := json.Unmarshal(text, &d); err != nil || len(d.Panels) < 3 {
			t.Errorf("%s, %s: %d panels: %v", s.file, s.version, len(d.Panels), err)
		}
		taken := map[any]bool{}
		for _, p := range d.Panels {
			if taken[p.ID] || taken[p.GridPos] {
				t.Errorf("%s, %s: panel %d has the number or the place of another", s.file, s.version, p.ID)
			}
			taken[p.ID], taken[p.GridPos] = true, true
		}
	}
}

// TestSpoiltDashboard: a field that Grafana does not have, and a value of another
// kind, are found wherever they are.
func TestSpoiltDashboard(t *testing.T) {
	good := string(dashboardOf(t, "bundle/stable.yaml", "2.18"))
	for _, spoilt := range [][2]string{
		{`"schemaVersion":`, `"schema":`}, {`"gridPos":`, `"gridPosition":`}, {`"unit":`, `"units":`}, {`"legendFormat":`, `"legend":`}, {`"expr":`, `"query":`},
		{`"from":`, `"start":`}, {`"annotations":`, `"notes":`}, {`"title":`, `"name":`}, {`"w": 12`, `"w": 25`}, {`"type": "datasource"`, `"type": "nothing"`}, {`"type": "timeseries"`, `"type": "graphs"`}, {`"h": 8`, `"h": 0`}, {`"instant": true`, `"instant": "yes"`},
	} {
		text := strings.ReplaceAll(good, spoilt[0], spoilt[1])
		if text == good {
			t.Fatalf("the dashboard has no %s", spoilt[0])
		}
		if err := checkDashboard([]byte(text)); err == nil {
			t.Errorf("%s for %s is valid", spoilt[1], spoilt[0])
		}
	}
}

// TestDashboardQueries: Prometheus parses each query, and each panel has something to
// show where the metrics of the version are scraped.
func TestDashboardQueries(t *testing.T) {
	p := parser.NewParser(parser.Options{})
	for i, f := range families {
		db := teststorage.New(t)
		engine := promql.NewEngine(promql.EngineOpts{Logger: promslog.NewNopLogger(), MaxSamples: 1_000_000, Timeout: time.Minute})
		s := stateOf(t, "bundle/stable.yaml", f.version)
		all := []series{leaf(f.expires, "web-0", never), issuer("identity-0", ofState(t, s))}
		if f.refreshed != "" {
			all = append(all, leaf(f.refreshed, "web-0", never))
		}
		scrape(t, db, origin, all)
		for title, queries := range queriesOf(t, dashboardOf(t, "bundle/stable.yaml", f.version)) {
			shown := 0
			for _, query := range queries {
				if _, err := p.ParseExpr(query); err != nil {
					t.Errorf("%s: %s: %v", title, query, err)
					continue
				}
				q, err := engine.NewInstantQuery(t.Context(), db, nil, query, origin.Add(time.Minute))
				if err != nil {
					t.Fatal(err)
				}
				vector, err := q.Exec(t.Context()).Vector()
				if err != nil {
					t.Errorf("%s: %s: %v", title, query, err)
				}
				shown += len(vector)
			}
			if shown == 0 && !(i == 0 && strings.Contains(title, "last refresh")) { // proxies before 2.15 do not say it
				t.Errorf("%s: %q shows nothing", f.version, title)
			}
		}
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
		db.Close()
	}
}

// queriesOf are the queries of a dashboard, by the title of their panel.
func queriesOf(t *testing.T, text []byte) map[string][]string {
	t.Helper()
	var d struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, p := range d.Panels {
		for _, q := range p.Targets {
			all[p.Title] = append(all[p.Title], q.Expr)
		}
	}
	return all
}
