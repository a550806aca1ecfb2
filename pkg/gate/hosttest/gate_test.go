package hosttest

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/gate"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// states are those of the fixtures: every phase of every kind of rotation.
func states(t *testing.T) map[string]*state.Rotation {
	t.Helper()
	files, err := filepath.Glob("../../../fixtures/rotation/*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*state.Rotation{}
	for _, file := range files {
		if strings.Contains(file, "golden") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := state.Parse(file, text)
		if err != nil {
			t.Fatal(err)
		}
		found[filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file)] = s
	}
	if len(found) < 25 {
		t.Fatalf("%d states only", len(found))
	}
	return found
}

// prints are the fingerprints of PEM certificates.
func prints(t *testing.T, pem ...string) (all []string) {
	t.Helper()
	for _, text := range pem {
		chain, err := pki.ReadChain([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range chain {
			all = append(all, c.Fingerprint())
		}
	}
	return all
}

// settled is an observation of a mesh that has taken over all of a state.
func settled(t *testing.T, s *state.Rotation, at time.Time) *rotation.Observation {
	t.Helper()
	var anchors []string
	for _, a := range s.Bundle() {
		anchors = append(anchors, a.Certificate)
	}
	bundle, issuer := prints(t, anchors...), prints(t, s.Issuing().Certificate)
	o := &rotation.Observation{
		APIVersion: state.APIVersion, Kind: rotation.ObservationKind, Cluster: s.Metadata.Name, At: at.UTC().Format(time.RFC3339),
		Covers:       slices.Clone(rotation.Groups),
		ControlPlane: rotation.Delivery{TrustRoots: bundle, Injectors: []rotation.Injector{{Pod: "injector-0", Bundle: bundle}, {Pod: "injector-1", Bundle: bundle}}},
		Identity:     []rotation.Replica{{Pod: "identity-0", Bundle: bundle, Issuer: issuer}, {Pod: "identity-1", Bundle: bundle, Issuer: issuer}},
		Endpoints: []rotation.Endpoint{
			{Group: rotation.GroupControlPlane, Bundle: bundle, Chain: issuer, Count: 3},
			{Group: rotation.GroupProxies, Namespace: "shop", Workload: "cart", Bundle: bundle, Chain: issuer, Count: 12},
		},
	}
	for _, key := range slices.Sorted(maps.Keys(s.Status.Webhooks)) {
		certificate, ca, _ := s.WebhookMaterial(key)
		hook := rotation.Hook{Name: key, CABundle: prints(t, ca)}
		if certificate != "" {
			hook.Served = prints(t, certificate)
		}
		o.Webhooks = append(o.Webhooks, hook)
	}
	return o
}

// classes are what an observation may lack or have wrong.
var classes = map[string]func(o *rotation.Observation){
	"settled":         func(*rotation.Observation) {},
	"nothing covered": func(o *rotation.Observation) { o.Covers = nil },
	"nothing seen": func(o *rotation.Observation) {
		*o = rotation.Observation{APIVersion: o.APIVersion, Kind: o.Kind, Cluster: o.Cluster, At: o.At}
	},
	"proxies not covered": func(o *rotation.Observation) {
		o.Covers = slices.DeleteFunc(o.Covers, func(g string) bool { return g == rotation.GroupProxies })
	},
	"identity not covered": func(o *rotation.Observation) {
		o.Covers = slices.DeleteFunc(o.Covers, func(g string) bool { return g == rotation.GroupIdentity })
		o.Identity = nil
	},
	"no trust roots":       func(o *rotation.Observation) { o.ControlPlane.TrustRoots = nil },
	"injector lags":        func(o *rotation.Observation) { o.ControlPlane.Injectors[1].Bundle = stranger },
	"injectors not seen":   func(o *rotation.Observation) { o.ControlPlane.Injectors = nil },
	"replica's bundle":     func(o *rotation.Observation) { o.Identity[1].Bundle = nil },
	"replica's issuer":     func(o *rotation.Observation) { o.Identity[1].Issuer = nil },
	"replica's other":      func(o *rotation.Observation) { o.Identity[1].Issuer = stranger },
	"workload's bundle":    func(o *rotation.Observation) { o.Endpoints[1].Bundle = nil },
	"workload's other":     func(o *rotation.Observation) { o.Endpoints[1].Bundle = stranger },
	"workload's chain":     func(o *rotation.Observation) { o.Endpoints[1].Chain = nil },
	"workload's old chain": func(o *rotation.Observation) { o.Endpoints[1].Chain = stranger },
	"webhooks not seen":    func(o *rotation.Observation) { o.Webhooks = nil },
	"webhooks serve others": func(o *rotation.Observation) {
		for i := range o.Webhooks {
			o.Webhooks[i].Served = stranger
		}
	},
}

// stranger is the fingerprint of a certificate that nobody knows.
var stranger = []string{strings.Repeat("ab", 32)}

// moved is the instant of the last move of a state.
func moved(t *testing.T, s *state.Rotation) time.Time {
	t.Helper()
	last, ok := s.LastEntry()
	if !ok {
		return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	}
	at, err := time.Parse(time.RFC3339, last.At)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// applied is the object as the API server has it: what Git says, and what the
// definition fills in.
func applied(t *testing.T, s *state.Rotation, generation int64) map[string]any {
	t.Helper()
	object := plain(t, gate.Object(s))
	object["metadata"].(map[string]any)["generation"] = generation
	return stored(t, object)
}

// published is the object after observe --publish.
func published(t *testing.T, object map[string]any, v gate.Verdict) map[string]any {
	t.Helper()
	var live gate.Live
	text, err := json.Marshal(object)
	if err == nil {
		err = json.Unmarshal(text, &live)
	}
	if err != nil {
		t.Fatal(err)
	}
	after := plain(t, object)
	after["status"] = withoutNulls(plain(t, v.StatusFor(live)))
	return stored(t, after)
}

// TestNoHostPassesAShutGate: over every state and every class of evidence, what a
// host takes for healthy is a gate through which the next move is allowed, and an
// open gate is healthy to all of them.
func TestNoHostPassesAShutGate(t *testing.T) {
	hosts := hosts(t)
	open, shut := 0, 0
	for name, s := range states(t) {
		at := moved(t, s).Add(48 * time.Hour)
		for class, spoil := range classes {
			o := settled(t, s, at)
			spoil(o)
			e := rotation.Evidence{Observations: []*rotation.Observation{o}}
			v, err := rotation.GateVerdict(s, e, at)
			if err != nil {
				t.Fatalf("%s, %s: %v", name, class, err)
			}
			allowed := mayMove(t, s, e, at, class)
			// The issuer of a rotation by cross-signing still has the retired anchor in its
			// chain, so the next rotation waits until it was replaced.
			waits := name == "cross-sign/stable-after.yaml" && strings.Contains(v.Message, "has a retired anchor")
			if isOpen := v.Reason == gate.ReasonOpen; isOpen && !allowed || class == "settled" && isOpen == waits {
				t.Errorf("%s, %s: %s (%s), and the move is allowed: %t", name, class, v.Reason, v.Message, allowed)
			}
			if v.Reason == gate.ReasonOpen {
				open++
			} else {
				shut++
			}
			judge(t, hosts, name+", "+class, s, v)
		}
		for class, e := range map[string]rotation.Evidence{
			"no observation":  {},
			"before the move": {Observations: []*rotation.Observation{settled(t, s, moved(t, s).Add(-time.Hour))}},
		} {
			v, err := rotation.GateVerdict(s, e, at)
			if err != nil {
				t.Fatalf("%s, %s: %v", name, class, err)
			}
			if _, logged := s.LastEntry(); v.Reason == gate.ReasonOpen && (logged || class == "no observation") {
				t.Errorf("%s, %s: open", name, class)
			}
			judge(t, hosts, name+", "+class, s, v)
		}
	}
	if open < 25 || shut < 200 {
		t.Errorf("%d gates were open and %d shut: the test shows little", open, shut)
	}
	t.Logf("%d open, %d shut", open, shut)
}

// mayMove asks the move itself. In stable, where a start needs nothing, only a mesh
// that has all of the state may pass.
func mayMove(t *testing.T, s *state.Rotation, e rotation.Evidence, at time.Time, class string) bool {
	t.Helper()
	if s.Status.Rotation == nil {
		return !slices.Contains([]string{"nothing covered", "nothing seen", "identity not covered", "no trust roots", "injector lags", "injectors not seen", "replica's bundle", "replica's issuer", "replica's other"}, class)
	}
	_, err := rotation.Advance(s, rotation.Options{}, e, at)
	return err == nil
}

// judge holds the hosts to a verdict, and then to the same object when something of
// it is missing, old or of another state.
func judge(t *testing.T, hosts []host, name string, s *state.Rotation, v gate.Verdict) {
	t.Helper()
	isOpen := v.Reason == gate.ReasonOpen
	soon := v.At.Add(time.Minute)
	before := applied(t, s, 7)
	after := published(t, before, v)
	change := func(how func(object map[string]any)) map[string]any {
		object := plain(t, after)
		how(object)
		return object
	}
	status := func(how func(status map[string]any)) map[string]any {
		return change(func(object map[string]any) { how(object["status"].(map[string]any)) })
	}
	other := s.Clone()
	other.Status.Epoch++
	for _, h := range hosts {
		if got := h.healthy(t, after, soon); got != isOpen {
			t.Errorf("%s: healthy to %s: %t; the gate: %s", name, h.name, got, v.Reason)
		}
		for what, object := range map[string]map[string]any{
			"never judged": before,
			"spec changed since": change(func(o map[string]any) {
				o["metadata"].(map[string]any)["generation"] = int64(8)
				o["spec"].(map[string]any)["epoch"] = s.Status.Epoch + 1
			}),
			"another state":       published(t, applied(t, other, 9), v),
			"no conditions":       status(func(s map[string]any) { delete(s, "conditions"); s["observedGeneration"] = int64(-1) }),
			"Ready is unknown":    status(func(s map[string]any) { s["conditions"].([]any)[0].(map[string]any)["status"] = "Unknown" }),
			"Ready is false":      status(func(s map[string]any) { s["conditions"].([]any)[0].(map[string]any)["status"] = "False" }),
			"an older generation": status(func(s map[string]any) { s["observedGeneration"] = int64(6) }),
		} {
			if h.healthy(t, object, soon) {
				t.Errorf("%s, %s: healthy to %s", name, what, h.name)
			}
		}
		for what, object := range map[string]map[string]any{
			"conditions of nobody":   status(func(s map[string]any) { s["conditions"] = []any{} }),
			"no epoch":               status(func(s map[string]any) { delete(s, "epoch") }),
			"an older condition":     status(func(s map[string]any) { s["conditions"].([]any)[0].(map[string]any)["observedGeneration"] = int64(6) }),
			"status of another kind": status(func(s map[string]any) { s["conditions"] = "Ready" }),
		} {
			if h.name != "kstatus" && h.healthy(t, object, soon) { // nothing writes these: kstatus would take some of them
				t.Errorf("%s, %s: healthy to %s", name, what, h.name)
			}
		}
		// Without a clock the last verdict stays: docs/gate.md says so.
		if got := h.healthy(t, after, v.Until.Add(time.Second)); got != (isOpen && !h.clock) {
			t.Errorf("%s, too old: healthy to %s: %t", name, h.name, got)
		}
		if h.clock && h.healthy(t, status(func(s map[string]any) { delete(s, "untilUnix") }), soon) {
			t.Errorf("%s, without an end: healthy to %s", name, h.name)
		}
	}
}
