package engines

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e"
	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

var update = flag.Bool("update", false, "write the table of docs/chart.md anew")

// page has the table between these two lines.
const (
	page  = "docs/chart.md"
	begin = "<!-- engines: written by e2e/engines, `go test ./engines -update` -->\n"
	end   = "<!-- engines: end -->\n"
)

// flags are those of `helm template` and `chart` alike. KubeVersion and the API
// are what fixtures/charts-engines/capabilities looks at.
func flags(chart string) []string {
	all := []string{chart, "--namespace", "linkerd", "--kube-version", "1.34.0", "--include-crds", "--api-versions", "cert-manager.io/v1"}
	if values := filepath.Join(chart, "user-values.yaml"); exists(values) {
		all = append(all, "-f", values)
	}
	return all
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// template is `helm template` of a major version.
func template(t testing.TB, h *e2e.Helm, chart string) []byte {
	t.Helper()
	return h.MustRun(t, "", nil, "helm", append([]string{"template", filepath.Base(chart)}, flags(chart)...)...)
}

// TestEngines: `chart --engine` prints what the real Helm of that major version
// prints, byte for byte, and docs/chart.md says so of these very charts.
func TestEngines(t *testing.T) {
	helms := map[string]*e2e.Helm{"3": e2e.NewHelm(t, "3"), "4": e2e.NewHelm(t, "4")}
	charts, err := filepath.Glob(peer.Fixture("charts-engines/*"))
	if err != nil || len(charts) < 10 {
		t.Fatalf("%d charts (%v)", len(charts), err)
	}
	table := "| chart | what is in it | Helm 3.22 | Helm 4.3 | what differs between the two |\n|---|---|---|---|---|\n"
	for _, chart := range charts {
		name, rendered := filepath.Base(chart), map[string]string{}
		row := fmt.Sprintf("| `%s` | %s |", name, about(t, chart))
		for _, major := range []string{"3", "4"} {
			h := helms[major]
			want := string(template(t, h, chart))
			args := append([]string{"chart", "--engine", "helm" + major, "--release", name, "-s", peer.Fixture("rotation/bundle/stable.yaml")}, flags(chart)...)
			if got := string(h.MustRun(t, "", nil, "l5d-pki-render", args...)); got != want {
				t.Errorf("%s, Helm %s: not the bytes of `helm template`:\n%s\nwant\n%s", name, major, got, want)
			}
			rendered[major] = want
			row += fmt.Sprintf(" equal, `%.12x` |", sha256.Sum256([]byte(want)))
		}
		table += row + " " + differ(t, rendered["3"], rendered["4"]) + " |\n"
	}
	if !t.Failed() {
		checkTable(t, table)
	}
}

// about is the first line of a chart's about.md.
func about(t testing.TB, chart string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(chart, "about.md"))
	line, _, _ := strings.Cut(strings.TrimPrefix(string(text), "# "), "\n")
	if err != nil || line == "" {
		t.Fatalf("%s: nothing says what is in it (%v)", chart, err)
	}
	return line
}

// differ says how the output of Helm 4 differs from that of Helm 3.
func differ(t testing.TB, three, four string) string {
	t.Helper()
	if three == four {
		return "nothing"
	}
	fields := e2e.DiffObjects(e2e.ParseObjects(t, []byte(four)), e2e.ParseObjects(t, []byte(three)))
	if len(fields) == 0 {
		return "empty lines"
	}
	var names []string
	for _, field := range fields {
		object, rest, _ := strings.Cut(field, ": ")
		path, _, _ := strings.Cut(rest, " ")
		names = append(names, fmt.Sprintf("%s `%s`", object, strings.TrimPrefix(path, ".")))
	}
	return strings.Join(names, ", ")
}

func checkTable(t *testing.T, table string) {
	path := filepath.Join(peer.Root(), filepath.FromSlash(page))
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begin)
	old, after, also := strings.Cut(rest, end)
	switch {
	case !found || !also:
		t.Fatalf("%s has no place for the table", page)
	case old == table:
	case *update:
		if err := os.WriteFile(path, []byte(before+begin+table+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the table in %s is out of date; run `go test ./engines -update` in e2e. It should be\n%s", page, table)
	}
}
