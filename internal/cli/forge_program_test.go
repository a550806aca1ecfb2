package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
)

// TestForgeProgram: the token goes over stdin, never as an argument, and is in
// no message when the program fails or talks nonsense.
func TestForgeProgram(t *testing.T) {
	const token = "canary-0b8e"
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	script := fmt.Sprintf("#!/bin/sh\necho \"$#:$*\" > '%s'\nIFS= read -r line\nprintf '%%s' \"$line\" > '%s'\necho %s >&2\nexit 3\n", file("arguments"), file("request"), token)
	if err := os.WriteFile(file("program"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	a := &app{World: World{Getenv: func(name string) string {
		return map[string]string{"L5D_PKI_FORGE_PROGRAM": file("program")}[name]
	}}}
	f, err := a.dial(forge.Target{Kind: "gitea", BaseURL: "http://127.0.0.1", Owner: "a", Repo: "b", Token: token})
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.List(t.Context(), forge.Query{Base: "main"})
	if err == nil || !strings.Contains(err.Error(), "cannot be run") || strings.Contains(err.Error(), token) {
		t.Errorf("%v", err)
	}
	arguments, _ := os.ReadFile(file("arguments"))
	request, _ := os.ReadFile(file("request"))
	if string(arguments) != "0:\n" || !strings.Contains(string(request), token) || !strings.Contains(string(request), `"base":"main"`) {
		t.Errorf("arguments %q, request %q", arguments, request)
	}
}
