package guard

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// TestFoldsInFull: every character, alone and after a letter, folds as full case
// folding of Unicode has it.
func TestFoldsInFull(t *testing.T) {
	compared := 0
	for _, table := range []*unicode.RangeTable{unicode.L, unicode.M, unicode.N, unicode.S} {
		for _, span := range table.R32 {
			compared += foldsInFull(t, rune(span.Lo), rune(span.Hi), rune(span.Stride))
		}
		for _, span := range table.R16 {
			compared += foldsInFull(t, rune(span.Lo), rune(span.Hi), rune(span.Stride))
		}
	}
	if compared < 130_000 {
		t.Errorf("%d characters only", compared)
	}
}

func foldsInFull(t *testing.T, from, to, stride rune) (compared int) {
	for r := from; r <= to; r += stride {
		for _, text := range []string{string(r), "Ω" + string(r)} {
			want := norm.NFKC.String(cases.Fold().String(norm.NFKC.String(text)))
			want = norm.NFKC.String(strings.ToLower(strings.ToUpper(want)))
			if strings.ContainsAny(want, "/:\\. ") { // file systems have rules of their own for these
				continue
			}
			if got := folds(text); got != want {
				t.Errorf("%+q folds to %+q, want %+q", text, got, want)
			}
		}
		compared++
	}
	return compared
}

// TestFolds: names that some file system takes for one are one.
func TestFolds(t *testing.T) {
	for _, c := range [][2]string{
		{"prod-meß/a", "prod-mess/a"}, {"prod-meẞ/a", "prod-mess/a"}, {"PROD-MESS/A", "prod-meß/a"}, {"groﬀ/ﬁle/ﬂy", "groff/file/fly"},
		{"cluﬆer", "cluster"}, {"ﬃx", "ffix"}, {"Straſſe", "strasse"}, {"ΣΑΣ", "σας"}, {"é", "é"}, {"\u2126", "ω"}, {"ı", "i"},
		{"a.", "a"}, {"a::$DATA", "a"}, {"a\u200d", "a"}, {`pki\a`, "pki/a"}, {"ŉ", "ʼn"}, {"ԵՒ", "և"},
	} {
		if folds(c[0]) != folds(c[1]) {
			t.Errorf("%q is %q, %q is %q", c[0], folds(c[0]), c[1], folds(c[1]))
		}
	}
	for _, c := range [][2]string{{"prod-mes/a", "prod-mess/a"}, {"a/b", "a-b"}, {"ö", "o"}, {"ss", "s"}} {
		if folds(c[0]) == folds(c[1]) {
			t.Errorf("%q and %q are one", c[0], c[1])
		}
	}
}

// TestWindows: new names beside files of the rotation can be checked out on Windows.
func TestWindows(t *testing.T) {
	owned := map[string]bool{"pki/rotation.yaml": true, "pki/keys/a.age": true, ".l5d-pki-render-allow": true}
	for name, bad := range map[string]bool{
		"pki/con.yaml": true, "pki/keys/aux": true, "pki/NUL": true, "pki/com1.txt": true, "pki/keys/LPT¹": true, `pki\rotation.yaml`: true,
		"pki/a:b": true, "pki/what?": true, "pki/a ": true, "pki/keys/b.": true, "PKI/prn .x": true, "pki/CONIN$": true,
		"pki/console.yaml": false, "pki/com10": false, "pki/a b.yaml": false, "docs/con.md": false, "con.md": false, "docs/a:b": false, "pki/keys/.hidden": false,
	} {
		g := &judgement{r: &Report{}, before: &repo.Tree{}, changes: []repo.Change{{Name: name, Object: "x"}}}
		g.judgeWindows(owned, map[string]bool{})
		if (len(g.r.findings) > 0) != bad {
			t.Errorf("%q: %v", name, g.r.findings)
		}
	}
}

// TestMetadata: what other programs do with the state file changes by nobody's hand.
func TestMetadata(t *testing.T) {
	const function, local = "config.kubernetes.io/function", "config.kubernetes.io/local-config"
	base := map[string]string{function: "exec: {path: l5d-pki-render}", local: "true"}
	for name, c := range map[string]struct {
		is   state.Metadata
		want []string
		note bool
	}{
		"the same":            {state.Metadata{Annotations: base}, nil, false},
		"another program":     {state.Metadata{Annotations: map[string]string{function: "exec: {path: ./evil}", local: "true"}}, []string{function}, false},
		"applied":             {state.Metadata{Annotations: map[string]string{function: base[function]}}, []string{local}, false},
		"applied, spelled":    {state.Metadata{Annotations: map[string]string{function: base[function], local: "false"}}, []string{local}, false},
		"empty, and not gone": {state.Metadata{Annotations: map[string]string{function: base[function], local: ""}}, []string{local}, false},
		"one more":            {state.Metadata{Annotations: map[string]string{function: base[function], local: "true", "argocd.argoproj.io/hook": ""}}, []string{"argocd.argoproj.io/hook"}, false},
		"none":                {state.Metadata{}, []string{function, local}, false},
		"a label":             {state.Metadata{Annotations: base, Labels: map[string]string{"team": "mesh"}}, nil, true},
		"a namespace":         {state.Metadata{Annotations: base, Namespace: "linkerd"}, nil, true},
	} {
		r := &Report{}
		r.judgeMetadata(state.Metadata{Annotations: base}, c.is)
		var got []string
		for _, p := range r.findings {
			got = append(got, p.Text[len("the annotation "):len("the annotation ")+len(c.want[len(got)])])
		}
		if !slices.Equal(got, c.want) || (len(r.notes) > 0) != c.note {
			t.Errorf("%s: %q, %q", name, got, r.notes)
		}
	}
}
