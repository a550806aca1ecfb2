package observe

import (
	"encoding/json"
	"fmt"
	randv2 "math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

func podOf(t *testing.T, text string, whole bool) (Pod, bool) {
	t.Helper()
	var o PodObject
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatal(err)
	}
	return PodOf(o, "linkerd", whole)
}

func TestPodOf(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		whole bool
		want  string // group workload bundle refers stopped started, or "none"
	}{
		"metadata only":               {`{"metadata":{"name":"a-5d-x","namespace":"shop","labels":{"pod-template-hash":"5d"},"ownerReferences":[{"kind":"ReplicaSet","name":"a-5d","controller":true}]}}`, false, "proxies deploy/a  false false false"},
		"StatefulSet":                 {`{"metadata":{"name":"a-0","namespace":"shop","ownerReferences":[{"kind":"StatefulSet","name":"a","controller":true}]}}`, false, "proxies sts/a  false false false"},
		"ReplicaSet without a hash":   {`{"metadata":{"name":"a-0","namespace":"shop","ownerReferences":[{"kind":"ReplicaSet","name":"a","controller":true}]}}`, false, "proxies rs/a  false false false"},
		"owner that is no controller": {`{"metadata":{"name":"a","namespace":"shop","ownerReferences":[{"kind":"Foo","name":"f"}]}}`, false, "proxies pod/a  false false false"},
		"custom controller":           {`{"metadata":{"name":"a","namespace":"shop","ownerReferences":[{"kind":"CloneSet","name":"f","controller":true}]}}`, false, "proxies cloneset/f  false false false"},
		"extension":                   {`{"metadata":{"name":"tap","namespace":"linkerd-viz","labels":{"linkerd.io/extension":"viz"}}}`, false, "extensions pod/tap  false false false"},
		"gateway":                     {`{"metadata":{"name":"linkerd-gateway-7-x","namespace":"mc","labels":{"linkerd.io/extension":"multicluster","pod-template-hash":"7"},"ownerReferences":[{"kind":"ReplicaSet","name":"linkerd-gateway-7","controller":true}]}}`, false, "gateways deploy/linkerd-gateway  false false false"},
		"control plane":               {`{"metadata":{"name":"d","namespace":"linkerd"}}`, false, "control-plane pod/d  false false false"},
		"literal": {`{"metadata":{"name":"a","namespace":"shop"},"spec":{"containers":[{"name":"app"},{"name":"linkerd-proxy","env":[{"name":"LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS","value":"PEM"}]}]},
			"status":{"phase":"Running","containerStatuses":[{"name":"linkerd-proxy","state":{"running":{"startedAt":"2026-03-01T12:00:00Z"}}}]}}`, true, "proxies pod/a PEM false false true"},
		"native sidecar": {`{"metadata":{"name":"a","namespace":"shop"},"spec":{"initContainers":[{"name":"linkerd-proxy","env":[{"name":"LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS","value":"PEM"}]}]},
			"status":{"phase":"Pending","initContainerStatuses":[{"name":"linkerd-proxy","state":{"waiting":{"reason":"PodInitializing"}}}]}}`, true, "proxies pod/a PEM false true false"},
		"by reference":                   {`{"metadata":{"name":"d","namespace":"linkerd"},"spec":{"containers":[{"name":"linkerd-proxy","env":[{"name":"LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS","valueFrom":{"configMapKeyRef":{"name":"linkerd-identity-trust-roots","key":"ca-bundle.crt"}}}]}]}}`, true, "control-plane pod/d  true false false"},
		"by reference to something else": {`{"metadata":{"name":"d","namespace":"linkerd"},"spec":{"containers":[{"name":"linkerd-proxy","env":[{"name":"LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS","valueFrom":{"configMapKeyRef":{"name":"mine","key":"ca-bundle.crt"}}}]}]}}`, true, "control-plane pod/d  false false false"},
		"without a proxy":                {`{"metadata":{"name":"a","namespace":"shop"},"spec":{"containers":[{"name":"app"}]}}`, true, "none"},
		"failed":                         {`{"metadata":{"name":"a","namespace":"shop"},"spec":{"containers":[{"name":"linkerd-proxy"}]},"status":{"phase":"Failed"}}`, true, "none"},
		"succeeded":                      {`{"metadata":{"name":"a","namespace":"shop"},"spec":{"containers":[{"name":"linkerd-proxy"}]},"status":{"phase":"Succeeded"}}`, true, "none"},
		"terminating":                    {`{"metadata":{"name":"a","namespace":"shop","deletionTimestamp":"2026-03-01T12:00:00Z"},"spec":{"containers":[{"name":"linkerd-proxy"}]},"status":{"phase":"Running"}}`, true, "proxies pod/a  false false false"},
	} {
		p, ok := podOf(t, c.text, c.whole)
		got := fmt.Sprint(p.Group, " ", p.Workload, " ", p.Bundle, " ", p.Refers, " ", p.Stopped, " ", !p.Started.IsZero())
		if !ok {
			got = "none"
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestLifeOfIdentity: what a running identity was started with, as the kubelet read its arguments.
func TestLifeOfIdentity(t *testing.T) {
	const env = `,"env":[{"name":"LIFE","value":"999h"},{"name":"HERS","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]`
	for words, want := range map[string]string{
		`"args":["identity","-identity-issuance-lifetime=48h","-identity-clock-skew-allowance=1m"]`: "48h0m0s 1m0s",
		`"args":["--identity-issuance-lifetime","48h"]`:                                             "48h0m0s 0s",
		`"command":["linkerd2","identity","--identity-issuance-lifetime=48h"]`:                      "48h0m0s 0s",
		`"args":["-identity-issuance-lifetime=$(LIFE)"]`:                                            "999h0m0s 0s",
		`"args":["-identity-issuance-lifetime=1d"]`:                                                 "24h0m0s 0s",
		`"args":["-identity-issuance-lifetime=$(HERS)"]`:                                            "87600h0m0s 0s",
		`"args":["-identity-clock-skew-allowance=$(HERS)"]`:                                         "87600h0m0s 0s",
		`"args":["$(NONE)"]`:                            "87600h0m0s 0s",
		`"command":["sh","-c","x"]`:                     "87600h0m0s 0s",
		`"args":["-identity-trust-domain=$(HERS)"]`:     "0s 0s",
		`"args":["-identity-scheme=x","-log-level=$$"]`: "0s 0s",
	} {
		p, ok := podOf(t, `{"metadata":{"name":"i","namespace":"linkerd"},"spec":{"containers":[{"name":"linkerd-proxy"},{"name":"identity",`+words+env+`}]}}`, true)
		if got := fmt.Sprint(p.Lifetime, " ", p.Skew); !ok || got != want {
			t.Errorf("%s: %s, want %s", words, got, want)
		}
	}
}

func TestGauge(t *testing.T) {
	for text, want := range map[string]string{
		"# HELP issuer_cert_ttl_seconds x\n# TYPE issuer_cert_ttl_seconds gauge\nissuer_cert_ttl_seconds 3.0e+06\n": "3e+06 true",
		"issuer_cert_ttl_seconds{a=\"b c\"} 12 1700000000\n":                                                        "12 true",
		"issuer_cert_ttl_seconds_total 1\nx 2\n":                                                                    "0 false",
		"issuer_cert_ttl_seconds NaN\n":                                                                             "0 false",
		"issuer_cert_ttl_seconds +Inf\n":                                                                            "0 false",
		"issuer_cert_ttl_seconds 1\nissuer_cert_ttl_seconds 1":                                                      "0 false",
		"issuer_cert_ttl_seconds":                                                                                   "0 false",
		"":                                                                                                          "0 false",
	} {
		value, ok := gauge([]byte(text), linkerd.IssuerTTLMetric)
		if got := fmt.Sprint(value, " ", ok); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestParseSamples(t *testing.T) {
	answer := `{"status":"success","data":{"resultType":"vector","result":[
		{"metric":{"__name__":"identity_cert_expiration_timestamp_seconds","namespace":"shop","pod":"a"},"value":[1772366400.1,"1772452800"]},
		{"metric":{"__name__":"identity_cert_expiration_timestamp_seconds","kubernetes_namespace":"shop","kubernetes_pod_name":"b"},"value":[1,"NaN"]},
		{"metric":{"__name__":"identity_cert_expiration_timestamp_seconds","kubernetes_namespace":"shop","kubernetes_pod_name":"c"},"value":[1,"5"]},
		{"metric":{"__name__":"x"},"value":[1,"5"]}]}}`
	list, err := ParseSamples([]byte(answer), Labels{})
	if err != nil || fmt.Sprint(list) != "[{shop a identity_cert_expiration_timestamp_seconds 1.7724528e+09} {shop c identity_cert_expiration_timestamp_seconds 5}]" {
		t.Errorf("%v %v", list, err)
	}
	if list, _ := ParseSamples([]byte(answer), Labels{"kubernetes_namespace", "kubernetes_pod_name"}); len(list) != 1 {
		t.Errorf("own labels: %v", list)
	}
	for labels, want := range map[string]int{
		`"kubernetes_namespace":"evil","kubernetes_pod_name":"evil-0","namespace":"shop","pod":"cart-0"`:         0,
		`"k8s_namespace_name":"evil","k8s_pod_name":"evil-0","namespace":"shop","pod":"cart-0"`:                  0,
		`"namespace":"evil","pod":"cart-0","kubernetes_namespace":"shop","kubernetes_pod_name":"cart-0"`:         0,
		`"k8s_namespace_name":"shop","k8s_pod_name":"a","kubernetes_namespace":"shop","kubernetes_pod_name":"a"`: 1,
		`"namespace":"shop","kubernetes_namespace":"shop","kubernetes_pod_name":"a"`:                             1,
	} {
		answer := `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"x",` + labels + `},"value":[1,"5"]}]}}`
		if list, err := ParseSamples([]byte(answer), Labels{}); err != nil || len(list) != want {
			t.Errorf("%s: %v, %v", labels, list, err)
		}
	}
	for _, bad := range []string{"", "<html>", `{"status":"error","error":"x"}`, `{"status":"success","data":{"resultType":"matrix","result":[]}}`} {
		if _, err := ParseSamples([]byte(bad), Labels{}); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}

// TestLeaves: a leaf is as old as its expiry says at least, by whichever clock.
func TestLeaves(t *testing.T) {
	at := begin
	created := at.Add(-40 * time.Hour)
	const exp, ref = "control_identity_cert_expiration_timestamp_seconds", "control_identity_cert_refresh_timestamp_seconds"
	const oldExp, midRef = "identity_cert_expiration_timestamp_seconds", "identity_cert_refresh_timestamp_seconds"
	issued := at.Add(-3 * time.Hour)
	sample := func(metric string, t time.Time) Sample { return Sample{"shop", "a", metric, float64(t.Unix())} }
	for name, c := range map[string]struct {
		samples []Sample
		want    time.Time
	}{
		"none":                         {nil, created},
		"2.16":                         {[]Sample{sample(exp, issued.Add(life)), sample(ref, issued)}, issued},
		"2.15":                         {[]Sample{sample(oldExp, issued.Add(life)), sample(midRef, issued)}, issued},
		"2.14":                         {[]Sample{sample(oldExp, issued.Add(life))}, issued},
		"a node's clock that is ahead": {[]Sample{sample(exp, issued.Add(life)), sample(ref, issued.Add(time.Hour))}, issued},
		"only the refresh":             {[]Sample{sample(ref, issued)}, created},
		"never refreshed":              {[]Sample{{"shop", "a", exp, 0}, {"shop", "a", ref, 0}}, created},
		"two series":                   {[]Sample{sample(oldExp, issued.Add(life)), sample(oldExp, issued.Add(life-time.Hour))}, issued.Add(-time.Hour)},
		"of a pod before it":           {[]Sample{sample(oldExp, created.Add(life-time.Hour))}, created},
		"in the future":                {[]Sample{sample(oldExp, at.Add(life+time.Hour))}, created},
		"of another pod":               {[]Sample{{"shop", "b", oldExp, float64(issued.Add(life).Unix())}}, created},
	} {
		if got := newLeaves(c.samples).of(Pod{Namespace: "shop", Name: "a", Created: created}, life, at); !got.since.Equal(c.want) {
			t.Errorf("%s: %s, want %s", name, got.since, c.want)
		}
	}
}

// base is a cluster in which everything is known.
func base(t *testing.T) (Reading, step) {
	s := walk(t, state.KindIssuer, "")[0]
	r := whole(s)
	return r, s
}

func whole(s step) Reading {
	p := plant(randv2.New(seeded(7)), s)
	p.uncross = false
	p.pass(time.Hour)
	for _, r := range p.replicas {
		r.started = p.at
	}
	p.pass(time.Minute)
	return p.reading(KnownOf(s.state), 0)
}

func gapsText(gaps []Gap) string {
	var b strings.Builder
	for _, g := range gaps {
		fmt.Fprintln(&b, g)
	}
	return b.String()
}

// TestBuildSaysWhatIsMissing: each thing that was not read is unknown, with a reason.
func TestBuildSaysWhatIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Reading)
		want   string
	}{
		"everything":                     {func(*Reading) {}, ""},
		"no managedFields":               {func(r *Reading) { r.TrustRoots.Metadata.ManagedFields = nil }, "when the trust roots changed"},
		"a change in the future":         {func(r *Reading) { r.TrustRoots.Metadata.ManagedFields[0].Time = r.At.Add(time.Hour) }, "when the trust roots changed"},
		"no certificates":                {func(r *Reading) { r.TrustRoots.Data = nil }, "no certificates that can be read"},
		"a ConfigMap that just changed":  {func(r *Reading) { r.TrustRoots.Metadata.ManagedFields[0].Time = r.Served.Add(-time.Minute) }, "mounts may lag behind"},
		"no clock of the server":         {func(r *Reading) { r.Served = time.Time{} }, "mounts may lag behind"},
		"a replica that does not answer": {func(r *Reading) { clear(r.Replicas) }, "it was not asked"},
		"no metric": {func(r *Reading) {
			for uid := range r.Replicas {
				r.Replicas[uid] = Reply{[]byte("x 1\n"), r.At}
			}
		}, "no metric issuer_cert_ttl_seconds"},
		"an unknown issuer": {func(r *Reading) {
			for uid := range r.Replicas {
				r.Replicas[uid] = Reply{[]byte("issuer_cert_ttl_seconds 5000\n"), r.At}
			}
		}, "no known issuer does"},
		"external workloads": {func(r *Reading) { *r.Externals = 2 }, "there are 2"},
		"a replica that is new": {func(r *Reading) {
			r.Pods = append(r.Pods, Pod{Namespace: "linkerd", Name: "late", UID: "late", Group: rotation.GroupControlPlane, Component: linkerd.ComponentIdentity})
		}, "the issuer of identity replica late"},
		"an injector that gives another bundle": {func(r *Reading) {
			other, _ := base(t)
			text := other.Known.Issuers[0].Chain
			r.Pods = append(r.Pods, Pod{Namespace: "shop0", Name: "x", UID: "x", Group: rotation.GroupProxies, Injected: true, Whole: true, Bundle: text, Created: r.At.Add(-time.Minute)})
		}, "was given another bundle"},
		"an annotation that nothing explains": {func(r *Reading) {
			r.Pods = append(r.Pods, Pod{Namespace: "shop0", Name: "x", UID: "x", Group: rotation.GroupProxies, Hash: strings.Repeat("0", 64), Created: r.At})
		}, "no pod was found that has the bundle of this hash"},
		"a text that is not of its hash": {func(r *Reading) {
			hash := strings.Repeat("0", 64)
			r.Texts[hash] = r.TrustRoots.Data[linkerd.TrustRootsKey]
			r.Pods = append(r.Pods, Pod{Namespace: "shop0", Name: "x", UID: "x", Group: rotation.GroupProxies, Hash: hash, Created: r.At})
		}, "no pod was found that has the bundle of this hash"},
		"a new pod whose annotation nothing explains": {func(r *Reading) {
			r.Pods = append(r.Pods, Pod{Namespace: "shop0", Name: "x", UID: "x", Group: rotation.GroupProxies, Injected: true, Hash: strings.Repeat("0", 64), Created: r.At.Add(-time.Minute)})
		}, "the bundle that the injectors mount"},
		"a new pod with the annotation of another pod's bundle": {func(r *Reading) {
			hash := strings.Repeat("0", 64)
			r.Texts[hash] = r.TrustRoots.Data[linkerd.TrustRootsKey]
			r.Pods = append(r.Pods, Pod{Namespace: "shop0", Name: "x", UID: "x", Group: rotation.GroupProxies, Injected: true, Hash: hash, Created: r.At.Add(-time.Minute)})
		}, "with the annotation of another bundle"},
		"an own ConfigMap behind a right annotation": {func(r *Reading) {
			r.Pods = append(r.Pods, Pod{Namespace: "shop0", Name: "x", UID: "x", Group: rotation.GroupProxies, Whole: true, Hash: Hashes(r.TrustRoots.Data[linkerd.TrustRootsKey])[0], Created: r.At})
		}, "does not get the bundle from where the injector or the chart put it"},
	} {
		r, _ := base(t)
		c.change(&r)
		o, gaps := Build(r)
		if text := gapsText(gaps); !strings.Contains(text, c.want) || c.want == "" && text != "" {
			t.Errorf("%s: gaps %s", name, text)
		}
		if _, err := rotation.ParseObservation("f", must(rotation.MarshalObservation(o))); err != nil {
			t.Errorf("%s: %s", name, explain(err))
		}
		bundles, _ := o.Unseen()
		if whole := len(bundles) == 0; whole != (c.want == "") && !slices.Contains([]string{"a replica that does not answer", "no metric", "an unknown issuer"}, name) {
			t.Errorf("%s: unseen %v", name, bundles)
		}
	}
}

// TestTwoIssuersThatEndTogether: the metric cannot tell them apart.
func TestTwoIssuersThatEndTogether(t *testing.T) {
	random := seeded(3)
	period := pki.PeriodAt(begin, time.Hour, 1000*time.Hour)
	key := must(pki.MintKey(pki.FormSEC1, random))
	anchor := must(pki.MintAnchor(key, "root", period, random))
	issuer := func(end time.Duration) string {
		k := must(pki.MintKey(pki.FormSEC1, random))
		return string(pki.Chain{must(pki.MintIssuer(k.Signer().Public(), "identity", anchor, key, pki.PeriodAt(begin, time.Hour, 500*time.Hour+end), random))}.Marshal())
	}
	a, b, c, d := issuer(0), issuer(3*time.Second), issuer(time.Hour), issuer(-5*time.Second)
	build := func(issuers ...Issuer) string {
		r, _ := base(t)
		r.Known.Issuers = issuers
		end := must(pki.ReadChain([]byte(a)))[0].NotAfter
		for uid := range r.Replicas {
			r.Replicas[uid] = Reply{fmt.Appendf(nil, "issuer_cert_ttl_seconds %f\n", end.Sub(r.At).Seconds()), r.At}
		}
		_, gaps := Build(r)
		return gapsText(gaps)
	}
	if got := build(Issuer{a, false}, Issuer{c, false}); got != "" {
		t.Errorf("apart: %s", got)
	}
	if got := build(Issuer{d, false}, Issuer{a, false}); got != "" {
		t.Errorf("apart by more than the metric errs, the other one first: %s", got)
	}
	if got := build(Issuer{b, false}); !strings.Contains(got, "nearest known one") {
		t.Errorf("near: %s", got)
	}
	if got := build(Issuer{b, false}, Issuer{a, false}); !strings.Contains(got, "two issuers end at about") {
		t.Errorf("together, the other one first: %s", got)
	}
	if got := build(Issuer{a, false}, Issuer{b, false}); !strings.Contains(got, "two issuers end at about") {
		t.Errorf("together: %s", got)
	}
	if got := build(Issuer{a, true}); !strings.Contains(got, "cross certificate") {
		t.Errorf("crossed: %s", got)
	}
	if got := build(Issuer{a, false}, Issuer{a + "\n" + c, false}); !strings.Contains(got, "cross certificate") {
		t.Errorf("with and without: %s", got)
	}
}

// TestLargeMesh: the observation of 10,000 pods stays small.
func TestLargeMesh(t *testing.T) {
	r, _ := base(t)
	hash := Hashes(r.TrustRoots.Data[linkerd.TrustRootsKey])[0]
	for i := range 10_000 {
		name := fmt.Sprint("service-", i%10)
		created := r.At.Add(-time.Duration(i*7919%200_000) * time.Second)
		r.Pods = append(r.Pods, Pod{Namespace: fmt.Sprintf("team-%03d-production", i/50), Name: fmt.Sprint(name, i), UID: fmt.Sprint(i), Workload: "deploy/" + name, Group: rotation.GroupProxies, Hash: hash, Created: created})
		r.Samples = append(r.Samples, Sample{fmt.Sprintf("team-%03d-production", i/50), fmt.Sprint(name, i), "control_identity_cert_expiration_timestamp_seconds", float64(r.At.Unix() + int64(i*31%60_000))})
	}
	o, gaps := Build(r)
	text := must(rotation.MarshalObservation(o))
	if len(text) > 200_000 || len(gaps) > 0 {
		t.Errorf("%d bytes, gaps %s", len(text), gapsText(gaps))
	}
}
