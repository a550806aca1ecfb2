package main

import (
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
)

// meshEnv is the environment of the mesh's own application, as Argo CD passes it.
var meshEnv = []string{
	"ARGOCD_APP_PROJECT_NAME=mesh", "ARGOCD_APP_NAME=linkerd", "ARGOCD_APP_NAMESPACE=linkerd",
	"ARGOCD_APP_SOURCE_REPO_URL=https://git.example/mesh.git", "ARGOCD_APP_SOURCE_TARGET_REVISION=main",
	"ARGOCD_APP_REVISION=5f07ba93b6790e1d5f07ba93b6790e1d5f07ba93",
}

// meshAllowed is the sidecar's list with the mesh's application.
const meshAllowed = "L5D_PKI_KEYS_FOR=project=mesh app=linkerd repo=https://git.example/mesh.git revision=main"

// assertNoKey fails if an output contains a key of the fixtures in clear or in base64.
func assertNoKey(t *testing.T, outputs ...string) {
	t.Helper()
	files, err := filepath.Glob("../../fixtures/pki/*.key")
	if err != nil || len(files) == 0 {
		t.Fatal("no keys")
	}
	for _, file := range files {
		pem, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		body := strings.Split(string(pem), "\n")[1]
		encoded := base64.StdEncoding.EncodeToString(pem[:len(pem)/3*3])
		for _, output := range outputs {
			if strings.Contains(output, body) || strings.Contains(output, encoded) {
				t.Errorf("the key %s is in the output", file)
			}
		}
	}
}

// TestCMPTenants: the sidecar can read the mesh's keys, and an application that
// is not the mesh's asks for them with the mesh's state file.
func TestCMPTenants(t *testing.T) {
	mesh := append([]string{meshAllowed}, meshEnv...)
	for name, c := range map[string]struct {
		env  []string // after the mesh's
		says string
	}{
		"no list":                         {[]string{"L5D_PKI_KEYS_FOR="}, "argocd-keys-refused"},
		"another project":                 {[]string{"ARGOCD_APP_PROJECT_NAME=shop"}, "argocd-keys-refused"},
		"another name":                    {[]string{"ARGOCD_APP_NAME=linkerd2"}, "argocd-keys-refused"},
		"the name in another namespace":   {[]string{"ARGOCD_APP_NAME=shop_linkerd"}, "argocd-keys-refused"},
		"another repository":              {[]string{"ARGOCD_APP_SOURCE_REPO_URL=https://git.example/mesh.git/../shop.git"}, "argocd-keys-refused"},
		"the repository in other letters": {[]string{"ARGOCD_APP_SOURCE_REPO_URL=https://git.example/Mesh.git"}, "argocd-keys-refused"},
		"another branch":                  {[]string{"ARGOCD_APP_SOURCE_TARGET_REVISION=feature"}, "argocd-keys-refused"},
		"project not known":               {[]string{"ARGOCD_APP_PROJECT_NAME="}, "argocd-keys-unknown"},
		"revision not known":              {[]string{"ARGOCD_APP_SOURCE_TARGET_REVISION="}, "argocd-keys-unknown"},
		"files that a user sent":          {[]string{"ARGOCD_APP_REVISION=streamed"}, "argocd-keys-streamed"},
		"a branch for a commit":           {[]string{"ARGOCD_APP_REVISION=main"}, "argocd-keys-streamed"},
		"commit not known":                {[]string{"ARGOCD_APP_REVISION="}, "argocd-keys-streamed"},
		"a commit and a line":             {[]string{"ARGOCD_APP_REVISION=5f07ba93b6790e1d5f07ba93b6790e1d5f07ba93\nx"}, "argocd-keys-streamed"},
		"a log that would have the keys":  {[]string{"ARGOCD_CMP_SERVER_LOGLEVEL=Debug"}, "argocd-keys-logged"},
		"the same, by the server's flag":  {[]string{"ARGOCD_LOG_LEVEL=trace"}, "argocd-keys-logged"},
		"another namespace":               {[]string{"ARGOCD_APP_NAMESPACE=shop"}, "argocd-keys-namespace"},
		"a list of the tenant's":          {[]string{"L5D_PKI_KEYS_FOR=", "ARGOCD_ENV_" + meshAllowed}, "argocd-unknown-parameter"},
		"a list with the short name":      {[]string{"L5D_PKI_KEYS_FOR=", "ARGOCD_ENV_KEYS_FOR=project=mesh"}, "argocd-unknown-parameter"},
		"an entry that is cut off":        {[]string{"L5D_PKI_KEYS_FOR=project=mesh app=linkerd"}, "argocd-keys-for"},
		"an entry for everybody":          {[]string{"L5D_PKI_KEYS_FOR=project=* app=* repo=* revision=*"}, "argocd-keys-for"},
	} {
		t.Run(name, func(t *testing.T) {
			app := newArgoApp(t, "manifests", "bundle/stable.yaml", asIs, map[string]any{"with-keys": "true"})
			app.env = append(append(app.env, mesh...), c.env...)
			stdout, stderr, failed := app.generate(t)
			if !failed || stdout != "" || !strings.Contains(stderr, c.says) {
				t.Errorf("failed %v with %d bytes of output: %s", failed, len(stdout), stderr)
			}
			assertNoKey(t, stdout, stderr)
		})
	}
}

