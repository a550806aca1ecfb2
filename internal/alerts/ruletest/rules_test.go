// Package ruletest evaluates the alert rules with Prometheus' own engine. It is a
// module of its own: Prometheus' libraries are many times as large as this tool.
package ruletest

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/alerts"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/util/teststorage"
)

const life = 24 * time.Hour // of leaves, the default

// origin is an instant at which all certificates of the fixtures have years left.
var origin = time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)

// series is one series of a timeline; a nil value is no sample.
type series struct {
	labels labels.Labels
	value  func(at time.Time) *float64
}

func one(v float64) *float64 { return &v }

// families are the names that a proxy's metrics had, by Linkerd's version.
var families = []struct{ version, expires, refreshed string }{
	{"2.14", "identity_cert_expiration_timestamp_seconds", ""},
	{"2.15", "identity_cert_expiration_timestamp_seconds", "identity_cert_refresh_timestamp_seconds"},
	{"2.18", "control_identity_cert_expiration_timestamp_seconds", "control_identity_cert_refresh_timestamp_seconds"},
}

// leaf is the end of a proxy's leaf, which it renews at 70 % of its life until it
// gets stuck.
func leaf(metric, pod string, stuck time.Duration) series {
	return series{labels.FromStrings("__name__", metric, "namespace", "shop", "pod", pod), func(at time.Time) *float64 {
		passed := min(at.Sub(origin), stuck)
		renewals := passed / (life * 7 / 10)
		return one(float64(origin.Add(renewals*(life*7/10) + life).Unix()))
	}}
}

const never = 1000 * time.Hour

// issuer is the countdown of a replica of identity, whose issuer ends at end.
func issuer(pod string, end func(at time.Time) time.Time) series {
	return series{labels.FromStrings("__name__", "issuer_cert_ttl_seconds", "namespace", "linkerd", "pod", pod), func(at time.Time) *float64 {
		return one(end(at).Sub(at).Seconds())
	}}
}

