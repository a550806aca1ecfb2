package render_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"sigs.k8s.io/yaml"
)

// annotated is the trust roots ConfigMap of a stream.
type annotated struct {
	Kind     string `json:"kind"`
	Metadata struct {
		Name        string            `json:"name"`
		Annotations map[string]string `json:"annotations"`
	} `json:"metadata"`
	Data map[string]string `json:"data"`
}

func trustRootsIn(t *testing.T, stream []byte) (o annotated) {
	t.Helper()
	for _, text := range strings.Split("\n"+string(stream), "\n---\n") {
		if !strings.Contains(text, "name: linkerd-identity-trust-roots") {
			continue
		}
		if err := yaml.Unmarshal([]byte(text), &o); err != nil {
			t.Fatal(err)
		}
		if o.Kind == "ConfigMap" {
			return o
		}
	}
	t.Fatal("the stream has no trust roots")
	return o
}

// TestAnnotate: the annotations say which phase the ConfigMap carries, nothing
// else changes, a later phase replaces them, and none are there unasked.
func TestAnnotate(t *testing.T) {
	stream := mustRead(t, "../../fixtures/rotation/input.yaml")
	for _, phase := range []string{"stable", "anchor-added", "issuer-switched", "stable-after"} {
		s, keys := fixtureState(t, "../../fixtures/rotation/bundle/"+phase+".yaml")
		in := render.Input{State: s, Keys: keys, Stream: stream}
		plain := mustRender(t, in).Stream
		in.Annotate = true
		stream = mustRender(t, in).Stream // the next phase begins with this one's annotations
		o := trustRootsIn(t, stream)
		sum := sha256.Sum256([]byte(strings.TrimRight(o.Data["ca-bundle.crt"], "\n")))
		want := map[string]string{"l5d-pki-render/epoch": itoa(s.Status.Epoch), "l5d-pki-render/phase": s.Status.Phase, "l5d-pki-render/bundle-sha256": hex.EncodeToString(sum[:])}
		for name, value := range want {
			if got := o.Metadata.Annotations[name]; got != value {
				t.Errorf("%s: %s is %q, want %q", phase, name, got, value)
			}
		}
		if phase == "stable" {
			if bytes.Contains(plain, []byte("l5d-pki-render/epoch")) {
				t.Error("annotations that nobody asked for")
			}
			if added := strings.Count(string(stream), "\n") - strings.Count(string(plain), "\n"); added != 3 {
				t.Errorf("%d lines were added, want three", added)
			}
		}
	}
}

// TestAnnotateNothing: a policy that sees no annotation protects nothing.
func TestAnnotateNothing(t *testing.T) {
	in := fixture(t, "external-ca")
	in.Annotate = true
	_, err := render.PostRender(in)
	wantCode(t, err, problem.RenderNoAnnotate.Code)

	in = fixture(t, "control-plane-2-13")
	_, err = render.Manifests(render.ManifestsInput{State: in.State, Keys: in.Keys, WithKeys: true, Annotate: true})
	wantCode(t, err, problem.RenderNoAnnotate.Code)

	text, err := render.Manifests(render.ManifestsInput{State: in.State, All: true, Annotate: true})
	if err != nil {
		t.Fatal(err)
	}
	if o := trustRootsIn(t, text); o.Metadata.Annotations["l5d-pki-render/epoch"] != itoa(in.State.Status.Epoch) {
		t.Errorf("annotations %v", o.Metadata.Annotations)
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
