package moves

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestEarlierEvidence: what is kept beside a state, and beside the states of linked
// clusters, of the clusters that it may be of.
func TestEarlierEvidence(t *testing.T) {
	dir := t.TempDir()
	put := func(name, cluster string) {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		text := "apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: " + cluster + "\nat: 2026-06-01T12:00:00Z\ncoverage: []\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("east/evidence/east-east-20260601T120000Z.yaml", "east")
	put("east/evidence/east-west-20260601T120000Z.yaml", "west")
	put("east/evidence/east-south-20260601T120000Z.yaml", "south") // not linked
	put("east/evidence/notes.yaml", "east")
	put("west/evidence/west-west-20260601T120000Z.yaml", "west")
	put("west/evidence/west-east-20260601T120000Z.yaml", "east") // west's word on east
	s := &state.Rotation{Metadata: state.Metadata{Name: "east"}}
	s.Spec.Links = []state.Link{{Name: "west", State: "../west/rotation.yaml"}, {Name: "north", State: "../north/rotation.yaml"}, {Name: "seen", Observation: "../seen.yaml"}}
	kept, err := EarlierEvidence(filepath.Join(dir, "east/rotation.yaml"), s)
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]int{}
	for _, o := range kept {
		of[o.Cluster]++
	}
	if len(kept) != 3 || of["east"] != 1 || of["west"] != 2 {
		t.Errorf("%d are kept: %v", len(kept), of)
	}
}
