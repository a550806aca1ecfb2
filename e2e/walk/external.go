package walk

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/template"
)

// externalSecrets stands for the External Secrets Operator, engine v2: it fetches
// keys from the store, which is the folder of keys here, and makes Secrets by the
// templates of the ExternalSecrets.
type externalSecrets struct{}

const externalSecretsPath = "/apis/external-secrets.io/v1/namespaces/linkerd/externalsecrets"

type externalSecret struct {
	Metadata struct{ Name, Namespace string }
	Spec     struct {
		SecretStoreRef struct{ Name string }
		Target         struct {
			Name     string
			Template struct {
				Type string
				Data map[string]string
			}
		}
		Data []struct {
			SecretKey string
			RemoteRef struct{ Key string }
		}
	}
}

func (externalSecrets) reconcile(t *testing.T, m *mesh) {
	for _, object := range m.server.List(t, externalSecretsPath) {
		s := typed[externalSecret](t, object)
		fetched := map[string]string{}
		for _, d := range s.Spec.Data {
			name, found := strings.CutPrefix(d.RemoteRef.Key, "linkerd/")
			key, err := os.ReadFile(filepath.Join(m.keys, name+".key"))
			if !found || err != nil || s.Spec.SecretStoreRef.Name != "vault" {
				t.Errorf("ExternalSecret %s: the store has no %q", s.Metadata.Name, d.RemoteRef.Key)
				return
			}
			fetched[d.SecretKey] = string(key)
		}
		data := map[string]string{}
		for field, text := range s.Spec.Target.Template.Data {
			var made strings.Builder
			parsed, err := template.New(field).Option("missingkey=error").Parse(text)
			if err == nil {
				err = parsed.Execute(&made, fetched)
			}
			if err != nil {
				t.Errorf("ExternalSecret %s: %v", s.Metadata.Name, err)
				return
			}
			data[field] = made.String()
		}
		m.makeSecret(t, "external-secrets", s.Metadata.Namespace, s.Spec.Target.Name, s.Spec.Target.Template.Type, data)
	}
}

// typed reads an object of the API as another type.
func typed[T any](t *testing.T, object map[string]any) (out T) {
	t.Helper()
	text, err := json.Marshal(object)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// makeSecret writes a Secret as a controller does.
func (m *mesh) makeSecret(t *testing.T, controller, namespace, name, kind string, data map[string]string) {
	t.Helper()
	encoded := map[string]any{}
	for field, text := range data {
		encoded[field] = base64.StdEncoding.EncodeToString([]byte(text))
	}
	m.server.Apply(t, "/api/v1/namespaces/"+namespace+"/secrets/"+name, controller, map[string]any{
		"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"name": name, "namespace": namespace}, "type": kind, "data": encoded,
	})
}
