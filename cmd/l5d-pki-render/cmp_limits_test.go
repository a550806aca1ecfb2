package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// aliasBomb is an object whose aliases multiply to 9^12 items.
func aliasBomb() string {
	text := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\na: &a [x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c <= 'k'; c++ {
		text += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+", ", 9) + "]\n"
	}
	return text
}

// template is a chart of one template, as a file of the application.
func template(text string) map[string]string {
	return map[string]string{
		"Chart.yaml":       "apiVersion: v2\nname: x\nversion: 1.0.0\n",
		"templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: \"" + text + "\"\n",
	}
}

// TestCMPLimits: repositories that use memory or time without end. The render
// fails with the reason, in time, with nothing on stdout and no process left.
func TestCMPLimits(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the memory limit is the kernel's")
	}
	const memory, tooLong = "rendering needed more than 128Mi of memory", "rendering took longer than 5s"
	for name, c := range map[string]struct {
		files map[string]string
		says  string // one of them, where both may come first
	}{
		"aliases in manifests":       {map[string]string{"a.yaml": aliasBomb()}, "argocd-no-manifest"},
		"aliases in a kustomization": {map[string]string{"kustomization.yaml": "resources: [a.yaml]", "a.yaml": aliasBomb()}, memory + "|" + tooLong},
		"aliases in values":          {map[string]string{"Chart.yaml": "apiVersion: v2\nname: x\nversion: 1.0.0\n", "values.yaml": aliasBomb(), "templates/a.yaml": "kind: X\n"}, "chart-invalid"},
		"repeat":                     {template(`{{ repeat 4000000000 "x" }}`), memory},
		"repeat in repeat":           {template(`{{ repeat 100000 (repeat 100000 "x") }}`), memory},
		"until":                      {template(`{{ range until 2000000000 }}{{ end }}`), memory},
		"untilStep":                  {template(`{{ untilStep 0 2000000000 1 | toJson }}`), memory},
		"output":                     {template(`{{ range until 200000 }}{{ repeat 10000 "x" }}{{ end }}`), memory},
		"tpl in tpl":                 {template(`{{ $x := dict "f" "{{ tpl .f . }}" }}{{ tpl $x.f $x }}`), memory + "|" + tooLong},
		"tpl and include":            {template(`{{ define "r" }}{{ tpl "{{ include \"r\" . }}" . }}{{ end }}{{ include "r" . }}`), memory + "|" + tooLong},
		"loops":                      {template(`{{ range until 30000 }}{{ range until 30000 }}{{ end }}{{ end }}`), tooLong},
	} {
		t.Run(name, func(t *testing.T) {
			app := newArgoApp(t, "", "bundle/stable.yaml", asIs, map[string]any{"secrets-apart": "true", "allow-nothing": "true"})
			for file, text := range c.files {
				app.put(t, file, text)
			}
			app.env = append(app.env, "L5D_PKI_CMP_MEMORY_LIMIT=128Mi", "L5D_PKI_CMP_TIME_LIMIT=5s")
			begin := time.Now()
			stdout, stderr, failed := app.generate(t)
			if !failed || stdout != "" {
				t.Fatalf("failed %v with %d bytes of output", failed, len(stdout))
			}
			one := false
			for says := range strings.SplitSeq(c.says, "|") {
				one = one || strings.Contains(stderr, says)
			}
			if !one || len(stderr) > 2000 {
				t.Errorf("%d bytes: %.500s", len(stderr), stderr)
			}
			if took := time.Since(begin); took > 20*time.Second {
				t.Errorf("it took %v", took)
			}
			if left := processesIn(app.folder); len(left) > 0 {
				t.Errorf("processes are left: %v", left)
			}
		})
	}
}

// TestCMPKilled: when Argo CD kills the plugin, its processes end too.
func TestCMPKilled(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		app := newArgoApp(t, "", "bundle/stable.yaml", asIs, map[string]any{"secrets-apart": "true", "allow-nothing": "true"})
		for file, text := range template(`{{ range until 30000 }}{{ range until 30000 }}{{ end }}{{ end }}`) {
			app.put(t, file, text)
		}
		cmd := exec.Command("l5d-pki-render", "cmp", "generate")
		cmd.Dir, cmd.Env = app.folder, append(os.Environ(), app.env...)
		var out bytes.Buffer
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		within(t, "the chart program to run", func() bool { return len(processesIn(app.folder)) >= 3 })
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil || out.Len() > 0 {
			t.Errorf("%v: %v with %d bytes of output", signal, err, out.Len())
		}
		within(t, "all processes to end", func() bool { return len(processesIn(app.folder)) == 0 })
	}
}

