package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// walked are the states of a rotation, from stable to stable.
func walked(t *testing.T, start []string, steps []step, at time.Time, file string) (states []*state.Rotation) {
	t.Helper()
	path := walkState(t, file)
	states = append(states, mustLoad(t, path))
	for i, s := range steps {
		at = at.Add(25 * time.Hour)
		args := []string{"advance"}
		if i == 0 {
			args = append([]string{"start"}, absolute(t, start)...)
		}
		args = append(args, "-s", path, "--because", "seen in the test")
		for _, n := range s.needs {
			args = append(args, "--assume", n)
		}
		done(t, callAt(t, at, "", nil, args...))
		states = append(states, mustLoad(t, path))
	}
	return states
}

// ours is a command within backquotes that begins with this program.
var ours = regexp.MustCompile("`([^`\n]*l5d-pki-render [^`\n]+)`")

// TestCommandsInBodies: every command in the text of a pull request, of every phase
// of every rotation, custody and scheme, is one that the program has, with flags and
// arguments that it takes, and names the state file of the change.
func TestCommandsInBodies(t *testing.T) {
	const statePath = "clusters/east one/rotation.yaml"
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(statePath)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, statePath), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, w := range walks {
		at := w.at
		if at.IsZero() {
			at = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
		}
		states := walked(t, w.start, w.steps, at, w.state)
		for i, next := range states[1:] {
			for _, custody := range []string{state.CustodyFile, state.CustodyAge, state.CustodySOPS, state.CustodySealedSecret, state.CustodyExternalSecret, state.CustodyCertManager} {
				for _, scheme := range []string{state.SchemeLinkerd, state.SchemeKubernetes} {
					now, next := *states[i], *next
					for _, s := range []*state.Rotation{&now, &next} {
						s.Spec.Custody.Kind, s.Spec.Linkerd.IssuerScheme = custody, scheme
						s.Spec.Linkerd.ExternalCA = custody == state.CustodyCertManager
					}
					said, err := text.Of(&now, &next, rotation.Evidence{})
					if err != nil {
						t.Fatalf("%s, %s: %v", w.name, next.Status.Phase, err)
					}
					said.Files, said.State, said.Base, said.Digest = []string{statePath}, statePath, "main", strings.Repeat("0", 64)
					for _, flavour := range []string{"github", "plain"} {
						body := said.Body(forge.LimitsOf(flavour))
						for _, command := range ours.FindAllStringSubmatch(body, -1) {
							if found[command[1]] || strings.Contains(command[1], " rotation=") { // the mark by which pr knows its own text
								continue
							}
							checkCommand(t, w.name+", "+next.Status.Phase+", "+custody, dir, command[1])
							found[command[1]] = true
						}
					}
				}
			}
		}
	}
	if len(found) < 5 {
		t.Errorf("found %d commands only: %v", len(found), found)
	}
}

// checkCommand parses a printed command with the tree of commands; the parts of a
// pipe that are not ours are those that deliver.
func checkCommand(t *testing.T, where, dir, line string) {
	t.Helper()
	for _, part := range regexp.MustCompile(` (?:\||&&) `).Split(line, -1) {
		rest, isOurs := strings.CutPrefix(part, "l5d-pki-render ")
		if !isOurs {
			if part != "kubectl apply -f -" && part != "kubectl apply --server-side --force-conflicts -f -" && !strings.HasPrefix(part, "kubectl get secret linkerd-identity-issuer ") && part != "base64 -d > issuer.pem" && !strings.HasPrefix(part, "kubectl replace ") {
				t.Errorf("%s: nobody knows %q in %q", where, part, line)
			}
			continue
		}
		checkOurs(t, where, dir, rest)
	}
}

func checkOurs(t *testing.T, where, dir, line string) {
	t.Helper()
	var words []string
	for _, w := range regexp.MustCompile(`'[^']*'|\S+`).FindAllString(line, -1) {
		if w = strings.Trim(w, "'\""); w == ">" {
			break
		}
		words = append(words, w)
	}
	root := whole(World{}).root(nil)
	cmd, args, err := root.Find(words)
	if err != nil || cmd == root {
		t.Errorf("%s: %q: no such command", where, line)
		return
	}
	if err := cmd.ParseFlags(args); err != nil {
		t.Errorf("%s: %q: %v", where, line, err)
		return
	}
	if slices.Contains(args, "--help") {
		return
	}
	if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
		t.Errorf("%s: %q: %v", where, line, err)
	}
	if dir == "" {
		return
	}
	if f := cmd.Flags().Lookup("state"); f != nil {
		if info, err := os.Stat(filepath.Join(dir, f.Value.String())); err != nil || info.IsDir() {
			t.Errorf("%s: %q names no state file: %v", where, line, err)
		}
	}
}

// TestCommandsInRunbook: the same for what the runbook prints.
func TestCommandsInRunbook(t *testing.T) {
	text, err := os.ReadFile("../../docs/runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := 0
	for _, command := range ours.FindAllStringSubmatch(string(text), -1) {
		if rest, isOurs := strings.CutPrefix(command[1], "l5d-pki-render "); isOurs {
			checkOurs(t, "docs/runbook.md", "", strings.NewReplacer(" …", "", " ...", "").Replace(strings.Split(rest, " | ")[0]))
			commands++
		}
	}
	if commands < 10 {
		t.Errorf("%d commands only", commands)
	}
}
