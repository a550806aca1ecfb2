package cli

import (
	"fmt"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// TestEarlierEvidence: an observation beside the state closes what time closes,
// without being passed; what is no observation there is an error, and what is not
// named like one, or is a link, is not read.
func TestEarlierEvidence(t *testing.T) {
	p := newPatient(t)
	p.at = p.at.Add(day)
	p.run("start", "issuer", "--outgoing-key", p.state().Status.Anchors[0].Key)
	chain, err := pki.ParseChain([]byte(p.state().Issuing().Certificate))
	if err != nil {
		t.Fatal(err)
	}
	seenAt := p.at.Add(day / 24)
	observation := fmt.Sprintf("apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: east\nat: %s\ncoverage:\n- {group: identity, pods: 1}\nchains:\n- {name: new, certificates: [%s]}\nidentity:\n- {pod: identity-0, issuer: new}\n",
		seenAt.Format("2006-01-02T15:04:05Z"), chain[0].Fingerprint())
	if err := os.Mkdir(base.EvidenceFolder, 0o755); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(base.EvidenceFolder, "east-east-"+seenAt.Format("20060102T150405Z")+".yaml")
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.at = p.at.Add(2 * day)
	refused := func(what string) {
		t.Helper()
		if r := callAt(t, p.at, "", nil, "advance", "--dry-run"); r.code != ExitFailed {
			t.Errorf("%s: code %d: %s", what, r.code, r.out)
		}
	}
	refused("no observation")
	put(filepath.Join(base.EvidenceFolder, "other-east-20260602T130000Z.yaml"), observation)
	put(filepath.Join(base.EvidenceFolder, "east.yaml"), observation)
	refused("other names")
	put("outside.yaml", observation)
	if err := os.Symlink("../outside.yaml", name); err == nil {
		refused("a link")
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	put(name, "kind: Observation\n")
	if r := callAt(t, p.at, "", nil, "status"); r.code != ExitFailed || !strings.Contains(r.stderr, name) {
		t.Errorf("damaged: code %d: %s", r.code, r.stderr)
	}
	put(name, observation)
	if out := p.run("status"); !strings.Contains(out, "advance to stable: allowed") {
		t.Errorf("status: %s", out)
	}
	if out := p.run("advance"); !strings.Contains(out, "has expired since the observation") {
		t.Errorf("advance: %s", out)
	}
	if log := p.state().Status.Log; log[len(log)-1].Evidence == "" {
		t.Error("the log has no digest of the evidence")
	}
}
