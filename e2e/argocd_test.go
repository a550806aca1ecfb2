package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// argoBase is the state in which the manifests in Git were rendered once.
const argoBase = "rotation/bundle/stable.yaml"

// argoFixture makes an application of a layout in a phase of the fixtures.
func argoFixture(t testing.TB, s *Sandbox, layout, phase string) Application {
	t.Helper()
	return ArgoApplication(t, s, layout, peer.Fixture("rotation/"+phase+".yaml"), peer.Fixture(argoBase),
		peer.Fixture("charts/control-plane"), peer.Fixture("charts/families/2.19.yaml"))
}

// TestArgoCD: Argo CD's own plugin server finds the application, shows the
// parameters, and gets the same objects from each layout that a pipe of our
// commands gives: with keys and without.
func TestArgoCD(t *testing.T) {
	server, s := NewCMPServer(t), NewSandbox(t, nil)
	chart, values := peer.Fixture("charts/control-plane"), peer.Fixture("charts/families/2.19.yaml")
	for _, phase := range []string{"bundle/stable", "bundle/anchor-added", "bundle/issuer-switched", "webhooks/webhook-ca-added"} {
		state := peer.Fixture("rotation/" + phase + ".yaml")
		byChart := func(flags ...string) Objects {
			return ParseObjects(t, s.MustRun(t, "", nil, "l5d-pki-render", append([]string{"chart", chart, "-f", values, "-s", state}, flags...)...))
		}
		base := s.MustRun(t, "", nil, "l5d-pki-render", "chart", chart, "-f", values, "--with-keys", "-s", peer.Fixture(argoBase))
		piped := ParseObjects(t, s.MustRun(t, string(base), nil, "l5d-pki-render", "post-render", "-s", state))
		if _, holds := piped["Secret linkerd/linkerd-identity-issuer"]; !holds || len(piped) < 15 {
			t.Fatalf("%s: objects %v", phase, piped.Names())
		}
		for _, layout := range ArgoLayouts {
			withKeys, apart := piped, piped.Without("Secret")
			if layout == "chart" { // it is told of webhooks and of who delivers the Secrets
				withKeys, apart = byChart("--with-keys"), byChart()
			}
			SameObjects(t, phase+", "+layout+", with keys", server.ArgoObjects(t, s, layout, state, peer.Fixture(argoBase), chart, values), withKeys)
			app := argoFixture(t, s, layout, phase)
			app.Parameters["secrets-apart"] = "true"
			stream := server.Generate(t, app)
			SameObjects(t, phase+", "+layout+", without keys", ParseObjects(t, stream), apart)
			holdsNoKey(t, phase+", "+layout, stream)
		}
	}
}

// holdsNoKey looks for every key of the test PKI, as PEM and in base64.
func holdsNoKey(t *testing.T, what string, stream []byte) {
	t.Helper()
	keys, err := filepath.Glob(peer.Fixture("pki/*.key"))
	if err != nil || len(keys) < 5 {
		t.Fatalf("%d keys (%v)", len(keys), err)
	}
	for _, key := range keys {
		text, err := os.ReadFile(key)
		if err != nil {
			t.Fatal(err)
		}
		body := strings.Split(string(text), "\n")[1]
		coded := base64.StdEncoding.EncodeToString(text)
		if bytes.Contains(stream, []byte(body)) || bytes.Contains(stream, []byte(coded[40:100])) {
			t.Errorf("%s: %s was printed", what, filepath.Base(key))
		}
	}
}

// TestArgoCDFinds: match and the announcement, and no match without a state.
func TestArgoCDFinds(t *testing.T) {
	server, s := NewCMPServer(t), NewSandbox(t, nil)
	for _, layout := range ArgoLayouts {
		app := argoFixture(t, s, layout, "bundle/anchor-added")
		answer, failure := server.Ask(t, app, "match")
		if failure != "" || !strings.Contains(string(answer), `"isSupported":true`) {
			t.Errorf("%s: %s%s", layout, answer, failure)
		}
		answer, failure = server.Ask(t, app, "parameters")
		var announced struct {
			Parameters []struct {
				Name, Title, Tooltip, CollectionType, String string
			} `json:"parameterAnnouncements"`
		}
		if err := json.Unmarshal(answer, &announced); failure != "" || err != nil {
			t.Fatalf("%s: %v %s", layout, err, failure)
		}
		var names []string
		for _, p := range announced.Parameters {
			names = append(names, p.Name)
			if p.Title == "" || p.Tooltip == "" || p.CollectionType == "" {
				t.Errorf("%s: %+v", layout, p)
			}
			if p.Name == "state" && p.String != "rotation.yaml" {
				t.Errorf("the default of state is announced as %q", p.String)
			}
		}
		if len(names) < 15 || !slices.IsSorted(names) {
			t.Errorf("%s: announces %v", layout, names)
		}
		if err := os.Remove(filepath.Join(app.Repo, app.Path, "rotation.yaml")); err != nil {
			t.Fatal(err)
		}
		answer, failure = server.Ask(t, app, "match")
		if failure != "" || strings.Contains(string(answer), `"isSupported":true`) || !strings.Contains(string(answer), `"isDiscoveryEnabled":true`) {
			t.Errorf("%s without a state: %s%s", layout, answer, failure)
		}
	}
}

