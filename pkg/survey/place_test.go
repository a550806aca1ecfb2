package survey

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/secret"
)

// TestManyPlaces: the places of many findings in one string, one line or one file
// take time that grows with the file, and are exact.
func TestManyPlaces(t *testing.T) {
	const n = 20_000
	head := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: z}\ndata:\n  values: "
	line := "identityTrustAnchorsPEM: a"
	flow := make([]string, n)
	for i := range flow {
		flow[i] = fmt.Sprintf("k%d: {%s}", i, line)
	}
	for name, c := range map[string]struct {
		text         string
		line, column int // of the last finding
	}{
		"a literal block": {head + "|\n" + strings.Repeat("    "+line+"\n", n), n + 5, 30},
		"one line of it":  {head + "|\n    é: {" + strings.Join(flow, ", ") + "}\n", 6, 9 + len(strings.Join(flow, ", ")) - 2},
		"a quoted string": {head + `"` + strings.Repeat(line+`\n`, n) + "\"\n", 5, 11},
		"a folded block":  {head + ">\n" + strings.Repeat("    "+line+"\n\n", n), 5, 11},
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			found := reportOf(t, "z.yaml", c.text)
			if took := time.Since(begin); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			if len(found) == 0 {
				t.Fatal("nothing was found")
			}
			if last := found[len(found)-1]; last.Line != c.line || last.Column != c.column {
				t.Errorf("last of %d at %d:%d, want %d:%d", len(found), last.Line, last.Column, c.line, c.column)
			}
		})
	}
}

func reportOf(t *testing.T, name, text string) []Finding {
	t.Helper()
	s, err := New(Settings{State: mesh(t)})
	if err != nil {
		t.Fatal(err)
	}
	s.Add(name, []byte(text))
	return s.Report().Findings
}

// TestPlacer: places count lines, and characters in a line, on from the place before.
func TestPlacer(t *testing.T) {
	text := []byte("ab\né c\n\nééd")
	p := placer{text: text, line: 1, column: 1}
	for _, want := range [][3]int{{0, 1, 1}, {1, 1, 2}, {5, 2, 2}, {5, 2, 2}, {6, 2, 3}, {8, 3, 1}, {13, 4, 3}} {
		if line, column := p.next(want[0]); line != want[1] || column != want[2] {
			t.Errorf("byte %d is at %d:%d, want %d:%d", want[0], line, column, want[1], want[2])
		}
	}
}

// TestKeysInOneLine: many keys in one line are told by their places.
func TestKeysInOneLine(t *testing.T) {
	identity := "AGE-SECRET-KEY-1" + strings.Repeat("QPZ4", 14) + "QP "
	found := reportOf(t, "a.txt", strings.Repeat("é"+identity, 500))
	if len(found) != 500 || found[499].Line != 1 || found[499].Column != 499*(len(identity)+1)+2 || found[0].Code == "" {
		t.Errorf("%d findings, the last is %+v", len(found), found[len(found)-1])
	}
	if len(secret.Find([]byte(identity))) != 1 {
		t.Error("the identity is none")
	}
}
