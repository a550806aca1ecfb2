package cli

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
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
