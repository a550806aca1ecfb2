package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// aliases are a mapping's entries whose aliases stand for 9^levels values.
func aliases(levels int) string {
	text := "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
	for i := 1; i < levels; i++ {
		text += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9), ","))
	}
	return text
}

const bombObject = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: z, namespace: shop}\n"

// bombs are kustomizations of some hundred bytes, by file, that stand for gigabytes.
func bombs() map[string]map[string]string {
	const web = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {metadata: {annotations: {linkerd.io/inject: enabled}}, spec: {containers: []}}}\n"
	copies := "- source: {kind: ConfigMap, name: z, fieldPath: data}\n  targets: [{select: {kind: ConfigMap, name: z}, fieldPaths: [data.a, data.b], options: {create: true}}]\n"
	all := map[string]map[string]string{
		"aliases in a base":              {"kustomization.yaml": "resources: [web.yaml, base]\n", "base/kustomization.yaml": "resources: [z.yaml]\n", "base/z.yaml": bombObject + aliases(9)},
		"aliases in a patch":             {"kustomization.yaml": "resources: [web.yaml]\npatches: [{path: p.yaml, target: {kind: Deployment}}]\n", "p.yaml": web + aliases(9)},
		"aliases in a transformer":       {"kustomization.yaml": "resources: [web.yaml]\ntransformers: [t.yaml]\n", "t.yaml": "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: t}\n" + aliases(9)},
		"replacements that copy objects": {"kustomization.yaml": "resources: [web.yaml, z.yaml]\nreplacements:\n" + strings.Repeat(copies, 40), "z.yaml": bombObject + "data: {k: v}\n"},
		"none":                           {"kustomization.yaml": "resources: [web.yaml]\n"},
	}
	for _, files := range all {
		files["web.yaml"] = web
	}
	return all
}

// tight gives the chart program bounds that are soon hit.
func tight(t *testing.T) map[string]string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the bounds are Linux's")
	}
	script := filepath.Join(t.TempDir(), "tight")
	text := fmt.Sprintf("#!/bin/sh\nulimit -d 262144\nulimit -t 20\nexec %q\n", chartProgramForTests(t))
	if err := os.WriteFile(script, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"L5D_PKI_CHART_PROGRAM": script}
}

// TestKustomizationBombs: what a build takes is bounded, and the error says that a
// bound was hit, and of which kustomization.
func TestKustomizationBombs(t *testing.T) {
	env, statePath := tight(t), filepath.Join(fixtures, "workloads", "state.yaml")
	for name, files := range bombs() {
		dir := kustomizationIn(t, files)
		for _, args := range [][]string{{"component", "--for", dir}, {"post-render", "--allow-nothing", "--kustomize", dir}} {
			r := call(t, "", env, append(args, "-s", statePath)...)
			switch {
			case name == "none" && r.code != ExitDone:
				t.Errorf("%s: %s", args[0], r.stderr)
			case name != "none" && (r.code != ExitFailed || r.out != "" || !strings.Contains(r.stderr, dir+": building the kustomization needed more than")):
				t.Errorf("%s: %s: code %d: %s", name, args[0], r.code, r.stderr)
			}
		}
	}
}

// TestGuardKustomizationBomb: a pull request that brings one makes the guard fail
// within bounds, and sync too.
func TestGuardKustomizationBomb(t *testing.T) {
	env := tight(t)
	l := landIn(t, "flux", "pki/rotation.yaml")
	l.env["L5D_PKI_CHART_PROGRAM"] = env["L5D_PKI_CHART_PROGRAM"]
	dir := l.job("origin/main", func(dir string) {
		put(t, dir, "apps/base/z.yaml", bombObject+aliases(9))
		l.edit(dir, "apps/base/kustomization.yaml", func(s string) string { return s + "- z.yaml\n" })
	})
	clone := l.clone
	l.clone = dir
	guard := l.run("pr", "--guard", "--base", "main")
	l.clone = clone
	for name, r := range map[string]result{"guard": guard, "sync": call(t, "", env, "sync", "-s", filepath.Join(dir, "pki", "rotation.yaml"))} {
		if r.code != ExitFailed || !strings.Contains(r.out+r.stderr, "building the kustomization needed more than") {
			t.Errorf("%s: code %d: %s%s", name, r.code, r.out, r.stderr)
		}
	}
}

// TestSyncForWithin: a kustomization that an output names is built of files of the
// repository only, by whatever way it leads out.
func TestSyncForWithin(t *testing.T) {
	env := map[string]string{"L5D_PKI_CHART_PROGRAM": chartProgramForTests(t)}
	for name, lead := range map[string]func(dir, outside string) (resource string){
		"relative": func(dir, outside string) string {
			way, err := filepath.Rel(filepath.Join(dir, "apps", "base"), outside)
			if err != nil {
				t.Fatal(err)
			}
			return way
		},
		"absolute": func(_, outside string) string { return outside },
		"link":     func(dir, outside string) string { link(t, dir, outside, "apps/base/far"); return "far" },
	} {
		dir := gitopsRepository(t, "flux")
		outside := kustomizationIn(t, map[string]string{"kustomization.yaml": "resources: [z.yaml]\n", "z.yaml": bombObject})
		file := filepath.Join(dir, "apps", "base", "kustomization.yaml")
		text := readIn(t, dir, "apps/base/kustomization.yaml") + "- " + lead(dir, outside) + "\n"
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if r := call(t, "", env, "sync", "-s", filepath.Join(dir, "pki", "rotation.yaml")); r.code != ExitFailed || !strings.Contains(r.stderr, "overlay-outside") {
			t.Errorf("%s: code %d: %s", name, r.code, r.stderr)
		}
	}
}
