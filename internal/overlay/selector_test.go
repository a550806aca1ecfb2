package overlay

import (
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

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
