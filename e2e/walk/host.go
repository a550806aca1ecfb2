package walk

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e"
	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
	"sigs.k8s.io/yaml"
)

// host is what applies the repository to the cluster.
type host struct {
	// outputs of the state; ^ is the top of the repository.
	outputs string
	apply   func(*testing.T, *mesh)
}

// keysHere: the custodies whose keys the operator opens.
var keysHere = []string{"file", "age", "sops"}

// inGit are the outputs of a host that applies a folder: the chart's objects and,
// where the custody has objects that Git may hold, those.
func (m *mesh) inGit(folder string, manifests bool) string {
	text := "  - {kind: chart, path: ^" + folder + "/linkerd.yaml, chart: ^charts/linkerd, release: linkerd, namespace: linkerd, valuesFiles: [^values/linkerd.yaml]}\n"
	if manifests {
		text += "  - {kind: manifests, path: ^" + folder + "/pki.yaml}\n"
	}
	return text
}

func newHost(t *testing.T, m *mesh) host {
	t.Helper()
	hasObjects := !slices.Contains([]string{"file", "age"}, m.custody)
	switch m.cell.host {
	case "helm3", "helm4":
		h := e2e.NewHelm(t, strings.TrimPrefix(m.cell.host, "helm"))
		m.use(t, h.Sandbox)
		m.state = "rotation.yaml"
		return host{apply: helm}
	case "argocd":
		m.use(t, e2e.NewSandbox(t, nil))
		m.state = "apps/linkerd/rotation.yaml"
		return host{apply: argoCD}
	case "flux":
		m.use(t, e2e.NewSandbox(t, nil))
		m.state = "pki/rotation.yaml"
		return host{outputs: m.inGit("infrastructure/linkerd", hasObjects), apply: flux}
	}
	m.use(t, e2e.NewSandbox(t, map[string]string{"helm": "helm3"}))
	m.state = "pki/rotation.yaml"
	return host{outputs: m.inGit("rendered", hasObjects && m.custody != "sops"), apply: func(t *testing.T, m *mesh) {
		m.MustRun(t, "", nil, "kubectl", "apply", "-f", "rendered", "-f", "apps/shop")
	}}
}

func (m *mesh) use(t *testing.T, s *e2e.Sandbox) {
	t.Helper()
	m.Sandbox = s
	for name, program := range meshPrograms {
		s.Link(t, peer.Program(t, program), name)
	}
}

// helm is the command of docs/hosts/helm.md, with what its table of custodies
// adds. Secrets come by Helm where the operator can open keys and the chart
// renders the issuer's, and from elsewhere otherwise.
func helm(t *testing.T, m *mesh) {
	url, env := "l5d-pki://"+m.state, []string{"L5D_PKI_WITH_KEYS=true"}
	switch {
	case !slices.Contains(keysHere, m.custody):
		url, env = url+"?layout=external", nil
	case m.scheme == kubernetesTLS:
		url, env = url+"?layout=external", []string{"L5D_PKI_SECRETS_APART=true"}
	case m.custody != "file":
		env = append(env, "L5D_PKI_AGE_IDENTITY="+m.identity)
	}
	m.MustRun(t, "", env, "helm", "upgrade", "--install", "linkerd", "charts/linkerd", "--namespace", "linkerd",
		"-f", "values/linkerd.yaml", "-f", url,
		"--post-renderer", "l5d-pki-render", "--post-renderer-args", "post-render", "--post-renderer-args", "--state="+m.state)
	m.MustRun(t, "", nil, "kubectl", "apply", "-f", "apps/shop")
}

// argoCD asks the real plugin server, applies what it answers, and prunes.
func argoCD(t *testing.T, m *mesh) {
	app := e2e.Application{Repo: m.Dir, Path: "apps/linkerd", Parameters: map[string]any{
		"chart": "../../charts/linkerd", "values-files": []string{"../../values/linkerd.yaml"},
	}}
	if slices.Contains(keysHere, m.custody) {
		app.Parameters["secrets-apart"] = "true"
	}
	objects := e2e.ParseObjects(t, m.argo.Generate(t, app))
	maps.Copy(objects, e2e.ParseObjects(t, []byte(m.text(t, "apps/shop/web.yaml"))))
	m.applyAndPrune(t, objects, "argocd-controller")
}

// flux builds the folder by Flux's library, decrypts as its controller does, and
// applies server-side.
func flux(t *testing.T, m *mesh) {
	objects := e2e.MustFluxBuild(t, m.Dir, "infrastructure/linkerd", map[string]any{"prune": true})
	for key, object := range objects {
		if encrypted, _ := object.(map[string]any); encrypted["sops"] != nil {
			objects[key] = m.decrypt(t, encrypted)
		}
	}
	maps.Copy(objects, e2e.MustFluxBuild(t, m.Dir, "apps/shop", map[string]any{"prune": true}))
	m.applyAndPrune(t, objects, "kustomize-controller")
}

// decrypt stands for kustomize-controller's decryption: the real sops.
func (m *mesh) decrypt(t *testing.T, object map[string]any) map[string]any {
	t.Helper()
	text, err := yaml.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	plain := m.MustRun(t, string(text), nil, "sops", "decrypt", "--input-type", "yaml", "--output-type", "yaml", "--filename-override",
		"secret.yaml")
	opened := map[string]any{}
	if err := yaml.Unmarshal(plain, &opened); err != nil {
		t.Fatal(err)
	}
	return opened
}

// applyAndPrune applies objects under the host's name and removes what the host
// applied before and has no longer, as Argo CD and Flux do with prune: true.
// Their own clients speak to the API server without kubectl, too.
func (m *mesh) applyAndPrune(t *testing.T, objects e2e.Objects, controller string) {
	t.Helper()
	for _, key := range objects.Names() {
		object, _ := objects[key].(map[string]any)
		m.server.Apply(t, m.server.Path(t, object), controller, object)
	}
	for _, key := range m.applied.Names() {
		if _, kept := objects[key]; !kept {
			object, _ := m.applied[key].(map[string]any)
			m.server.Delete(t, object)
		}
	}
	m.applied = objects
}
