package observe

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// FuzzBuild: whatever the API, metrics and Prometheus answer, the observation can
// be read back, and nothing fails.
func FuzzBuild(f *testing.F) {
	s := walk(f, state.KindIssuer, "")[0]
	roots := string(s.material.Bundle.Marshal())
	config := string(must(json.Marshal(map[string]any{"metadata": map[string]any{"managedFields": []any{map[string]any{"time": "2026-03-01T12:00:00Z"}}}, "data": map[string]any{
		linkerd.TrustRootsKey: roots, "values": "identityTrustAnchorsPEM: |\n " + roots}})))
	f.Add(`{"items":[{"metadata":{"name":"a","namespace":"shop","uid":"1","creationTimestamp":"2026-03-01T12:00:00Z","annotations":{"linkerd.io/trust-root-sha256":"`+Hashes(roots)[0]+`"}}},
		{"metadata":{"name":"i","namespace":"linkerd","uid":"2","labels":{"linkerd.io/control-plane-component":"identity"}}}]}`, config, "issuer_cert_ttl_seconds 500\n",
		`{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"identity_cert_expiration_timestamp_seconds","namespace":"shop","pod":"a"},"value":[1,"1772452800"]}]}}`, int64(1772452700), true)
	f.Fuzz(func(t *testing.T, pods, config, metrics, prometheus string, at int64, whole bool) {
		var list PodList
		if json.Unmarshal([]byte(pods), &list) != nil || at < 0 || at > 1<<34 {
			return
		}
		r := Reading{Cluster: "prod", Namespace: linkerd.Namespace, Known: KnownOf(s.state), At: time.Unix(at, 0), Served: time.Unix(at, 0), Listed: true, Injectors: []Pod{}, Identities: []Pod{}, Replicas: map[string]Reply{}, Presented: map[string]string{}, Certified: map[string]string{}}
		var c ConfigMap
		if json.Unmarshal([]byte(config), &c) == nil {
			r.TrustRoots, r.Config = &c, &c
			if whole {
				r.TrustRoots, r.NoTrustRoots = nil, true
			}
		}
		for _, o := range list.Items {
			p, ok := PodOf(o, linkerd.Namespace, whole)
			if !ok {
				continue
			}
			p.Identity = "a"
			r.Presented[p.UID], r.Certified[p.UID], r.Injected = prometheus, config, metrics
			r.Pods = append(r.Pods, p)
			r.Replicas[p.UID] = Reply{[]byte(metrics), r.At}
			if p.Component == linkerd.ComponentIdentity {
				r.Identities = append(r.Identities, p)
			}
		}
		r.Samples, _ = ParseSamples([]byte(prometheus), Labels{})
		var hook WebhookConfiguration
		if json.Unmarshal([]byte(pods), &hook) == nil {
			r.Hooks = map[string]WebhookConfiguration{state.WebhookProxyInjector: hook}
			r.ServedBy = map[string]map[string]string{state.WebhookProxyInjector: {"1": prometheus, "2": config}}
		}
		o, _ := Build(r)
		text, err := rotation.MarshalObservation(o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rotation.ParseObservation("f", text); err != nil {
			t.Fatalf("%s\n%s", explain(err), text)
		}
	})
}
