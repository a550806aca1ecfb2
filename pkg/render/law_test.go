package render_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"pgregory.net/rapid"
)

// neighbours are documents that concern nobody, in all the forms that a stream
// can hold.
var neighbours = []string{
	"---\n# Source: other/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: linkerd-config-not\n  namespace: linkerd\ndata: {a: 'b',   c: \"d\"} # kept\n",
	"---\n# only a comment\n",
	"---\n",
	"--- # marker\napiVersion: v1\nkind: Secret\nmetadata: {name: linkerd-identity-issuer, namespace: elsewhere}\ndata: {crt.pem: AA==}\n",
	"---\r\napiVersion: v1\r\nkind: ConfigMap\r\nmetadata:\r\n  name: dos\r\ndata:\r\n  x: |\r\n    a\r\n\r\n    b\r\n",
	"---\n{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"json\"},\"data\":{\"a\":\"\\u00e9\\/\"}}\n",
	"---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata:   {name: x}\n",
	"---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: script\ndata:\n  run: |\n    ---\n    kind: ConfigMap\n    name: linkerd-config\n  odd: >+\n    folded\n      more\n\n\n",
	"---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: linkerd-identity\n  namespace: other\nspec: &s\n  replicas:   1\n  copy: *s2\n",
	"---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app\n  namespace: shop\nspec:\n  template:\n    metadata:\n      annotations: {linkerd.io/inject: enabled}\n",
}

// TestNeighboursStay: documents put between those of a control plane leave as
// they came, and what the control plane becomes does not depend on them.
func TestNeighboursStay(t *testing.T) {
	in := fixture(t, "unpinned")
	alone := strings.SplitAfter("\n"+string(mustRender(t, in).Stream), "\n---\n")
	parts := strings.SplitAfter("\n"+string(in.Stream), "\n---\n")
	if len(alone) != len(parts) || len(parts) < 10 {
		t.Fatalf("%d and %d parts", len(alone), len(parts))
	}
	rapid.Check(t, func(rt *rapid.T) {
		var stream, want strings.Builder
		for i := range parts {
			if i > 0 && rapid.Bool().Draw(rt, "neighbour") {
				extra := strings.Trim(rapid.SampledFrom(neighbours[:8]).Draw(rt, "which"), "-")
				extra = strings.TrimLeft(extra, "\r\n") + "---\n"
				stream.WriteString(extra)
				want.WriteString(extra)
			}
			stream.WriteString(parts[i])
			want.WriteString(alone[i])
		}
		mutated := in
		mutated.Stream = []byte(stream.String()[1:])
		out, err := render.PostRender(mutated)
		if err != nil {
			rt.Fatalf("%v", err)
		}
		if got := "\n" + string(out.Stream); got != want.String() {
			rt.Fatalf("a neighbour changed what came out")
		}
		again, err := render.PostRender(render.Input{State: in.State, Keys: in.Keys, Stream: out.Stream})
		if err != nil || !bytes.Equal(again.Stream, out.Stream) {
			rt.Fatalf("rendering twice changed bytes: %v", err)
		}
	})
}

// TestOnlyTargetsMove: line by line, what differs between input and output of
// each worked situation lies in a document that the report names.
func TestOnlyTargetsMove(t *testing.T) {
	inputs, err := filepath.Glob("../../fixtures/*/state.yaml")
	if err != nil || len(inputs) < 15 {
		t.Fatalf("%d situations (%v)", len(inputs), err)
	}
	for _, path := range inputs {
		trait := filepath.Base(filepath.Dir(path))
		in := fixture(t, trait)
		out := mustRender(t, in)
		before, after := strings.Split(string(in.Stream), "\n---"), strings.Split(string(out.Stream), "\n---")
		if len(before) != len(after) {
			t.Fatalf("%s: %d documents became %d", trait, len(before), len(after))
		}
		for i := range before {
			if before[i] != after[i] && !named(out.Report, after[i]) {
				t.Errorf("%s: document %d changed and is not in the report:\n%.300s", trait, i, after[i])
			}
		}
	}
}

func named(report render.Report, document string) bool {
	for _, l := range report.Lines {
		name := l.Object[strings.LastIndexAny(l.Object, " /")+1:]
		if l.Outcome == render.Changed && strings.Contains(document, name) {
			return true
		}
	}
	return false
}

// FuzzRender: no input panics; an error means no bytes; without one, rendering
// twice changes nothing.
func FuzzRender(f *testing.F) {
	inputs, err := filepath.Glob("../../fixtures/*/input.yaml")
	if err != nil || len(inputs) == 0 {
		f.Fatalf("no seeds (%v)", err)
	}
	for _, path := range inputs {
		seed, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	for _, n := range neighbours {
		f.Add([]byte(n))
	}
	in := fixture(f, "unpinned")
	f.Fuzz(func(t *testing.T, stream []byte) {
		in := in
		in.Stream = bytes.Clone(stream)
		in.AllowNothing = true
		out, err := render.PostRender(in)
		if !bytes.Equal(in.Stream, stream) {
			t.Fatal("the input was written to")
		}
		if err != nil {
			if len(out.Stream) != 0 {
				t.Fatal("an error came with bytes")
			}
			return
		}
		if len(out.Stream) == 0 {
			t.Fatal("an empty success")
		}
		in.Stream = out.Stream
		again, err := render.PostRender(in)
		if err != nil || !bytes.Equal(again.Stream, out.Stream) {
			t.Fatalf("rendering twice changes bytes (%v)", err)
		}
	})
}
