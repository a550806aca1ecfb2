package rotation

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/handshake"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestEveryNeedHasItsMeter: whatever a phase may need, there is a way to tell
// whether it is met.
func TestEveryNeedHasItsMeter(t *testing.T) {
	for _, code := range state.NeedCodes {
		if meters[Need(code)] == nil {
			t.Errorf("%s has no meter", code)
		}
	}
	if len(meters) != len(state.NeedCodes) {
		t.Errorf("%d meters, %d needs", len(meters), len(state.NeedCodes))
	}
}

// TestPlan: the rows, the waves, the earliest instants, and what reverting
// commits would do.
func TestPlan(t *testing.T) {
	m := newMesh(t, "prod", now)
	m.start(t, StartOptions{Kind: "anchor", Strategy: "bundle"}, Evidence{}, now)
	p := must(PlanOf(m.state, Options{}, Evidence{}, now))
	var rows []string
	for _, r := range p.Rows {
		unsafe := 0
		for _, v := range r.Reverts {
			if v.Verdict.Safe {
				continue
			}
			unsafe = v.Commits
			break
		}
		rows = append(rows, strings.Join([]string{r.Phase, r.Earliest.Format("02 15:04:05"), map[bool]string{true: "wave", false: "-"}[r.Wave], string(rune('0' + unsafe))}, " "))
	}
	// The last column: the first number of reverted commits that breaks; 0: none does.
	want := []string{
		"anchor-added 01 12:00:00 - 0",
		"anchor-spread 01 12:05:00 wave 0",
		"issuer-switched 01 13:05:00 - 3",
		"issuer-spread 01 13:10:00 - 4",
		"anchor-dropped 02 13:15:20 - 3",
		"stable 02 13:20:20 wave 4",
	}
	if !slices.Equal(rows, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(rows, "\n"), strings.Join(want, "\n"))
	}
	if p.Waves != 2 || !p.Rows[0].Done || p.Rows[1].Done || !p.End.Equal(p.Rows[5].Earliest) {
		t.Errorf("%d waves, done %t %t, end %s", p.Waves, p.Rows[0].Done, p.Rows[1].Done, p.End)
	}
	if got := p.Rows[2].Changes; !slices.Equal(got, []string{objectConfig, objectIssuer}) {
		t.Errorf("issuer-switched changes %v", got)
	}
	if got := p.Rows[5].Changes; !slices.Equal(got, []string{objectWorkloads}) {
		t.Errorf("stable changes %v", got)
	}
	faster := must(PlanOf(m.state, Options{Leaves: LeavesWave, Pace: Pace{Lag: time.Minute, Wave: 10 * time.Minute}}, Evidence{}, now))
	if faster.Waves != 3 || faster.End.Sub(now) != 24*time.Minute-time.Minute {
		t.Errorf("by waves: %d waves, %s", faster.Waves, faster.End.Sub(now))
	}
	cross := newMesh(t, "prod", now)
	cross.start(t, StartOptions{Kind: "anchor", Strategy: "cross-sign"}, Evidence{}, now)
	if p := must(PlanOf(cross.state, Options{}, Evidence{}, now)); p.Waves != 1 {
		t.Errorf("cross-sign has %d waves", p.Waves)
	}
	if _, err := PlanOf(newMesh(t, "prod", now).state, Options{}, Evidence{}, now); !slices.Equal(codes(err), []string{"rotation-none"}) {
		t.Errorf("in stable: %v", codes(err))
	}
}

// shakes makes a handshake in this process.
func shakes(p *pki.Peer, at time.Time) (string, error) {
	return causeOf(handshake.Between(p, p, at, random("tls"))), nil
}

// TestProveWithoutTLS: a handshake that cannot be made ends the proof. It is not
// taken for a refusal, and not left out.
func TestProveWithoutTLS(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "issuer-switched")
	keys := map[string]pki.Key{}
	for _, i := range m.state.Status.Issuers {
		keys[chainFPs(i.Certificate)[0]] = m.keys[i.Key]
	}
	missing, asked := errors.New("no such program"), 0
	o := ProveOptions{IssuerKeys: keys, Random: random("proof"), Handshake: func(*pki.Peer, time.Time) (string, error) {
		asked++
		return "", missing
	}}
	if p, err := Prove(m.state, o, Evidence{}, instant); !errors.Is(err, missing) || p != nil || asked != 1 {
		t.Errorf("proof %v, error %v after %d handshakes", p, err, asked)
	}
}