// TestArgoCDRefusals: what is wrong reaches the caller, who shows it in the
// application's condition: what, where, and what to do, no usage text, no key,
// no path of the server.
func TestArgoCDRefusals(t *testing.T) {
	server, s := NewCMPServer(t), NewSandbox(t, nil)
	for _, c := range []struct {
		name, layout string
		spoil        func(t *testing.T, app *Application)
		says         string
	}{
		{"nothing says what becomes of the Secrets", "manifests", func(*testing.T, *Application) {}, "the application has Secrets with private keys, and nothing says what becomes of them: "},
		{"nor of a chart's", "chart", func(*testing.T, *Application) {}, "the application has Secrets with private keys"},
		{"a slip", "chart", func(_ *testing.T, a *Application) { a.Parameters["anotate"] = "true" }, `there is no parameter "anotate"; there are allow-nothing, `},
		{"a state by hand", "kustomization", func(t *testing.T, a *Application) { edit(t, a, "phase: anchor-added", "phase: anchor-gone") }, "rotation.yaml:"},
		{"a file outside", "manifests", func(t *testing.T, a *Application) { a.Parameters["state"] = "../../../../etc/rotation.yaml" }, "cannot be used: it leads out of the repository"},
		{"a base outside", "kustomization", func(t *testing.T, a *Application) {
			write(t, filepath.Join(a.Repo, a.Path, "kustomization.yaml"), "resources: [../../../../etc]\n")
		}, "lies outside of the repository"},
		{"a broken chart", "chart", func(t *testing.T, a *Application) {
			write(t, filepath.Join(a.Repo, "charts/linkerd/templates/broken.yaml"), "{{ fail \"told by the chart\" }}\n")
		}, "the chart cannot be rendered: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			app := argoFixture(t, s, c.layout, "bundle/anchor-added")
			c.spoil(t, &app)
			answer, failure := server.Ask(t, app, "generate")
			if answer != nil {
				t.Fatalf("it was rendered: %.300s", answer)
			}
			first, _, _ := strings.Cut(failure, "\n")
			if !strings.Contains(first, "`l5d-pki-render cmp generate` failed exit status 1: l5d-pki-render: error: ") || !strings.Contains(first, c.says) {
				t.Errorf("the first line is\n%s", first)
			}
			for _, bad := range []string{"Usage", "PRIVATE KEY", "BEGIN ", "_cmp_server", "goroutine"} {
				if strings.Contains(failure, bad) {
					t.Errorf("%q in\n%s", bad, failure)
				}
			}
			if lines := strings.Count(failure, "\n"); lines > 8 {
				t.Errorf("%d lines:\n%s", lines, failure)
			}
		})
	}
}

// edit exchanges text in the application's state.
func edit(t *testing.T, a *Application, old, new string) {
	t.Helper()
	path := filepath.Join(a.Repo, a.Path, "rotation.yaml")
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), old) {
		t.Fatalf("no %q in the state (%v)", old, err)
	}
	write(t, path, strings.ReplaceAll(string(text), old, new))
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestArgoCDSameBytes: the server copies the repository into a new folder at
// every call; what comes out does not depend on it.
func TestArgoCDSameBytes(t *testing.T) {
	server, s := NewCMPServer(t), NewSandbox(t, nil)
	for _, layout := range ArgoLayouts {
		app := argoFixture(t, s, layout, "bundle/issuer-switched")
		app.Parameters["secrets-apart"], app.Parameters["annotate"] = "true", "true"
		once := string(server.Generate(t, app))
		if again := string(server.Generate(t, app)); again != once {
			t.Errorf("%s: two calls differ", layout)
		}
		if !strings.Contains(once, `"l5d-pki-render/phase":"issuer-switched"`) {
			t.Errorf("%s: no annotations", layout)
		}
		if strings.Contains(once, "_cmp_server") || strings.Contains(once, server.Root) {
			t.Errorf("%s: the output names the server's folder", layout)
		}
	}
}

// TestArgoCDPart: Argo CD copies a part of the repository where it is told to; the
// path of the Application then has more steps than the copy.
func TestArgoCDPart(t *testing.T) {
	server, s := NewCMPServer(t), NewSandbox(t, nil)
	whole := argoFixture(t, s, "manifests", "bundle/anchor-added")
	whole.Parameters["secrets-apart"] = "true"
	part := whole
	part.Repo, part.Path, part.Source = filepath.Join(whole.Repo, "apps"), "linkerd", "apps/linkerd"
	SameObjects(t, "a part", ParseObjects(t, server.Generate(t, part)), ParseObjects(t, server.Generate(t, whole)))
	part.Parameters = map[string]any{"state": "../../rotation.yaml"}
	if _, failure := server.Ask(t, part, "generate"); !strings.Contains(failure, "../../rotation.yaml: cannot be used: it leads out of the repository") {
		t.Errorf("above the part: %s", failure)
	}
}

