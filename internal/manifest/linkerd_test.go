package manifest

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLinkerdRenders takes pairs of real renders that differ in values only and
// turns one into the other by Set: the result must be the other, byte for byte.
func TestLinkerdRenders(t *testing.T) {
	folders, _ := filepath.Glob("../../../shared/linkerd/*/*")
	if len(folders) == 0 {
		t.Skip("SKIPPED: the shared renders of Linkerd's charts are not beside the repository")
	}
	compared := 0
	for _, folder := range folders {
		files, _ := filepath.Glob(filepath.Join(folder, "*.yaml"))
		if strings.Contains(folder, "unpinned") || strings.Contains(folder, "viz") || strings.Contains(folder, "jaeger") {
			continue // there only keys and hashes differ; one pair is enough
		}
		for i, from := range files {
			to := files[(i+1)%len(files)]
			a, errA := os.ReadFile(from)
			b, errB := os.ReadFile(to)
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			got := transplant(t, a, b)
			if !bytes.Equal(got, b) {
				t.Errorf("%s to %s: %s", from, to, firstDifference(got, b))
			}
			compared++
		}
	}
	if compared < 50 {
		t.Errorf("compared %d pairs only", compared)
	}
}

// transplant sets every scalar of a that differs from b.
func transplant(t *testing.T, a, b []byte) []byte {
	t.Helper()
	from, to := Split(a), Split(b)
	if len(from) != len(to) {
		t.Fatalf("%d documents and %d", len(from), len(to))
	}
	for i := range from {
		if bytes.Equal(from[i].Text, to[i].Text) {
			continue
		}
		old, err := from[i].Parse()
		if err != nil {
			t.Fatal(err)
		}
		next, err := to[i].Parse()
		if err != nil {
			t.Fatal(err)
		}
		edits := scalarEdits(t, old, next, At())
		if len(edits) == 0 {
			t.Fatalf("document %d differs, but no value of it does", i+1)
		}
		if from[i].Text, err = Splice(from[i].Text, edits...); err != nil {
			t.Fatal(err)
		}
	}
	return Join(from)
}

// scalarEdits lists the differing scalars. YAML inside a string is edited as
// YAML first, as the renderer does.
func scalarEdits(t *testing.T, old, next *Node, at Path) (edits []Edit) {
	t.Helper()
	switch {
	case old.Kind() != next.Kind() || old.Len() != next.Len():
		t.Fatalf("%s: another shape", at)
	case old.Kind() == Scalar && old.Value() != next.Value():
		value := next.Value()
		if at.String() == "data.values" {
			value = nested(t, old.Value(), value)
		}
		return []Edit{Set(at, value)}
	case old.Kind() == Sequence:
		for i, item := range old.Items() {
			edits = append(edits, scalarEdits(t, item, next.Index(i), at.With(i))...)
		}
	case old.Kind() == Mapping:
		for key, value := range old.Pairs() {
			edits = append(edits, scalarEdits(t, value, next.Get(key.Value()), at.With(key.Value()))...)
		}
	}
	return edits
}

func nested(t *testing.T, old, next string) string {
	t.Helper()
	a, err := Parse([]byte(old))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Parse([]byte(next))
	if err != nil {
		t.Fatal(err)
	}
	out, err := Splice([]byte(old), scalarEdits(t, a, b, At())...)
	if err != nil {
		t.Fatal(err)
	}
	if string(out) != next {
		t.Errorf("inner YAML: %s", firstDifference(out, []byte(next)))
	}
	return string(out)
}

// firstDifference names the first line in which two texts differ.
func firstDifference(got, want []byte) string {
	a, b := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			return "line " + strings.Join([]string{At(i + 1).String(), "got", a[i], "want", strings.Join(b[i:min(i+1, len(b))], "")}, " ")
		}
	}
	return "the end is missing"
}
