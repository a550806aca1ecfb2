package cli

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// counted makes an observation of the second form, with every pod counted.
func counted(o *rotation.Observation) {
	o.APIVersion, o.Covers = rotation.ObservationVersion, nil
	for _, g := range append(slices.Clone(rotation.Groups), rotation.GroupInjectors) {
		c := rotation.Coverage{Group: g}
		switch g {
		case rotation.GroupIdentity:
			c.Pods = 1
		case rotation.GroupInjectors:
			c.Pods = 1
		case rotation.GroupProxies:
			c.Pods = 3
		}
		o.Coverage = append(o.Coverage, c)
	}
	for i := range o.Webhooks {
		o.Webhooks[i].Pods, o.Webhooks[i].Serving, o.Webhooks[i].Served = 1, []rotation.Serving{{Chain: o.Webhooks[i].Served, Count: 1}}, nil
	}
}

// byEvidence has, for what evidence alone shows, how it comes about and the situation.
var byEvidence = []struct {
	name, situation string
	make            func(*patient)
	restarts        string // a namespace whose workloads restart
}{
	{"leaves that had expired when they were seen", "leaves-expired", func(p *patient) {
		p.observe(func(o *rotation.Observation) { counted(o); expire(o, p.at.Add(-time.Hour)) })
	}, "shop"},
	{"leaves whose renewal was late, and that have expired since", "leaves-expired", func(p *patient) {
		p.observe(func(o *rotation.Observation) { counted(o); expire(o, p.at.Add(2*time.Hour)) })
		p.at = p.at.Add(3 * time.Hour)
	}, "shop"},
	{"no identity replica for eight hours", "leaves-expired", func(p *patient) {
		gone := func(o *rotation.Observation) { counted(o); o.Identity = nil; o.Coverage[1].Pods = 0 }
		p.observe(gone)
		first, err := os.ReadFile("observation.yaml")
		if err != nil {
			p.t.Fatal(err)
		}
		p.at = p.at.Add(8 * time.Hour)
		p.observe(gone)
		if err := os.WriteFile("first.yaml", first, 0o600); err != nil {
			p.t.Fatal(err)
		}
		p.args = []string{"--evidence", "first.yaml"}
	}, "NAMESPACE"},
	{"the Secret still has the issuer of before", "half-applied-phase", func(p *patient) {
		old, err := rotation.MaterialOf(p.state())
		if err != nil {
			p.t.Fatal(err)
		}
		p.at = p.at.Add(day)
		p.run("start", "issuer")
		p.observe(func(o *rotation.Observation) {
			counted(o)
			o.ControlPlane.Issuer = []string{old.Issuer[0].Fingerprint()}
			o.Identity[0].Issuer = o.ControlPlane.Issuer
		})
	}, ""},
	{"a webhook's caBundle is that of before", "half-applied-phase", func(p *patient) {
		var old []string
		p.observe(func(o *rotation.Observation) { old = o.Webhooks[0].CABundle })
		p.observed = false
		p.run("start", "webhooks")
		p.observe(func(o *rotation.Observation) { o.Webhooks[0].CABundle = old })
	}, ""},
	{"two clusters were observed under one name", "two-meshes", func(p *patient) {
		p.observe(func(o *rotation.Observation) { o.ControlPlane.TrustRoots = []string{strings.Repeat("cd", 32)} })
		if err := os.Rename("observation.yaml", "other.yaml"); err != nil {
			p.t.Fatal(err)
		}
		p.observe(nil)
		p.args = []string{"--evidence", "other.yaml"}
	}, ""},
}

// expire gives the proxies leaves that end at the instant.
func expire(o *rotation.Observation, at time.Time) {
	span := func(t time.Time) rotation.Span {
		return rotation.Span{First: t.Format(time.RFC3339), Last: t.Format(time.RFC3339)}
	}
	o.Endpoints[0].Leaf = rotation.LeafTimes{Expires: span(at), Refreshed: span(at.Add(-day))}
}

// TestDoctorByEvidence: no flag says what an observation shows, and what is
// printed leads out of it.
func TestDoctorByEvidence(t *testing.T) {
	for _, c := range byEvidence {
		t.Run(c.name, func(t *testing.T) {
			p := newPatient(t)
			c.make(p)
			found := p.doctor()
			if len(found) != 1 || found[0].Name != c.situation {
				t.Fatalf("doctor finds %+v", found)
			}
			for _, step := range found[0].Steps {
				p.follow(step)
			}
			if found = p.doctor(); len(found) > 0 {
				t.Errorf("and then: %+v", found)
			}
			if c.restarts != "" && (!strings.Contains(p.restarted[0], "linkerd-identity") || !strings.HasPrefix(p.restarted[len(p.restarted)-1], "kubectl -n "+c.restarts+" ")) {
				t.Errorf("restarted: %q", p.restarted)
			}
		})
	}
}

// TestHealthyLeavesAreNoAlarm: a leaf that is due, one that was renewed in time,
// and an outage that is over are no trouble.
func TestHealthyLeavesAreNoAlarm(t *testing.T) {
	for name, spoil := range map[string]func(*rotation.Observation, time.Time){
		"renewal is due":       func(o *rotation.Observation, at time.Time) { expire(o, at.Add(7*time.Hour+12*time.Minute)) },
		"no dates":             func(*rotation.Observation, time.Time) {},
		"pods that just began": func(o *rotation.Observation, at time.Time) { o.Endpoints[0].Chain, o.Endpoints[0].NoChain = nil, true },
	} {
		p := newPatient(t)
		p.observe(func(o *rotation.Observation) { counted(o); spoil(o, p.at) })
		p.at = p.at.Add(8 * time.Hour)
		if found := p.doctor(); len(found) > 0 {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

// TestStatusShowsExpiredLeaves: with the evidence, status says it first and fails.
func TestStatusShowsExpiredLeaves(t *testing.T) {
	p := newPatient(t)
	p.observe(func(o *rotation.Observation) { counted(o); expire(o, p.at.Add(-time.Hour)) })
	r := callAt(t, p.at, "", nil, "status", "--width", "200", "--evidence", "observation.yaml")
	if r.code != ExitFailed || !strings.Contains(r.out, "\nwrong: leaves of 3 proxies in \"shop\" (\"cart\") expired at ") || !strings.Contains(r.out, "\nnext:  l5d-pki-render doctor --evidence observation.yaml\n") {
		t.Errorf("code %d: %s%s", r.code, r.out, r.stderr)
	}
	var st struct{ Alarms []string }
	r = callAt(t, p.at, "", nil, "status", "--evidence", "observation.yaml", "-o", "json")
	if err := json.Unmarshal([]byte(r.out), &st); err != nil || len(st.Alarms) != 1 {
		t.Errorf("%v: %s", err, r.out)
	}
}
