package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestErrorsAreLines: a name of somebody else cannot write a line of its own among the
// errors and hints, nor in the log.
func TestErrorsAreLines(t *testing.T) {
	r := call(t, "", nil, "fleet", "status", "-f", "missing\nhint: run evil")
	if r.code != ExitFailed || strings.Contains(r.stderr, "\nhint: run evil") || !strings.Contains(r.stderr, "missing\n    hint: run evil") {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
}

// TestFindingsAreLines: what files say begins no line among the findings of lint, and none in
// what post-render and workloads report.
func TestFindingsAreLines(t *testing.T) {
	const foreign = `"x\nFORGED\u2028FORGED\r\nFORGED"`
	const statePath = "../../fixtures/workloads/state.yaml"
	dir := t.TempDir()
	for i, text := range []string{
		"apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: linkerd-identity-issuer, namespace: linkerd}\n" +
			"spec: {secretName: linkerd-identity-issuer, isCA: true, issuerRef: {name: i}, privateKey: {algorithm: " + foreign + "}}\n",
		"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: h}\nspec:\n  chart: {spec: {chart: linkerd-control-plane, version: 2025.10.7}}\n" +
			"  valuesFrom:\n  - {kind: ConfigMap, name: " + foreign + ", targetPath: identityTrustAnchorsPEM}\n",
		"apiVersion: example.com/v1\nkind: " + foreign + "\nmetadata: {name: p, namespace: shop}\nspec: {podMetadata: {annotations: {linkerd.io/inject: enabled}}}\n",
	} {
		name := filepath.Join(dir, fmt.Sprintf("%d.yaml", i))
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		calls := [][]string{{"workloads", "-s", statePath, "--allow-nothing", "--report", "text", name}, {"post-render", "-s", statePath, "--secrets-apart", "--allow-nothing", "--report", "text"}}
		if i < 2 {
			calls = nil
		}
		for _, args := range calls {
			checkForged(t, args[0], call(t, text, nil, args...).stderr+call(t, text, nil, args...).out)
		}
	}
	for _, format := range []string{"text", "markdown", "json", "sarif"} {
		checkForged(t, format, call(t, "", nil, "lint", "--repo", dir, "-s", statePath, "-o", format).out)
	}
}

func checkForged(t *testing.T, what, text string) {
	t.Helper()
	if !strings.Contains(text, "FORGED") || regexp.MustCompile(`(?m)(^|[\r\x{2028}])FORGED`).MatchString(text) {
		t.Errorf("%s: %s", what, text)
	}
}

// TestSyncOfForeignNames: the name of a file that an output stamps begins no line of what sync
// and workloads print: no change of a difference, no note, no command to run next.
func TestSyncOfForeignNames(t *testing.T) {
	const name = "a\n+++ b\n@@ -1,1 +1,1 @@\n-image: FORGED\n+image: FORGED\nnote: FORGED\nnext: FORGED\n.yaml"
	paused := strings.Replace(meshedWeb, "spec:\n", "spec:\n  paused: true\n", 1)
	root, path := syncRepository(t, "  - {kind: edit, path: ../apps/**/*.yaml}\n", map[string]string{"apps/" + name: paused})
	stampState(t, path)
	if err := os.RemoveAll(filepath.Join(root, ".git")); err != nil {
		t.Fatal(err)
	}
	git(t, root, "init", "-q")
	forged := regexp.MustCompile(`(?m)^(\+|-|note: |next: |[a-z]+: )?(image: )?FORGED`)
	for _, args := range [][]string{{"sync", "--check", "-s", path}, {"workloads", "--diff", "-s", path, filepath.Join(root, "apps")}, {"sync", "-s", path}} {
		got := call(t, "", nil, args...)
		if text := got.out + got.stderr; !strings.Contains(text, "FORGED") || forged.MatchString(text) {
			t.Errorf("%q: exit %d:\n%s", args, got.code, text)
		}
	}
}
