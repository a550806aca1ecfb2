package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal"

	"filippo.io/age"
)

// TestPRCustodyAge: keys that are encrypted for Git come with the change, and
// are taken over when the base moves.
func TestPRCustodyAge(t *testing.T) {
	t.Parallel()
	l := land(t)
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	l.commitTo("main", func(dir string) {
		l.edit(dir, l.state, func(s string) string {
			return strings.Replace(s, "custody: {kind: file}", "custody: {kind: age, recipients: ["+id.Recipient().String()+"]}", 1)
		})
	})
	r := l.pr("start", "anchor")
	files := gitIn(t, l.remote, "show", "--format=", "--name-only", r.Commit)
	if !strings.Contains(files, "linkerd/pki/keys/2026.key.age") && !strings.Contains(files, ".age") {
		t.Fatalf("files %s", files)
	}
	keys := gitIn(t, l.remote, "ls-tree", "-r", r.Commit, "linkerd/pki/keys")
	l.at = l.at.Add(time.Hour)
	l.commitTo("main", func(dir string) { l.edit(dir, "README.md", func(string) string { return "x\n" }) })
	moved := l.pr("start", "anchor")
	if again := gitIn(t, l.remote, "ls-tree", "-r", moved.Commit, "linkerd/pki/keys"); moved.Operation != proposal.OpUpdated || again != keys {
		t.Errorf("%+v\n%s\nwas\n%s", moved, again, keys)
	}
	l.guardBranch(r.Branch, ExitDone)
	if left := gitIn(t, l.clone, "status", "--porcelain"); left != "" {
		t.Errorf("in the user's tree: %s", left)
	}
}
