package state

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// walks is which rotations there are: each kind, with its strategies.
var walks = map[string][]string{
	KindAnchor: Strategies, KindIssuer: {""}, KindWebhooks: {""}, KindReplace: {""}, KindRenew: {""},
}

// TestEveryRotationHasItsTable: kinds, strategies and tables are the same set, and
// a rotation starts without a need, for nothing is known before it.
func TestEveryRotationHasItsTable(t *testing.T) {
	count := 0
	for _, kind := range Kinds {
		for _, strategy := range walks[kind] {
			table, ok := TableOf(kind, strategy)
			if !ok || len(table.Phases) == 0 {
				t.Errorf("%s %s has no phases", kind, strategy)
				continue
			}
			count++
			if first := table.Phases[0]; len(first.Needs) > 0 || first.Rollout != RolloutNone {
				t.Errorf("%s: the start needs %v, rollout %d", table.title(), first.Needs, first.Rollout)
			}
			for _, p := range table.Steps()[1:] {
				if len(p.Needs) == 0 {
					t.Errorf("%s: %s needs nothing", table.title(), p.Name)
				}
			}
			if !slices.Equal(table.names(), slices.Compact(slices.Clone(table.names()))) || slices.Contains(table.names(), PhaseStable) {
				t.Errorf("%s: %v", table.title(), table.names())
			}
		}
	}
	if count != len(Tables) || len(walks) != len(Kinds) {
		t.Errorf("%d tables, %d of them reached", len(Tables), count)
	}
}

// TestEveryRowIsFilled: no field of a row is left out, of any phase of any rotation,
// the stable ends included.
func TestEveryRowIsFilled(t *testing.T) {
	mayBeEmpty := []string{"Needs", "TakesTrust", "WebhookSides"} // the start's, "no", "as before"
	rows := []Phase{Stable}
	for _, table := range Tables {
		rows = append(rows, table.Steps()...)
		end := table.End
		end.Needs, end.Rollout = nil, RolloutNone
		if !reflect.DeepEqual(end, Stable) {
			t.Errorf("%s ends in %+v", table.title(), table.End)
		}
	}
	for _, p := range rows {
		for field, value := range reflect.ValueOf(p).Fields() {
			if value.IsZero() && !slices.Contains(mayBeEmpty, field.Name) {
				t.Errorf("%s: %s is empty", p.Name, field.Name)
			}
		}
		for _, role := range append(slices.Clone(p.Bundle), p.Issuer) {
			if !slices.Contains(IssuerRoles, role) {
				t.Errorf("%s: role %q", p.Name, role)
			}
		}
		for _, n := range p.Needs {
			if !n.Known() {
				t.Errorf("%s: need %q", p.Name, n)
			}
		}
		if p.Rollout == RolloutAlways && !slices.Contains(p.Needs, BundleDelivered) {
			t.Errorf("%s restarts pods before the bundle is known to be delivered", p.Name)
		}
		if !slices.Contains(p.Bundle, RoleOutgoing) && p.Issuer == RoleOutgoing {
			t.Errorf("%s: the issuer's anchor is not delivered", p.Name)
		}
	}
}

// TestEveryNeedIsFilled: each need is a sentence with a hint, in the order of the
// codes, and what a phase needs can be looked at by a command.
func TestEveryNeedIsFilled(t *testing.T) {
	if !slices.IsSorted(NeedCodes) || len(NeedCodes) != len(slices.Compact(slices.Clone(NeedCodes))) {
		t.Errorf("not in order, or twice: %v", NeedCodes)
	}
	for _, code := range NeedCodes {
		if n := Need(code); n.Text() == "" || n.Hint() == "" || !n.Known() {
			t.Errorf("%s: text %q, hint %q", n, n.Text(), n.Hint())
		}
	}
	for _, table := range Tables {
		for _, p := range table.Steps() {
			for _, n := range p.Needs {
				commands := strings.Join(n.Commands("mesh"), "\n")
				if commands == "" || strings.Contains(commands, "%s") || strings.Contains(commands, "-n linkerd ") {
					t.Errorf("%s of %s: commands %q", n, p.Name, commands)
				}
			}
		}
	}
	if none := Need(""); none.Known() || Need("GUESSED").Known() || none.Text() != "" || none.Commands("mesh") != nil {
		t.Error("an unknown need has a row")
	}
}

