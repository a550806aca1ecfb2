package guard

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestWordNote: a reviewer sees that somebody's word was forced.
func TestWordNote(t *testing.T) {
	for forced, want := range map[bool]bool{true: true, false: false} {
		note := wordNote(rotation.Assumption{Code: rotation.LeavesRenewed, Because: "seen", Forced: forced})
		if strings.Contains(note, "forced, against what is known") != want || !strings.Contains(note, "LEAVES-RENEWED, because `seen`") {
			t.Errorf("forced %v: %s", forced, note)
		}
	}
}

// TestReadBack: the guard passes an issuer that the cluster made anew, where the
// custody is in the cluster, and says so.
func TestReadBack(t *testing.T) {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	s := &state.Rotation{APIVersion: state.APIVersion, Kind: state.Kind, Metadata: state.Metadata{Name: "prod"}}
	s.Spec.Linkerd.Version = "2.18"
	seed := func(n int) *bytes.Reader { return bytes.NewReader(bytes.Repeat([]byte(fmt.Sprintf("%08d", n)), 4000)) }
	base, minted, err := rotation.First(s, nil, nil, at, seed(1))
	if err != nil {
		t.Fatal(err)
	}
	anchor, err := pki.ParseChain([]byte(base.Status.Anchors[0].Certificate))
	if err != nil {
		t.Fatal(err)
	}
	later := at.Add(48 * time.Hour)
	mine, err := pki.MintKey(pki.FormSEC1, seed(2))
	if err != nil {
		t.Fatal(err)
	}
	cert, err := pki.MintIssuer(mine.Signer().Public(), "identity.linkerd.cluster.local", anchor[0], minted[0].Key, pki.PeriodAt(later, time.Hour, 24*time.Hour), seed(3))
	if err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[string]problem.Code{
		state.CustodyCertManager: "", state.CustodyExternalSecret: "", state.CustodyAge: problem.CustodyNoReadBack.Code, state.CustodySOPS: problem.CustodyNoReadBack.Code, state.CustodyFile: problem.CustodyNoReadBack.Code,
	} {
		was := base.Clone()
		was.Spec.Custody.Kind = kind
		next, err := rotation.Reissued(was, pki.Chain{cert}, "renewed", later)
		if err != nil {
			t.Fatal(err)
		}
		r := &Report{}
		r.judgeReissue(was, next)
		if want == "" && (len(r.findings) > 0 || len(r.notes) != 1 || !strings.Contains(r.notes[0], cert.Fingerprint())) {
			t.Errorf("%s: %v, %q", kind, r.findings, r.notes)
		}
		if want != "" && (len(r.findings) != 1 || r.findings[0].Code != want) {
			t.Errorf("%s: %v", kind, r.findings)
		}
		if safe, problems := guardPasses(t, was, next, later.Add(time.Hour)); safe != (want == "") {
			t.Errorf("%s: the guard passes it: %v (%v)", kind, safe, problems)
		}
	}
}
