package cli

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestLintWorkloads: lint names what a wave will not restart by itself, also
// before the first wave, and says nothing of workloads that restart or have no proxy.
func TestLintWorkloads(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	gitIn(t, dir, "init", "-q")
	put(t, dir, ".gitignore", "keys/\n")
	done(t, call(t, "", nil, "init", "--new", "--linkerd-version", "2.18"))
	spec := func(kind, name, spec, inject string) string {
		return "apiVersion: apps/v1\nkind: " + kind + "\nmetadata: {name: " + name + ", namespace: m}\nspec: {" + spec + "template: {metadata: {annotations: {linkerd.io/inject: " + inject + "}}, spec: {containers: []}}}\n"
	}
	put(t, dir, "a/plain.yaml", spec("Deployment", "plain", "", "enabled"))
	put(t, dir, "a/paused.yaml", "# two\n---\n"+spec("Deployment", "paused", "paused: true, ", "enabled"))
	put(t, dir, "a/part.json", `{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"part","namespace":"m"},"spec":{"updateStrategy":{"rollingUpdate":{"partition":1}},"template":{"metadata":{"annotations":{"linkerd.io/inject":"enabled"}},"spec":{"containers":[]}}}}`)
	put(t, dir, "a/byhand.yaml", spec("DaemonSet", "byhand", "updateStrategy: {type: OnDelete}, ", "enabled"))
	put(t, dir, "a/noproxy.yaml", spec("Deployment", "noproxy", "paused: true, ", "disabled"))
	put(t, dir, "a/clone.yaml", spec("CloneSet", "clone", "", "enabled"))
	put(t, dir, "a/service.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: svc, namespace: m, annotations: {linkerd.io/inject: enabled}}\n")
	put(t, dir, "chart/Chart.yaml", "name: c\nversion: 1.0.0\n")
	put(t, dir, "chart/templates/t.yaml", spec("Deployment", "templated", "paused: true, ", "enabled"))
	for _, stage := range []string{"before a wave"} {
		r := call(t, "", nil, "lint", "--repo", ".")
		if r.code != ExitDone {
			t.Errorf("%s: code %d: %s%s", stage, r.code, r.out, r.stderr)
		}
		for place, code := range map[string]problem.Code{
			"a/paused.yaml:3:": problem.LintWorkloadHeld.Code, "a/part.json:1:": problem.LintWorkloadHeld.Code, "a/byhand.yaml:1:": problem.LintWorkloadHeld.Code,
			"a/clone.yaml:1:": problem.LintWorkloadImmune.Code, "a/service.yaml:1:": problem.LintInjectMisplaced.Code,
		} {
			found := false
			for line := range strings.Lines(r.out) {
				found = found || strings.HasPrefix(line, place) && strings.Contains(line, string(code))
			}
			if !found {
				t.Errorf("%s: nothing at %s: %s", stage, place, r.out)
			}
		}
		for _, name := range []string{"plain", "noproxy", "templated"} {
			if strings.Contains(r.out, name) {
				t.Errorf("%s: %s is named: %s", stage, name, r.out)
			}
		}
	}
}
