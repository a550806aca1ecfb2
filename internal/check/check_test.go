package check

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestHealthy: nothing is wrong with a mesh in which everything is as the state
// says, with and without the state.
func TestHealthy(t *testing.T) {
	m := newMesh()
	for _, s := range []*state.Rotation{m.Rotation, nil} {
		r := Of(Input{Observation: m.sight(), State: s, At: m.at.Add(time.Hour)})
		if text := string(r.text(true)); !r.Success || text != "Status check results are √\n" {
			t.Errorf("%s", text)
		}
	}
}

// TestWhatLinkerdMisses: each fault by itself, by name, and its weight.
func TestWhatLinkerdMisses(t *testing.T) {
	m := newMesh()
	text := func(after time.Duration) string { return m.at.Add(time.Hour + after).Format(time.RFC3339) }
	other := newOther()
	for name, c := range map[string]struct {
		change      func(o *rotation.Observation)
		description string
		result      Result
		mentions    []string
	}{
		"stuck proxy": {func(o *rotation.Observation) {
			o.Endpoints[1].Leaf.Expires = rotation.Span{First: text(-time.Minute), Last: text(time.Hour)}
		}, "data plane proxies' certificates are valid", Failure, []string{"shop/deploy/cart (12)"}},
		"late proxy": {func(o *rotation.Observation) {
			o.Endpoints[2].Leaf.Expires = rotation.Span{First: text(4 * time.Hour), Last: text(5 * time.Hour)}
		}, "data plane proxies renew their certificates in time", Warning, []string{"shop/deploy/api (3)", "4h0m0s of 24h0m0s"}},
		"no leaf": {func(o *rotation.Observation) {
			o.Endpoints[2].Chain, o.Endpoints[2].NoChain, o.Endpoints[2].Leaf = nil, true, rotation.LeafTimes{}
		}, "data plane proxies have certificates", Warning, []string{"shop/deploy/api (3)"}},
		"leaf dates not seen": {func(o *rotation.Observation) {
			o.Endpoints[2].Leaf = rotation.LeafTimes{}
		}, "the dates of data plane proxies' certificates were seen", Warning, []string{"3 pods"}},
		"replica with another issuer": {func(o *rotation.Observation) {
			o.Identity[1].Issuer = prints(other.Issuer)
		}, "every identity replica signs with the issuer", Warning, []string{"linkerd-identity-1"}},
		"replica that nobody verifies": {func(o *rotation.Observation) {
			o.Identity[1].Issuer = prints(other.Issuer)
		}, "every identity replica signs with an issuer that the trust anchors verify", Failure, []string{"linkerd-identity-1"}},
		"replica with other anchors": {func(o *rotation.Observation) {
			o.Identity[0].Bundle = prints(other.Bundle.Certificates())
		}, "every identity replica has loaded the trust anchors", Warning, []string{"linkerd-identity-0"}},
		"injector that lags": {func(o *rotation.Observation) {
			o.ControlPlane.Injectors[0].Bundle = prints(other.Bundle.Certificates())
		}, "every proxy injector gives pods the trust anchors", Warning, []string{"linkerd-proxy-injector-0"}},
		"stale workload": {func(o *rotation.Observation) {
			o.Endpoints[2].Bundle = prints(other.Bundle.Certificates())
		}, "data plane proxies hold the trust anchors", Warning, []string{"shop/deploy/api (3)"}},
		"workloads that refuse each other": {func(o *rotation.Observation) {
			o.Endpoints[2].Bundle = prints(other.Bundle.Certificates())
		}, "data plane proxies verify each other", Failure, []string{"shop/deploy/api (3) refuse", "shop/deploy/cart (12)", "do not verify issuer"}},
		"leaves of another issuer": {func(o *rotation.Observation) {
			o.Endpoints[1].Chain = prints(other.Issuer)
		}, "data plane proxies have leaves of the issuer in force", Warning, []string{"shop/deploy/cart (12)"}},
		"anchors that do not verify the issuer": {func(o *rotation.Observation) {
			o.ControlPlane.TrustRoots = prints(other.Bundle.Certificates())
		}, "issuer certificate is verified by the trust anchors", Failure, []string{"identity:", "proxies:"}},
		"foreign anchors": {func(o *rotation.Observation) {
			o.ControlPlane.TrustRoots = prints(other.Bundle.Certificates())
		}, "the trust anchors are those of phase stable", Failure, []string{"not in the state file"}},
		"foreign issuer": {func(o *rotation.Observation) {
			o.ControlPlane.Issuer = prints(other.Issuer)
		}, "the issuer is that of phase stable", Failure, []string{"not in the state file"}},
		"issuer of another mesh": {func(o *rotation.Observation) {
			o.ControlPlane.Issuer = prints(other.Issuer)
		}, "issuer certificate has the name of its mesh", Warning, []string{`"identity.linkerd.cluster.local"`}},
		"trust domain": {func(o *rotation.Observation) {
			o.Mesh.TrustDomain = "example.org"
		}, "the trust domain is that of the state", Failure, []string{`"example.org"`, `"cluster.local"`}},
		"two control planes": {func(o *rotation.Observation) {
			o.Mesh.OtherControlPlanes = []string{"linkerd-2"}
		}, "the cluster has one control plane", Warning, []string{`"linkerd-2"`}},
		"webhook with a chain that the API server refuses": {func(o *rotation.Observation) {
			o.Webhooks[0].CABundle, o.Webhooks[1].CABundle = o.Webhooks[1].CABundle, o.Webhooks[0].CABundle
		}, "linkerd-proxy-injector webhook has a valid certificate", Failure, []string{"2 of 2 pods"}},
		"webhook that serves another name": {func(o *rotation.Observation) {
			o.Webhooks[0].CABundle, o.Webhooks[0].Serving = o.Webhooks[1].CABundle, o.Webhooks[1].Serving
		}, "linkerd-proxy-injector webhook has a valid certificate", Failure, []string{"linkerd-proxy-injector.linkerd.svc"}},
		"webhook of another phase": {func(o *rotation.Observation) {
			o.Webhooks[0].CABundle = o.Webhooks[1].CABundle
		}, "the webhooks are those of phase stable", Warning, []string{"proxyInjector"}},
		"webhook pod that was not seen": {func(o *rotation.Observation) {
			o.Webhooks[2].Serving[0].Count = 1
		}, "linkerd-policy-validator webhook was seen", Warning, []string{"1 of 2 pods"}},
		"pod that was not seen": {func(o *rotation.Observation) {
			o.Coverage = slices.DeleteFunc(o.Coverage, func(c rotation.Coverage) bool { return c.Group == rotation.GroupProxies })
			o.Count(rotation.GroupProxies, 16)
		}, "the observation shows every pod", Warning, []string{"15 of 16 pods"}},
		"certificate that nobody knows": {func(o *rotation.Observation) {
			o.ControlPlane.TrustRoots = append(slices.Clone(o.ControlPlane.TrustRoots), strings.Repeat("ab", 32))
		}, "trust anchors are known", Warning, []string{"abababab"}},
		"observation from before the move": {func(o *rotation.Observation) {
			o.At = m.at.Add(-time.Hour).Format(time.RFC3339)
		}, "the observation is younger than phase stable", Warning, []string{"the phase was entered at"}},
	} {
		o := m.sight()
		o.Certificates += string(other.Bundle.Marshal()) + "\n" + string(other.Issuer.Marshal()) + "\n"
		c.change(o)
		r := m.judged(o)
		t.Run(name, func(t *testing.T) { r.wants(t, c.description, c.result, c.mentions...) })
		fails := strings.Contains(string(r.text(true)), "×")
		if r.Success == fails || c.result == Failure && r.Success {
			t.Errorf("%s: success is %t", name, r.Success)
		}
	}
}

