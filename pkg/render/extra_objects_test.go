package render_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/gate"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestManifestsWithGate: the definition, then the object; the same bytes each time,
// and nothing of it in a stream with keys or of a state that does not ask.
func TestManifestsWithGate(t *testing.T) {
	in := fixture(t, "unpinned")
	s := in.State.Clone()
	_, err := render.Manifests(render.ManifestsInput{State: s})
	wantCode(t, err, problem.RenderNoManifests.Code)
	s.Spec.Gate = true
	text, err := render.Manifests(render.ManifestsInput{State: s})
	if err != nil {
		t.Fatal(err)
	}
	again, _ := render.Manifests(render.ManifestsInput{State: s})
	if !bytes.Equal(text, again) {
		t.Error("not the same bytes")
	}
	object, found := bytes.CutPrefix(text, gate.CRD)
	for _, want := range []string{"kind: RotationGate\n", "namespace: linkerd\n", "  phase: " + s.Status.Phase + "\n"} {
		if !found || !strings.Contains(string(object), want) {
			t.Errorf("no %q in\n%s", want, object)
		}
	}
	if strings.Contains(string(object), "status") {
		t.Error("the status is in Git")
	}
	keyed, err := render.Manifests(render.ManifestsInput{State: s, Keys: in.Keys, WithKeys: true})
	if err != nil || bytes.Contains(keyed, []byte(gate.Kind)) {
		t.Errorf("a stream with keys: %v\n%s", err, keyed)
	}
}

// TestGateSpecChanges: whatever the phase delivers is in the spec, so that a verdict
// of before counts no more; what people write around it is not.
func TestGateSpecChanges(t *testing.T) {
	base := fixture(t, "unpinned").State
	before := gate.SpecOf(base)
	for name, change := range map[string]func(s *state.Rotation){
		"epoch":   func(s *state.Rotation) { s.Status.Epoch++ },
		"stamp":   func(s *state.Rotation) { s.Status.Stamp = "0123456789abcdef" },
		"issuer":  func(s *state.Rotation) { s.Status.Issuers[0].Certificate = s.Status.Anchors[0].Certificate },
		"anchor":  func(s *state.Rotation) { s.Status.Anchors[0].Certificate = s.Status.Issuers[0].Certificate },
		"webhook": func(s *state.Rotation) { s.Status.Webhooks = map[string]state.Webhook{"tap": {CABundle: "x"}} },
		"link":    func(s *state.Rotation) { s.Spec.Links = append(s.Spec.Links, state.Link{Name: "west"}) },
		"wave":    func(s *state.Rotation) { s.Status.Wave = &state.Wave{Namespaces: []string{"shop"}} },
	} {
		s := base.Clone()
		if change(s); gate.SpecOf(s) == before {
			t.Errorf("%s: the same spec", name)
		}
	}
	s := base.Clone()
	s.Metadata.Annotations = map[string]string{"a": "b"}
	s.Spec.Outputs = append(s.Spec.Outputs, state.Output{Kind: state.OutputManifests, Path: "x.yaml"})
	if gate.SpecOf(s) != before {
		t.Error("an output changes the spec")
	}
}

// TestTrustBundles: each object has the bundle of the phase, beside what there was.
func TestTrustBundles(t *testing.T) {
	s := fixture(t, "external-ca").State.Clone()
	before, err := render.Manifests(render.ManifestsInput{State: s})
	if err != nil {
		t.Fatal(err)
	}
	s.Spec.TrustBundles = []state.TrustBundle{{Kind: state.KindClusterTrustBundle}, {Kind: state.KindBundle, Name: "a"}, {Kind: state.KindClusterBundle, Name: "b"}, {Kind: state.KindClusterTrustBundle, Name: "old", Version: "v1beta1"}}
	text, err := render.Manifests(render.ManifestsInput{State: s})
	if err != nil {
		t.Fatal(err)
	}
	added, found := bytes.CutPrefix(text, before)
	if !found {
		t.Fatal("the trust roots are not what they were")
	}
	docs := strings.Split(strings.TrimPrefix(string(added), "---\n"), "\n---\n")
	if len(docs) != 4 {
		t.Fatalf("%d documents", len(docs))
	}
	for i, apiVersion := range []string{"certificates.k8s.io/v1\n", "trust.cert-manager.io/v1alpha1\n", "trust-manager.io/v1alpha2\n", "certificates.k8s.io/v1beta1\n"} {
		if !strings.HasPrefix(docs[i], "apiVersion: "+apiVersion) {
			t.Errorf("%s", docs[i])
		}
		if got, want := strings.Count(docs[i], "BEGIN CERTIFICATE"), len(s.Bundle()); got != want {
			t.Errorf("%d certificates, want %d", got, want)
		}
	}
}
