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

// kinds that the stand-in knows: group/version -> kind -> is it in a namespace?
var kinds = map[string]map[string]bool{
	"v1":                              {"Namespace": false, "Secret": true, "ConfigMap": true, "Service": true, "ServiceAccount": true},
	"apps/v1":                         {"Deployment": true},
	"batch/v1":                        {"CronJob": true, "Job": true},
	"rbac.authorization.k8s.io/v1":    {"ClusterRole": false, "ClusterRoleBinding": false, "Role": true, "RoleBinding": true},
	"admissionregistration.k8s.io/v1": {"MutatingWebhookConfiguration": false, "ValidatingWebhookConfiguration": false},
	"apiregistration.k8s.io/v1":       {"APIService": false},
}

func root(groupVersion string) string {
	if strings.Contains(groupVersion, "/") {
		return "apis/" + groupVersion
	}
	return "api/" + groupVersion
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
	respond(w, http.StatusOK, map[string]any{"kind": collection(path) + "List", "apiVersion": groupVersionOf(path), "metadata": map[string]any{"resourceVersion": "1"}, "items": items})
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

// plural is the name of a kind in paths.
func plural(kind string) string { return strings.ToLower(kind) + "s" }

// collection is the kind of the objects in a collection; "" for a path of one object.
func collection(path string) string {
	rest, below := strings.CutPrefix(path, root(groupVersionOf(path))+"/")
	if !below {
		return ""
	}
	parts := strings.Split(rest, "/")
	for kind, namespaced := range kinds[groupVersionOf(path)] {
		if parts[len(parts)-1] == plural(kind) && (len(parts) == 1 || namespaced && len(parts) == 3) {
			return kind
		}
	}
	return ""
}

// groupVersionOf is the group and version that a path lies below.
func groupVersionOf(path string) string {
	for groupVersion := range kinds {
		if strings.HasPrefix(path, root(groupVersion)+"/") {
			return groupVersion
		}
	}
	return ""
}

// about answers what clients ask about the server itself; nil for objects.
func about(path string) any {
	switch {
	case path == "version":
		return map[string]any{"major": "1", "minor": "34", "gitVersion": "v1.34.0"}
	case path == "api":
		return map[string]any{"kind": "APIVersions", "versions": []string{"v1"}}
	case path == "apis":
		var groups []any
		for _, groupVersion := range slices.Sorted(maps.Keys(kinds)) {
			if group, version, ok := strings.Cut(groupVersion, "/"); ok {
				one := map[string]any{"groupVersion": groupVersion, "version": version}
				groups = append(groups, map[string]any{"name": group, "versions": []any{one}, "preferredVersion": one})
			}
		}
		return map[string]any{"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
	case path == "openapi/v3":
		paths := map[string]any{}
		for groupVersion := range kinds {
			paths[root(groupVersion)] = map[string]any{"serverRelativeURL": "/openapi/v3/" + root(groupVersion)}
		}
		return map[string]any{"paths": paths}
	}
	for groupVersion, of := range kinds {
		switch path {
		case root(groupVersion):
			return resources(groupVersion, of)
		case "openapi/v3/" + root(groupVersion):
			return openAPI(groupVersion, of)
		}
	}
	return nil
}

func resources(groupVersion string, of map[string]bool) any {
	var all []any
	for _, kind := range slices.Sorted(maps.Keys(of)) {
		all = append(all, map[string]any{"name": plural(kind), "singularName": strings.ToLower(kind), "kind": kind, "namespaced": of[kind],
			"verbs": []string{"create", "delete", "get", "list", "patch", "update"}})
	}
	return map[string]any{"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": groupVersion, "resources": all}
}

// openAPI says of each kind that the server validates fields itself.
func openAPI(groupVersion string, of map[string]bool) any {
	group, version, grouped := strings.Cut(groupVersion, "/")
	if !grouped {
		group, version = "", groupVersion
	}
	paths := map[string]any{}
	for kind := range of {
		paths["/"+root(groupVersion)+"/"+plural(kind)+"/{name}"] = map[string]any{"patch": map[string]any{
			"parameters":                      []any{map[string]any{"name": "fieldValidation", "in": "query"}},
			"responses":                       map[string]any{},
			"x-kubernetes-group-version-kind": map[string]any{"group": group, "version": version, "kind": kind},
		}}
	}
	return map[string]any{"openapi": "3.0.0", "info": map[string]any{"title": "stand-in", "version": "1"}, "paths": paths}
}

func respond(w http.ResponseWriter, code int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(answer) // a client that left needs no answer
}

func refuse(w http.ResponseWriter, code int, why, message string) {
	respond(w, code, map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": why, "message": message, "code": code})
}