// TestCMPTenantsParameters: the tenant's own parameters allow nothing either,
// and the refusal has the entry that the operator may add.
func TestCMPTenantsParameters(t *testing.T) {
	app := newArgoApp(t, "chart", "bundle/stable.yaml", asIs, map[string]any{"with-keys": "true"})
	app.env = append(app.env, meshEnv...)
	_, stderr, failed := app.generate(t)
	entry := strings.TrimPrefix(meshAllowed, "L5D_PKI_KEYS_FOR=")
	if !failed || !strings.Contains(stderr, "would allow it is: "+entry+"\n") {
		t.Fatalf("failed %v: %s", failed, stderr)
	}
	app.env = append(app.env, "L5D_PKI_KEYS_FOR="+entry)
	if _, stderr, failed = app.generate(t); failed {
		t.Errorf("the printed entry does not allow it: %s", stderr)
	}
	app = newArgoApp(t, "chart", "bundle/stable.yaml", asIs, map[string]any{"with-keys": "true", "keys-for": entry})
	if _, stderr, failed := app.generate(t); !failed || !strings.Contains(stderr, "argocd-unknown-parameter") {
		t.Errorf("failed %v: %s", failed, stderr)
	}
}

// TestCMPTenantsKeysDir: a tenant's state names the keys of the sidecar's
// directory by their path, or by a link in the tenant's repository. The latter
// is refused for the mesh, too.
func TestCMPTenantsKeysDir(t *testing.T) {
	for name, c := range map[string]struct {
		linked, mesh bool
		says         string
	}{
		"by path":             {false, false, "argocd-keys-refused"},
		"by link":             {true, false, "argocd-keys-refused"},
		"by link, the mesh's": {true, true, "argocd-leaves"},
	} {
		t.Run(name, func(t *testing.T) {
			app := newArgoApp(t, "manifests", "bundle/stable.yaml", asIs, map[string]any{"with-keys": "true"})
			keys := filepath.Join(closedFixtures(t, "pki"), "pki")
			to := keys
			if c.linked {
				to = "keys"
				if err := os.Symlink(keys, filepath.Join(app.folder, "keys")); err != nil {
					t.Fatal(err)
				}
			}
			app.put(t, "rotation.yaml", strings.ReplaceAll(app.read(t, "rotation.yaml"), "../../pki", to))
			app.env = append(append(app.env, "L5D_PKI_KEYS_DIR="+keys, meshAllowed), meshEnv...)
			if !c.mesh {
				app.env = append(app.env, "ARGOCD_APP_PROJECT_NAME=shop")
			}
			stdout, stderr, failed := app.generate(t)
			if !failed || stdout != "" || !strings.Contains(stderr, c.says) {
				t.Errorf("failed %v: %s", failed, stderr)
			}
			assertNoKey(t, stdout, stderr)
		})
	}
}

// TestCMPTenantsNoKey: an application that opens no key needs no entry, whatever
// the list says.
func TestCMPTenantsNoKey(t *testing.T) {
	for name, parameters := range map[string]map[string]any{
		"secrets apart": {"secrets-apart": "true"},
		"custody":       nil,
	} {
		t.Run(name, func(t *testing.T) {
			edit := stored
			if parameters != nil {
				edit = asIs
			}
			app := newArgoApp(t, "manifests", "bundle/stable.yaml", edit, parameters)
			app.env = append(app.env, "L5D_PKI_KEYS_FOR=not a list")
			if _, stderr, failed := app.generate(t); failed {
				t.Error(stderr)
			}
		})
	}
}