func stateOf(t *testing.T, file, version string) *state.Rotation {
	t.Helper()
	text, err := os.ReadFile("../../../fixtures/rotation/" + file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Parse(file, text)
	if err != nil {
		t.Fatal(err)
	}
	s.Spec.Linkerd.Version = version
	return s
}

// fired evaluates a rules file over a timeline and gives, by alert, how long after
// the origin it fired first. A timeline of days is walked in hours, others in ten minutes.
func fired(t *testing.T, file []byte, from time.Time, hours int, all ...series) map[string]time.Duration {
	t.Helper()
	return firedBy(t, func(*rules.AlertingRule) string { return "" }, file, from, hours, all...)
}

// firedBy is fired, with something of the rule after the name of its alert.
func firedBy(t *testing.T, more func(*rules.AlertingRule) string, file []byte, from time.Time, hours int, all ...series) map[string]time.Duration {
	t.Helper()
	db := teststorage.New(t)
	defer db.Close()
	engine := promql.NewEngine(promql.EngineOpts{Logger: promslog.NewNopLogger(), MaxSamples: 1_000_000, Timeout: time.Minute})
	defer engine.Close()
	group := groupOf(t, file, &rules.ManagerOptions{AppendableV2: db, NotifyFunc: func(context.Context, string, ...*rules.Alert) {}, Queryable: db, QueryFunc: rules.EngineQueryFunc(engine, db), Context: t.Context(), Logger: promslog.NewNopLogger()})
	first := map[string]time.Duration{}
	step := 10 * time.Minute
	if hours > 100 {
		step = time.Hour
	}
	for at := from; !at.After(from.Add(time.Duration(hours) * time.Hour)); at = at.Add(step) {
		scrape(t, db, at, all)
		group.Eval(t.Context(), at)
		for _, r := range group.AlertingRules() {
			if err := r.LastError(); err != nil {
				t.Fatalf("%s: %v", r.Name(), err)
			}
			name := r.Name() + " " + r.Labels().Get("severity") + more(r)
			if _, known := first[name]; !known && r.State() == rules.StateFiring {
				first[name] = at.Sub(from)
			}
		}
	}
	return first
}

// scrape stores the samples of an instant.
func scrape(t *testing.T, db *teststorage.TestStorage, at time.Time, all []series) {
	t.Helper()
	app := db.Appender(t.Context())
	for _, s := range all {
		if v := s.value(at); v != nil {
			if _, err := app.Append(0, s.labels, at.UnixMilli(), *v); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := app.Commit(); err != nil {
		t.Fatal(err)
	}
}

// groupOf reads a rules file as Prometheus does.
func groupOf(t *testing.T, file []byte, options *rules.ManagerOptions) *rules.Group {
	t.Helper()
	p := parser.NewParser(parser.Options{})
	read, errs := rulefmt.Parse(file, false, model.UTF8Validation, p, promslog.NewNopLogger())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	var list []rules.Rule
	for _, r := range read.Groups[0].Rules {
		expr, err := p.ParseExpr(r.Expr)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, rules.NewAlertingRule(r.Alert, expr, time.Duration(r.For), 0, labels.FromMap(r.Labels), labels.FromMap(r.Annotations), labels.EmptyLabels(), "", true, promslog.NewNopLogger()))
	}
	return rules.NewGroup(rules.GroupOptions{Name: "g", Interval: time.Minute, Rules: list, Opts: options})
}

func rulesOf(t *testing.T, s *state.Rotation) []byte {
	t.Helper()
	file, err := alerts.Write(s, alerts.FormRules, nil)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// ofState is the end of the issuer that a state signs with.
func ofState(t *testing.T, s *state.Rotation) func(time.Time) time.Time {
	t.Helper()
	metrics, err := alerts.Metrics(s)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(metrics)) {
		if strings.Contains(line, `kind="issuer"`) {
			var end int64
			if _, err := fmt.Sscan(line[strings.LastIndex(line, " ")+1:], &end); err != nil {
				t.Fatal(err)
			}
			return func(time.Time) time.Time { return time.Unix(end, 0) }
		}
	}
	t.Fatal("no issuer")
	return nil
}

func check(t *testing.T, what string, got map[string]time.Duration, want map[string][2]time.Duration) {
	t.Helper()
	for name, at := range got {
		if w, ok := want[name]; !ok {
			t.Errorf("%s: %s fires after %v", what, name, at)
		} else if at < w[0] || at > w[1] {
			t.Errorf("%s: %s fires after %v, not within %v", what, name, at, w)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if _, ok := got[name]; !ok {
			t.Errorf("%s: %s stays silent", what, name)
		}
	}
}

// TestLeaves: a proxy that gets no new leaf is reported before its leaf ends, in
// every family of metrics; one that renews never is.
func TestLeaves(t *testing.T) {
	for _, f := range families {
		s := stateOf(t, "bundle/stable.yaml", f.version)
		identity := issuer("identity-0", ofState(t, s))
		check(t, f.version+", healthy", fired(t, rulesOf(t, s), origin, 60, identity, leaf(f.expires, "web-0", never)), nil)
		check(t, f.version+", stuck", fired(t, rulesOf(t, s), origin, 60, identity, leaf(f.expires, "web-0", never), leaf(f.expires, "web-1", 17*time.Hour)), map[string][2]time.Duration{
			// renewed at 16.8 h, so it ends at 40.8 h, and a fifth is left at 36 h
			"LinkerdLeafNotRefreshed warning": {36 * time.Hour, 37 * time.Hour},
			"LinkerdLeafExpired critical":     {40*time.Hour + 48*time.Minute, 41 * time.Hour},
		})
	}
}

// TestOldPods: pods that still run the proxy of another family are seen too.
func TestOldPods(t *testing.T) {
	s := stateOf(t, "bundle/stable.yaml", "2.18")
	got := fired(t, rulesOf(t, s), origin, 60, issuer("identity-0", ofState(t, s)), leaf(families[2].expires, "web-0", never), leaf(families[0].expires, "old-0", time.Hour))
	check(t, "old", got, map[string][2]time.Duration{
		"LinkerdLeafNotRefreshed warning": {19*time.Hour + 12*time.Minute, 20 * time.Hour},
		"LinkerdLeafExpired critical":     {24 * time.Hour, 25 * time.Hour},
	})
}

// copied are alert rules in the forms in which they are passed on in public, with the
// names of metrics from before Linkerd 2.16.
const copied = `groups:
- name: linkerd
  rules:
  - alert: TwoHours
    expr: identity_cert_expiration_timestamp_seconds - time() < 7200
    for: 5m
    labels: {severity: warning}
  - alert: FourHours
    expr: identity_cert_expiration_timestamp_seconds - time() < 14400
    labels: {severity: warning}
  - alert: OneDay
    expr: (identity_cert_expiration_timestamp_seconds - time()) < 86400
    labels: {severity: critical}
  - alert: SevenDays
    expr: (identity_cert_expiration_timestamp_seconds - time()) / 86400 < 7
    for: 1h
    labels: {severity: warning}
  - alert: NoRefresh
    expr: increase(identity_cert_refresh_count[20h]) == 0
    labels: {severity: warning}
`

// TestCopiedRules: rules with old names fire on old proxies (those of days at once, since
// leaves live for a day) and stay silent on new ones, whose leaf ends. Ours fire on all.
func TestCopiedRules(t *testing.T) {
	for i, f := range families {
		timeline := []series{leaf(f.expires, "web-0", time.Hour)}
		want := map[string][2]time.Duration{
			"TwoHours warning": {22 * time.Hour, 22*time.Hour + 30*time.Minute}, "FourHours warning": {20 * time.Hour, 20*time.Hour + 10*time.Minute},
			"OneDay critical": {0, 10 * time.Minute}, "SevenDays warning": {time.Hour, time.Hour},
		}
		switch i {
		case 0:
			timeline = append(timeline, series{labels.FromStrings("__name__", "identity_cert_refresh_count", "namespace", "shop", "pod", "web-0"), func(time.Time) *float64 { return one(1) }})
			want["NoRefresh warning"] = [2]time.Duration{0, time.Hour}
		case 2:
			want = nil
		}
		check(t, "copied rules on "+f.version, fired(t, []byte(copied), origin, 30, timeline...), want)
		s := stateOf(t, "bundle/stable.yaml", f.version)
		check(t, "our rules on "+f.version, fired(t, rulesOf(t, s), origin, 30, append(timeline, issuer("identity-0", ofState(t, s)))...), map[string][2]time.Duration{
			"LinkerdLeafNotRefreshed warning": {19*time.Hour + 12*time.Minute, 20 * time.Hour},
			"LinkerdLeafExpired critical":     {24 * time.Hour, 24*time.Hour + 10*time.Minute},
		})
	}
}

// TestMissing: no metrics at all are an alert, not silence.
func TestMissing(t *testing.T) {
	s := stateOf(t, "bundle/stable.yaml", "2.18")
	check(t, "nothing", fired(t, rulesOf(t, s), origin, 2), map[string][2]time.Duration{
		"LinkerdLeafMetricsMissing warning":  {30 * time.Minute, time.Hour},
		"LinkerdIssuerMetricMissing warning": {30 * time.Minute, time.Hour},
	})
	s.Spec.Linkerd.Version = "2.17" // identity has no such metric
	check(t, "2.17", fired(t, rulesOf(t, s), origin, 2), map[string][2]time.Duration{"LinkerdLeafMetricsMissing warning": {30 * time.Minute, time.Hour}})
}

// TestIdentity: a replica that kept the issuer before is reported, and one whose
// readings are late by a scrape is not.
func TestIdentity(t *testing.T) {
	s := stateOf(t, "bundle/stable.yaml", "2.18")
	right := ofState(t, s)
	web := leaf(families[2].expires, "web-0", never)
	late := func(at time.Time) time.Time { return right(at).Add(2 * time.Second) }
	check(t, "late", fired(t, rulesOf(t, s), origin, 4, web, issuer("identity-0", right), issuer("identity-1", late)), nil)
	old := func(at time.Time) time.Time { return right(at).AddDate(-1, 0, 0) }
	check(t, "old", fired(t, rulesOf(t, s), origin, 4, web, issuer("identity-0", right), issuer("identity-1", old)), map[string][2]time.Duration{
		"LinkerdIdentityNotReloaded warning": {time.Hour, 2 * time.Hour},
	})
	s.Spec.Custody.Kind = state.CustodyCertManager // whatever the end, the replicas agree
	check(t, "cert-manager, agreed", fired(t, rulesOf(t, s), origin, 4, web, issuer("identity-0", old), issuer("identity-1", old)), nil)
	check(t, "cert-manager, apart", fired(t, rulesOf(t, s), origin, 4, web, issuer("identity-0", right), issuer("identity-1", old)), map[string][2]time.Duration{
		"LinkerdIdentityNotReloaded warning": {time.Hour, 2 * time.Hour},
	})
}

// TestEnds: each certificate of the state warns before its end, whatever is scraped.
func TestEnds(t *testing.T) {
	s := stateOf(t, "bundle/stable.yaml", "2.18")
	end := ofState(t, s)(origin)
	from := end.AddDate(0, 0, -31)
	got := fired(t, rulesOf(t, s), from, 31*24, issuer("identity-0", ofState(t, s)))
	for name, within := range map[string][2]time.Duration{
		"LinkerdIssuerEnds warning":  {24 * time.Hour, 25 * time.Hour},
		"LinkerdIssuerEnds critical": {24 * 24 * time.Hour, 24*24*time.Hour + time.Hour},
	} {
		if at := got[name]; at < within[0] || at > within[1] {
			t.Errorf("%s fires after %v, not within %v", name, at, within)
		}
	}
}

// TestWaiting: a rotation that nobody moves for a week.
func TestWaiting(t *testing.T) {
	s := stateOf(t, "bundle/issuer-switched.yaml", "2.18")
	moved := origin
	s.Status.Log = state.Append(nil, state.LogEntry{Epoch: s.Status.Epoch, Phase: s.Status.Phase, At: moved.Format(time.RFC3339), Move: state.MoveAdvance})
	got := fired(t, rulesOf(t, s), moved, 8*24)
	if at := got["LinkerdRotationWaits warning"]; at < 7*24*time.Hour || at > 7*24*time.Hour+time.Hour {
		t.Errorf("after %v: %v", at, got)
	}
	if _, fires := fired(t, rulesOf(t, stateOf(t, "bundle/stable.yaml", "2.18")), moved, 8*24)["LinkerdRotationWaits warning"]; fires {
		t.Error("in stable")
	}
}
