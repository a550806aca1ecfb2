package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestGuardFetchesNoNewChart: the guard starts the program that fetches charts
// only for charts that the base names, whatever part of their address is new, and
// for those that a maintainer accepted.
func TestGuardFetchesNoNewChart(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	marker := filepath.Join(t.TempDir(), "fetched")
	program := filepath.Join(filepath.Dir(marker), "chart")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho x > '"+marker+"'\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	l.env["L5D_PKI_CHART_PROGRAM"] = program
	const digest = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
	const known = `{kind: chart, path: c.yaml, chart: c, repo: "https://charts.example", version: 1.0.0, digest: "` + digest + `"}`
	with := func(dir, output string) {
		l.edit(dir, l.state, func(s string) string {
			before, after, _ := strings.Cut(s, "\nspec:\n")
			if strings.HasPrefix(after, "  outputs:") {
				_, after, _ = strings.Cut(after, "\n")
			}
			return before + "\nspec:\n  outputs: [" + output + "]\n" + after
		})
	}
	l.commitTo("main", func(dir string) { with(dir, known) })
	gitIn(t, l.clone, "fetch", "-q", "origin")
	judge := func(output string, args ...string) (fetched bool, codes []string, out string) {
		dir := l.job("origin/main", func(dir string) { l.committed(dir, func() { with(dir, output); put(t, dir, "note", output) }) })
		_, codes, out = l.guardedAt(dir, args...)
		_, err := os.Stat(marker)
		_ = os.Remove(marker)
		return err == nil, codes, out
	}
	url := `{kind: chart, path: c.yaml, chart: "http://169.254.169.254/latest/c.tgz", digest: "` + digest + `"}`
	for name, output := range map[string]string{
		"a URL":           url,
		"a registry":      `{kind: chart, path: c.yaml, chart: "oci://127.0.0.1:5000/c", version: 1.0.0, digest: "` + digest + `"}`,
		"another repo":    strings.Replace(known, "charts.example", "charts.example@127.0.0.1", 1),
		"another chart":   strings.Replace(known, "chart: c,", "chart: d,", 1),
		"another version": strings.Replace(known, "1.0.0", "1.0.1", 1),
		"another digest":  strings.Replace(known, "sha256:1", "sha256:2", 1),
		"no repo":         strings.Replace(known, `repo: "https://charts.example", `, "", 1),
		"beside known":    known + ", " + strings.Replace(url, "c.yaml", "d.yaml", 1),
	} {
		fetched, codes, out := judge(output)
		if fetched && name != "beside known" || !slices.Contains(codes, "guard-chart") {
			t.Errorf("%s: fetched %v, %q\n%s", name, fetched, codes, out)
		}
	}
	if fetched, codes, out := judge(strings.Replace(known, "c.yaml", "moved.yaml", 1)); !fetched || slices.Contains(codes, "guard-chart") {
		t.Errorf("the base's: %v, %q\n%s", fetched, codes, out)
	}
	if fetched, codes, out := judge(url, "--accept", "guard-chart"); !fetched || slices.Contains(codes, "guard-chart") {
		t.Errorf("accepted: %v, %q\n%s", fetched, codes, out)
	}
}
