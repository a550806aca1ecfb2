package rotation

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

const documentSample = `apiVersion: l5d-pki-render/v1alpha2
kind: Observation
cluster: prod
at: 2026-03-01T12:00:00Z
coverage:
- {group: control-plane, pods: 3}
- {group: identity, pods: 1}
- {group: injectors, pods: 1}
- {group: proxies, pods: 15}
- {group: gateways, pods: 0}
facts:
- {fact: bundles, source: pod annotation, exactness: exact}
- {fact: injectors, group: injectors, source: age of the ConfigMap, exactness: inferred}
bundles:
- {name: old, certificates: [AAA]}
chains:
- {name: old, certificates: [BBB]}
controlPlane:
  trustRoots: old
  trustRootsChanged: 2026-02-01T12:00:00Z
  issuer: old
  issuerChanged: 2026-02-01T12:00:00Z
  injectors:
  - {pod: injector-0, bundle: old}
identity:
- {pod: identity-0, bundle: old, issuer: old}
endpoints:
- group: control-plane
  bundle: old
  chain: old
  pods: [linkerd 3]
- group: proxies
  bundle: old
  chain: old
  leaf:
    expires: {first: 2026-03-01T18:00:00Z, last: 2026-03-02T11:00:00Z}
    refreshed: {first: 2026-02-28T18:00:00Z, last: 2026-03-01T11:00:00Z}
  pods: [shop/deploy/cart 12, shop, "- 1"]
- {group: proxies, bundle: old, chain: none, pods: [shop/job/import]}
webhooks:
- {name: proxyInjector, caBundle: old, pods: 2, serving: [{chain: old, count: 2}]}
`

func TestParseDocument(t *testing.T) {
	o, err := ParseObservation("seen.yaml", filled(documentSample))
	if err != nil {
		t.Fatal(explain(err))
	}
	fp := strings.Repeat("1234567890123456", 4)
	want := Endpoint{Group: GroupProxies, Namespace: "shop", Workload: "deploy/cart", Bundle: []string{fp}, Chain: []string{strings.Repeat("0e12", 16)}, Count: 12,
		Leaf: LeafTimes{Span{"2026-03-01T18:00:00Z", "2026-03-02T11:00:00Z"}, Span{"2026-02-28T18:00:00Z", "2026-03-01T11:00:00Z"}}}
	if !reflect.DeepEqual(o.Endpoints[1], want) {
		t.Errorf("%+v", o.Endpoints[1])
	}
	if last := o.Endpoints[4]; !last.NoChain || last.Chain != nil || last.Workload != "job/import" || last.Count != 1 {
		t.Errorf("%+v", last)
	}
	if got := o.missing(); !slices.Equal(got, []string{GroupExtensions, GroupExternal}) {
		t.Errorf("missing %v", got)
	}
	if got := o.inferred(); !slices.Equal(got, []string{"injectors from age of the ConfigMap"}) {
		t.Errorf("inferred %v", got)
	}
	text := must(MarshalObservation(o))
	again, err := ParseObservation("seen.json", text)
	if err != nil || !reflect.DeepEqual(o, again) {
		t.Errorf("written and read again: %s", explain(err))
	}
	if one, other := (Evidence{Observations: []*Observation{o}}).Digest(), (Evidence{Observations: []*Observation{again}}).Digest(); one != other {
		t.Error("the digest depends on how the file is written")
	}
}

func TestParseDocumentRefuses(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           problem.Sentence
	}{
		{"a key of the first form", "cluster: prod", "cluster: prod\ncovers: []", problem.ObservationUnknownKey},
		{"no coverage", "coverage:\n", "facts2:\n", problem.ObservationMissingKey},
		{"unknown form", "v1alpha2", "v1alpha3", problem.ObservationHead},
		{"unknown bundle", "trustRoots: old", "trustRoots: new", problem.ObservationUnknownSet},
		{"unknown chain", "chain: old\n  leaf", "chain: new\n  leaf", problem.ObservationUnknownSet},
		{"a bundle named none", "bundles:\n- {name: old", "bundles:\n- {name: none", problem.ObservationSetName},
		{"a name twice", "bundles:\n", "bundles:\n- {name: old, certificates: [BBB]}\n", problem.ObservationDuplicate},
		{"a group twice", "- {group: gateways, pods: 0}", "- {group: proxies, pods: 15}", problem.ObservationDuplicate},
		{"a replica twice", "identity:\n", "identity:\n- {pod: identity-0}\n", problem.ObservationDuplicate},
		{"an injector twice", "  injectors:\n", "  injectors:\n  - {pod: injector-0}\n", problem.ObservationDuplicate},
		{"a webhook twice", "webhooks:\n", "webhooks:\n- {name: proxyInjector}\n", problem.ObservationDuplicate},
		{"an unknown webhook", "name: proxyInjector", "name: proxyinjector", problem.ObservationGroup},
		{"more rows than pods", "proxies, pods: 15", "proxies, pods: 14", problem.ObservationCoverage},
		{"more webhook pods than there are", "pods: 2, serving", "pods: 1, serving", problem.ObservationCoverage},
		{"a negative number", "gateways, pods: 0", "gateways, pods: -1", problem.ObservationCount},
		{"a huge number", "gateways, pods: 0", "gateways, pods: 99999999999", problem.ObservationCount},
		{"no pods", "pods: [linkerd 3]", "pods: []", problem.ObservationNoPods},
		{"odd pods", "[linkerd 3]", "[Linkerd 3]", problem.ObservationPods},
		{"a line in pods", "[linkerd 3]", `["linkerd/x\n\t2.\tcurl|sh 3"]`, problem.ObservationText},
		{"a tab in pods", "[linkerd 3]", `["linkerd/x\ty 3"]`, problem.ObservationText},
		{"text direction in pods", "[linkerd 3]", `["linkerd/x\u202ey 3"]`, problem.ObservationText},
		{"a line in a replica", "identity:\n", "identity:\n- {pod: \"a\\nb\"}\n", problem.ObservationText},
		{"a line in a source", "source: pod annotation", `source: "a\nb"`, problem.ObservationText},
		{"pods with a zero", "[linkerd 3]", "[linkerd 0]", problem.ObservationPods},
		{"a leaf without a chain", "chain: old\n  leaf", "chain: none\n  leaf", problem.ObservationNoLeaf},
		{"a span that ends before it begins", "first: 2026-03-01T18", "first: 2026-03-03T18", problem.ObservationInstant},
		{"a change after the observation", "trustRootsChanged: 2026-02", "trustRootsChanged: 2026-04", problem.ObservationInstant},
		{"a leaf refreshed after the observation", "last: 2026-03-01T11", "last: 2026-03-01T13", problem.ObservationInstant},
		{"an unknown fact", "fact: bundles", "fact: rumors", problem.ObservationGroup},
		{"an unknown exactness", "exactness: exact", "exactness: sure", problem.ObservationGroup},
		{"no source", "source: pod annotation", "source: ' '", problem.ObservationMissingKey},
		{"an empty set", "chains:\n- {name: old, certificates: [BBB]}", "chains:\n- {name: old, certificates: []}", problem.ObservationNoFingerprint},
		{"not a fingerprint", "chains:\n- {name: old, certificates: [BBB]}", "chains:\n- {name: old, certificates: [x]}", problem.ObservationFingerprint},
	} {
		if !strings.Contains(documentSample, c.old) {
			t.Fatal("the sample lacks", c.old)
		}
		_, err := ParseObservation("f", filled(strings.Replace(documentSample, c.old, c.new, 1)))
		if !slices.Contains(codes(err), string(c.want.Code)) {
			t.Errorf("%s: want %s, got %s", c.name, c.want.Code, explain(err))
		}
	}
}

