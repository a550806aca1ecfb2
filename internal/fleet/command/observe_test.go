package command

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/observe/caller"
	"github.com/l5d-pki/l5d-pki-render/internal/observe/client"
	"github.com/l5d-pki/l5d-pki-render/internal/observe/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// errUnknown is what [Observe] ends with where a member is unknown.
var errUnknown = errors.New("a member is unknown")

// field is a fleet of clusters behind loopback addresses with TLS.
type field struct {
	t          *testing.T
	dir        string
	kubeconfig []map[string]any
	contexts   []map[string]any
	members    []string
	// limits of members that hang.
	limits map[string]time.Duration
}

func newField(t *testing.T) *field { return &field{t: t, dir: t.TempDir()} }

// member adds a member whose API server answers with h; nil: it has no context.
func (f *field) member(name string, h http.Handler) {
	f.t.Helper()
	text, err := os.ReadFile("../../../fixtures/rotation/bundle/anchor-spread.yaml")
	if err == nil {
		err = os.MkdirAll(filepath.Join(f.dir, name), 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(f.dir, name, "rotation.yaml"), []byte(strings.Replace(string(text), "name: fixture", "name: "+name, 1)), 0o644)
	}
	if err != nil {
		f.t.Fatal(err)
	}
	row := fmt.Sprintf("  - {name: %s, state: %s/rotation.yaml, observation: %s/seen/observation.yaml", name, name, name)
	if h != nil {
		server := httptest.NewTLSServer(h)
		f.t.Cleanup(server.Close)
		ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
		f.kubeconfig = append(f.kubeconfig, map[string]any{"name": name, "cluster": map[string]any{"server": server.URL, "certificate-authority-data": base64.StdEncoding.EncodeToString(ca)}})
		f.contexts = append(f.contexts, map[string]any{"name": "at-" + name, "context": map[string]any{"cluster": name}})
		row += ", context: at-" + name
	}
	f.members = append(f.members, row+"}\n")
}

func (f *field) write(name string, data []byte) string {
	f.t.Helper()
	path := filepath.Join(f.dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		f.t.Fatal(err)
	}
	return path
}

// observing is what the command is given.
func (f *field) observing(limit time.Duration) Observing {
	f.t.Helper()
	config, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "Config", "clusters": f.kubeconfig, "contexts": f.contexts})
	if err != nil {
		f.t.Fatal(err)
	}
	file := f.write("fleet.yaml", []byte("apiVersion: l5d-pki-render/v1alpha1\nkind: Fleet\nmetadata: {name: prod}\nspec:\n  members:\n"+strings.Join(f.members, "")))
	return Observing{
		Path: file, Parallel: 8, JSON: true,
		Options: caller.Options{Kubeconfig: f.write("kubeconfig", config), Limit: limit},
	}
}

// observe reads the clusters in this process.
func (f *field) observe(o Observing) (r Observed, err error) {
	f.t.Helper()
	data, failed := Observe(o, files.Writer{Notes: io.Discard}, func(_ context.Context, in io.Reader, out io.Writer) error {
		var request exchange.Request
		if err := json.NewDecoder(in).Decode(&request); err != nil {
			return err
		}
		if short, hangs := f.limits[request.Cluster]; hangs {
			request.Limit = short // those that answer have all the time of a busy machine
		}
		text, err := json.Marshal(request)
		if err != nil {
			return err
		}
		return client.Serve(bytes.NewReader(text), out, io.Discard)
	}, errUnknown)
	if data != nil {
		if err := json.Unmarshal(data, &r); err != nil {
			f.t.Fatal(err)
		}
	}
	return r, failed
}

func (f *field) seen(name string) (string, bool) {
	text, err := os.ReadFile(filepath.Join(f.dir, name, "seen", "observation.yaml"))
	return string(text), err == nil
}

