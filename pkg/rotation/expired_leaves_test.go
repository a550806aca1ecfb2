package rotation

import (
	"slices"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// outage is a mesh whose anchor or issuer ended before at.
type outage struct {
	name         string
	kind         string
	anchor       time.Duration // validity of the anchor
	issuer       time.Duration
	after        time.Duration // of the repair, counted from the mesh's making
	wave         bool
	mintsIssuer  bool
	needsPromise bool // that downtime is accepted
}

var outages = []outage{
	{"renew while all is valid", state.KindRenew, year, 300 * day, 30 * day, false, false, false},
	{"renew, anchor and issuer ended", state.KindRenew, 100 * day, 100 * day, 103 * day, true, true, true},
	{"renew, only the issuer ended", state.KindRenew, year, 90 * day, 91 * day, true, true, true},
	{"issuer, ended long ago", state.KindIssuer, year, 90 * day, 92 * day, true, true, true},
	{"issuer, before its end", state.KindIssuer, year, 90 * day, 80 * day, false, true, false},
}

// TestRestartAfterAnOutage: the last step restarts the workloads if, and only
// if, leaves may have ended before the repair, and only after identity has
// loaded it.
func TestRestartAfterAnOutage(t *testing.T) {
	for _, o := range outages {
		t.Run(o.name, func(t *testing.T) {
			m := meshLasting(t, o.anchor, o.issuer)
			at := now.Add(o.after)
			move := m.start(t, StartOptions{Kind: o.kind, Options: Options{AcceptDowntime: o.needsPromise}}, Evidence{}, at)
			if got := len(move.Minted) > 0; got != o.mintsIssuer {
				t.Errorf("mints an issuer: %v, want %v", got, o.mintsIssuer)
			}
			plan := must(PlanOf(m.state, Options{}, Evidence{}, at))
			last := plan.Rows[len(plan.Rows)-1]
			if last.Wave != o.wave {
				t.Errorf("the plan's last step restarts workloads: %v, want %v", last.Wave, o.wave)
			}
			if o.wave {
				if _, err := Advance(m.state, Options{AcceptDowntime: true}, Evidence{}, at.Add(time.Hour)); !slices.Contains(codes(err), "rotation-unmet") {
					t.Errorf("workloads may restart before identity has loaded the repair: %v", err)
				}
			}
			sight := m.sight(at.Add(time.Hour))
			later := at.Add(26 * time.Hour)
			stamp := m.state.Status.Stamp
			end := m.advance(t, Options{AcceptDowntime: o.needsPromise}, seen(sight), later)
			if end.To != state.PhaseStable || end.Wave != o.wave || (m.state.Status.Stamp != stamp) != o.wave {
				t.Errorf("ends in %s, wave %v, stamp %q; want wave %v", end.To, end.Wave, m.state.Status.Stamp, o.wave)
			}
			if err := m.state.Validate(); err != nil {
				t.Error(explain(err))
			}
			if material := must(MaterialOf(m.state)); NewVerifier(later).Verify(material.Bundle, material.Issuer, ByIdentity) != nil {
				t.Error("the repaired mesh does not sign")
			}
		})
	}
}

// TestLeavesOutliveTheAnchorForAWhile: an anchor's end stops the signing, not
// the leaves that proxies have; they renew with three tenths of a life left.
func TestLeavesOutliveTheAnchorForAWhile(t *testing.T) {
	for after, wave := range map[time.Duration]bool{7 * time.Hour: false, 8 * time.Hour: true} {
		m := meshLasting(t, 100*day, 100*day)
		// An issuer may outlive its anchor in a mesh that was adopted.
		end := must(MaterialOf(m.state)).Bundle.Certificates()[0].NotAfter
		d, err := openDossier(m.state, NewVerifier(now))
		if err != nil {
			t.Fatal(err)
		}
		d.anchors[0].role = state.RoleOutgoing
		c := &scene{dossier: d, spec: m.state.WithDefaults().Spec, at: end.Add(after)}
		dead, ok := c.leavesDead()
		if !ok || !c.at.Before(dead) != wave {
			t.Errorf("%s after the anchor's end leaves have ended: %v, want %v", after, !wave, wave)
		}
	}
}

// meshLasting is a mesh whose anchor and issuer live as long as given.
func meshLasting(t *testing.T, anchor, issuer time.Duration) *mesh {
	t.Helper()
	s := &state.Rotation{APIVersion: state.APIVersion, Kind: state.Kind, Metadata: state.Metadata{Name: "east"}}
	s.Spec.Linkerd.Version = "2.18"
	s.Spec.Validity = state.Validity{Anchor: state.Duration(anchor), Issuer: state.Duration(issuer)}
	first, minted, err := First(s, nil, nil, now, random(t.Name()))
	if err != nil {
		t.Fatal(err)
	}
	first.Spec.Validity = state.Validity{} // what the repair mints lives as long as by default
	m := &mesh{first, map[string]pki.Key{}}
	m.store(minted)
	return m
}