// TestProveAll: every step of both strategies, forward and back, is safe once
// its needs are met, by verification and by handshakes; and the digest covers
// the certificates.
func TestProveAll(t *testing.T) {
	for _, path := range Paths {
		m := newMesh(t, "prod", now)
		m.start(t, StartOptions{Kind: path.Kind, Strategy: path.Strategy, Options: Options{AcceptDowntime: path.Kind == state.KindReplace}}, Evidence{}, now)
		keys := map[string]pki.Key{}
		for _, i := range m.state.Status.Issuers {
			keys[chainFPs(i.Certificate)[0]] = m.keys[i.Key]
		}
		p := must(Prove(m.state, ProveOptions{All: true, IssuerKeys: keys, Random: random("proof"), Handshake: shakes}, Evidence{}, now))
		if len(p.Steps) != 2*len(path.Steps) || !p.Verify() {
			t.Errorf("%s: %d steps, digest verifies %t", path.label(), len(p.Steps), p.Verify())
		}
		handshakes := 0
		for _, s := range p.Steps {
			if !s.Back && !s.Verdict.Safe && path.Kind != state.KindReplace {
				t.Errorf("%s: %s to %s: %v", path.label(), s.From, s.To, s.Verdict.Reasons)
			}
			for _, c := range s.Matrix {
				if len(c.Results) != 4 {
					t.Fatalf("%s: %d results", path.label(), len(c.Results))
				}
				handshakes++
				if c.OK(ByHandshake) != c.OK(ByProxy) {
					t.Errorf("%s: %s x %s: handshake %t, webpki %t", path.label(), c.BundleWords, c.ChainWords, c.OK(ByHandshake), c.OK(ByProxy))
				}
			}
		}
		if path.Kind == state.KindReplace && p.Steps[0].Verdict.Safe {
			t.Error("a replacement is said to be safe")
		}
		if handshakes < len(p.Steps) {
			t.Errorf("%s: only %d handshakes", path.label(), handshakes)
		}
		p.Steps[0].Matrix[0].Chain[0] = strings.Repeat("00", 32)
		if p.Verify() {
			t.Error("the digest does not cover the certificates")
		}
	}
}

func TestProveHere(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "issuer-switched")
	p := must(Prove(m.state, ProveOptions{}, Evidence{}, instant))
	var verdicts []string
	for _, s := range p.Steps {
		verdicts = append(verdicts, s.To+map[bool]string{true: " safe", false: " unsafe"}[s.Verdict.Safe])
	}
	want := []string{"issuer-switched safe", "issuer-spread safe", "anchor-spread safe", "anchor-added safe", "stable unsafe"}
	if !slices.Equal(verdicts, want) {
		t.Errorf("%v, want %v", verdicts, want)
	}
	again := must(Prove(m.state, ProveOptions{}, Evidence{}, instant))
	if p.Digest != again.Digest || p.Digest == must(Prove(m.state, ProveOptions{}, Evidence{}, instant.Add(time.Second))).Digest {
		t.Error("the digest is not that of the proof")
	}
	if stable := must(Prove(newMesh(t, "prod", now).state, ProveOptions{}, Evidence{}, now)); len(stable.Steps) != 1 || !stable.Steps[0].Verdict.Safe {
		t.Errorf("in stable: %+v", stable.Steps)
	}
	if all := must(Prove(newMesh(t, "prod", now).state, ProveOptions{All: true}, Evidence{}, now)); len(all.Steps) != 1 || !all.Steps[0].Verdict.Safe {
		t.Errorf("the whole plan in stable: %+v", all.Steps)
	}
}

func TestStatus(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "anchor-spread")
	s := must(StatusOf(m.state, Evidence{}, instant))
	if s.Phase != "anchor-spread" || s.Epoch != 2 || len(s.Bundle) != 2 || len(s.Issuer) != 1 {
		t.Errorf("%+v", s)
	}
	forward, back := s.Next[0], s.Next[1]
	if forward.Allowed || forward.To != "issuer-switched" || len(forward.Problems) == 0 || forward.Needs[0].Need != BundleLoaded || forward.Needs[0].Met {
		t.Errorf("forward: %+v", forward)
	}
	if !back.Allowed || back.To != "anchor-added" || back.Verb != "back" {
		t.Errorf("back: %+v", back)
	}
	with := must(StatusOf(m.state, seen(m.sight(instant)), instant))
	if !with.Next[0].Allowed || !strings.HasPrefix(with.Next[0].Needs[0].How, `observed in cluster "prod" at `) {
		t.Errorf("with an observation: %+v", with.Next[0])
	}
	if len(s.Expiring(0)) != 0 {
		t.Error("something is said to have expired")
	}
	late := must(StatusOf(m.state, Evidence{}, now.Add(364*day)))
	soon := late.Expiring(2 * day)
	if len(soon) == 0 || soon[0].Kind != "issuer" || soon[0].Role != "outgoing" || soon[0].DaysLeft != 1 {
		t.Errorf("expiring: %+v", soon)
	}
	past := must(StatusOf(m.state, Evidence{}, now.Add(366*day)))
	if len(past.Alarms) == 0 || !strings.HasPrefix(past.Alarms[0], "expired 1 day ago: issuer") {
		t.Errorf("alarms: %v", past.Alarms)
	}
	if _, err := json.Marshal(s); err != nil {
		t.Error(err)
	}
}

func TestStatusOfRetired(t *testing.T) {
	m, instant := at(t, "anchor", "bundle", "anchor-dropped")
	m.advance(t, Options{}, seen(m.sight(instant)), instant)
	s := must(StatusOf(m.state, Evidence{}, instant))
	if len(s.Retired) != 1 || s.Retired[0].Known || s.Next[0].Allowed || s.Next[0].Verb != "start" {
		t.Errorf("%+v", s.Retired)
	}
	o := m.sight(instant)
	o.Endpoints[1].Bundle = append(chainFPs(m.state.Status.Retired[0].Certificate), o.Endpoints[1].Bundle...)
	s = must(StatusOf(m.state, seen(o), instant))
	if !s.Retired[0].Known || len(s.Retired[0].TrustedBy) != 1 || !strings.Contains(s.Retired[0].TrustedBy[0], `12 proxies in "emojivoto"`) {
		t.Errorf("%+v", s.Retired)
	}
	s = must(StatusOf(m.state, seen(m.sight(instant)), instant))
	if !s.Next[0].Allowed || len(s.Retired[0].TrustedBy) != 0 {
		t.Errorf("%+v", s.Next[0])
	}
}
