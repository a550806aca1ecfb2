package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// holding is the observation of a cluster in which everything has the material of a
// state, but for what change takes away.
func holding(t *testing.T, s *state.Rotation, at time.Time, change func(*rotation.Observation)) *rotation.Observation {
	t.Helper()
	m, err := rotation.MaterialOf(s)
	if err != nil {
		t.Fatal(err)
	}
	var bundle, chain []string
	for _, c := range m.Bundle.Certificates() {
		bundle = append(bundle, c.Fingerprint())
	}
	for _, c := range m.Issuer {
		chain = append(chain, c.Fingerprint())
	}
	o := &rotation.Observation{APIVersion: rotation.ObservationVersion, Kind: rotation.ObservationKind, Cluster: s.Metadata.Name, At: at.Format(time.RFC3339)}
	o.ControlPlane = rotation.Delivery{TrustRoots: bundle, Injectors: []rotation.Injector{{Pod: "i", Bundle: bundle}}}
	o.Identity = []rotation.Replica{{Pod: "r", Bundle: bundle, Issuer: chain}}
	o.Endpoints = []rotation.Endpoint{{Group: rotation.GroupProxies, Namespace: "shop", Workload: "deploy/web", Count: 3, Bundle: bundle, Chain: chain}}
	for group, pods := range map[string]int{rotation.GroupInjectors: 1, rotation.GroupIdentity: 1, rotation.GroupProxies: 3,
		rotation.GroupControlPlane: 0, rotation.GroupGateways: 0, rotation.GroupExtensions: 0, rotation.GroupExternal: 0} {
		o.Count(group, pods)
	}
	if change != nil {
		change(o)
	}
	return o
}

// shows makes the program that reads clusters answer with an observation. The file
// beside it that is returned is there once somebody has asked.
func (l *prLand) shows(o *rotation.Observation) (asked string) {
	l.t.Helper()
	text, err := rotation.MarshalObservation(o)
	if err != nil {
		l.t.Fatal(err)
	}
	answer, err := json.Marshal(map[string]any{"protocol": 1, "answer": map[string]any{"observation": json.RawMessage(text)}})
	if err != nil {
		l.t.Fatal(err)
	}
	dir := l.t.TempDir()
	asked = filepath.Join(dir, "asked")
	if err := os.WriteFile(filepath.Join(dir, "answer"), answer, 0o600); err != nil {
		l.t.Fatal(err)
	}
	l.env["L5D_PKI_CLUSTER_PROGRAM"] = stubProgram(l.t, fmt.Sprintf("cat > %q; cat %q", asked, filepath.Join(dir, "answer")))
	return asked
}

// evidenceOn lists the observations on a branch of the remote.
func (l *prLand) evidenceOn(branch string) []string {
	l.t.Helper()
	return strings.Fields(gitIn(l.t, l.remote, "ls-tree", "--name-only", branch, path.Join(path.Dir(l.state), base.EvidenceFolder)+"/"))
}

// TestNextObserves: a cron job that reads the cluster itself takes a rotation from
// its start to stable. What it saw is in each commit, and nobody vouches for it.
func TestNextObserves(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.merge(l.pr("start", "anchor").Branch)
	for _, step := range wholeRotation[1:] {
		l.at = l.at.Add(25 * time.Hour)
		s := l.stateOf("main")
		l.shows(holding(t, s, l.at, func(o *rotation.Observation) { // what the phase waits for is not there yet
			o.ControlPlane.Injectors[0].Bundle = nil
			o.Identity[0].Issuer = nil
			o.Endpoints[0].Bundle = nil
		}))
		r := l.pr("--next", "--observe")
		if s.Status.Phase == state.PhaseIssuerSpread { // the evidence on main says since when identity signs with the issuer
			l.merge(r.Branch)
			continue
		}
		if r.Operation != plan.OpNone || len(r.Needs) == 0 {
			t.Fatalf("%s with what is not there: %+v", s.Status.Phase, r)
		}
		later := l.at.Add(90 * time.Second) // reading takes time, and the move is made after it
		l.shows(holding(t, s, later, nil))
		r = l.pr("--next", "--observe")
		if r.Operation != plan.OpCreated || r.Branch != step.branch {
			t.Fatalf("%s: %+v", s.Status.Phase, r)
		}
		next := l.stateOf(step.branch)
		entry, _ := next.LastEntry()
		if entry.At != later.Format(time.RFC3339) || slices.ContainsFunc(entry.Assumed, func(a state.Assumed) bool { return a.Code != "DELIVERED-ELSEWHERE" }) {
			t.Errorf("%s: %+v", step.branch, entry)
		}
		name := later.Format("20060102T150405Z")
		if names := l.evidenceOn(step.branch); !slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, name) }) {
			t.Errorf("%s: the observation is not in the commit: %v", step.branch, names)
		}
		l.at = later
		l.shows(holding(t, s, l.at.Add(time.Hour), nil))
		heads := l.heads()
		if again := l.pr("--next", "--observe"); again.Operation != plan.OpNone || l.heads() != heads {
			t.Errorf("%s again: %+v", step.branch, again)
		}
		l.merge(step.branch)
	}
	if phase := l.stateOf("main").Status.Phase; phase != state.PhaseStable {
		t.Errorf("it ends in %s", phase)
	}
}

