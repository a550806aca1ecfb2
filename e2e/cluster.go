package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"
)

// NewCluster gives the path of a kubeconfig for a stand-in of a Kubernetes API
// server on a loopback port: it keeps what it is sent and runs nothing. It is
// enough for `helm install`, `upgrade` and `rollback` to go their whole way, and
// says nothing about what Kubernetes makes of the objects.
func NewCluster(t testing.TB) (kubeconfig string) {
	t.Helper()
	server := httptest.NewServer(&cluster{objects: map[string]map[string]any{}})
	t.Cleanup(server.Close)
	kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	text := fmt.Sprintf(`apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: %q}}]
contexts: [{name: test, context: {cluster: test, user: test}}]
users: [{name: test, user: {}}]
current-context: test
`, server.URL)
	if err := os.WriteFile(kubeconfig, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return kubeconfig
}

// cluster keeps objects by their path.
type cluster struct {
	mutex   sync.Mutex
	objects map[string]map[string]any
	changes int
}

func (c *cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	path := strings.Trim(r.URL.Path, "/")
	if answer := about(path); answer != nil {
		respond(w, http.StatusOK, answer)
		return
	}
	body, err := io.ReadAll(r.Body)
	var sent map[string]any
	if err == nil && len(body) > 0 {
		sent, err = decoded(body)
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "BadRequest", err.Error())
		return
	}
	object, there := c.objects[path]
	switch {
	case r.Method == http.MethodPost:
		metadata, _ := sent["metadata"].(map[string]any)
		c.keep(w, fmt.Sprintf("%s/%v", path, metadata["name"]), sent)
	case r.Method == http.MethodPatch && strings.Contains(r.Header.Get("Content-Type"), "apply-patch"), r.Method == http.MethodPut:
		c.keep(w, path, sent)
	case r.Method == http.MethodGet && collection(path) != "":
		c.list(w, path, r.URL.Query().Get("labelSelector"))
	case !there:
		refuse(w, http.StatusNotFound, "NotFound", path+" not found")
	case r.Method == http.MethodPatch:
		c.keep(w, path, merged(object, sent))
	case r.Method == http.MethodDelete:
		delete(c.objects, path)
		respond(w, http.StatusOK, map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Success"})
	default:
		respond(w, http.StatusOK, object)
	}
}

// decoded reads what clients send: JSON, YAML (server-side apply) or, for
// Kubernetes' own kinds, protobuf.
func decoded(body []byte) (object map[string]any, err error) {
	if bytes.HasPrefix(body, []byte("k8s\x00")) {
		typed, _, err := scheme.Codecs.UniversalDeserializer().Decode(body, nil, nil)
		if err != nil {
			return nil, err
		}
		if body, err = json.Marshal(typed); err != nil {
			return nil, err
		}
	}
	err = yaml.Unmarshal(body, &object)
	return object, err
}

// keep stores an object as the newest.
func (c *cluster) keep(w http.ResponseWriter, path string, object map[string]any) {
	c.changes++
	metadata, _ := object["metadata"].(map[string]any)
	metadata["resourceVersion"], metadata["uid"] = fmt.Sprint(c.changes), path
	c.objects[path] = object
	respond(w, http.StatusOK, object)
}

func (c *cluster) list(w http.ResponseWriter, path, selector string) {
	items := []any{}
	for _, key := range slices.Sorted(maps.Keys(c.objects)) {
		if strings.HasPrefix(key, path+"/") && selected(c.objects[key], selector) {
			items = append(items, c.objects[key])
		}
	}
	respond(w, http.StatusOK, map[string]any{"kind": collection(path) + "List", "apiVersion": groupVersionOf(path),
		"metadata": map[string]any{"resourceVersion": "1"}, "items": items})
}

// selected reports whether an object has the labels key=value,… of a selector.
func selected(object map[string]any, selector string) bool {
	metadata, _ := object["metadata"].(map[string]any)
	labels, _ := metadata["labels"].(map[string]any)
	for _, term := range strings.Split(selector, ",") {
		if key, value, ok := strings.Cut(term, "="); ok && labels[key] != value {
			return false
		}
	}
	return true
}

// merged lays a patch over an object, lists as a whole (RFC 7386).
func merged(object, patch map[string]any) map[string]any {
	out := maps.Clone(object)
	for key, value := range patch {
		below, isMap := value.(map[string]any)
		old, wasMap := out[key].(map[string]any)
		switch {
		case value == nil:
			delete(out, key)
		case isMap && wasMap:
			out[key] = merged(old, below)
		default:
			out[key] = value
		}
	}
	return out
}

func respond(w http.ResponseWriter, code int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(answer) // a client that left needs no answer
}

func refuse(w http.ResponseWriter, code int, why, message string) {
	respond(w, code, map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": why, "message": message,
		"code": code})
}
