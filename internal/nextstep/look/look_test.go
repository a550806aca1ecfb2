package look

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestFilesToCommit: of what changed, the state, its outputs (the patch of a
// HelmRelease, too) and its keys are to be committed; the deletion of a key is not, since the key is lost then.
func TestFilesToCommit(t *testing.T) {
	text, err := os.ReadFile("../../../fixtures/gitops/flux/pki/rotation.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Parse("rotation.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	git := func(args ...string) {
		if out, err := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.com"}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	write := func(names ...string) {
		for _, name := range names {
			if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte("x\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	git("init", "-q")
	write("pki/keys/lost.age")
	git("add", "-A")
	git("commit", "-q", "-m", "one")
	if err := os.Remove("pki/keys/lost.age"); err != nil {
		t.Fatal(err)
	}
	write("pki/evidence/mine.yaml", "pki/evidence/"+s.Metadata.Name+"-20260601T120000Z.yaml", "pki/rotation.yaml", "pki/keys/new.age", "flux/values.yaml", "flux/patch.yaml", "other.yaml")
	s.Spec.Custody.Kind = state.CustodyAge
	s.Spec.Outputs = []state.Output{{Kind: state.OutputHelmValues, Path: "../flux/values.yaml", HelmRelease: &state.HelmRelease{Path: "../flux/patch.yaml"}}}
	s.Status.Anchors[0].Key, s.Status.Issuers[0].Key = "keys/lost.age", "keys/new.age"
	got := At("pki/rotation.yaml", s).Work
	if want := []string{"flux/patch.yaml", "flux/values.yaml", "pki/evidence/" + s.Metadata.Name + "-20260601T120000Z.yaml", "pki/keys/new.age", "pki/rotation.yaml"}; !slices.Equal(got.Files, want) || !got.StateChanged || !got.OutputsChanged {
		t.Errorf("%+v, want %q", got, want)
	}
}
