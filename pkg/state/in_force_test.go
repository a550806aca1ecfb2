package state

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What each phase puts in force, as the design's tables have it.
func TestWhatAPhasePutsInForce(t *testing.T) {
	want := `stable: [current] issuer current, serves current, trusts current
anchor bundle anchor-added: [outgoing incoming] issuer outgoing, serves current, trusts current
anchor bundle anchor-spread: [outgoing incoming] issuer outgoing, serves current, trusts current
anchor bundle issuer-switched: [outgoing incoming] issuer incoming, serves current, trusts current
anchor bundle issuer-spread: [outgoing incoming] issuer incoming, serves current, trusts current
anchor bundle anchor-dropped: [incoming] issuer incoming, serves current, trusts current
anchor cross-sign issuer-switched: [outgoing] issuer incoming, serves current, trusts current
anchor cross-sign issuer-spread: [outgoing] issuer incoming, serves current, trusts current
anchor cross-sign anchor-swapped: [incoming] issuer incoming, serves current, trusts current
anchor cross-sign anchor-spread: [incoming] issuer incoming, serves current, trusts current
issuer  issuer-switched: [current] issuer incoming, serves current, trusts current
webhooks  webhook-ca-added: [current] issuer current, serves current, trusts both
webhooks  webhook-cert-switched: [current] issuer current, serves incoming, trusts both
replace  replaced: [incoming] issuer incoming, serves current, trusts current
replace  replaced-spread: [incoming] issuer incoming, serves current, trusts current
renew  renewed: [incoming] issuer current, serves current, trusts current
`
	var got strings.Builder
	for _, r := range everyPhase() {
		var roles []string
		for _, a := range r.Bundle() {
			roles = append(roles, a.Role)
		}
		certificate, caBundle, key := r.WebhookMaterial(WebhookProxyInjector)
		serves := map[string]string{fakePEM("injector") + "keys/injector.age": "current", fakePEM("incoming injector") + "keys/injector-2.age": "incoming"}[certificate+key]
		trusts := map[string]string{fakePEM("injector CA"): "current", strings.TrimSpace(fakePEM("injector CA") + fakePEM("incoming injector CA")): "both"}[caBundle]
		got.WriteString(label(r) + ": [" + strings.Join(roles, " ") + "] issuer " + r.Issuing().Role + ", serves " + serves + ", trusts " + trusts + "\n")
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
}

func TestWebhookMaterial(t *testing.T) {
	r := at(KindWebhooks, "", PhaseWebhookCAAdded)
	if c, ca, key := r.WebhookMaterial(WebhookTap); c+ca+key != "" {
		t.Error("a webhook that is not listed has material")
	}
	if c, ca, key := r.WebhookMaterial(WebhookProfileValidator); c+key != "" || ca != fakePEM("validator CA") {
		t.Error("a webhook that is not rotated does not keep its caBundle")
	}
	w := r.Status.Webhooks[WebhookProxyInjector]
	w.Incoming.CABundle = strings.TrimSpace(w.CABundle)
	if _, ca, _ := r.WebhookMaterial(WebhookProxyInjector); ca != w.Incoming.CABundle {
		t.Error("one CA stands twice in the caBundle")
	}
}

func TestExtraAnchorsKeepTheirPlace(t *testing.T) {
	r := at(KindAnchor, StrategyBundle, PhaseAnchorAdded)
	r.Status.Anchors = []Anchor{{Name: "e", Role: RoleExtra}, r.Status.Anchors[0], {Name: "f", Role: RoleExtra}, r.Status.Anchors[1]}
	var names []string
	for _, a := range r.Bundle() {
		names = append(names, a.Name)
	}
	if got := strings.Join(names, " "); got != "e anchor-outgoing f anchor-incoming" {
		t.Error(got)
	}
}

// TestStampOfStale: a wave for stale workloads reaches those that it names, by kind
// and name or by namespace, and nothing else.
func TestStampOfStale(t *testing.T) {
	r := &Rotation{Status: Status{Stamp: "1", Wave: &Wave{Previous: "0", Stale: true, Workloads: []string{"shop/deploy/cart", "jobs/*"}}}}
	for workload, want := range map[[3]string]string{
		{"shop", "Deployment", "cart"}: "1", {"shop", "StatefulSet", "cart"}: "0", {"shop", "Deployment", "web"}: "0",
		{"other", "Deployment", "cart"}: "0", {"jobs", "CronJob", "tally"}: "1",
	} {
		if got := r.StampOf(workload[0], workload[1], workload[2]); got != want {
			t.Errorf("%v: %s", workload, got)
		}
	}
	r.Status.Wave.Workloads = []string{"*/*"}
	if got := r.StampOf("shop", "Deployment", "web"); got != "1" {
		t.Error(got)
	}
}

func TestStampOf(t *testing.T) {
	r := at("", "", PhaseStable)
	if r.StampOf("a", "Deployment", "web") != "" {
		t.Error("a stamp before the first wave")
	}
	r.Status.Stamp = "1"
	if r.StampOf("a", "Deployment", "web") != "1" {
		t.Error("no stamp after a wave")
	}
	r.Status.Wave = &Wave{Previous: "0", Namespaces: []string{"a"}}
	if r.StampOf("a", "Deployment", "web") != "1" || r.StampOf("b", "Deployment", "web") != "0" {
		t.Error("a split wave is not split by namespace")
	}
	r.Status.Wave = &Wave{}
	if r.StampOf("a", "Deployment", "web") != "" {
		t.Error("a first wave that has just begun stamps everything")
	}
}

func TestDefaults(t *testing.T) {
	r := at("", "", PhaseStable)
	r.Spec.Outputs = []Output{{Kind: OutputValues, Path: "a"}, {Kind: OutputComponent, Path: "b"}, {Kind: OutputHelmValues, Path: "c", Name: "pki", Chart: ChartViz}}
	bare := r.Clone()
	full := r.WithDefaults()
	if !r.Equal(bare) {
		t.Fatal("WithDefaults changed the state itself")
	}
	want := Spec{
		Linkerd: Linkerd{Version: "2.18", Namespace: "linkerd", TrustDomain: "cluster.local", IssuerScheme: "kubernetes.io/tls", HeartbeatSchedule: "0 0 * * *",
			VizNamespace: "linkerd-viz", JaegerNamespace: "linkerd-jaeger", MulticlusterNamespace: "linkerd-multicluster"},
		Leaf:     Leaf{Duration(24 * time.Hour), Duration(20 * time.Second)},
		Validity: Validity{Duration(87600 * time.Hour), Duration(8760 * time.Hour), Duration(8760 * time.Hour)},
		Custody:  Custody{Kind: "age"},
		Outputs: []Output{
			{Kind: OutputValues, Path: "a", Layout: "external", Chart: "control-plane"}, {Kind: OutputComponent, Path: "b", Select: "all"},
			{Kind: OutputHelmValues, Path: "c", Name: "pki", Chart: "viz", Namespace: "linkerd-viz", Object: "ConfigMap", Key: "values.yaml"},
		},
	}
	if diff := cmp.Diff(want, full.Spec); diff != "" {
		t.Error(diff)
	}
	if err := full.Validate(); err != nil {
		t.Error(said(err))
	}
	chosen := r.Clone()
	chosen.Spec.Linkerd.Namespace, chosen.Spec.Leaf.Lifetime = "mesh", Duration(time.Hour)
	if d := chosen.WithDefaults(); d.Spec.Linkerd.Namespace != "mesh" || d.Spec.Leaf.Lifetime != Duration(time.Hour) {
		t.Error("a default replaced a choice")
	}
}

func TestCloneIsDeep(t *testing.T) {
	r := at(KindWebhooks, "", PhaseWebhookCAAdded)
	c := r.Clone()
	c.Status.Webhooks[WebhookProxyInjector].Incoming.Key = "x"
	c.Status.Anchors[0].Name = "x"
	c.Status.Rotation.Kind = "x"
	delete(c.Status.Webhooks, WebhookProfileValidator)
	if !r.Equal(at(KindWebhooks, "", PhaseWebhookCAAdded)) {
		t.Error("a change of the copy shows in the original")
	}
}