// TestPluginFile: the shipped plugin.yaml is what `cmp plugin` prints.
func TestPluginFile(t *testing.T) {
	s := NewSandbox(t, nil)
	shipped, err := os.ReadFile(filepath.Join(peer.Root(), "hosts/argocd/plugin.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if printed := s.MustRun(t, "", nil, "l5d-pki-render", "cmp", "plugin"); string(printed) != string(shipped) {
		t.Error("hosts/argocd/plugin.yaml is not what `cmp plugin` prints")
	}
}

// TestArgoCDPage runs the page's commands in a repository as it describes, with
// Argo CD's own manifest, and then the page's Application through the plugin server.
func TestArgoCDPage(t *testing.T) {
	server, s := NewCMPServer(t), NewSandbox(t, map[string]string{"kustomize": "kustomize"})
	s.Copy(t, "rotation/bundle/anchor-added.yaml", "apps/linkerd/rotation.yaml")
	s.Copy(t, "charts/control-plane", "charts/linkerd-control-plane")
	s.Copy(t, "charts/families/2.19.yaml", "values/linkerd.yaml")
	policy, err := os.ReadFile(filepath.Join(peer.Root(), "hosts/argocd/epoch-policy.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.Write(t, "argocd/epoch-policy.yaml", string(policy))
	s.Write(t, "argocd/install.yaml", argoManifest(t))
	Page{Path: "docs/hosts/argocd.md", Replace: map[string]string{
		"https://raw.githubusercontent.com/argoproj/argo-cd/v3.6.1/manifests/install.yaml": "install.yaml",
	}}.Run(t, s)
	checkSidecar(t, filepath.Join(s.Dir, "argocd.yaml"))
	checkApplication(t, server, s)
}

// argoManifest is Argo CD's own manifest, of the release that is pinned.
func argoManifest(t *testing.T) string {
	t.Helper()
	dir, version := peer.ModuleDir(t, "e2e/argocd", "github.com/argoproj/argo-cd/v3", "GOTOOLCHAIN=go1.27.3")
	if version != "v3.6.1" {
		t.Fatalf("%s: the page names v3.6.1", version)
	}
	text, err := os.ReadFile(filepath.Join(dir, "manifests/install.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// checkSidecar looks at what the page's patch made of Argo CD's manifest: every
// volume that is mounted is there, and the sidecar is the image's user.
func checkSidecar(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	objects := ParseObjects(t, text)
	encoded, err := json.Marshal(objects["Deployment argocd/argocd-repo-server"])
	if err != nil {
		t.Fatal(err)
	}
	var deployment appsv1.Deployment
	if err := json.Unmarshal(encoded, &deployment); err != nil {
		t.Fatal(err)
	}
	pod := deployment.Spec.Template.Spec
	volumes := map[string]bool{}
	for _, v := range pod.Volumes {
		volumes[v.Name] = true
	}
	at := slices.IndexFunc(pod.Containers, func(c corev1.Container) bool { return c.Name == "l5d-pki-render" })
	if len(pod.Containers) != 2 || at < 0 {
		t.Fatalf("%d containers", len(pod.Containers))
	}
	sidecar := pod.Containers[at]
	for _, m := range sidecar.VolumeMounts {
		if !volumes[m.Name] {
			t.Errorf("there is no volume %s", m.Name)
		}
	}
	if len(sidecar.VolumeMounts) != 3 || *sidecar.SecurityContext.RunAsUser != argoUser || !*sidecar.SecurityContext.ReadOnlyRootFilesystem {
		t.Errorf("the sidecar is %+v", sidecar)
	}
	if objects["ValidatingAdmissionPolicy l5d-pki-render-epoch"] == nil {
		t.Error("the policy is not among the objects")
	}
}

// checkApplication asks the real server with the parameters of the page's Application.
func checkApplication(t *testing.T, server *CMPServer, s *Sandbox) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.Dir, "application.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var application struct {
		Spec struct {
			Source struct {
				Path   string
				Plugin struct {
					Name       string
					Parameters []struct {
						Name   string
						String *string
						Array  []string
					}
				}
			}
		}
	}
	if err := yaml.Unmarshal(text, &application); err != nil {
		t.Fatal(err)
	}
	source := application.Spec.Source
	app := Application{Repo: s.Dir, Path: source.Path, Parameters: map[string]any{}}
	for _, p := range source.Plugin.Parameters {
		app.Parameters[p.Name] = p.Array
		if p.String != nil {
			app.Parameters[p.Name] = *p.String
		}
	}
	if source.Plugin.Name != "l5d-pki-render" || len(app.Parameters) != 4 {
		t.Fatalf("the page's Application: %+v", source)
	}
	stream := server.Generate(t, app)
	if objects := ParseObjects(t, stream); len(objects) < 15 || !strings.Contains(string(stream), `"l5d-pki-render/epoch":"2"`) {
		t.Errorf("%v", objects.Names())
	}
}
