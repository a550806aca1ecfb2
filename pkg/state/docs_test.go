package state

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func page(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../../docs/state-file.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// cutExample is the page's full example, and what stands before and behind it.
func cutExample(t *testing.T) (example, before, behind string) {
	t.Helper()
	before, rest, found := strings.Cut(page(t), "\n## A full example\n")
	words, rest, fenced := strings.Cut(rest, "```yaml\n")
	example, behind, closed := strings.Cut(rest, "```")
	if !found || !fenced || !closed {
		t.Fatal("the page has no example")
	}
	return example, before + words, behind
}

// The example of the page is a valid state file, and its spec spells out every
// default.
func TestExampleOfThePage(t *testing.T) {
	example, _, _ := cutExample(t)
	r := mustParse(t, []byte(example))
	bare := r.Clone()
	bare.Spec = Spec{Linkerd: Linkerd{Version: r.Spec.Linkerd.Version}, Links: r.Spec.Links, Outputs: r.Spec.Outputs}
	if !bare.WithDefaults().Equal(r.WithDefaults()) || bare.Equal(r) {
		t.Error("the example's spec is not the defaults, spelled out")
	}
	if r.Status.Phase != PhaseIssuerSwitched || r.Issuing().Name != "2026-1" || len(r.Bundle()) != 2 {
		t.Error("the example does not show what it says")
	}
}

// Every field and every word of a closed set stands on the page.
func TestPageIsComplete(t *testing.T) {
	_, before, behind := cutExample(t)
	var names []string
	var collect func(reflect.Type)
	seen := map[reflect.Type]bool{}
	collect = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] {
			return
		}
		seen[typ] = true
		for f := range typ.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			names = append(names, name)
			collect(f.Type)
		}
	}
	collect(reflect.TypeFor[Rotation]())
	for _, set := range [][]string{Schemes, CustodyKinds, OutputKinds, Layouts, WebhookKeys, Kinds, Strategies, AnchorRoles, LeavesWays, Moves, NeedCodes} {
		names = append(names, set...)
	}
	if len(names) < 80 {
		t.Fatalf("only %d names", len(names))
	}
	words := strings.FieldsFunc(before+behind, func(r rune) bool { return strings.ContainsRune(" `.,|[]*:\n()\"{}", r) })
	for _, name := range names {
		if !slices.Contains(words, name) && !strings.Contains(behind, "`"+name+"`") {
			t.Errorf("%q does not stand on the page", name)
		}
	}
}
