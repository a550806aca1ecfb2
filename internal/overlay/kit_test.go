package overlay

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// treeOf writes files into a folder.
func treeOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func checkProblem(t *testing.T, err error, code problem.Code, text string) {
	t.Helper()
	var p *problem.Problem
	if !errors.As(err, &p) {
		t.Fatalf("error %v, want a problem %s", err, code)
	}
	if p.Code != code || !strings.Contains(err.Error(), text) {
		t.Errorf("problem %s: %v\nwant %s with %q", p.Code, err, code, text)
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than one line: %v", err)
	}
}

// kustomizeProgram is the program, where `make peers` has put it.
func kustomizeProgram(t testing.TB) string {
	t.Helper()
	path, err := filepath.Abs("../../.cache/peers/kustomize")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Skip("SKIPPED: there is no kustomize to compare with in .cache/peers")
	}
	return path
}

// TestSelectorSyntax: what kustomize would refuse when it builds is refused, and
// nothing that it takes.
func TestSelectorSyntax(t *testing.T) {
	long := strings.Repeat("a", 63)
	for _, text := range []string{
		"", " ", "a", "!a", "! a", "a=b", "a == b", "a!=b", "a=", "a,b", "a, !b ,c=d", "a in (b)", "a in (b, c ,d)", "a notin ( b,c )", "a in ()", "a in (b,)", "a in(b)",
		"app.kubernetes.io/part-of=shop", "x.y/a in (b.c,d_e)", "a=B-1.c_2", long, long + "=" + long, "A/b", "a-/b", "a=-b", "a=b-", "-a", "a-", long + "a", "a=" + long + "a",
		",", "a,", ",a", "a b", "a in b", "a in (b", "a = b c", "a=(b)", "a notin", "!a=b", "!a in (b)", "a=b=c", "a/b/c", "/a", "a/", "a,,b", "ä", "a=ä", "a;b", "a\n,b", "a=\"b\"", "in", "in in (in)", "notin=in",
	} {
		_, err := yaml.NewMapRNode(nil).MatchesLabelSelector(text)
		if got := isSelector(text); got != (err == nil) {
			t.Errorf("%q: %v; kustomize: %v", text, got, err)
		}
	}
}
