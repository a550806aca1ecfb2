package chart

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
)

// TestClock: a chart that shows the time, however coarsely, renders differently the second time;
// one that computes with the times that it is given does not.
func TestClock(t *testing.T) {
	differs := func(t *testing.T, engine, template string) bool {
		t.Helper()
		r := ask(file(t, "small.tgz", pack(t, small("1.0.0", entry{name: "small/templates/t.yaml", text: "kind: A\nx: \"" + template + "\"\n"})...)))
		r.Engine, r.Times = engine, 2
		answer, err := Render(r)
		if err != nil {
			t.Fatalf("%s: %v", template, err)
		}
		if !strings.Contains(string(exchange.Stream(answer.Renders[0])), "x: \"") {
			t.Fatalf("%s", exchange.Stream(answer.Renders[0]))
		}
		return !bytes.Equal(exchange.Stream(answer.Renders[0]), exchange.Stream(answer.Renders[1]))
	}
	for _, engine := range exchange.Engines {
		for _, template := range []string{
			`{{ now | date "2006-01-02" }}`, `{{ now | date "2006" }}`, `{{ now | date "01" }}`, `{{ now | date "02" }}`, `{{ now | date "15" }}`,
			`{{ now | date "04" }}`, `{{ now | date "05" }}`, `{{ now | date "Mon" }}`, `{{ now.Year }}`, `{{ now.YearDay }}`, `{{ now | unixEpoch }}`, `{{ now.UTC.Hour }}`,
			`{{ date "2006" "x" }}`, `{{ htmlDate "" }}`, `{{ htmlDateInZone nil "UTC" }}`, `{{ dateInZone "2006" "" "UTC" }}`, `{{ date_in_zone "2006" "" "UTC" }}`,
			`{{ now | dateModify "1h" | date "2006" }}`, `{{ toDate "2006" "2020" | ago }}`, `{{ ago 5 }}`, `{{ ago (int64 5) }}`, `{{ toDate "2006" "2020" | durationRound }}`,
			`{{ if lt now.Year 2030 }}a{{ else }}b{{ end }}`, `{{ tpl (print "{{ n" "ow | unixEpoch }}") . }}`, `{{ now | ago }}{{ now | htmlDate }}`,
		} {
			if !differs(t, engine, strings.ReplaceAll(template, `"`, "`")) {
				t.Errorf("%s: %s passes", engine, template)
			}
		}
		for _, template := range []string{
			`{{ toDate "2006-01-02" "2020-03-04" | date "02.01.2006" }}`, `{{ 0 | date "2006" }}`, `{{ htmlDateInZone 1600000000 "UTC" }}`, `{{ duration "95" }}`,
			`{{ durationRound "2h10m5s" }}`, `{{ dateModify "1h" (toDate "2006" "2020") | date "15" }}`, `{{ now | kindOf }}`, `{{ "now" }}`, `{{ ago "x" }}`,
		} {
			if differs(t, engine, strings.ReplaceAll(template, `"`, "`")) {
				t.Errorf("%s: %s is refused", engine, template)
			}
		}
	}
	if year := sprigFuncs["now"].(func() time.Time)().Year(); year != time.Now().Year() {
		t.Errorf("the clock stays: %d", year)
	}
}

// TestOtherClock: at whatever instant a chart is rendered, each field of the date is another
// one the second time.
func TestOtherClock(t *testing.T) {
	week := func(t time.Time) int { _, w := t.ISOWeek(); return w }
	quarter := func(t time.Time) int { return (int(t.Month()) - 1) / 3 }
	for at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2036; at = at.Add(17*time.Minute + 13*time.Second) {
		other := at.Add(otherClock)
		if at.Year() == other.Year() || at.Month() == other.Month() || at.Day() == other.Day() || at.Weekday() == other.Weekday() || at.YearDay() == other.YearDay() ||
			at.Hour() == other.Hour() || at.Minute() == other.Minute() || at.Second() == other.Second() || week(at) == week(other) || quarter(at) == quarter(other) {
			t.Fatalf("%s and %s have a field in common", at, other)
		}
	}
}

// TestClockFails: a chart that fails at another date has no documents then.
func TestClockFails(t *testing.T) {
	for _, engine := range exchange.Engines {
		r := ask(file(t, "small.tgz", pack(t, small("1.0.0", entry{name: "small/templates/t.yaml", text: "{{ if gt (now | date `2006`) `2035` }}{{ fail `x` }}{{ end }}"})...)))
		r.Engine, r.Times = engine, 2
		answer, err := Render(r)
		if err != nil || len(answer.Renders) != 2 || len(answer.Renders[0]) == 0 || len(answer.Renders[1]) != 0 {
			t.Errorf("%s: %+v, %v", engine, answer.Renders, err)
		}
	}
}