// TestCMPKeysInPlace: for the mesh's application too, an opened key is printed
// in the state's own Secrets only.
func TestCMPKeysInPlace(t *testing.T) {
	const head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: copy, namespace: linkerd}\ndata:\n  key: "
	for name, template := range map[string]string{
		"in clear":         head + "{{ .Values.identity.issuer.tls.keyPEM | quote }}\n",
		"in base64":        head + "{{ .Values.identity.issuer.tls.keyPEM | b64enc }}\n",
		"as a block":       head + "|\n{{ .Values.identity.issuer.tls.keyPEM | indent 4 }}\n",
		"in a Secret":      strings.Replace(head, "ConfigMap", "Secret", 1) + "{{ .Values.identity.issuer.tls.keyPEM | b64enc }}\n",
		"in a List":        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: copy, namespace: linkerd}\n  stringData:\n    k: {{ .Values.identity.issuer.tls.keyPEM | quote }}\n",
		"in its namesake":  "apiVersion: v1\nkind: Secret\nmetadata: {name: linkerd-identity-issuer, namespace: shop}\ndata:\n  key.pem: {{ .Values.identity.issuer.tls.keyPEM | b64enc }}\n",
		"in its group":     "apiVersion: example.com/v1\nkind: Secret\nmetadata: {name: linkerd-identity-issuer, namespace: linkerd}\ndata:\n  key.pem: {{ .Values.identity.issuer.tls.keyPEM | b64enc }}\n",
		"in two spellings": "apiVersion: example.com/v1\napiversion: v1\nkind: Secret\nmetadata: {name: linkerd-identity-issuer, namespace: linkerd}\ndata:\n  key.pem: {{ .Values.identity.issuer.tls.keyPEM | b64enc }}\n",
		"in an annotation": strings.Replace(head, "copy,", "copy, annotations: {k: {{ .Values.identity.issuer.tls.keyPEM | toJson }}},", 1) + "x\n",
	} {
		t.Run(name, func(t *testing.T) {
			app := newArgoApp(t, "chart", "bundle/stable.yaml", asIs, map[string]any{"with-keys": "true"})
			app.env = append(append(app.env, meshAllowed), meshEnv...)
			if _, stderr, failed := app.generate(t); failed {
				t.Fatal(stderr)
			}
			app.put(t, "../../charts/control-plane/templates/copy.yaml", template)
			stdout, stderr, failed := app.generate(t)
			if !failed || stdout != "" || !strings.Contains(stderr, "argocd-key-elsewhere") {
				t.Errorf("failed %v: %s", failed, stderr)
			}
			assertNoKey(t, stdout, stderr)
		})
	}
}

// TestCMPTenantsEncrypted: key files that lie encrypted in the repository, and
// the sidecar has the identity. A tenant copies state and key files of the mesh.
func TestCMPTenantsEncrypted(t *testing.T) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	app := newArgoApp(t, "manifests", "bundle/stable.yaml", asIs, map[string]any{"with-keys": "true"})
	file := filepath.Join(app.root, "identity.txt")
	if err := os.WriteFile(file, []byte(identity.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(app.folder, "rotation.yaml")); err != nil {
		t.Fatal(err)
	}
	begin := exec.Command("l5d-pki-render", "init", "--new", "--linkerd-version", "2.18", "--recipient", identity.Recipient().String())
	begin.Dir = app.folder
	if out, err := begin.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	app.put(t, "linkerd.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: linkerd-identity-issuer, namespace: linkerd}\ndata: {crt.pem: '', key.pem: ''}\n")
	app.env = append(append(app.env, "L5D_PKI_AGE_IDENTITY="+file, meshAllowed), meshEnv...)
	if stdout, stderr, failed := app.generate(t); failed || !strings.Contains(stdout, "key.pem: ") {
		t.Fatalf("the mesh's own application: %s", stderr)
	}
	app.env = append(app.env, "ARGOCD_APP_SOURCE_REPO_URL=https://git.example/shop.git")
	stdout, stderr, failed := app.generate(t)
	if !failed || stdout != "" || !strings.Contains(stderr, "argocd-keys-refused") {
		t.Errorf("failed %v: %s", failed, stderr)
	}
}