// newOther is the material of another mesh.
func newOther() rotation.Material {
	s := &state.Rotation{APIVersion: state.APIVersion, Kind: state.Kind, Metadata: state.Metadata{Name: "other"}}
	s.Spec.Linkerd.Version, s.Spec.Linkerd.TrustDomain = "2.18", "other.example"
	first, _, err := rotation.First(s, nil, nil, began, random("other"))
	return must(rotation.MaterialOf(must(first, err)))
}

// TestDates: what ends is told apart from what ends soon, at the instant of the
// check, not of the observation.
func TestDates(t *testing.T) {
	m := newMesh()
	o := m.sight()
	at := func(days int) Report {
		return Of(Input{Observation: o, State: m.Rotation, At: m.at.AddDate(0, 0, days)})
	}
	at(300).wants(t, "issuer certificate is valid for at least 60 days", Success)
	at(320).wants(t, "issuer certificate is valid for at least 60 days", Warning, "in 45 days")
	at(320).wants(t, "linkerd-proxy-injector certificate is valid for at least 60 days", Warning)
	at(320).wants(t, "the observation is less than one hour old", Warning)
	at(366).wants(t, "issuer certificate is within its validity period", Failure, "expired at")
	at(366).wants(t, "linkerd-proxy-injector webhook has a valid certificate", Failure, "expired at")
	at(366).wants(t, "the state file has no alarms", Failure, "expired")
	at(3640).wants(t, "trust anchors are valid for at least 60 days", Warning)
	at(4000).wants(t, "trust anchors are within their validity period", Failure)
	if r := at(-2); r.Success {
		t.Error("certificates that are not valid yet are fine")
	}
}

