package cli

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/postrender"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/aymanbagabas/go-udiff"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGoldens walks fixtures/<trait>/{state,input,golden}.yaml: the command and
// the Helm library's post-renderer both give the golden bytes, and rendering
// those again changes nothing.
func TestGoldens(t *testing.T) {
	inputs, err := filepath.Glob(filepath.Join(fixtures, "*", "input.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	walked := 0
	for _, input := range inputs {
		dir := filepath.Dir(input)
		statePath := filepath.Join(dir, "state.yaml")
		if _, err := os.Stat(statePath); err != nil {
			continue // fixtures/rotation has one state per phase: see TestRotations
		}
		walked++
		t.Run(filepath.Base(dir), func(t *testing.T) {
			compareGolden(t, statePath, input, filepath.Join(dir, "golden.yaml"))
		})
	}
	if walked < 15 {
		t.Fatalf("walked %d situations, want 15 or more", walked)
	}
}

// TestRotations walks fixtures/rotation: one stream through every phase of
// every kind of rotation.
func TestRotations(t *testing.T) {
	states, err := filepath.Glob(filepath.Join(fixtures, "rotation", "*", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	walked := 0
	for _, statePath := range states {
		if filepath.Dir(statePath) == "" || filepath.Base(filepath.Dir(statePath)) == "golden" {
			continue
		}
		walked++
		kind, phase := filepath.Base(filepath.Dir(statePath)), filepath.Base(statePath)
		t.Run(kind+"/"+phase, func(t *testing.T) {
			compareGolden(t, statePath, filepath.Join(fixtures, "rotation", "input.yaml"), filepath.Join(fixtures, "rotation", "golden", kind+"-"+phase))
		})
	}
	if walked < 20 {
		t.Fatalf("walked %d phases, want 20 or more", walked)
	}
}

func compareGolden(t *testing.T, statePath, input, golden string) {
	t.Helper()
	stream, err := os.ReadFile(input)
	if err != nil {
		t.Fatal(err)
	}
	copied := stateCopy(t, statePath)
	got := call(t, string(stream), nil, "post-render", "--state", copied)
	if got.code != ExitDone {
		t.Fatal(got.stderr)
	}
	if got.stderr != "" {
		t.Errorf("a success talks: %q", got.stderr)
	}
	if *update {
		if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(got.out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.out != string(want) {
		t.Fatalf("not the golden bytes:\n%.4000s", udiff.Unified("golden", "got", string(want), got.out))
	}
	if again := call(t, got.out, nil, "post-render", "--state", copied); again.out != got.out {
		t.Errorf("rendering twice changes bytes:\n%.2000s", udiff.Unified("once", "twice", got.out, again.out))
	}
	library := libraryRender(t, statePath, stream)
	if !bytes.Equal(library, want) {
		t.Errorf("Helm's library interface gives other bytes than the command")
	}
}

// libraryRender is the same call through Helm's PostRenderer interface.
func libraryRender(t *testing.T, statePath string, stream []byte) []byte {
	t.Helper()
	data, err := os.ReadFile(statePath)
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Parse(statePath, data)
	if err != nil {
		t.Fatal(err)
	}
	keys := render.Keys{}
	for _, path := range render.KeyPaths(s) {
		pem, err := os.ReadFile(filepath.Join(filepath.Dir(statePath), path))
		keys[path] = render.Key{PEM: pem, Err: err}
	}
	renderer := &postrender.Renderer{State: s, Keys: keys}
	before := bytes.Clone(stream)
	out, err := renderer.Run(bytes.NewBuffer(stream))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, stream) {
		t.Errorf("the input buffer was written to")
	}
	return out.Bytes()
}
