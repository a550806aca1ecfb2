package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// appliedApart is the state of a mesh whose issuer Secret is applied apart.
func appliedApart(t testing.TB, in *inputs, state string) string {
	const version = "    version: "
	text := readText(t, state)
	if strings.Count(text, version) != 1 || strings.Contains(text, "issuerScheme") {
		t.Fatal("the state's spec is another than this test thinks")
	}
	if _, err := os.Stat(filepath.Join(in.helm3.Dir, "pki")); err != nil {
		in.helm3.Copy(t, "pki", "pki") // the keys, where the state has them
	}
	in.helm3.Write(t, "rotation/bundle/apart.yaml", strings.Replace(text, version, "    issuerScheme: kubernetes.io/tls\n"+version, 1))
	return filepath.Join(in.helm3.Dir, "rotation/bundle/apart.yaml")
}

// argoHost is Argo CD's plugin server with an application of a layout, and further
// parameters: name, value, …
func argoHost(layout, secrets string, parameters ...string) func(testing.TB, *inputs, string) Objects {
	return func(t testing.TB, in *inputs, state string) Objects {
		app := ArgoApplication(t, in.helm3.Sandbox, layout, state, peer.Fixture("rotation/bundle/stable.yaml"), in.chart.Path, in.chart.Values...)
		for i := 0; i < len(parameters); i += 2 {
			app.Parameters[parameters[i]] = parameters[i+1]
		}
		if app.Parameters[secrets] = "true"; secrets == "with-keys" {
			in.argo.WithKeys(t, app)
		}
		return ParseObjects(t, in.argo.Generate(t, app))
	}
}

// hydratorHost is what Argo CD's source hydrator commits of a chart.
func hydratorHost(t testing.TB, in *inputs, state string) Objects {
	app := ArgoApplication(t, in.helm3.Sandbox, "chart", state, peer.Fixture("rotation/bundle/stable.yaml"), in.chart.Path, in.chart.Values...)
	app.Parameters["secrets-apart"] = "true"
	branch := in.hydra.Branch()
	in.hydra.Hydrate(t, Hydration{Branch: branch, Apps: []Hydrated{{Name: "linkerd", Path: "linkerd", Manifests: in.argo.Manifests(t, app)}}})
	return ParseObjects(t, in.hydra.Show(t, branch, "linkerd/manifest.yaml"))
}

// fluxRepository is a repository in which sync committed the chart in a state.
func fluxRepository(t testing.TB, in *inputs, state string) string {
	const custody = "  custody: {kind: file}\n"
	s := in.kustom
	repository := filepath.Join(s.Dir, "repo")
	held := state + " " + in.chart.Path
	if in.committed == held {
		return repository
	}
	in.committed = held
	if err := os.RemoveAll(repository); err != nil {
		t.Fatal(err)
	}
	s.Write(t, "repo/.git/HEAD", "ref: refs/heads/main\n")
	s.Copy(t, "charts/control-plane", "repo/charts/linkerd")
	files := make([]string, len(in.chart.Values))
	for i, file := range in.chart.Values {
		files[i] = "../values/" + filepath.Base(file)
		s.Write(t, "repo/values/"+filepath.Base(file), readText(t, file))
	}
	text := readText(t, state)
	if strings.Count(text, custody) != 1 {
		t.Fatal("the state has another custody than this test thinks")
	}
	s.Write(t, "repo/pki/rotation.yaml", strings.Replace(text, custody, custody+
		"  outputs:\n  - {kind: chart, path: ../out/linkerd.yaml, chart: ../charts/linkerd, release: linkerd, namespace: linkerd, valuesFiles: ["+strings.Join(files, ", ")+"]}\n", 1))
	s.MustRun(t, "", nil, "l5d-pki-render", "sync", "-s", "repo/pki/rotation.yaml")
	return repository
}
