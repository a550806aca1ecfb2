package rooms

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// phaseFiles may list phases: the names and the one table by phase.
var phaseFiles = map[string]bool{"pkg/state/phase.go": true, "pkg/state/phase_table.go": true}

// phaseNames are the constants of the phases and their values.
func phaseNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	ast.Inspect(parse(t, "pkg/state/phase.go"), func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Names) == 1 && len(spec.Values) == 1 {
			lit, isText := spec.Values[0].(*ast.BasicLit)
			if name := spec.Names[0].Name; isText && strings.HasPrefix(name, "Phase") {
				text, _ := strconv.Unquote(lit.Value)
				names[name], names[text] = true, true
			}
		}
		return true
	})
	if len(names) < 20 || !names["PhaseRenewed"] || !names["anchor-added"] {
		t.Fatalf("%v: the search is broken", names)
	}
	return names
}

// phaseTables counts what has to be a column of the table: a map with a phase among
// its keys, and two phases or more in a list, a switch or one condition.
func phaseTables(parsed *ast.File, names map[string]bool) (found []ast.Node) {
	ast.Inspect(parsed, func(n ast.Node) bool {
		var listed []ast.Expr
		switch n := n.(type) {
		case *ast.CompositeLit:
			for _, e := range n.Elts {
				if pair, ok := e.(*ast.KeyValueExpr); ok {
					if isPhase(pair.Key, names) {
						listed = append(listed, pair.Key, pair.Key)
					}
					e = pair.Value
				}
				// A row of a table of another kind begins with its key.
				if row, ok := e.(*ast.CompositeLit); ok && len(row.Elts) > 0 {
					e = row.Elts[0]
					if pair, ok := e.(*ast.KeyValueExpr); ok {
						e = pair.Value
					}
				}
				listed = append(listed, e)
			}
		case *ast.SwitchStmt:
			for _, c := range n.Body.List {
				listed = append(listed, c.(*ast.CaseClause).List...)
			}
		case *ast.BinaryExpr:
			listed = operands(n, nil)
		}
		count := 0
		for _, e := range listed {
			if isPhase(e, names) {
				count++
			}
		}
		if count > 1 {
			found = append(found, n)
			return false
		}
		return true
	})
	return found
}

// operands are the leaves of a condition.
func operands(e ast.Expr, all []ast.Expr) []ast.Expr {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return operands(e.Y, operands(e.X, all))
	case *ast.ParenExpr:
		return operands(e.X, all)
	}
	return append(all, e)
}

// isPhase reports whether e names a phase, other than stable: that one is the
// absence of a rotation, which much code asks for.
func isPhase(e ast.Expr, names map[string]bool) bool {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		return isPhase(e.Sel, names)
	case *ast.Ident:
		return strings.HasPrefix(e.Name, "Phase") && names[e.Name] && e.Name != "PhaseStable"
	case *ast.BasicLit:
		text, _ := strconv.Unquote(e.Value)
		return names[text] && text != "stable"
	case *ast.BinaryExpr: // a case of a switch without a tag
		return isPhase(e.X, names) || isPhase(e.Y, names)
	}
	return false
}

// TestOneTableOfPhases: what depends on the phase is a column of state.Tables.
func TestOneTableOfPhases(t *testing.T) {
	names := phaseNames(t)
	tables := 0
	for _, file := range sources(t) {
		if isHelper(filepath.ToSlash(filepath.Dir(file))) {
			continue // fixtures and walks say on their own what they expect
		}
		found := phaseTables(parse(t, file), names)
		if phaseFiles[filepath.ToSlash(file)] {
			tables += len(found)
			continue
		}
		for range found {
			t.Errorf("%s: decides by the names of phases: make it a column of the rows in pkg/state/phase_table.go", file)
		}
	}
	if tables == 0 {
		t.Error("the one table was not found: the search is broken")
	}
}

// TestSecondTablesAreFound: the forms in which a second table could be written, and
// what is none.
func TestSecondTablesAreFound(t *testing.T) {
	names := phaseNames(t)
	for code, want := range map[string]int{
		`var _ = map[string]bool{state.PhaseRenewed: true}`:                                      1,
		`var _ = map[string]string{"anchor-added": "words"}`:                                     1,
		`var _ = []string{state.PhaseAnchorAdded, "replaced"}`:                                   1,
		`var _ = []row{{state.PhaseAnchorAdded, 1}, {state.PhaseReplaced, 2}}`:                   1,
		`var _ = []row{{name: state.PhaseAnchorAdded}, {name: state.PhaseReplaced}}`:             1,
		`func f() { switch p { case state.PhaseAnchorAdded, "anchor-spread": } }`:                1,
		`func f() { switch { case p == state.PhaseAnchorAdded: case p == "renewed": } }`:         1,
		`func f() bool { return p == state.PhaseAnchorAdded || (x && p == state.PhaseRenewed) }`: 1,
		`func f() bool { return p == state.PhaseStable || p == "stable" && replaced }`:           0,
		`var _ = state.Status{Phase: state.PhaseStable}`:                                         0,
		`func f(replaced, renewed bool) bool { return replaced && renewed }`:                     0,
		`var _ = map[string]int{"issuer": 1, "stable": 2}`:                                       0,
	} {
		parsed, err := parser.ParseFile(token.NewFileSet(), "f.go", "package p\n"+code, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(phaseTables(parsed, names)); got != want {
			t.Errorf("%s: found %d, want %d", code, got, want)
		}
	}
}
