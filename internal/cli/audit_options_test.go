package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"os"
	"strings"
	"testing"
)

// TestAuditOptions: an option whose value is empty, as of a variable that is not set, is
// refused, since it would be as if nobody had asked for it; so is a commit that is not there.
func TestAuditOptions(t *testing.T) {
	audited(t, "l5d-pki-render audit pack audit", "git add audit", "git commit -q -m audit")
	digest, _, _ := strings.Cut(done(t, call(t, "", nil, "audit", "pack", "audit")).out, " ")
	for _, option := range []string{"head", "allowed-signers", "commit", "state"} {
		verdict(t, ExitFailed, "--"+option+" is empty", "audit", "--head", digest, "--commit", "HEAD", "--"+option, "")
		verdict(t, ExitFailed, "audit-option", "audit", "--unanchored", "--"+option+"=")
	}
	for _, option := range []string{"key", "reviews", "state"} {
		if got := call(t, "", nil, "audit", "pack", "other", "--"+option, ""); got.code != ExitFailed || !strings.Contains(got.stderr, "audit-option") {
			t.Errorf("--%s: code %d: %s%s", option, got.code, got.out, got.stderr)
		}
	}
	for _, commit := range []string{"origin/main", "HEAD~9", "--all", "-x", "main^{tree}", strings.Repeat("a", 40)} {
		verdict(t, ExitFailed, "audit-commit", "audit", "--commit="+commit)
	}
	for _, commit := range []string{"HEAD", "main", "refs/heads/main"} {
		verdict(t, ExitDone, "intact", "audit", "--commit", commit)
	}
}

// TestAuditElsewhere: --commit asks the repository in which the pack is named, not one
// that a link leads to.
func TestAuditElsewhere(t *testing.T) {
	audited(t, "l5d-pki-render audit pack audit", "git add audit", "git commit -q -m pack")
	verdict(t, 0, "intact", "audit", "--commit", "HEAD")
	if err := os.CopyFS("../other", os.DirFS(".")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll("audit"); err != nil {
		t.Fatal(err)
	}
	link(t, ".", "../other/audit", "audit")
	verdict(t, ExitFailed, "audit-files", "audit", "--commit", "HEAD")
	verdict(t, 0, "of "+disk.Real("../other"), "../other/audit", "--commit", "HEAD")
}
