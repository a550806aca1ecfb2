package cli

import (
	"slices"
	"strings"
	"testing"
)

// TestGuardAttributesEdited: files that outputs of kind edit stamp are files of the rotation for
// attributes, also those that come later, in directories with attributes of their own.
func TestGuardAttributesEdited(t *testing.T) {
	t.Parallel()
	for glob, cases := range map[string]map[string]bool{
		"../../work/**/*.yaml": {
			"work/.gitattributes *.yaml filter=lfs": true, "work/.gitattributes *.yaml -diff": true, ".gitattributes work/cart.yaml -diff": true,
			"work/later/.gitattributes *.yaml filter=lfs": true, "work/later/.gitattributes x/* -diff": true, ".gitattributes work/** linguist-generated": true, ".gitattributes work export-ignore": true,
			"work/.gitattributes *.png binary": false, "work/.gitattributes README.md -diff": false, ".gitattributes docs/** -diff": false, ".gitattributes work/** diff": false,
			"work/later/.gitattributes *.md -diff": false,
		},
		"../../work/*": {
			".gitattributes *.yml -diff": true, "work/later/.gitattributes *.yaml -diff": false, "work/.gitattributes *.png binary": false,
		},
		"../../work/cart.yaml": {"work/.gitattributes cart.* -diff": true, "work/.gitattributes other.yaml -diff": false},
		"../../work":           {"work/.gitattributes *.yaml -diff": true, "work/later/.gitattributes *.yaml -diff": true, "work/.gitattributes *.png binary": false},
	} {
		t.Run(glob, func(t *testing.T) {
			t.Parallel()
			l := land(t)
			l.commitTo("main", func(dir string) {
				put(t, dir, "work/cart.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart, namespace: shop}\nspec:\n  selector: {matchLabels: {app: cart}}\n"+
					"  template:\n    metadata:\n      labels: {app: cart}\n      annotations:\n        linkerd.io/inject: enabled\n    spec:\n      containers: [{name: c, image: x}]\n")
				l.edit(dir, l.state, func(s string) string {
					return strings.Replace(s, "  - {kind: edit", "  - {kind: edit, path: "+glob+"}\n  - {kind: edit", 1)
				})
			})
			for line, want := range cases {
				name, text, _ := strings.Cut(line, " ")
				dir := l.job("origin/main", func(dir string) { l.committed(dir, func() { put(t, dir, name, text+"\n") }) })
				_, codes, out := l.guardedAt(dir)
				if slices.Equal(codes, []string{"guard-attributes"}) != want || !want && codes != nil {
					t.Errorf("%s: says %q, want a finding: %v\n%s", line, codes, want, out)
				}
			}
		})
	}
}
