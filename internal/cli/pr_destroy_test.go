package cli

import (
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestPRLastNamesTheOldKey: the pull request that ends a rotation names the old
// issuer's key, which nobody needs any more; the ones before name none.
func TestPRLastNamesTheOldKey(t *testing.T) {
	t.Parallel()
	l := land(t)
	old := l.stateOf("main").Issuing().Key
	if old == "" {
		t.Fatal("the issuer in force has no key")
	}
	said := func() bool {
		body := l.forge.pulls[len(l.forge.pulls)-1].Body
		return strings.Contains(body, "Nothing needs these private keys any more; destroy them, and every copy of them: `"+old+"`.")
	}
	keys := t.TempDir()
	copyTestKeys(t, keys)
	l.merge(l.pr("start", "issuer", "--outgoing-key", filepath.Join(keys, "anchor-2025.key")).Branch)
	if said() {
		t.Error("the first pull request gives up a key that is in use")
	}
	l.at = l.at.Add(72 * time.Hour)
	l.merge(l.pr("--assume", "ISSUER-LOADED", "--assume", "LEAVES-RENEWED").Branch)
	if l.stateOf("main").Status.Phase != "stable" {
		t.Fatalf("the rotation is in phase %s", l.stateOf("main").Status.Phase)
	}
	if !said() {
		t.Errorf("not named: %s", l.forge.pulls[len(l.forge.pulls)-1].Body)
	}
}

// TestPRSharedKey: the pull request that ends a rotation has nobody destroy a key that
// another state on the base branch names.
func TestPRSharedKey(t *testing.T) {
	t.Parallel()
	l := land(t)
	old := l.stateOf("main").Issuing().Key
	l.commitTo("main", func(dir string) {
		l.committed(dir, func() {
			put(t, dir, "west/rotation.yaml", l.stateText(dir))
			editState(t, filepath.Join(dir, "west/rotation.yaml"), func(s *state.Rotation) {
				s.Metadata.Name, s.Spec.Outputs = "west", nil
				s.Status.Issuers[0].Key = path.Join("..", path.Dir(l.state), old)
			})
		})
	})
	keys := t.TempDir()
	copyTestKeys(t, keys)
	l.merge(l.pr("start", "issuer", "--outgoing-key", filepath.Join(keys, "anchor-2025.key")).Branch)
	l.at = l.at.Add(72 * time.Hour)
	l.pr("--assume", "ISSUER-LOADED", "--assume", "LEAVES-RENEWED")
	body := l.forge.pulls[len(l.forge.pulls)-1].Body
	if strings.Contains(body, "destroy them") || !strings.Contains(body, "Leave `"+old+"`, which this state needs no more: the key of issuer 2025-1 of west/rotation.yaml") {
		t.Errorf("the text:\n%s", body)
	}
}
