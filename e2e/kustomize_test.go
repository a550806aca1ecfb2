package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

func fixture(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(peer.Fixture(path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// rotationStates are all states below fixtures/rotation, as "bundle/stable".
func rotationStates(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(peer.Fixture("rotation/*/*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var states []string
	for _, file := range files {
		if kind := filepath.Base(filepath.Dir(file)); kind != "golden" {
			states = append(states, kind+"/"+strings.TrimSuffix(filepath.Base(file), ".yaml"))
		}
	}
	if len(states) < 20 {
		t.Fatalf("%d states, want 20 or more", len(states))
	}
	return states
}

// golden is what post-render makes of the fixture stream in one phase.
func golden(t testing.TB, state string) Objects {
	t.Helper()
	return ParseObjects(t, []byte(fixture(t, "rotation/golden/"+strings.ReplaceAll(state, "/", "-")+".yaml")))
}

// TestKustomizeFunction: in real kustomize the function makes of the fixture
// stream what post-render makes of it, through every phase; nothing else stays.
func TestKustomizeFunction(t *testing.T) {
	k := NewKustomize(t)
	for _, state := range rotationStates(t) {
		folder := k.Overlay(t, fixture(t, "rotation/input.yaml"), fixture(t, "rotation/"+state+".yaml"))
		built := k.Build(t, folder, functions...)
		if built.Code != 0 {
			t.Fatalf("%s: %s", state, built.Stderr)
		}
		SameObjects(t, state, ParseObjects(t, []byte(built.Stdout)), golden(t, state).Without("Secret"))
		if !strings.Contains(built.Stderr, "note: krm: phase ") {
			t.Errorf("%s: kustomize does not pass on what the function says: %q", state, built.Stderr)
		}
	}
}

// TestKustomizeSkips: where kustomize does not run the function, silently or
// not, the build fails, and so it does when the function refuses.
func TestKustomizeSkips(t *testing.T) {
	k := NewKustomize(t)
	state := fixture(t, "rotation/bundle/anchor-added.yaml")
	external := fixture(t, "external-ca/state.yaml")
	tests := []struct {
		name, stream, state string
		flags               []string
		says                string
	}{
		{"skipped in silence", "rotation", state, functions[:1], "the-function-ran` is missing"},
		{"switched off", "rotation", state, nil, "external plugins disabled"},
		{"skipped with a generator", "external-ca", external, functions[:1], "no resource matches strategic merge patch"},
		{"refused", "rotation", strings.Replace(state, "edge-25.10.7", "2.10", 1), functions, "couldn't execute function: exit status 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folder := k.Overlay(t, fixture(t, tt.stream+"/input.yaml"), tt.state)
			r := k.Build(t, folder, tt.flags...)
			if r.Code == 0 || r.Stdout != "" || !strings.Contains(r.Stderr, tt.says) {
				t.Errorf("exit %d, %d bytes\n%s", r.Code, len(r.Stdout), r.Stderr)
			}
		})
	}
	r := k.Build(t, k.Overlay(t, fixture(t, "rotation/input.yaml"), strings.Replace(state, "edge-25.10.7", "2.10", 1)), functions...)
	if !strings.Contains(r.Stderr, "l5d-pki-render: error: ") || !strings.Contains(r.Stderr, "hint: ") {
		t.Errorf("the reason does not reach the user:\n%s", r.Stderr)
	}
	// The control: without the guard kustomize drops the phase and says nothing.
	k.Write(t, "bare/all.yaml", fixture(t, "rotation/input.yaml"))
	k.Write(t, "bare/rotation.yaml", AsFunction(t, state))
	k.Write(t, "bare/kustomization.yaml", "resources: [all.yaml]\ntransformers: [rotation.yaml]\n")
	if r := k.Build(t, "bare", functions[:1]...); r.Code != 0 || r.Stderr != "" {
		t.Errorf("kustomize says it by itself now: exit %d, %s", r.Code, r.Stderr)
	}
}

// TestKustomizeGenerator: with identity.externalCA the trust roots come from the
// function, and the control plane follows.
func TestKustomizeGenerator(t *testing.T) {
	k := NewKustomize(t)
	folder := k.Overlay(t, fixture(t, "external-ca/input.yaml"), fixture(t, "external-ca/state.yaml"))
	r := k.Build(t, folder, functions...)
	if r.Code != 0 {
		t.Fatal(r.Stderr)
	}
	want := ParseObjects(t, []byte(fixture(t, "external-ca/golden.yaml"))).Without("Secret")
	for name, o := range ParseObjects(t, k.MustRun(t, "", nil, "l5d-pki-render", "manifests", "-s", peer.Fixture("external-ca/state.yaml"))) {
		want[name] = o
	}
	SameObjects(t, "external CA", ParseObjects(t, []byte(r.Stdout)), want)
}

// TestKustomizeOlder: kustomize before 5.7 knows no arguments and calls the
// program by the name of the command.
func TestKustomizeOlder(t *testing.T) {
	k := NewKustomize(t)
	state := fixture(t, "rotation/bundle/anchor-spread.yaml")
	folder := k.Overlay(t, fixture(t, "rotation/input.yaml"), state)
	k.Write(t, "pki/rotation.yaml", strings.Replace(AsFunction(t, state), "{path: l5d-pki-render, args: [krm]}", "{path: ./l5d-pki-render-krm}", 1))
	if err := os.Symlink(filepath.Join(k.Bin, "l5d-pki-render"), filepath.Join(k.Dir, "pki", "l5d-pki-render-krm")); err != nil {
		t.Fatal(err)
	}
	r := k.Build(t, folder, functions...)
	if r.Code != 0 {
		t.Fatal(r.Stderr)
	}
	SameObjects(t, "by name", ParseObjects(t, []byte(r.Stdout)), golden(t, "bundle/anchor-spread").Without("Secret"))
}

// TestKustomizeComponents: the Components that need no program build what
// post-render makes of the same kustomization, as far as each goes.
func TestKustomizeComponents(t *testing.T) {
	k := NewKustomize(t)
	state := peer.Fixture("rotation/bundle/anchor-spread.yaml")
	k.Overlay(t, fixture(t, "rotation/input.yaml"), fixture(t, "rotation/bundle/anchor-spread.yaml"))
	k.MustRun(t, "", nil, "l5d-pki-render", "component", "-s", state, "--for", "base", "--to", "wave")
	k.MustRun(t, "", nil, "l5d-pki-render", "component", "-s", state, "--control-plane", "--to", "bundle")
	k.Write(t, "above/kustomization.yaml", "resources: [../base]\ncomponents: [../wave, ../bundle]\n")
	r := k.Build(t, "above")
	if r.Code != 0 {
		t.Fatal(r.Stderr)
	}
	got, want := ParseObjects(t, []byte(r.Stdout)), golden(t, "bundle/anchor-spread").Without("Secret")
	for _, name := range []string{"ConfigMap linkerd/linkerd-config", "Deployment plain/by-hand"} { // beyond a Component: docs/kustomize.md
		delete(got, name)
		delete(want, name)
	}
	SameObjects(t, "Components", got, want)
}
