package explore

import (
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

const page = "../../../docs/proof.md"

// long are the walks of `make prove-long`: every state of three members.
func long() (all []Options) {
	for _, strategy := range strategies {
		o := sized(strategy, 3, 2)
		o.MaxStates = 24 << 20
		all = append(all, o)
	}
	for _, strategy := range strategies {
		o := sized(strategy, 3, 1)
		o.MaxStates, o.Stale = 24<<20, true
		all = append(all, o)
	}
	return all
}

// TestPage walks everything and writes docs/proof.md where L5D_PROVE_REPORT names it
// (`make prove-long`). Otherwise it compares the page with what takes a second: the
// counter-examples, and what the rows say.
func TestPage(t *testing.T) {
	counter := WithoutRules(sized(state.StrategyBundle, 2, 1))
	if file := os.Getenv("L5D_PROVE_REPORT"); file != "" {
		var all Results
		for _, o := range long() {
			begin := time.Now()
			r := Explore(o)
			r.Seconds = time.Since(begin).Seconds()
			t.Logf("%+v", r)
			if !r.Safe || !r.Whole || !r.Reached {
				t.Fatalf("%+v", r)
			}
			all = append(all, r)
			runtime.GC() // half a gigabyte
		}
		for name, text := range map[string]string{"states": all.Markdown(), "counter-examples": Results(counter).counterexamples()} {
			if err := testkit.PutSection(file, name, text); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	shown, err := testkit.Section(page, "counter-examples")
	if err != nil {
		t.Fatal(err)
	}
	if want := Results(counter).counterexamples(); shown != want {
		t.Errorf("docs/proof.md has other counter-examples; run `make prove-long`, or the first of its lines.\nwant:\n%s", want)
	}
	table, err := testkit.Section(page, "states")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^\| ([^|]+) \| 3 \| \d \| 1 \| (\d+) \| .* \| safe in every state \|$`).FindAllStringSubmatch(table, -1)
	if len(rows) != len(long()) {
		t.Fatalf("docs/proof.md has %d rows of %d walks:\n%s", len(rows), len(long()), table)
	}
	for i, o := range long() {
		if name := (Result{Name: o.Name, Stale: o.Stale}).title(); rows[i][1] != name {
			t.Errorf("row %d is %q, not %q", i, rows[i][1], name)
		}
		if n, _ := strconv.Atoi(rows[i][2]); n < 5_000_000 || o.Proxies == 2 && n < 10_000_000 {
			t.Errorf("row %q has %s states", rows[i][1], rows[i][2])
		}
	}
	if strings.Count(shown, "the handshake fails") != len(mutants) {
		t.Error("not every rule that is left out has a counter-example")
	}
}
