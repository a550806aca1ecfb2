package rooms

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// ofLinkerd tells the names that belong to Linkerd alone from words such as
// "tap", "linkerd" (a key of the state file) and "tls.crt" (of any Secret).
var ofLinkerd = regexp.MustCompile(`linkerd[-.0-9]|-linkerd|^(crt|key)\.pem$|^ca-bundle\.crt$|-k8s-tls$|^kubernetes\.io/tls$|linkerd\.io|^identity(\.[a-z]|TrustAnchorsPEM|TrustDomain$)`)

// linkerdNames is every name in pkg/linkerd that belongs to Linkerd alone.
func linkerdNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, file := range sources(t) {
		if filepath.ToSlash(filepath.Dir(file)) != "pkg/linkerd" {
			continue
		}
		literals(parse(t, file), func(text string) {
			if ofLinkerd.MatchString(text) {
				names[text] = true
			}
		})
	}
	for _, known := range []string{"linkerd-identity-issuer", "linkerd.io/inject", "crt.pem", "tap-injector-k8s-tls", "linkerd-jaeger", "identityTrustAnchorsPEM", "identity.issuer.scheme"} {
		if !names[known] {
			t.Fatalf("pkg/linkerd has no literal %q: the search is broken", known)
		}
	}
	return names
}

// checkNames refuses names of Linkerd's objects, keys and annotations as
// literals: pkg/linkerd has them. Sentences that mention one are no such literals.
func checkNames(t *testing.T, file string, parsed *ast.File, names map[string]bool) {
	literals(parsed, func(text string) {
		if names[text] {
			t.Errorf("%s: %q: pkg/linkerd has a name for it", file, text)
		}
	})
}

func literals(parsed *ast.File, visit func(text string)) {
	ast.Inspect(parsed, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				visit(text)
			}
		}
		return true
	})
}