// TestCMPKilledCustody: a program of the custody ends with the render that waits for it.
func TestCMPKilledCustody(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	app := newArgoApp(t, "manifests", "bundle/stable.yaml", keysIn("sops"), map[string]any{"with-keys": "true"})
	const key = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, annotations: {config.kubernetes.io/local-config: 'true'}}\n" +
		"data: {tls.key: 'ENC[x]'}\nsops: {mac: x, mac_only_encrypted: true, encrypted_regex: '^(tls\\.key|key\\.pem)$'}\n"
	for _, file := range []string{"issuer-2025-1.key", "issuer-2026-1.key"} {
		app.put(t, "../../pki/"+file, key)
	}
	sops := filepath.Join(app.root, "sops")
	if err := os.WriteFile(sops, []byte("#!/bin/sh\ntouch asked\nexec sleep 60\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	app.env = append(append(append(app.env, meshAllowed), meshEnv...), "L5D_PKI_SOPS_PROGRAM="+sops, "L5D_PKI_CMP_TIME_LIMIT=5s")
	stdout, stderr, failed := app.generate(t)
	if _, err := os.Stat(filepath.Join(app.folder, "asked")); err != nil || !failed || stdout != "" {
		t.Fatalf("sops was not asked (%v): %s", err, stderr)
	}
	within(t, "sops to end", func() bool { return len(processesIn(app.folder)) == 0 })
}

// within waits for something for at most 20 seconds.
func within(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// processesIn lists the processes that run in a directory.
func processesIn(folder string) (found []string) {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && to == folder {
			name, _ := os.ReadFile(filepath.Join(filepath.Dir(link), "comm"))
			found = append(found, strings.TrimSpace(string(name)))
		}
	}
	return found
}

// TestCMPLimitSettings: what the sidecar may set, and what a tenant may not.
func TestCMPLimitSettings(t *testing.T) {
	for setting, says := range map[string]string{
		"L5D_PKI_CMP_MEMORY_LIMIT=512":         "argocd-limit",
		"L5D_PKI_CMP_MEMORY_LIMIT=-1Mi":        "argocd-limit",
		"L5D_PKI_CMP_TIME_LIMIT=0s":            "argocd-limit",
		"L5D_PKI_CMP_TIME_LIMIT=soon":          "argocd-limit",
		"ARGOCD_ENV_L5D_PKI_CMP_TIME_LIMIT=1h": "argocd-unknown-parameter",
		"ARGOCD_ENV_CMP_MEMORY_LIMIT=100000Mi": "argocd-unknown-parameter",
		"L5D_PKI_CMP_OUTPUT_LIMIT=0Mi":         "argocd-limit",
		"ARGOCD_ENV_CMP_OUTPUT_LIMIT=1000Mi":   "argocd-unknown-parameter",
		"L5D_PKI_CMP_OUTPUT_LIMIT=1Mi":         "",
		"L5D_PKI_CMP_MEMORY_LIMIT=256Mi":       "",
		"L5D_PKI_CMP_TIME_LIMIT=2m":            "",
	} {
		app := newArgoApp(t, "chart", "bundle/stable.yaml", asIs, map[string]any{"secrets-apart": "true"})
		app.env = append(app.env, setting)
		_, stderr, failed := app.generate(t)
		if failed != (says != "") || !strings.Contains(stderr, says) {
			t.Errorf("%s: failed %v: %s", setting, failed, stderr)
		}
	}
}

// TestCMPOutputLimit: what Argo CD's server would need much memory to read is not printed.
func TestCMPOutputLimit(t *testing.T) {
	app := newArgoApp(t, "", "bundle/stable.yaml", asIs, map[string]any{"secrets-apart": "true", "allow-nothing": "true"})
	app.put(t, "a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: "+strings.Repeat("x", 2<<20)+"\n")
	if _, stderr, failed := app.generate(t); failed {
		t.Fatal(stderr)
	}
	app.env = append(app.env, "L5D_PKI_CMP_OUTPUT_LIMIT=1Mi")
	for what, text := range map[string]string{
		"text":            "a: " + strings.Repeat("x", 2<<20),
		"aliases":         "a: &a " + strings.Repeat("x", 5000) + "\nb: [" + strings.Repeat("*a, *a, 1, ", 500) + "]",
		"escapes":         "a: '" + strings.Repeat("<", 200<<10) + "'",
		"many values":     "a: [" + strings.Repeat("{a: 0}, ", 40<<10) + "]",
		"nested values":   "a: [" + strings.Repeat(strings.Repeat("{a: ", 900)+strings.Repeat("}", 900)+", ", 80) + "]",
		"merge keys":      "a: &a {b: " + strings.Repeat("x", 5000) + "}\nb: [" + strings.Repeat("{<<: *a, c: 1}, ", 500) + "]",
		"several objects": strings.Repeat("a: '"+strings.Repeat("<", 50<<10)+"'\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", 4),
	} {
		app.put(t, "a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"+text+"\n")
		stdout, stderr, failed := app.generate(t)
		if !failed || stdout != "" || !strings.Contains(stderr, "more than 1Mi of text for Argo CD") {
			t.Errorf("%s: failed %v with %d bytes of output: %s", what, failed, len(stdout), stderr)
		}
	}
}
