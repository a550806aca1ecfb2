package cli

import (
	"strings"
	"testing"
	"time"
)

// TestComplete: shells complete what the state allows now, and what has few values.
func TestComplete(t *testing.T) {
	t.Chdir(t.TempDir())
	begin := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	for i, args := range [][]string{{"init", "--new", "--linkerd-version", "2.18"}, {"start", "anchor", "--strategy", "bundle"}} {
		if r := callAt(t, begin.Add(time.Duration(i)*time.Hour), "", nil, args...); r.code != ExitDone {
			t.Fatal(r.stderr)
		}
	}
	for line, want := range map[string]string{
		"advance --to":             "anchor-spread issuer-switched issuer-spread anchor-dropped stable",
		"back --to":                "stable",
		"back -s none.yaml --to":   "",
		"custody rewrap --from":    "age sops sealed-secret external-secret cert-manager file",
		"status --color":           "auto always never",
		"plan -o":                  "text json yaml markdown ics",
		"report -o":                "markdown html",
		"plan":                     "anchor issuer webhooks replace renew",
		"pr start":                 "anchor issuer webhooks replace renew",
		"advance --assume":         "BUNDLE-DELIVERED BUNDLE-LOADED",
		"diff anchor-added":        "stable anchor-added",
		"diff anchor-added stable": "",
		"explain":                  "adopt-both-sources",
		"diff":                     "stable anchor-added",
		"pr":                       "advance back rollout start",
		"fleet advance --to":       "",
	} {
		args := append(append([]string{"__complete"}, strings.Fields(line)...), "")
		r := call(t, "", nil, args...)
		got, _, _ := strings.Cut(r.out, ":")
		if got = strings.Join(strings.Fields(got), " "); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}
