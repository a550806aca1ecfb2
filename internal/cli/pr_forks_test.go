package cli

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
)

// countedForge writes a program that notes each of its runs and each request, and
// answers as a forge without pull requests does.
func countedForge(t *testing.T) (program string, runs func() (runs, requests int)) {
	t.Helper()
	dir := t.TempDir()
	program, noted := filepath.Join(dir, "program"), filepath.Join(dir, "noted")
	script := fmt.Sprintf(`#!/bin/sh
echo run >> '%[1]s'
while IFS= read -r line; do
	echo request >> '%[1]s'
	case "$line" in
	*'"list":'*) echo '{"protocol":2,"answer":{}}' ;;
	*) echo '{"protocol":2,"answer":{"pulls":[{"number":1,"state":"open","url":"https://forge.example/1"}]}}' ;;
	esac
done
`, noted)
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return program, func() (int, int) {
		text, _ := os.ReadFile(noted)
		_ = os.Remove(noted)
		return strings.Count(string(text), "run\n"), strings.Count(string(text), "request\n")
	}
}

// TestForgeRunsOnce: however often a command asks the forge, it runs the program once.
func TestForgeRunsOnce(t *testing.T) {
	t.Parallel()
	l := land(t)
	program, counted := countedForge(t)
	for _, c := range []struct {
		args     string
		requests int // at least
	}{
		{"pr --next --start-before never", 1},
		{"pr start anchor", 2},
		{"pr --next --start-before 20000d --keys-dir " + keysDir(t), 3},
	} {
		a := &app{World: World{Getenv: func(name string) string {
			return map[string]string{"L5D_PKI_FORGE_PROGRAM": program}[name]
		}}}
		var out, stderr bytes.Buffer
		l.at = l.at.Add(time.Minute)
		code := Main(append(strings.Fields(c.args), "-s", filepath.Join(l.clone, filepath.FromSlash(l.state))), World{
			Random: rand.NewChaCha8([32]byte{byte(c.requests)}), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &stderr,
			Getenv: a.Getenv, Now: func() time.Time { return l.at },
			Forge: func(string) (forge.Forge, error) {
				return a.dial(forge.Target{Kind: "gitea", BaseURL: "https://forge.example", Owner: "a", Repo: "b", Token: "t"})
			},
		})
		runs, requests := counted()
		if code != ExitDone || runs != 1 || requests < c.requests {
			t.Errorf("%s: code %d, %d runs of the program for %d requests: %s%s", c.args, code, runs, requests, out.String(), stderr.String())
		}
	}
}
