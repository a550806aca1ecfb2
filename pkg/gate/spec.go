package gate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Spec is what the state file says.
type Spec struct {
	Rotation string `json:"rotation"`
	Phase    string `json:"phase"`
	// Next is the phase that the gate leads to; "" outside of a rotation.
	Next  string `json:"next,omitempty"`
	Epoch int64  `json:"epoch"`
	// MaterialSHA256 makes every change of what is delivered a new generation, also
	// one that is no change of phase.
	MaterialSHA256 string `json:"materialSHA256"`
}

// SpecOf is the spec of a state.
func SpecOf(s *state.Rotation) Spec {
	spec := Spec{Rotation: s.Metadata.Name, Phase: s.Status.Phase, Epoch: s.Status.Epoch, MaterialSHA256: materialHash(s)}
	if next, ok := s.Next(); ok {
		spec.Next = next.Name
	}
	return spec
}

// Object is the gate of a state. Its status is left out: it is not Git's.
func Object(s *state.Rotation) any {
	return map[string]any{
		"apiVersion": Group + "/" + Version,
		"kind":       Kind,
		"metadata":   map[string]any{"name": Name, "namespace": s.WithDefaults().Spec.Linkerd.Namespace},
		"spec":       SpecOf(s),
	}
}

// materialHash is the SHA-256 of everything that the gate is about. Its lines are
// fixed: another form would look like a change in every repository.
func materialHash(s *state.Rotation) string {
	h := sha256.New()
	line := func(key, text string) { fmt.Fprintf(h, "%s %q\n", key, strings.TrimSpace(text)) }
	fmt.Fprintf(h, "epoch %d\n", s.Status.Epoch)
	line("phase", s.Status.Phase)
	line("stamp", s.Status.Stamp)
	for _, a := range s.Bundle() {
		line("anchor", a.Certificate)
	}
	line("issuer", s.Issuing().Certificate)
	for _, key := range slices.Sorted(maps.Keys(s.Status.Webhooks)) {
		certificate, ca, _ := s.WebhookMaterial(key)
		line("webhook", key)
		line("certificate", certificate)
		line("ca", ca)
	}
	for _, l := range s.Spec.Links {
		line("link", l.Name)
	}
	if w := s.Status.Wave; w != nil {
		wave(h, w)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// wave writes how far a rollout has come that is split.
func wave(h io.Writer, w *state.Wave) {
	fmt.Fprintf(h, "wave %q %q %q %t\n", w.Previous, w.Namespaces, w.Workloads, w.Stale)
}
