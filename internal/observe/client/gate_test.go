package client

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/observe/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/gate"
)

const gatePath = "/apis/l5d-pki.github.io/v1alpha1/namespaces/linkerd/rotationgates/l5d-pki-gate"

// gateServer has one gate, whose resource version moves while it is read.
type gateServer struct {
	t       *testing.T
	live    map[string]any // nil: there is none
	changes int            // how often somebody else is faster
	version int
	patches []map[string]any
	refuse  bool
}

func (g *gateServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodGet && r.URL.Path == gatePath && g.live != nil:
		g.live["metadata"] = map[string]any{"generation": 3, "resourceVersion": fmt.Sprint(g.version)}
		_ = json.NewEncoder(w).Encode(g.live)
		if g.changes > 0 {
			g.changes--
			g.version++
		}
	case r.Method == http.MethodPatch && r.URL.Path == gatePath+"/status" && !g.refuse:
		var patch map[string]any
		if err := json.NewDecoder(r.Body).Decode(&patch); err != nil {
			g.t.Error(err)
		}
		if patch["metadata"].(map[string]any)["resourceVersion"] != fmt.Sprint(g.version) {
			w.WriteHeader(http.StatusConflict)
			return
		}
		if _, has := patch["spec"]; has {
			g.t.Error("the spec is written")
		}
		g.patches = append(g.patches, patch["status"].(map[string]any))
		fmt.Fprint(w, "{}")
	case r.Method == http.MethodPatch:
		w.WriteHeader(http.StatusForbidden)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (g *gateServer) publish(v gate.Verdict) (progress string, err error) {
	g.t.Helper()
	server := httptest.NewServer(g)
	defer server.Close()
	kubeconfig := filepath.Join(g.t.TempDir(), "kubeconfig")
	text := fmt.Sprintf(`{apiVersion: v1, kind: Config, clusters: [{name: a, cluster: {server: %q}}], contexts: [{name: a, context: {cluster: a}}], current-context: a}`, server.URL)
	if err := os.WriteFile(kubeconfig, []byte(text), 0o600); err != nil {
		g.t.Fatal(err)
	}
	var said strings.Builder
	_, err = exchange.Ask(exchange.Request{Namespace: "linkerd", Kubeconfig: kubeconfig, Limit: time.Minute, Gate: &v},
		func(in io.Reader, out io.Writer) error { return Serve(in, out, &said) })
	return said.String(), err
}

func verdict() gate.Verdict {
	at := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	return gate.Verdict{
		Spec: gate.Spec{Rotation: "prod", Phase: "anchor-added", Next: "anchor-spread", Epoch: 4, MaterialSHA256: "aa"},
		At:   at, Until: at.Add(gate.Life), Reason: gate.ReasonOpen, Message: "open",
		Needs: []gate.Need{{Code: "BUNDLE-DELIVERED", Met: true, Message: "seen"}},
	}
}

func liveGate(t *testing.T, v gate.Verdict) map[string]any {
	t.Helper()
	text, err := json.Marshal(map[string]any{"spec": v.Spec, "status": map[string]any{"observedGeneration": -1}})
	object := map[string]any{}
	if err != nil || json.Unmarshal(text, &object) != nil {
		t.Fatal(err)
	}
	return object
}

// TestPublishGate: the status says which generation was judged; an object that
// somebody changes meanwhile is read again, and one of another state is unknown.
func TestPublishGate(t *testing.T) {
	v := verdict()
	g := &gateServer{t: t, live: liveGate(t, v), changes: 2}
	if _, err := g.publish(v); err != nil || len(g.patches) != 1 {
		t.Fatalf("%v, %d patches", err, len(g.patches))
	}
	status := g.patches[0]
	conditions := status["conditions"].([]any)
	ready, need := conditions[0].(map[string]any), conditions[1].(map[string]any)
	if status["observedGeneration"] != 3.0 || status["until"] != "2026-11-27T14:00:00Z" || ready["status"] != "True" || need["type"] != "BundleDelivered" || need["status"] != "True" {
		t.Errorf("%v", status)
	}

	other := v
	other.Spec.Epoch++
	g = &gateServer{t: t, live: liveGate(t, other)}
	if _, err := g.publish(v); err != nil {
		t.Fatal(err)
	}
	ready = g.patches[0]["conditions"].([]any)[0].(map[string]any)
	if ready["status"] != "Unknown" || ready["reason"] != gate.ReasonOtherState {
		t.Errorf("the gate of another state: %v", ready)
	}
}

// TestPublishGateTransition: the instant of a change stays while the answer does.
func TestPublishGateTransition(t *testing.T) {
	v := verdict()
	g := &gateServer{t: t, live: liveGate(t, v)}
	g.live["status"] = map[string]any{"at": "2026-11-27T11:00:00Z", "epoch": 4, "conditions": []any{
		map[string]any{"type": "Ready", "status": "True", "lastTransitionTime": "2026-11-27T09:00:00Z"},
		map[string]any{"type": "BundleDelivered", "status": "False", "lastTransitionTime": "2026-11-27T09:00:00Z"},
	}}
	if _, err := g.publish(v); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"2026-11-27T09:00:00Z", "2026-11-27T12:00:00Z"} {
		if c := g.patches[0]["conditions"].([]any)[i].(map[string]any); c["lastTransitionTime"] != want {
			t.Errorf("%v, want %s", c, want)
		}
	}
	g.live["status"].(map[string]any)["at"] = "2026-11-27T13:00:00Z"
	if said, err := g.publish(v); err != nil || len(g.patches) != 1 || !strings.Contains(said, "a later observation") {
		t.Errorf("an observation of an hour ago: %v, %d patches, %s", err, len(g.patches), said)
	}
	g.live["status"].(map[string]any)["epoch"] = 3 // a later observation of the phase before
	if _, err := g.publish(v); err != nil || len(g.patches) != 2 {
		t.Errorf("%v, %d patches", err, len(g.patches))
	}
}

