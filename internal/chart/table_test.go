package chart

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
)

// TestTableOfEngines: the digests that docs/chart.md has of real Helm's output are
// those of what the engines render now. e2e/engines, which is slow, writes them.
func TestTableOfEngines(t *testing.T) {
	page, err := os.ReadFile("../../docs/chart.md")
	if err != nil {
		t.Fatal(err)
	}
	charts, err := filepath.Glob(filepath.Join(fixtures, "charts-engines", "*"))
	if err != nil || len(charts) < 10 {
		t.Fatalf("%d charts (%v)", len(charts), err)
	}
	for _, dir := range charts {
		row := fmt.Sprintf("| `%s` |", filepath.Base(dir))
		at := strings.Index(string(page), row)
		if at < 0 {
			t.Errorf("docs/chart.md has no row of %s", dir)
			continue
		}
		line, _, _ := strings.Cut(string(page)[at:], "\n")
		cells := strings.Split(line, " | ")
		for i, engine := range exchange.Engines {
			r := ask(dir)
			r.Engine, r.Namespace, r.IncludeCRDs, r.APIVersions = engine, "linkerd", true, []string{"cert-manager.io/v1"}
			if values, err := os.ReadFile(filepath.Join(dir, "user-values.yaml")); err == nil {
				r.Values.Files = []exchange.File{{Name: "user-values.yaml", Data: values}}
			}
			answer, err := Render(r)
			if err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprintf("equal, `%.12x`", sha256.Sum256(exchange.Stream(answer.Renders[0])))
			if cells[i+2] != want {
				t.Errorf("%s, %s: the page says %s, and now it is %s: run `go test ./engines -update` in e2e", dir, engine, cells[i+2], want)
			}
		}
	}
}
