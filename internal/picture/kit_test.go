package picture

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files anew")

// noon is the clock of every test.
var noon = date("2026-11-23T12:00:00Z")

func date(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// bar measures the days left at noon.
func bar(name, kind, role, from, to string) Bar {
	b := Bar{Name: name, Kind: kind, Role: role, NotBefore: date(from + "T00:00:00Z"), NotAfter: date(to + "T00:00:00Z")}
	seconds := b.NotAfter.Unix() - noon.Unix()
	b.DaysLeft = int(seconds / daySeconds)
	if seconds < 0 && seconds%daySeconds != 0 {
		b.DaysLeft--
	}
	return b
}

func moves(from string, gap time.Duration, labels ...string) []Mark {
	var list []Mark
	for i, label := range labels {
		list = append(list, Mark{date(from + "T10:00:00Z").Add(time.Duration(i) * gap), label})
	}
	return list
}

var anchorPhases = []string{"anchor-added", "anchor-spread", "issuer-switched", "issuer-spread", "anchor-dropped"}

// situations are what the golden files show.
func situations() map[string]Timeline {
	hooks := []Bar{
		bar("proxyInjector", "webhook", "current", "2026-01-10", "2027-01-10"),
		bar("policyValidator", "webhook", "current", "2026-01-10", "2027-06-01"),
	}
	long := strings.Repeat("identity-", 6) + "linker"
	return map[string]Timeline{
		"rotation": {Title: "prod: phase issuer-switched, epoch 3", Now: noon, Marks: moves("2026-11-12", 100*time.Hour, anchorPhases[:3]...), Bars: append([]Bar{
			bar("2025", "anchor", "outgoing", "2025-02-01", "2027-01-15"), bar("2026", "anchor", "incoming", "2026-11-01", "2028-11-01"),
			bar("2025-1", "issuer", "outgoing", "2025-12-01", "2026-12-01"), bar("2026-1", "issuer", "incoming", "2026-11-01", "2027-11-01"),
			bar("2026-1[1]", "cross", "incoming", "2026-11-01", "2027-01-15"),
		}, hooks...)},
		"expired": {Title: "staging", Now: noon, Bars: []Bar{
			bar("2024", "anchor", "current", "2024-01-01", "2026-01-01"), bar("2024-1", "issuer", "current", "2025-11-01", "2026-11-22"),
			bar("2027", "anchor", "incoming", "2027-02-01", "2029-02-01"),
		}},
		"long-and-short": {Title: "ten years beside a day", Now: noon, Marks: moves("2026-11-20", 20*time.Hour, anchorPhases...), Bars: []Bar{
			bar("decade", "anchor", "current", "2021-01-01", "2031-01-01"), bar("day", "issuer", "current", "2026-11-23", "2026-11-24"),
			bar("no end", "webhook-ca", "current", "2021-01-01", "9999-12-31"), bar("gone", "retired", "", "2015-01-01", "2021-02-01"),
		}},
		"names": {Title: "names <&> \x1b[31m of every kind: Überlandleitung", Now: noon, Marks: []Mark{{noon, "today"}, {noon, "выпуск"}}, Bars: []Bar{
			bar(long, "anchor", "outgoing", "2025-01-01", "2035-01-01"), bar("信任锚-二〇二五", "anchor", "incoming", "2026-01-01", "2036-01-01"),
			bar("Größe \"x\" <b>&amp;</b>", "issuer", "extra", "2026-01-01", "2027-01-01"), bar("якорь é\nline", "odd", "", "2026-01-01", "2028-01-01"),
			bar(strings.Repeat("much-too-long-", 20), "webhook", "current", "2026-01-01", "2026-12-20"),
		}},
		"cut": {Title: "a window of three days", Now: noon, From: date("2026-11-22T00:00:00Z"), To: date("2026-11-25T00:00:00Z"), Marks: moves("2026-11-23", 5*time.Hour, anchorPhases...), Bars: []Bar{
			bar("2025", "anchor", "outgoing", "2025-02-01", "2035-02-01"), bar("leaf", "issuer", "current", "2026-11-23", "2026-11-24"),
			bar("2019", "anchor", "extra", "2019-01-01", "2020-01-01"), bar("soon", "anchor", "incoming", "2026-11-24", "2036-11-24"),
			bar("dead", "issuer", "outgoing", "2025-11-24", "2026-11-23"),
		}},
		"instant": {Now: noon, Bars: []Bar{{Name: "one", Kind: "issuer", NotBefore: noon, NotAfter: noon}}},
		"no-now":  {Title: "without now", Bars: []Bar{bar("2025", "anchor", "current", "2025-02-01", "2035-02-01")}},
		"crowded": {Title: "more marks than lanes", Now: noon, Marks: moves("2026-11-01", time.Hour, append(append([]string{}, anchorPhases...), anchorPhases...)...), Bars: []Bar{
			bar("2025", "anchor", "current", "2025-02-01", "2035-02-01"),
		}},
		"empty": {Title: "nothing yet", Now: noon},
	}
}

// golden compares with testdata/name; -update writes it.
func golden(t *testing.T, name string, have []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, have, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(have) {
		t.Errorf("%s differs; run with -update and read the diff\n--- have\n%s", file, have)
	}
}