// Observations of the first form mean what they meant, and have the digest that
// logs recorded.
func TestFirstFormIsStillRead(t *testing.T) {
	files := must(filepath.Glob("../../fixtures/observations/*.yaml"))
	if len(files) < 2 {
		t.Fatal("no fixtures")
	}
	for _, file := range files {
		o, err := ParseObservation(file, must(os.ReadFile(file)))
		if err != nil {
			t.Fatal(explain(err))
		}
		if len(o.missing()) > 0 || len(o.unseenBundles()) > 0 || len(o.unseenChains()) > 0 {
			t.Errorf("%s: missing %v", file, o.missing())
		}
		if text := string(must(json.Marshal(o))); strings.Contains(text, "overage") || !strings.HasPrefix(text, `{"apiVersion":"l5d-pki-render/v1alpha1","kind":"Observation","cluster":"fixture","at":"2026-06-01T11:00:00Z","covers":["control-plane"`) {
			t.Errorf("%s is written as %s", file, text)
		}
	}
}

// TestObservationOfALargeMeshIsSmall: 10,000 pods of 2,000 workloads in 200
// namespaces in the middle of a wave, with leaves of every hour of the day.
func TestObservationOfALargeMeshIsSmall(t *testing.T) {
	m := newMesh(t, "prod", now)
	m.start(t, StartOptions{Kind: state.KindAnchor, Strategy: state.StrategyBundle}, Evidence{}, now)
	both, old := must(MaterialOf(m.state)), must(must(openDossier(m.state, nil)).before())
	o := sightOf("prod", both, now)
	o.APIVersion, o.Covers, o.Endpoints = ObservationVersion, nil, nil
	for ns := range 200 {
		for w := range 10 {
			e := Endpoint{Group: GroupProxies, Namespace: fmt.Sprintf("team-%03d-production", ns), Workload: fmt.Sprintf("deploy/service-%02d", w), Count: 5,
				Bundle: fingerprints(both.Bundle.Certificates()), Chain: fingerprints(both.Issuer)}
			if w%3 == 0 {
				e.Bundle = fingerprints(old.Bundle.Certificates())
			}
			hour := time.Duration((ns*10+w)%24) * time.Hour
			e.Leaf.Refreshed = Span{instantText(now.Add(-hour - time.Hour)), instantText(now.Add(-hour))}
			e.Leaf.Expires = Span{instantText(now.Add(day - hour - time.Hour)), instantText(now.Add(day - hour))}
			o.Endpoints = append(o.Endpoints, e)
		}
	}
	for _, g := range append(slices.Clone(Groups), GroupInjectors) {
		o.Coverage = append(o.Coverage, Coverage{g, total(o.rows(g))})
	}
	text := must(MarshalObservation(o))
	if pods := o.rows(GroupProxies); pods != 10_000 || len(text) > 200_000 {
		t.Errorf("%d pods take %d bytes", pods, len(text))
	}
	again, err := ParseObservation("f", text)
	if err != nil || again.rows(GroupProxies) != 10_000 || len(again.missing()) > 0 {
		t.Errorf("read again: %s", explain(err))
	}
	t.Logf("%d bytes", len(text))
}

// A stranger's certificate that the observation itself brings is known.
func TestDocumentBringsCertificates(t *testing.T) {
	b := limited(1)
	o := must(ParseObservation("f", filled(documentSample)))
	o.Certificates = string(pki.Chain{b.anchor}.Marshal())
	again := must(ParseObservation("f", must(MarshalObservation(o))))
	k := newBook()
	k.addObservation(again)
	if _, unknown := k.bundle([]string{b.anchor.Fingerprint()}); unknown != "" {
		t.Error("the certificate is not known")
	}
}
