package main

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestCMPRendersAtOnce: a project whose applications render without end has not all of the
// renders at once; those of others pass, and a render that is killed leaves its place.
func TestCMPRendersAtOnce(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a child ends with its parent on Linux")
	}
	temporary := "TMPDIR=" + t.TempDir()
	start := func(project, limit string, files map[string]string) (*exec.Cmd, *strings.Builder) {
		app := newArgoApp(t, "", "bundle/stable.yaml", asIs, map[string]any{"secrets-apart": "true", "allow-nothing": "true"})
		for file, text := range files {
			app.put(t, file, text)
		}
		cmd, said := exec.Command("l5d-pki-render", "cmp", "generate"), new(strings.Builder)
		cmd.Dir, cmd.Stdout, cmd.Stderr = app.folder, new(strings.Builder), said
		cmd.Env = append(append(os.Environ(), app.env...), temporary, "L5D_PKI_CMP_RENDERS=2", "ARGOCD_APP_PROJECT_NAME="+project, "L5D_PKI_CMP_TIME_LIMIT="+limit)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd, said
	}
	loops := template(`{{ range until 30000 }}{{ range until 30000 }}{{ end }}{{ end }}`)
	endless, _ := start("a", "60s", loops)
	time.Sleep(time.Second)
	if cmd, said := start("a", "2s", template("x")); cmd.Wait() == nil || !strings.Contains(said.String(), "argocd-busy") {
		t.Errorf("a second one of the project: %s", said)
	}
	if cmd, said := start("b", "30s", template("x")); cmd.Wait() != nil {
		t.Errorf("another project's: %s", said)
	}
	if err := endless.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = endless.Wait()
	if cmd, said := start("a", "30s", template("x")); cmd.Wait() != nil {
		t.Errorf("after the kill: %s", said)
	}
}