// TestObservationIsSigned: with --evidence-key the observation in the commit is signed,
// and the guard that asks for signatures is content. One that nobody signed is
// not believed, but for the guard that looked itself.
func TestObservationIsSigned(t *testing.T) {
	t.Parallel()
	key, line := sshKey(t, "robot", forEvidence)
	l := land(t)
	l.commitTo("main", func(dir string) {
		l.edit(dir, path.Join(path.Dir(l.state), "allowed_signers"), func(string) string { return line })
	})
	l.merge(l.pr("start", "anchor").Branch)
	l.at = l.at.Add(time.Hour)
	s := l.stateOf("main")
	open := holding(t, s, l.at, nil)
	shut := holding(t, s, l.at, func(o *rotation.Observation) { o.ControlPlane.TrustRoots = o.ControlPlane.TrustRoots[:1] })
	guarded := func(branch string, args ...string) []string {
		_, codes, _ := l.guarded(l.job("origin/"+branch, func(string) {}), args...)
		return codes
	}
	l.shows(open)
	r := l.pr("--next", "--observe", "--evidence-key", key)
	names := l.evidenceOn(r.Branch)
	if len(names) != 1 || !strings.Contains(gitIn(t, l.remote, "show", r.Branch+":"+names[0]), "BEGIN SSH SIGNATURE") {
		t.Fatalf("%+v: %v", r, names)
	}
	if codes := guarded(r.Branch); len(codes) > 0 {
		t.Errorf("signed: %v", codes)
	}
	signed := l.head(r.Branch)
	gitIn(t, l.remote, "update-ref", "-d", "refs/heads/"+r.Branch)
	l.forge.pulls[1].State = "merged"
	l.shows(open)
	r = l.pr("--observe", "--anew")
	if l.head(r.Branch) == signed {
		t.Fatal("the move was not made anew")
	}
	if codes := guarded(r.Branch); !slices.Equal(codes, []string{"guard-evidence"}) {
		t.Errorf("unsigned: %v", codes)
	}
	l.at = l.at.Add(time.Minute) // the guard looks after the move was made
	l.shows(holding(t, s, l.at.Add(time.Second), nil))
	if codes := guarded(r.Branch, "--observe"); len(codes) > 0 {
		t.Errorf("unsigned, and seen by the guard: %v", codes)
	}
	l.shows(shut)
	if codes := guarded(r.Branch, "--observe"); len(codes) == 0 {
		t.Errorf("the guard sees another cluster than the change claims: %v", codes)
	}
}

// TestObserveFails: a cluster that cannot be read ends the call, and nothing is proposed.
func TestObserveFails(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.merge(l.pr("start", "anchor").Branch)
	l.at = l.at.Add(time.Hour)
	heads := l.heads()
	l.env["L5D_PKI_CLUSTER_PROGRAM"] = stubProgram(t, "exit 3")
	l.refused("observe-program", "--next", "--observe")
	other := holding(t, l.stateOf("main"), l.at, func(o *rotation.Observation) { o.Cluster = "other" })
	l.shows(other)
	if r := l.pr("--next", "--observe"); r.Operation != plan.OpNone || l.heads() != heads {
		t.Errorf("the observation of another cluster: %+v", r)
	}
}
