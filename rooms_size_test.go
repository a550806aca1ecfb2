package rooms

import (
	"bytes"
	"flag"
	"go/ast"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// tree is the directory whose statements are counted: another checkout, to compare.
var tree = flag.String("tree", ".", "directory of the source code whose statements are counted")

// Bounds of packages. They only ever get smaller.
const (
	// maxShare is the share of all statements that one package may have, in percent.
	maxShare = 15
	// maxCommandLines is how many lines of code the command layer may have.
	maxCommandLines = 3950
)

// TestSizes: no package has most of the code, and the command layer stays thin. With
// -v it lists the statements of each package; with -tree DIR those of another checkout.
func TestSizes(t *testing.T) {
	t.Chdir(*tree)
	statements, lines, total := map[string]int{}, map[string]int{}, 0
	for _, file := range sources(t) {
		room := filepath.ToSlash(filepath.Dir(file))
		if room == "." || isHelper(room) {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		n := statementsIn(parse(t, file))
		statements[room] += n
		lines[room] += bytes.Count(text, []byte("\n"))
		total += n
	}
	var rooms []string
	for room := range statements {
		rooms = append(rooms, room)
	}
	slices.SortFunc(rooms, func(a, b string) int { return statements[b] - statements[a] })
	for _, room := range rooms {
		t.Logf("%6d statements, %6d lines: %s", statements[room], lines[room], room)
	}
	t.Logf("%6d statements in %d packages", total, len(rooms))
	if *tree != "." {
		return
	}
	if len(rooms) < 20 {
		t.Fatalf("looked at %d packages only", len(rooms))
	}
	if largest := rooms[0]; statements[largest]*100 > total*maxShare {
		t.Errorf("%s has more than %d%% of all statements", largest, maxShare)
	}
	if n := lines["internal/cli"]; n > maxCommandLines {
		t.Errorf("internal/cli has %d lines, more than %d: a command is flags, one call and what is printed", n, maxCommandLines)
	}
}

// statementsIn counts the statements of a file. Blocks count by what is in them.
func statementsIn(file *ast.File) (n int) {
	ast.Inspect(file, func(node ast.Node) bool {
		switch node.(type) {
		case *ast.BlockStmt, *ast.EmptyStmt, *ast.LabeledStmt:
		case ast.Stmt:
			n++
		}
		return true
	})
	return n
}
