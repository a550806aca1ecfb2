package fluxcd

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/apiserver"
)

// Apply publishes a repository, waits until the controller has applied a directory
// of it, and returns the objects with the fields that the controller applied. spec is
// added to that of the Kustomization.
func (c *Controller) Apply(t testing.TB, repository, directory string, spec map[string]any) []map[string]any {
	t.Helper()
	source := object("source.toolkit.fluxcd.io/v1", c.source, Namespace, name)
	artifact := c.archive.publish(t, repository)
	source["status"] = map[string]any{"artifact": artifact}
	c.server.Apply(t, c.server.Path(t, source), "test", source)

	flux := object("kustomize.toolkit.fluxcd.io/v1", "Kustomization", Namespace, name)
	flux["spec"] = map[string]any{
		"interval": "1h", "retryInterval": "1h", "path": "./" + directory, "prune": true,
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

// reconciled waits until the controller has applied the revision, and returns the status.
func (c *Controller) reconciled(t testing.TB, path, revision string) map[string]any {
	t.Helper()
	var status map[string]any
	until(t, "Flux applies "+revision, func() bool {
		flux := c.server.Get(t, path)
		status, _ = flux["status"].(map[string]any)
		generation := flux["metadata"].(map[string]any)["generation"]
		ready := condition(flux, "Ready")
		if ready["status"] == "False" && status["lastAttemptedRevision"] == revision && status["observedGeneration"] == generation {
			log, _ := os.ReadFile(c.log)
			t.Fatalf("Flux: %v\n%s", ready["message"], log)
		}
		return ready["status"] == "True" && status["lastAppliedRevision"] == revision && status["observedGeneration"] == generation
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
		all = append(all, owned(t, stored))
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

// owned is an object with those fields only that the controller applied, and
// without the two labels by which it marks what is its.
func owned(t testing.TB, stored map[string]any) map[string]any {
	t.Helper()
	metadata := stored["metadata"].(map[string]any)
	entries, _ := metadata["managedFields"].([]any)
	for _, entry := range entries {
		entry := entry.(map[string]any)
		if entry["manager"] != manager || entry["operation"] != "Apply" {
			continue
		}
		o := pick(stored, entry["fieldsV1"].(map[string]any)).(map[string]any)
		o["apiVersion"], o["kind"] = stored["apiVersion"], stored["kind"]
		m := o["metadata"].(map[string]any)
		m["name"] = metadata["name"]
		if namespace, ok := metadata["namespace"]; ok {
			m["namespace"] = namespace
		}
		labels := m["labels"].(map[string]any)
		for _, label := range []string{"name", "namespace"} {
			if labels["kustomize.toolkit.fluxcd.io/"+label] == nil {
				t.Fatalf("%s is not marked as Flux's", apiserver.Name(stored))
			}
			delete(labels, "kustomize.toolkit.fluxcd.io/"+label)
		}
		if len(labels) == 0 {
			delete(m, "labels")
		}
		return o
	}
	t.Fatalf("%s has no fields of %s", apiserver.Name(stored), manager)
	return nil
}

// pick takes the parts of a value that a set of fields names (FieldsV1): "f:" and a
// field of a map, "k:" and the keys of an item, "v:" and an item itself. A set without
// such members is the whole value.
func pick(value any, fields map[string]any) any {
	switch value := value.(type) {
	case map[string]any:
		picked, whole := map[string]any{}, true
		for field, below := range fields {
			if f, ok := strings.CutPrefix(field, "f:"); ok {
				picked[f], whole = pick(value[f], below.(map[string]any)), false
			}
		}
		if _, self := fields["."]; !whole || self {
			return picked
		}
	case []any:
		picked, whole := []any{}, true
		for _, item := range value {
			for field, below := range fields {
				if is(item, field) {
					picked = append(picked, pick(item, below.(map[string]any)))
				}
				whole = whole && field == "."
			}
		}
		if !whole {
			return picked
		}
	}
	return value
}

// is reports whether an item of a list is the one that a member of FieldsV1 names.
func is(item any, field string) bool {
	if text, ok := strings.CutPrefix(field, "v:"); ok {
		return text == encoded(item)
	}
	text, ok := strings.CutPrefix(field, "k:")
	members, isMap := item.(map[string]any)
	var keys map[string]any
	if !ok || !isMap || json.Unmarshal([]byte(text), &keys) != nil {
		return false
	}
	for key, value := range keys {
		if encoded(members[key]) != encoded(value) {
			return false
		}
	}
	return true
}

func encoded(value any) string {
	text, _ := json.Marshal(value) // it came from JSON
	return string(text)
}
