package apiserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// maxBusy bounds how long a server that is busy is asked again: it says so while
// it makes room for a new kind of objects.
const maxBusy = 30 * time.Second

// Do sends a request and returns the status code and body of the answer.
func (s *Server) Do(method, path, contentType string, body []byte) (int, []byte, error) {
	for deadline := time.Now().Add(maxBusy); ; time.Sleep(200 * time.Millisecond) {
		code, answer, err := s.once(method, path, contentType, body)
		if err != nil || code != http.StatusTooManyRequests || time.Now().After(deadline) {
			return code, answer, err
		}
	}
}

func (s *Server) once(method, path, contentType string, body []byte) (int, []byte, error) {
	request, err := http.NewRequest(method, s.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+s.token)
	request.Header.Set("Accept", "application/json")
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// Get returns the object at a path of the API, nil if there is none.
func (s *Server) Get(t testing.TB, path string) map[string]any {
	t.Helper()
	code, answer, err := s.Do(http.MethodGet, path, "", nil)
	if err == nil && code == http.StatusNotFound {
		return nil
	}
	object := map[string]any{}
	if err != nil || code != http.StatusOK || json.Unmarshal(answer, &object) != nil {
		t.Fatalf("GET %s: %d %v\n%.500s", path, code, err, answer)
	}
	return object
}

// List returns the objects of a collection; none if the API does not know it.
func (s *Server) List(t testing.TB, path string) []map[string]any {
	t.Helper()
	items, _ := s.Get(t, path)["items"].([]any)
	objects := make([]map[string]any, 0, len(items))
	for _, item := range items {
		object, _ := item.(map[string]any)
		objects = append(objects, object)
	}
	return objects
}

// Apply applies an object at its path (server-side apply), as a controller does
// under a name of its own.
func (s *Server) Apply(t testing.TB, path, controller string, object map[string]any) {
	t.Helper()
	body, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	code, answer, err := s.Do(http.MethodPatch, path+"?force=true&fieldManager="+controller, "application/apply-patch+yaml", body)
	if err != nil || code != http.StatusOK && code != http.StatusCreated {
		t.Fatalf("apply %s: %d %v\n%.500s", path, code, err, answer)
	}
}

// Delete removes an object, if it exists.
func (s *Server) Delete(t testing.TB, object map[string]any) {
	t.Helper()
	s.remove(t, s.Path(t, object))
}

// Path is where the API has an object.
func (s *Server) Path(t testing.TB, object map[string]any) string {
	t.Helper()
	version, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	root := "/apis/" + version
	if !strings.Contains(version, "/") {
		root = "/api/" + version
	}
	for _, r := range s.resources(t, root) {
		if r.Kind != kind || strings.Contains(r.Name, "/") {
			continue
		}
		if !r.Namespaced {
			return root + "/" + r.Name + "/" + Name(object)
		}
		metadata, _ := object["metadata"].(map[string]any)
		return fmt.Sprintf("%s/namespaces/%s/%s/%s", root, metadata["namespace"], r.Name, Name(object))
	}
	t.Fatalf("the API has no %s %s", version, kind)
	return ""
}

// resource is a kind of objects, as the API lists it.
type resource struct {
	Name, Kind string
	Namespaced bool
	Verbs      []string
}

// resources are those of a group and version. They are asked for once.
func (s *Server) resources(t testing.TB, root string) []resource {
	t.Helper()
	if known, ok := s.known[root]; ok {
		return known
	}
	var list struct{ Resources []resource }
	code, answer, err := s.Do(http.MethodGet, root, "", nil)
	if err != nil || code != http.StatusOK || json.Unmarshal(answer, &list) != nil {
		t.Fatalf("GET %s: %d %v", root, code, err)
	}
	s.known[root] = list.Resources
	return list.Resources
}

// Reset removes what tests left: everything in the namespaces that are given, and
// the cluster-wide objects of the collections whose names begin with prefix.
// Without a controller manager a namespace itself is never gone, so it stays.
func (s *Server) Reset(t testing.TB, namespaces, collections []string, prefix string) {
	t.Helper()
	for _, namespace := range namespaces {
		for _, path := range s.namespaced(t, namespace) {
			s.remove(t, path)
		}
	}
	for _, path := range collections {
		for _, object := range s.List(t, path) {
			if name := Name(object); strings.HasPrefix(name, prefix) {
				s.remove(t, path+"/"+name)
			}
		}
	}
}

// namespaced are the paths of all collections of a namespace that can be emptied.
func (s *Server) namespaced(t testing.TB, namespace string) []string {
	t.Helper()
	roots := []string{"/api/v1"}
	groups, _ := s.Get(t, "/apis")["groups"].([]any)
	for _, group := range groups {
		preferred, _ := group.(map[string]any)["preferredVersion"].(map[string]any)
		roots = append(roots, fmt.Sprint("/apis/", preferred["groupVersion"]))
	}
	var paths []string
	for _, root := range roots {
		for _, r := range s.resources(t, root) {
			if r.Namespaced && slices.Contains(r.Verbs, "deletecollection") && r.Name != "events" {
				paths = append(paths, fmt.Sprintf("%s/namespaces/%s/%s", root, namespace, r.Name))
			}
		}
	}
	return paths
}

func (s *Server) remove(t testing.TB, path string) {
	t.Helper()
	body := []byte(`{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background"}`)
	code, answer, err := s.Do(http.MethodDelete, path, "application/json", body)
	if err != nil || code != http.StatusOK && code != http.StatusNotFound {
		t.Fatalf("DELETE %s: %d %v\n%.500s", path, code, err, answer)
	}
}

// Name is an object's metadata.name.
func Name(object map[string]any) string {
	metadata, _ := object["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	return name
}

// Web is a meshed workload that a wave has to restart.
const Web = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
      annotations:
        linkerd.io/inject: enabled
    spec:
      containers:
      - {name: web, image: images.example/web:1}
`
