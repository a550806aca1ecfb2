package observe

import (
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// leafLife is how long a leaf lives at most by the defaults of a state.
const leafLife = 24*time.Hour + 20*time.Second

// dated is what an observation says of one leaf: "" is nothing.
type dated struct{ expires, refreshed string }

func text(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// leaves are the leaves of the pods in namespace shop, by name of pod.
func (o seen) leaves() map[string]dated {
	all := map[string]dated{}
	for _, e := range o.Endpoints {
		first := func(key string) string {
			span, _ := e.Leaf[key].(map[string]any)
			at, _ := span["first"].(string)
			return at
		}
		for _, p := range e.Pods {
			if name, ours := strings.CutPrefix(p, "shop/pod/"); ours {
				all[name] = dated{first("expires"), first("refreshed")}
			}
		}
	}
	return all
}

// becomes observes until the leaves of all pods are those that were planted: scrapes
// take their time. Whatever is read meanwhile, no leaf may seem to be newer than some
// leaf that was planted.
func (l *lab) becomes(name string, want map[string]dated, newest time.Time, args ...string) {
	l.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(500 * time.Millisecond) {
		o, talk := l.observe(l.Kubeconfig, args...)
		got := o.leaves()
		equal := len(got) == len(want)
		for pod, w := range want {
			equal = equal && got[pod] == w
			if got[pod].refreshed > text(newest) {
				l.t.Fatalf("%s: the leaf of %s was issued at %s, and the newest one at %s", name, pod, got[pod].refreshed, text(newest))
			}
		}
		if equal {
			return
		}
		if time.Now().After(deadline) {
			l.t.Fatalf("%s: observed %v, planted %v\n%s", name, got, want, talk)
		}
	}
}

// created is when the API server made a pod.
func (l *lab) created(pod string) time.Time {
	l.t.Helper()
	code, answer, err := l.Do(http.MethodGet, "/api/v1/namespaces/shop/pods/"+pod, "", nil)
	var o struct {
		Metadata struct{ CreationTimestamp time.Time }
	}
	if err != nil || code != http.StatusOK || json.Unmarshal(answer, &o) != nil {
		l.t.Fatalf("%s: %d %v", pod, code, err)
	}
	return o.Metadata.CreationTimestamp
}

// TestRealPrometheus: what `observe` says of leaves is what an exporter of each family
// of metrics serves to a real Prometheus, with the labels of Linkerd viz and of others;
// what is not scraped, or not any more, is not proved.
func TestRealPrometheus(t *testing.T) {
	l := newLab(t)
	l.controlPlane()
	l.namespace("shop")
	versions := map[string]string{"old": "2.12", "mid": "2.15", "new": "2.18", "sidecar": "2.20", "silent": "2.18", "unscraped": "2.18", "gone": "2.18", "ahead": "2.18", "behind": "2.18", "reset": "2.15", "old-labels": "2.12", "own-labels": "2.20", "lagging": "2.18"}
	var made time.Time // the newest
	pods := map[string]time.Time{}
	for name, version := range versions {
		l.plant(pod{namespace: "shop", name: name, version: version, bundle: l.both})
		if pods[name] = l.created(name); pods[name].After(made) {
			made = pods[name]
		}
	}
	issued := made.Add(time.Second) // of every leaf, after its pod was made
	expires := issued.Add(leafLife)
	time.Sleep(time.Until(issued.Add(time.Second))) // nothing is issued in the future

	e := newExporter(t)
	for name, metrics := range map[string]string{
		"old": until214(expires), "mid": since215(expires, issued), "new": since216(expires, issued), "sidecar": since216(expires, issued),
		"silent": "up_and_nothing_else 1\n", "gone": since216(expires, issued), "reset": since215(expires, issued),
		// Clocks of nodes. What identity dated is believed, and what is older than the pod is not.
		"ahead": since216(expires, issued.Add(90*time.Second)), "behind": since216(expires, issued.Add(-time.Hour)),
		"old-labels": until214(expires), "own-labels": since216(expires, issued), "lagging": since216(expires, issued),
	} {
		e.serve("/one/"+name, metrics)
		e.serve("/two/"+name, metrics)
	}
	// The other Prometheus scraped this one before its leaf was renewed.
	e.serve("/two/lagging", since216(expires.Add(-time.Hour), issued.Add(-time.Hour)))

	receiver := startPrometheus(t, "", "", "--web.enable-remote-write-receiver")
	one := e.scrapedBy(t, "one", receiver)
	e.scrapedBy(t, "two", receiver)
	unproved := func(name string) dated { return dated{"", text(pods[name])} }
	proved := dated{text(expires), text(issued)}
	want := map[string]dated{
		"old": proved, "mid": proved, "new": proved, "sidecar": proved, "gone": proved, "ahead": proved, "behind": {text(expires), text(pods["behind"])},
		"reset": proved, "old-labels": proved, "lagging": proved,
		"silent": unproved("silent"), "unscraped": unproved("unscraped"), "own-labels": unproved("own-labels"),
	}
	l.becomes("every family", want, issued, "--prometheus", one)
	token, ca := startFront(t, one)
	l.becomes("behind TLS and a token", want, issued, "--prometheus", ca.url, "--prometheus-token-file", token, "--prometheus-ca-file", ca.file)
	if _, talk := l.observe(l.Kubeconfig, "--prometheus", ca.url, "--prometheus-ca-file", ca.file); !strings.Contains(talk, "the dates of leaves from Prometheus: it answers 401") {
		t.Errorf("without a token: %s", talk)
	}
	if _, talk := l.observe(l.Kubeconfig, "--prometheus", ca.url, "--prometheus-token-file", token); !strings.Contains(talk, "certificate signed by unknown authority") {
		t.Errorf("without the CA: %s", talk)
	}

	// Of two replicas that scrape the same pods, the one that is behind counts.
	twice := maps.Clone(want)
	twice["lagging"] = dated{text(expires.Add(-time.Hour)), text(pods["lagging"])}
	l.becomes("two replicas", twice, issued, "--prometheus", receiver)

	// With labels of its own, a pod is found by them, and no other one is.
	own := map[string]dated{}
	for name := range pods {
		own[name] = unproved(name)
	}
	own["own-labels"] = proved
	l.becomes("own labels", own, issued, "--prometheus", one, "--prometheus-labels", "team_ns,team_pod")

	// A proxy that is gone, and one that restarted and has no leaf yet: what was scraped
	// before proves nothing.
	e.serve("/one/gone", "")
	e.serve("/one/reset", since215(time.Unix(0, 0), time.Unix(0, 0)))
	want["gone"], want["reset"] = unproved("gone"), unproved("reset")
	l.becomes("a proxy that is gone, and one without a leaf", want, issued, "--prometheus", one)
	again := time.Now().Truncate(time.Second)
	e.serve("/one/reset", since215(again.Add(leafLife), again))
	want["reset"] = dated{text(again.Add(leafLife)), text(again)}
	l.becomes("counters that were reset", want, again, "--prometheus", one)
}

// scrapedBy starts a Prometheus that scrapes everything below /REPLICA as Linkerd viz
// and others do, hands it on to receiver, and is reached at the URL that is returned.
func (e *exporter) scrapedBy(t *testing.T, replica, receiver string) string {
	var viz []target
	for _, pod := range []string{"old", "mid", "new", "sidecar", "silent", "gone", "ahead", "behind", "reset", "lagging"} {
		viz = append(viz, vizTarget("/"+replica+"/"+pod, "shop", pod))
	}
	foreign := vizTarget("/"+replica+"/new", "shop", "unscraped")
	foreign.labels["__meta_kubernetes_pod_label_linkerd_io_control_plane_ns"] = "linkerd-two"
	return startPrometheus(t, replica, "remote_write: [{url: "+receiver+"/api/v1/write}]\nscrape_configs:\n"+
		e.job("linkerd-proxy", vizRelabel, append(viz, foreign)...)+
		e.job("kubernetes-pods", "", target{"/" + replica + "/old-labels", map[string]string{"kubernetes_namespace": "shop", "kubernetes_pod_name": "old-labels"}})+
		e.job("own", "", target{"/" + replica + "/own-labels", map[string]string{"team_ns": "shop", "team_pod": "own-labels"}}))
}

// front is a server with TLS that asks for a bearer token before Prometheus.
type front struct{ url, file string }

func startFront(t *testing.T, prometheus string) (token string, f front) {
	t.Helper()
	behind, err := url.Parse(prometheus)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(behind)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // a client without the CA hangs up
	server.StartTLS()
	t.Cleanup(server.Close)
	dir := t.TempDir()
	token, f = filepath.Join(dir, "token"), front{server.URL, filepath.Join(dir, "ca.pem")}
	for path, text := range map[string][]byte{token: []byte("secret\n"), f.file: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return token, f
}