// TestReplaced: what the rotation under way replaces may end soon.
func TestReplaced(t *testing.T) {
	m := newMesh()
	m.at = m.at.AddDate(0, 0, 320)
	m.start(state.KindIssuer, "")
	before := m.sight()
	before.ControlPlane.Issuer = fingerprints(m.Status.Issuers[0].Certificate)
	m.judged(before).wants(t, "issuer certificate is valid for at least 60 days", Warning, "expected: the rotation under way replaces it")
	m.judged(before).wants(t, "the issuer is that of phase issuer-switched", Warning, "may not be applied yet")
}

// TestNothingSeen: what was not seen is never said to be well.
func TestNothingSeen(t *testing.T) {
	o := &rotation.Observation{APIVersion: rotation.ObservationVersion, Kind: rotation.ObservationKind, Cluster: "prod", At: began.Format(time.RFC3339)}
	r := Of(Input{Observation: o, At: began})
	for _, c := range r.Categories[1:] {
		for _, check := range c.Checks {
			if check.Result != Warning {
				t.Errorf("%s: %s is %s", c.Name, check.Description, check.Result)
			}
		}
	}
	r.wants(t, "the observation shows every pod", Warning, "proxies", "the injector's mount")
}

// TestOtherCluster: the state of another cluster is not compared with.
func TestOtherCluster(t *testing.T) {
	m := newMesh()
	o := m.sight()
	o.Cluster = "other"
	r := m.judged(o)
	r.wants(t, "the state file is of the observed cluster", Warning, `"prod"`, `"other"`)
	if strings.Contains(string(r.text(false)), "linkerd-pki-rotation") {
		t.Error("compared with the state of another cluster")
	}
}

// TestNamespace: the data plane may be limited to one.
func TestNamespace(t *testing.T) {
	m := newMesh()
	o := m.sight()
	o.Endpoints[2].Namespace, o.Endpoints[2].Leaf.Expires.First = "bank", o.At[:3]+"0"+o.At[4:]
	for namespace, want := range map[string]bool{"": false, "bank": false, "shop": true} {
		r := Of(Input{Observation: o, State: m.Rotation, At: m.at.Add(time.Hour), Namespace: namespace})
		if r.Success != want {
			t.Errorf("%q: success is %t", namespace, r.Success)
		}
	}
}

// TestLongLists: no check lists thousands of places, and none hides how many.
func TestLongLists(t *testing.T) {
	m := newMesh()
	o := m.sight()
	stuck := o.Endpoints[1]
	stuck.Leaf.Expires.First = began.Format(time.RFC3339)
	for range 500 {
		o.Endpoints = append(o.Endpoints, stuck)
	}
	c := m.judged(o).find(t, "data plane proxies' certificates are valid")
	if lines := strings.Count(c.Error, "\n"); lines != maxListed+1 || !strings.HasSuffix(c.Error, "* 480 more") {
		t.Errorf("%d lines: %s", lines, c.Error)
	}
}