// TestNext: every phase leads to the row after it, the last one to the return.
func TestNext(t *testing.T) {
	for _, table := range Tables {
		steps := table.Steps()
		for i, p := range table.Phases {
			if next, ok := at(table.Kind, table.Strategy, p.Name).Next(); !ok || !reflect.DeepEqual(next, steps[i+1]) {
				t.Errorf("%s: after %s comes %+v", table.title(), p.Name, next)
			}
		}
		if next, ok := at(table.Kind, table.Strategy, PhaseStable).Next(); ok {
			t.Errorf("%s: after %s comes %+v", table.title(), PhaseStable, next)
		}
	}
	if next, ok := at("", "", PhaseStable).Next(); ok {
		t.Errorf("after stable comes %+v", next)
	}
}

// phasesPage has, by heading, the rows of each table of docs/phases.md.
func phasesPage(t *testing.T) map[string][][]string {
	t.Helper()
	data, err := os.ReadFile("../../docs/phases.md")
	if err != nil {
		t.Fatal(err)
	}
	tables, heading := map[string][][]string{}, ""
	for _, line := range strings.Split(string(data), "\n") {
		if text, ok := strings.CutPrefix(line, "## "); ok {
			heading = text
		}
		if cells, ok := strings.CutPrefix(line, "| "); ok {
			row := strings.Split(strings.TrimSuffix(cells, "|"), "|")
			for i := range row {
				row[i] = strings.TrimSpace(row[i])
			}
			tables[heading] = append(tables[heading], row)
		}
	}
	return tables
}

// entry is how docs/phases.md says what must be known, by need.
var entry = map[Need]string{
	BundleDelivered: "the control plane delivers %s",
	BundleLoaded:    "every live proxy and identity replica holds B",
	IssuerLoaded:    "every identity replica signs with b",
	LeavesRenewed:   "no live leaf and no loaded issuer of a",
}

var startsWave = regexp.MustCompile(`; entering it starts (a|the) wave$`)

// TestPhasesPage compares the tables of anchor rotations on the page with the rows,
// roles written as letters.
func TestPhasesPage(t *testing.T) {
	page := phasesPage(t)
	for _, strategy := range Strategies {
		rows := page["anchor, strategy "+strategy]
		table, _ := TableOf(KindAnchor, strategy)
		steps := append([]Phase{Stable}, table.Steps()...)
		if len(rows) != len(steps)+1 { // and the head
			t.Errorf("%s: the page has %d rows, the table %d", strategy, len(rows)-1, len(steps))
			continue
		}
		for i, p := range steps {
			if i == 0 {
				p.Bundle, p.Issuer = outgoing, RoleOutgoing
			}
			if err := pageRow(p, strategy, rows[i+1], i); err != nil {
				t.Errorf("%s, %s: %v", strategy, p.Name, err)
			}
		}
	}
}

// pageRow says how row i of a table on the page differs from the program's.
func pageRow(p Phase, strategy string, row []string, i int) error {
	letters := map[string]string{RoleOutgoing: "A", RoleIncoming: "B", RoleCurrent: "B"} // what the return calls current was incoming
	var bundle []string
	for _, role := range p.Bundle {
		bundle = append(bundle, letters[role])
	}
	delivered, issuer := strings.Join(bundle, " "), strings.ToLower(letters[p.Issuer])
	if strategy == StrategyCrossSign && p.Issuer == RoleIncoming {
		issuer += " X"
	}
	when := startsWave.ReplaceAllString(row[3], "")
	var want string
	switch {
	case len(p.Needs) > 0:
		want = strings.ReplaceAll(entry[p.Needs[0]], "%s", delivered)
	case i == 1:
		when, _, _ = strings.Cut(when, ":") // the page goes on to say why
		want = "always safe"
	}
	if got := append(row[:3:3], when); !slices.Equal(got, []string{p.Name, delivered, issuer, want}) {
		return fmt.Errorf("the page says %q, the table %q", got, []string{p.Name, delivered, issuer, want})
	}
	if says := startsWave.MatchString(row[3]); says != (p.Rollout == RolloutAlways) || len(p.Needs) > 1 {
		return fmt.Errorf("the page says that it starts a wave: %t; rollout %d, needs %v", says, p.Rollout, p.Needs)
	}
	return nil
}

// TestPhasesPageOthers compares the list of the other rotations.
func TestPhasesPageOthers(t *testing.T) {
	rows := phasesPage(t)["the others"]
	var want, got []string
	for _, table := range Tables[len(Strategies):] {
		want = append(want, table.Kind+": "+strings.Join(append(append([]string{PhaseStable}, table.names()...), table.End.Name), ", "))
	}
	for _, row := range rows[min(1, len(rows)):] {
		got = append(got, row[0]+": "+row[1])
	}
	if !slices.Equal(got, want) {
		t.Errorf("the page lists %q, the tables are %q", got, want)
	}
}
