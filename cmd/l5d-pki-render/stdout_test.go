package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestClosedStdout: commands whose output is their result fail where it would be
// lost, before they change a file; output that is discarded on purpose is fine.
func TestClosedStdout(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("its shells close no standard file")
	}
	bin, err := exec.LookPath("l5d-pki-render") // a copy: cmp generate starts itself
	if err != nil {
		t.Fatal(err)
	}
	app := newArgoApp(t, "manifests", "bundle/stable.yaml", asIs, map[string]any{"secrets-apart": "true", "allow-nothing": "true"})
	outputs := func(text string) string {
		return strings.Replace(strings.Replace(text, "linkerd:\n", "linkerd:\n    issuerScheme: kubernetes.io/tls\n", 1), "spec:\n", "spec:\n  outputs:\n  - {kind: values, path: out.yaml}\n", 1)
	}
	dir, path := folder(t, "bundle/stable.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(outputs(string(text))), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		dir, line string
		env       []string
	}{
		"post-render":  {app.folder, "post-render --secrets-apart -s rotation.yaml < linkerd.yaml", nil},
		"cmp generate": {app.folder, "cmp generate", app.env},
		"alerts":       {app.folder, "alerts -s rotation.yaml", nil},
		"manifests":    {dir, "manifests --all -s " + path, nil},
		"values":       {dir, "values --layout external -s " + path, nil},
		"sync --check": {dir, "sync --check", nil},
		"sync":         {dir, "sync", nil},
	} {
		sh := func(redirect string) (stderr string, failed bool) {
			cmd := exec.Command("sh", "-c", `"$BIN" `+c.line+redirect)
			cmd.Dir, cmd.Env = c.dir, append(append(os.Environ(), c.env...), "BIN="+bin)
			var errs bytes.Buffer
			cmd.Stderr = &errs
			err := cmd.Run()
			return errs.String(), err != nil
		}
		stderr, failed := sh(" >&-")
		if !failed || !strings.Contains(stderr, "stdout is closed") || !strings.Contains(stderr, "> /dev/null") {
			t.Errorf("%s >&-: failed %v: %s", name, failed, stderr)
		}
		if _, err := os.Stat(filepath.Join(dir, "out.yaml")); name == "sync" && err == nil {
			t.Error("sync wrote without a stdout")
		}
		for _, fine := range []string{" > /dev/null", " >> /dev/null", " | cat > /dev/null"} {
			if stderr, failed := sh(fine); strings.Contains(stderr, "stdout is closed") || failed && name != "sync --check" {
				t.Errorf("%s%s: failed %v: %s", name, fine, failed, stderr)
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "out.yaml")); name == "sync" && err != nil {
			t.Error(err)
		}
	}
	if err := exec.Command("sh", "-c", `"`+bin+`" help >&-`).Run(); err != nil {
		t.Errorf("help: %v", err)
	}
}
