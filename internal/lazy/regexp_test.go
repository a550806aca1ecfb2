package lazy_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
)

// TestEveryExpression compiles each expression of this repository that a start of
// the program does not.
func TestEveryExpression(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("../..", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		tree, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && isNew(call) {
				seen++
				compiles(t, name, call.Args[0])
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 30 {
		t.Errorf("only %d expressions were found", seen)
	}
}

func isNew(call *ast.CallExpr) bool {
	s, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != "New" || len(call.Args) != 1 {
		return false
	}
	of, ok := s.X.(*ast.Ident)
	return ok && of.Name == "lazy"
}

// compiles takes literals, and literals joined with names that are plain text.
func compiles(t *testing.T, file string, e ast.Expr) {
	text := ""
	ast.Inspect(e, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok {
			part, err := strconv.Unquote(l.Value)
			if err != nil {
				t.Errorf("%s: %v", file, err)
			}
			text += part
		}
		return true
	})
	if _, err := regexp.Compile(text); err != nil || text == "" {
		t.Errorf("%s: %q: %v", file, text, err)
	}
}

// TestRegexp: it answers as package regexp does, and panics late.
func TestRegexp(t *testing.T) {
	r := lazy.New(`^(\w+)-(\d+)$`)
	if !r.MatchString("a-1") || r.Match([]byte("a1")) || r.FindString("b-2") != "b-2" {
		t.Error("it does not match as package regexp does")
	}
	if found := r.FindStringSubmatch("c-3"); len(found) != 3 || found[2] != "3" {
		t.Errorf("found %q", found)
	}
	if got := r.ReplaceAllString("d-4", "$2"); got != "4" {
		t.Errorf("replaced to %q", got)
	}
	wrong := lazy.New(`(`)
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	wrong.MatchString("")
}
