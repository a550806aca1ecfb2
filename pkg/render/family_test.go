package render_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// A new chart family is one row: a fictional one, without the annotation and the
// policy validator and with "|", is known by its version and rendered by its traits.
func TestFamilyIsOneRow(t *testing.T) {
	before := linkerd.Table
	t.Cleanup(func() { linkerd.Table = before })
	in := fixture(t, "unpinned")
	s := in.State.Clone()
	s.Spec.Linkerd.Version = "2.30"
	if _, err := render.NewMaterial(s, in.Keys); err == nil {
		t.Fatal("2.30 is known before it has a row")
	}
	linkerd.Table = append(slices.Clone(before), linkerd.Traits{
		Family: "2.30", Since: linkerd.Release{Stable: [3]int{2, 30, 0}, Edge: [3]int{30, 1, 1}},
		TrustRoots: true, Without: []string{linkerd.PolicyValidator}, NewestMinor: 30,
	})
	// The annotation goes from the pods, and the release has the new name.
	hash := "        " + linkerd.TrustRootHash + ": "
	var lines []string
	for _, line := range strings.Split(string(in.Stream), "\n") {
		if !strings.HasPrefix(line, hash) {
			lines = append(lines, strings.ReplaceAll(line, in.State.Spec.Linkerd.Version, "stable-2.30.0"))
		}
	}
	stream := strings.Join(lines, "\n")
	if strings.Count(string(in.Stream), hash) != 3 {
		t.Fatal("the fixture has not the annotation on three Deployments")
	}
	for version, legal := range map[string]bool{"2.30": true, in.State.Spec.Linkerd.Version: false} {
		s.Spec.Linkerd.Version = version
		out, err := render.PostRender(render.Input{State: s, Keys: in.Keys, Stream: []byte(stream)})
		if (err == nil) != legal {
			t.Fatalf("%s: %v", version, err)
		}
		if legal && (strings.Contains(string(out.Stream), hash) || string(out.Stream) == stream) {
			t.Errorf("%s: not rendered by the traits of its row", version)
		}
	}
}
