package fluxcd

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// Apply publishes a repository, waits until the controller has applied a directory
// of it, and returns the objects as the API server stores them. spec is added to that
// of the Kustomization.
func (c *Controller) Apply(t testing.TB, repository, directory string, spec map[string]any) []map[string]any {
	t.Helper()
	source := object("source.toolkit.fluxcd.io/v1", c.source, Namespace, name)
	artifact := c.archive.publish(t, repository)
	source["status"] = map[string]any{"artifact": artifact}
	c.server.Apply(t, c.server.Path(t, source), "test", source)

	flux := object("kustomize.toolkit.fluxcd.io/v1", "Kustomization", Namespace, name)
	flux["spec"] = map[string]any{
		"interval": "1h", "retryInterval": "5s", "path": "./" + directory, "prune": true,
		"sourceRef": map[string]any{"kind": c.source, "name": name},
	}
	for field, value := range spec {
		flux["spec"].(map[string]any)[field] = value
	}
	path := c.server.Path(t, flux)
	c.server.Apply(t, path, "test", flux)
	return c.applied(t, c.reconciled(t, path, artifact["revision"].(string)))
}

// Secret applies a Secret of the controller's namespace.
func (c *Controller) Secret(t testing.TB, secret string, data map[string]any) {
	t.Helper()
	o := object("v1", "Secret", Namespace, secret)
	o["stringData"] = data
	c.server.Apply(t, c.server.Path(t, o), "test", o)
}

// reconciled waits until the controller has applied the revision, and returns the
// status. A failure is not final: the controller tries again.
func (c *Controller) reconciled(t testing.TB, path, revision string) (status map[string]any) {
	t.Helper()
	until(t, "Flux applies "+revision, func() (bool, any) {
		flux := c.server.Get(t, path)
		status, _ = flux["status"].(map[string]any)
		ready, generation := condition(flux, "Ready"), flux["metadata"].(map[string]any)["generation"]
		return ready["status"] == "True" && status["lastAppliedRevision"] == revision && status["observedGeneration"] == generation,
			ready["message"]
	})
	return status
}

// applied reads the objects of the inventory in a status.
func (c *Controller) applied(t testing.TB, status map[string]any) []map[string]any {
	t.Helper()
	inventory, _ := status["inventory"].(map[string]any)
	entries, _ := inventory["entries"].([]any)
	var all []map[string]any
	for _, entry := range entries {
		entry := entry.(map[string]any)
		path := c.server.Path(t, identified(entry["id"].(string), entry["v"].(string)))
		stored := c.server.Get(t, path)
		if stored == nil {
			t.Fatalf("%s is in the inventory, and does not exist", path)
		}
		all = append(all, withoutRecord(stored))
	}
	return all
}

// identified is the object of an entry of an inventory: NAMESPACE_NAME_GROUP_KIND,
// with "__" for colons in names.
func identified(id, version string) map[string]any {
	namespace, rest, _ := strings.Cut(id, "_")
	at := strings.LastIndex(rest, "_")
	rest, kind := rest[:at], rest[at+1:]
	at = strings.LastIndex(rest, "_")
	rest, group := rest[:at], rest[at+1:]
	if group != "" {
		version = group + "/" + version
	}
	return object(version, kind, namespace, strings.ReplaceAll(rest, "__", ":"))
}

// Stored is an object as the API server would store it if the controller applied it
// as it is: with defaults, and without fields that the controller applied beyond it.
func (c *Controller) Stored(t testing.TB, o map[string]any) map[string]any {
	t.Helper()
	body, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	path := c.server.Path(t, o)
	code, answer, err := c.server.Do(http.MethodPatch, path+"?dryRun=All&force=true&fieldManager="+manager, "application/apply-patch+yaml",
		body)
	var stored map[string]any
	if err != nil || code != http.StatusOK && code != http.StatusCreated || json.Unmarshal(answer, &stored) != nil {
		t.Fatalf("apply %s: %d %v\n%.500s", path, code, err, answer)
	}
	return withoutRecord(stored)
}

// withoutRecord removes what the server and the controller note in an object.
func withoutRecord(o map[string]any) map[string]any {
	metadata := o["metadata"].(map[string]any)
	for _, field := range []string{"managedFields", "uid", "resourceVersion", "generation", "creationTimestamp"} {
		delete(metadata, field)
	}
	if labels, ok := metadata["labels"].(map[string]any); ok {
		delete(labels, "kustomize.toolkit.fluxcd.io/name")
		delete(labels, "kustomize.toolkit.fluxcd.io/namespace")
		if len(labels) == 0 {
			delete(metadata, "labels")
		}
	}
	return o
}
