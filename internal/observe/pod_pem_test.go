package observe

import (
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestBundlesOfPodsAreBounded: bundles that somebody wrote into pods, large ones or
// many, are left out of the observation and named; other pods stay known.
func TestBundlesOfPodsAreBounded(t *testing.T) {
	root := walk(t, state.KindAnchor, state.StrategyBundle)[0].material.Bundle
	der := root.Certificates()[0].Raw
	last := 0
	other := func(n int) string { // certificates that nobody has signed
		var all strings.Builder
		for range n {
			last++
			bytes := append([]byte{}, der...)
			bytes[len(bytes)-1], bytes[len(bytes)-2], bytes[len(bytes)-3] = byte(last), byte(last>>8), byte(last>>16)
			all.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: bytes}))
		}
		return all.String()
	}
	own := string(root.Marshal())
	pods := []Pod{{Namespace: "aaa", Name: "one", UID: "one", Workload: "deploy/one", Group: rotation.GroupProxies, Whole: true, Bundle: other(300)}}
	for i := range 20 {
		name := fmt.Sprintf("many%d", i)
		pods = append(pods, Pod{Namespace: "aaa", Name: name, UID: name, Workload: "deploy/" + name, Group: rotation.GroupProxies, Whole: true, Bundle: other(150)})
	}
	pods = append(pods, Pod{Namespace: "shop", Name: "cart", UID: "cart", Workload: "deploy/cart", Group: rotation.GroupProxies, Whole: true, Bundle: own})
	hidden := other(300)
	pods = append(pods, Pod{Namespace: "bbb", Name: "hash", UID: "hash", Workload: "deploy/hash", Group: rotation.GroupProxies, Hash: Hashes(hidden)[0]})
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	o, gaps := Build(Reading{
		Cluster: "prod", Namespace: "linkerd", At: now, Served: now, Listed: true, Pods: pods, Texts: map[string]string{Hashes(hidden)[0]: hidden},
		TrustRoots: &ConfigMap{Data: map[string]string{linkerd.TrustRootsKey: own}},
	})
	data, err := rotation.MarshalObservation(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rotation.ParseObservation("x", data); err != nil {
		t.Error("it cannot be read back:", err)
	}
	known := map[string]bool{}
	for _, e := range o.Endpoints {
		known[e.Workload] = e.Bundle != nil
	}
	if known["deploy/one"] || known["deploy/hash"] || !known["deploy/many0"] || known["deploy/many19"] || !known["deploy/cart"] {
		t.Errorf("known: %v", known)
	}
	said := fmt.Sprint(gaps)
	for _, want := range []string{"deploy/one in aaa: it has ", "deploy/many19 in aaa: what other pods have", "deploy/hash in bbb: it has "} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said", want)
		}
	}
}
