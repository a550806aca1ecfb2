package fleet

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// module is docs/proof/Fleet.tla.
func module(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/proof/Fleet.tla")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// defined is what a name is defined to be in the module, up to an empty line.
func defined(t *testing.T, module, name string) string {
	t.Helper()
	_, rest, found := strings.Cut(module, "\n"+name+" ")
	if !found {
		t.Fatalf("the module does not define %s", name)
	}
	_, rest, _ = strings.Cut(rest, "== ")
	text, _, _ := strings.Cut(rest, "\n\n")
	return text
}

var (
	tlaRow    = regexp.MustCompile(`\[phase \|-> "([^"]*)", +bundle \|-> \{([^}]*)\}, +chain \|-> "([^"]*)", +barrier \|-> (\w+)\]`)
	tlaUnder  = regexp.MustCompile(`(\w+) \|-> \{([^}]*)\}`)
	tlaString = regexp.MustCompile(`"([^"]*)"`)
)

// TestModulePhases: phases, bundles, chains and barriers of the TLA+ module are those of
// the tables.
func TestModulePhases(t *testing.T) {
	text := module(t)
	for strategy, name := range map[string]string{state.StrategyBundle: "BundlePhases", state.StrategyCrossSign: "CrossSignPhases"} {
		var got []string
		for _, row := range tlaRow.FindAllStringSubmatch(defined(t, text, name), -1) {
			barrier := tlaString.FindStringSubmatch(defined(t, text, row[4]))
			got = append(got, fmt.Sprintf("%s {%s} %s: %s", row[1], strings.ReplaceAll(row[2], `"`, ""), row[3], barrier[1]))
		}
		table, _ := state.TableOf(state.KindAnchor, strategy)
		want := []string{"stable {A} a: "}
		for n, p := range table.Steps() {
			bundle, chain := "{B}", "b"
			switch {
			case len(p.Bundle) == 2:
				bundle = "{A, B}"
			case p.Bundle[0] == state.RoleOutgoing:
				bundle = "{A}"
			}
			switch {
			case p.Issuer == state.RoleOutgoing:
				chain = "a"
			case strategy == state.StrategyCrossSign && p.Name != state.PhaseStable:
				chain = "bX"
			}
			want = append(want, fmt.Sprintf("%s %s %s: %s", p.Name, bundle, chain,
				barrier(table.Steps(), n, &state.Progress{Kind: state.KindAnchor, Strategy: strategy})))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s of the module:\n%s\nof the tables:\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// TestModuleVerifies: what verifies what in the module is what [rotation.Textbook] says,
// which a test of internal/fleet/explore compares with real certificates.
func TestModuleVerifies(t *testing.T) {
	under := map[string]string{}
	for _, row := range tlaUnder.FindAllStringSubmatch(defined(t, module(t), "Under"), -1) {
		under[row[1]] = row[2]
	}
	m := rotation.Textbook()
	if len(under) != len(m.Chains) {
		t.Fatalf("%v", under)
	}
	for b, bundle := range m.Bundles {
		for c, chain := range m.Chains {
			verifies := false
			for _, anchor := range tlaString.FindAllStringSubmatch(under[strings.ReplaceAll(chain, " ", "")], -1) {
				verifies = verifies || strings.Contains(bundle, anchor[1])
			}
			if verifies != (m.Proxy[b]>>c&1 == 1) || verifies != (m.Identity[b]>>c&1 == 1) {
				t.Errorf("%s and %s: the module says %t", bundle, chain, verifies)
			}
		}
	}
}

// TestModuleRules: the reasons to hold a step are those of the program, but for the two
// that change nothing of what is safe.
func TestModuleRules(t *testing.T) {
	text := module(t)
	for name, rule := range map[string]Rule{"HeldBundle": HeldBundle, "HeldChain": HeldChain, "HeldUnknown": HeldUnknown} {
		if got := defined(t, text, name); !strings.HasPrefix(got, `"`+string(rule)+`"`) {
			t.Errorf("%s is %s, in the program %q", name, got, rule)
		}
	}
}