// healthy answers as a small cluster.
func healthy(w http.ResponseWriter, r *http.Request) {
	root, _ := os.ReadFile("../../../fixtures/pki/anchor-2025.crt")
	switch path := r.URL.Path; {
	case path == "/api/v1/namespaces/linkerd/configmaps/linkerd-identity-trust-roots":
		_ = json.NewEncoder(w).Encode(map[string]any{"metadata": map[string]any{"resourceVersion": "1"}, "data": map[string]any{"ca-bundle.crt": string(root)}})
	case path == "/api/v1/namespaces/linkerd/pods":
		fmt.Fprint(w, `{"items":[{"metadata":{"name":"i-0","namespace":"linkerd","uid":"i","labels":{"linkerd.io/control-plane-component":"identity"}},"spec":{"containers":[{"name":"linkerd-proxy"}]}}]}`)
	case path == "/api/v1/pods":
		fmt.Fprint(w, `{"items":[]}`)
	default:
		refuse(http.StatusNotFound)(w, r)
	}
}

func refuse(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(map[string]any{"kind": "Status", "message": http.StatusText(code)})
	}
}

// hangs answers when the caller has gone.
func hangs(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// hangsLater answers what is read first, and no list of pods.
func hangsLater(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/api/v1/pods" {
		hangs(w, r)
		return
	}
	healthy(w, r)
}

// TestObserveFleet: members that can be read are written, each where `fleet status` looks
// for it; the others are named with the reason, and what was known of them stays.
func TestObserveFleet(t *testing.T) {
	f := newField(t)
	f.member("east", http.HandlerFunc(healthy))
	f.member("forbidden", refuse(http.StatusForbidden))
	f.member("hangs", http.HandlerFunc(hangs))
	f.member("later", http.HandlerFunc(hangsLater))
	f.member("logged-out", refuse(http.StatusUnauthorized))
	f.member("other", refuse(http.StatusNotFound))
	f.member("silent", nil)
	f.member("west", http.HandlerFunc(healthy))
	for _, name := range []string{"hangs", "west"} {
		if err := os.MkdirAll(filepath.Join(f.dir, name, "seen"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	f.limits = map[string]time.Duration{"hangs": 200 * time.Millisecond, "later": 200 * time.Millisecond}
	o := f.observing(5 * time.Minute)
	was := &rotation.Observation{APIVersion: rotation.ObservationVersion, Kind: rotation.ObservationKind, Cluster: "hangs", At: "2026-06-01T00:00:00Z"}
	was.Count(rotation.GroupProxies, 0)
	text, err := caller.Text(was)
	if err != nil {
		t.Fatal(err)
	}
	old := string(text)
	f.write("hangs/seen/observation.yaml", text)
	f.write("west/seen/observation.yaml", []byte("kind: Observation\ncluster: [damaged, so it is observed anew"))
	r, err := f.observe(o)
	if !errors.Is(err, errUnknown) {
		t.Fatalf("%v %v", r, err)
	}
	want := map[string]string{
		"forbidden": "nothing can be read", "hangs": "not read within", "later": "not read within",
		"logged-out": "the cluster cannot be read", "other": "has no Linkerd control plane", "silent": "no context",
	}
	for _, m := range r {
		if !strings.Contains(m.Unknown, want[m.Member]) || (want[m.Member] == "") != (m.Unknown == "") {
			t.Errorf("%s: %+v", m.Member, m)
		}
		text, written := f.seen(m.Member)
		if wrote := m.Unknown == ""; wrote && !strings.Contains(text, "cluster: "+m.Member+"\n") || !wrote && written && text != old {
			t.Errorf("%s: %t %s", m.Member, written, text)
		}
	}
	if text, _ := f.seen("hangs"); text != old {
		t.Errorf("an observation is lost: %s", text)
	}
	if text := r.Text(); !strings.Contains(text, "observed 2 of 8 members") || !strings.Contains(text, "hangs: UNKNOWN: the cluster was not read within 200ms") {
		t.Error(text)
	}
	on, err := checkout.Load(checkout.At{Path: o.Path}, moves.Brought{})
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range on.Clusters {
		if known := len(on.Evidence[i].Observations) == 1; known != (c.Name == "east" || c.Name == "west" || c.Name == "hangs") {
			t.Errorf("%s: %d observations are read", c.Name, len(on.Evidence[i].Observations))
		}
	}
}

// TestObserveFleetNowhere: a fleet file without contexts is refused with what to write.
func TestObserveFleetNowhere(t *testing.T) {
	f := newField(t)
	f.member("east", nil)
	if r, err := f.observe(f.observing(time.Second)); r != nil || err == nil || !strings.Contains(err.Error(), "context") {
		t.Errorf("%v %v", r, err)
	}
}
