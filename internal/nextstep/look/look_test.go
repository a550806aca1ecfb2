package look

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// commits gives a state of the fixtures, and git in a new directory, which it changes to.
func commits(t *testing.T) (s *state.Rotation, git func(args ...string)) {
	t.Helper()
	text, err := os.ReadFile("../../../fixtures/gitops/flux/pki/rotation.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if s, err = state.Parse("rotation.yaml", text); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	return s, func(args ...string) {
		t.Helper()
		if out, err := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.com"}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
}

// TestFilesToCommit: of what changed, the state, its outputs (the patch of a
// HelmRelease, too) and its keys are to be committed; the deletion of a key is not, since the key is lost then.
func TestFilesToCommit(t *testing.T) {
	s, git := commits(t)
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

// TestRemovedFilesToCommit: an output that is gone is part of the change, wherever it was; once
// Git knows that it is gone, the commit takes it without its name. Other files are not.
func TestRemovedFilesToCommit(t *testing.T) {
	s, git := commits(t)
	git("init", "-q")
	own := "# l5d-pki-render: owned by " + s.Metadata.Name + ", output 1: do not edit\n"
	for name, text := range map[string]string{"old/pki.yaml": own, "old/staged.yaml": own, "pki/x.yaml": "x: 1\n", "theirs.yaml": "# l5d-pki-render: owned by other, output 1: do not edit\n", "mine.yaml": "a: 1\n"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	git("add", "-A")
	git("commit", "-q", "-m", "one")
	git("rm", "-q", "old/staged.yaml")
	if got := At("pki/rotation.yaml", s).Work; len(got.Files) > 0 || !got.Staged || !got.OutputsChanged {
		t.Errorf("staged: %+v", got)
	}
	for _, name := range []string{"old/pki.yaml", "theirs.yaml", "mine.yaml"} {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	got := At("pki/rotation.yaml", s).Work
	if !slices.Equal(got.Files, []string{"old/pki.yaml"}) || !got.Staged || !got.OutputsChanged {
		t.Errorf("%+v", got)
	}
}