// TestPublishGateRefusals: without the object, without the right and with an object
// that keeps changing the command fails, and says what to run.
func TestPublishGateRefusals(t *testing.T) {
	v := verdict()
	for says, g := range map[string]*gateServer{
		"it does not exist": {},
		"403":               {live: liveGate(t, v), refuse: true},
		"keeps changing":    {live: liveGate(t, v), changes: 100},
	} {
		g.t = t
		if _, err := g.publish(v); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "RotationGate l5d-pki-gate in namespace linkerd") {
			t.Errorf("%s: %v", says, err)
		}
		if len(g.patches) > 0 {
			t.Errorf("%s: written", says)
		}
	}
}

// TestPublishGateHostile: what somebody else wrote into the object neither stops an answer
// nor gets into it.
func TestPublishGateHostile(t *testing.T) {
	v := verdict()
	for name, status := range map[string]map[string]any{
		"an instant of a clock that was wrong": {"at": "2099-01-01T00:00:00Z", "epoch": 99, "conditions": []any{map[string]any{"type": "Ready", "status": "True"}}},
		"an instant that is none":              {"at": "\x1b[2J::set-output name=x::y", "epoch": 4},
		"a thousand conditions":                {"at": "", "conditions": slices.Repeat([]any{map[string]any{"type": "Ready", "status": "False", "message": strings.Repeat("x", 4096)}}, 1000)},
	} {
		g := &gateServer{t: t, live: liveGate(t, v)}
		g.live["status"] = status
		said, err := g.publish(v)
		if err != nil || len(g.patches) != 1 || strings.ContainsAny(said, "\x1b") {
			t.Errorf("%s: %v, %d patches, %q", name, err, len(g.patches), said)
			continue
		}
		text, err := json.Marshal(g.patches[0])
		if err != nil || len(text) > 8192 || g.patches[0]["at"] != "2026-11-27T12:00:00Z" {
			t.Errorf("%s: %v %d bytes, %v", name, err, len(text), g.patches[0]["at"])
		}
	}
	for name, live := range map[string]map[string]any{
		"another kind": {"spec": "x"}, "a list": {"spec": map[string]any{"epoch": []any{}}}, "an epoch beyond numbers": {"spec": map[string]any{"epoch": 1e300}},
	} {
		g := &gateServer{t: t, live: live}
		if _, err := g.publish(v); err == nil || len(g.patches) > 0 {
			t.Errorf("%s: %v, %d patches", name, err, len(g.patches))
		}
	}
	server := httptest.NewServer(http.RedirectHandler("http://192.0.2.1/", http.StatusTemporaryRedirect))
	defer server.Close()
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	text := fmt.Sprintf(`{apiVersion: v1, kind: Config, clusters: [{name: a, cluster: {server: %q}}], contexts: [{name: a, context: {cluster: a}}], current-context: a}`, server.URL)
	if err := os.WriteFile(kubeconfig, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := exchange.Ask(exchange.Request{Namespace: "linkerd", Kubeconfig: kubeconfig, Limit: time.Minute, Gate: &v},
		func(in io.Reader, out io.Writer) error { return Serve(in, out, io.Discard) }); err == nil || !strings.Contains(err.Error(), "307") {
		t.Errorf("a redirect: %v", err)
	}
}
