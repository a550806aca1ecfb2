package overlay

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/kustomize"
	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
)

const hint = "l5d-pki-render/rollout"

// object is a workload as YAML; template is the beginning of its pod template's metadata.
func object(apiVersion, kind, namespace, name string, labels ...string) string {
	k, _ := kindOf(kind)
	text := "apiVersion: " + apiVersion + "\nkind: " + kind + "\nmetadata:\n  name: " + name + "\n"
	if namespace != "" {
		text += "  namespace: " + namespace + "\n"
	}
	if len(labels) > 0 {
		text += "  labels: {" + strings.Join(labels, ", ") + "}\n"
	}
	for depth, step := range k.template {
		text += strings.Repeat("  ", depth) + step + ":\n"
	}
	return text + strings.Repeat("  ", len(k.template)) + "spec: {containers: [{name: c, image: i}]}\n"
}

// stampsWith builds objects with a Component and gives the stamps by object.
func stampsWith(t *testing.T, objects []string, component []byte, extra string) map[string]string {
	t.Helper()
	return stampsIn(t, testkit.Tree(t, map[string]string{
		"k/all.yaml":           strings.Join(objects, "---\n"),
		"k/kustomization.yaml": "resources: [all.yaml]\ncomponents: [../c]\n" + extra,
		"c/kustomization.yaml": string(component),
	}))
}

func stampsIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	built, err := kustomize.Build(filepath.Join(dir, "k"), kustomize.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all, err := Workloads(built.Stream, hint)
	if err != nil {
		t.Fatal(err)
	}
	stamps := map[string]string{}
	for _, w := range all {
		stamps[w.Kind+" "+w.Namespace+"/"+w.Name] = w.Stamp
	}
	return stamps
}

func checkStamps(t *testing.T, got, want map[string]string) {
	t.Helper()
	for name, stamp := range want {
		if have, there := got[name]; !there || have != stamp {
			t.Errorf("%s carries %q (there: %v), want %q", name, have, there, stamp)
		}
	}
	if len(got) != len(want) {
		t.Errorf("built %v, want %v", got, want)
	}
}

var everyKind = []string{
	object("apps/v1", "Deployment", "shop", "web"), object("apps/v1", "StatefulSet", "shop", "web"),
	object("apps/v1", "DaemonSet", "shop", "web"), object("batch/v1", "CronJob", "shop", "web"),
	object("argoproj.io/v1alpha1", "Rollout", "shop", "web"), object("apps.openshift.io/v1", "DeploymentConfig", "shop", "web"),
	object("apps/v1", "Deployment", "shop", "other"), object("apps/v1", "Deployment", "shop", "aweb"),
	object("apps/v1", "Deployment", "bar", "web"), object("apps/v1", "Deployment", "shop", "w.b"),
}

func TestByName(t *testing.T) {
	var named []Workload
	want := map[string]string{"Deployment shop/other": "936d4fa99583c354", "Deployment shop/aweb": "", "Deployment bar/web": "", "Deployment shop/w.b": "0e12345678901234"}
	for _, k := range kinds {
		named = append(named, Workload{APIVersion: k.apiVersion, Kind: k.name, Namespace: "shop", Name: "web", Stamp: "936d4fa99583c354"})
		want[k.name+" shop/web"] = "936d4fa99583c354"
	}
	named = append(named,
		Workload{APIVersion: "apps/v1", Kind: "Deployment", Namespace: "shop", Name: "w.b", Stamp: "0e12345678901234"},
		Workload{APIVersion: "apps/v1", Kind: "Deployment", Namespace: "shop", Name: "other", Stamp: "936d4fa99583c354"},
		Workload{APIVersion: "apps/v1", Kind: "Deployment", Namespace: "bar", Name: "web"})
	component := ByName(hint, named, Namespaced)
	checkStamps(t, stampsWith(t, everyKind, component, ""), want)
	// kustomize's time grows with patches times objects: web and other share one.
	if n := strings.Count(string(component), "- target:"); n != len(kinds)+1 {
		t.Errorf("%d patches, want %d\n%s", n, len(kinds)+1, component)
	}
}

// TestAnywhere: a kustomization that sets the namespace does it after its
// components, so that targets with the final namespace would match nothing.
func TestAnywhere(t *testing.T) {
	objects := []string{object("apps/v1", "Deployment", "", "web"), object("apps/v1", "Deployment", "", "api")}
	named := []Workload{
		{APIVersion: "apps/v1", Kind: "Deployment", Namespace: "shop", Name: "api"},
		{APIVersion: "apps/v1", Kind: "Deployment", Namespace: "shop", Name: "web", Stamp: "s"},
	}
	want := map[string]string{"Deployment shop/web": "s", "Deployment shop/api": ""}
	checkStamps(t, stampsWith(t, objects, ByName(hint, named, Anywhere), "namespace: shop\n"), want)
	want["Deployment shop/web"] = ""
	checkStamps(t, stampsWith(t, objects, ByName(hint, named, Namespaced), "namespace: shop\n"), want)

	// Two of one name, one of them meshed: only the namespace tells them apart.
	named = []Workload{
		{APIVersion: "apps/v1", Kind: "Deployment", Namespace: "a", Name: "web"},
		{APIVersion: "apps/v1", Kind: "Deployment", Namespace: "b", Name: "web", Stamp: "s"},
	}
	objects = []string{object("apps/v1", "Deployment", "a", "web"), object("apps/v1", "Deployment", "b", "web")}
	checkStamps(t, stampsWith(t, objects, ByName(hint, named, Anywhere), ""), map[string]string{"Deployment a/web": "", "Deployment b/web": "s"})
}

func TestBySelector(t *testing.T) {
	objects := []string{
		object("apps/v1", "Deployment", "shop", "web", "tier: web"), object("batch/v1", "CronJob", "shop", "job", "tier: web"),
		object("apps/v1", "Deployment", "bar", "web", "tier: web"), object("apps/v1", "Deployment", "shop-2", "db", "tier: db"),
		object("apps/v1", "Deployment", "linkerd", "linkerd-identity", "tier: web", "linkerd.io/control-plane-component: identity"),
	}
	want := func(web, job, bar, db string) map[string]string {
		return map[string]string{"Deployment shop/web": web, "CronJob shop/job": job, "Deployment bar/web": bar, "Deployment shop-2/db": db, "Deployment linkerd/linkerd-identity": ""}
	}
	tests := []struct {
		name     string
		selector Selector
		wave     Wave
		want     map[string]string
	}{
		{"all", Selector{}, Wave{Stamp: "s"}, want("s", "s", "s", "s")},
		{"label", Selector{Labels: "tier=web"}, Wave{Stamp: "s"}, want("s", "s", "s", "")},
		{"set", Selector{Labels: "tier in (db,x)"}, Wave{Stamp: "s"}, want("", "", "", "s")},
		{"annotation", Selector{Annotations: "linkerd.io/inject in (enabled,ingress)"}, Wave{Stamp: "s"}, want("", "", "", "")},
		{"no wave yet", Selector{}, Wave{}, want("", "", "", "")},
		{"split", Selector{}, Wave{Stamp: "s2", Previous: "s1", Split: true, Namespaces: []string{"shop", "bar"}}, want("s2", "s2", "s2", "s1")},
		{"split, first wave", Selector{}, Wave{Stamp: "s2", Split: true, Namespaces: []string{"shop"}}, want("s2", "s2", "", "")},
		{"split, none done", Selector{}, Wave{Stamp: "s2", Previous: "s1", Split: true}, want("s1", "s1", "s1", "s1")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			component, err := BySelector(hint, tt.selector, tt.wave)
			if err != nil {
				t.Fatal(err)
			}
			checkStamps(t, stampsWith(t, objects, component, ""), tt.want)
		})
	}
	t.Run("no selector", func(t *testing.T) {
		_, err := BySelector(hint, Selector{Labels: "tier in web"}, Wave{Stamp: "s"})
		testkit.CheckProblem(t, err, "overlay-selector", `"tier in web"`)
	})
}

// TestComponentsForTheProgram: every form of Component is one that the program takes.
func TestComponentsForTheProgram(t *testing.T) {
	program := testkit.Kustomize(t)
	all, err := BySelector(hint, Selector{Labels: "tier=web"}, Wave{Stamp: "0123456789012345", Previous: "s1", Split: true, Namespaces: []string{"shop", "b.r"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, component := range map[string][]byte{
		"by selector": all,
		"empty":       ByName(hint, nil, Namespaced),
		"by name":     ByName(hint, []Workload{{APIVersion: "apps/v1", Kind: "Deployment", Namespace: "shop", Name: "w.b", Stamp: "s"}}, Namespaced),
	} {
		dir := testkit.Tree(t, map[string]string{
			"k/all.yaml": strings.Join(everyKind, "---\n"), "k/kustomization.yaml": "resources: [all.yaml]\ncomponents: [../c]\n", "c/" + FileName: string(component),
		})
		theirs, err := exec.Command(program, "build", filepath.Join(dir, "k")).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s\n%s", name, err, theirs, component)
		}
		ours, err := kustomize.Build(filepath.Join(dir, "k"), kustomize.Options{})
		if err != nil || string(ours.Stream) != string(theirs) {
			t.Errorf("%s: %v: built\n%s\nkustomize\n%s", name, err, ours.Stream, theirs)
		}
	}
}

func TestControlPlane(t *testing.T) {
	var objects []string
	for _, name := range controlPlane {
		objects = append(objects, object("apps/v1", "Deployment", "mesh", name))
	}
	roots := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: linkerd-identity-trust-roots, namespace: mesh}\ndata: {ca-bundle.crt: old, other: kept}\n"
	for _, bundle := range []string{"A\nB", "A\nB\n"} {
		cp := ControlPlane{Namespace: "mesh", TrustRoots: bundle, Annotations: [][2]string{{hint, "0123"}}}
		files := map[string]string{
			"k/all.yaml":           strings.Join(append(slices.Clone(objects), roots), "---\n"),
			"k/kustomization.yaml": "resources: [all.yaml]\ncomponents: [../c]\n",
			"c/kustomization.yaml": string(cp.Patch()),
		}
		dir := testkit.Tree(t, files)
		checkStamps(t, stampsIn(t, dir), map[string]string{
			"Deployment mesh/linkerd-destination": "0123", "Deployment mesh/linkerd-identity": "0123", "Deployment mesh/linkerd-proxy-injector": "0123"})
		built, err := kustomize.Build(filepath.Join(dir, "k"), kustomize.Options{})
		if err != nil {
			t.Fatal(err)
		}
		style := map[string]string{"A\nB": "|-", "A\nB\n": "|"}[bundle]
		if want := "data:\n  ca-bundle.crt: " + style + "\n    A\n    B\n  other: kept\n"; !strings.Contains(string(built.Stream), want) {
			t.Errorf("built\n%s\nwant\n%s", built.Stream, want)
		}
		// A missing object stops the build: no half of a control plane.
		files["k/all.yaml"] = strings.Join(objects, "---\n")
		_, err = kustomize.Build(filepath.Join(testkit.Tree(t, files), "k"), kustomize.Options{})
		testkit.CheckProblem(t, err, "overlay-build", "linkerd-identity-trust-roots")
	}
}

func TestWorkloads(t *testing.T) {
	list := "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: apps/v1, kind: Deployment, metadata: {name: b}, spec: {template: {metadata: {annotations: {" + hint + ": \"12\"}}}}}\n"
	byHand := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {containers: [{name: linkerd-proxy, env: [{name: LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS, value: PEM}]}]}}}\n"
	tests := []struct {
		name, stream string
		want         []Workload
	}{
		{"empty", "", nil},
		{"comments", "# nothing\n---\n", nil},
		{"a patch of a workload", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 1}\n", nil},
		{"other kinds", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n", nil},
		{"one, CRLF, no newline at the end", "apiVersion: apps/v1\r\nkind: Deployment\r\nmetadata: {name: a}\r\nspec: {template: {spec: {x: y}}}",
			[]Workload{{APIVersion: "apps/v1", Kind: "Deployment", Name: "a"}}},
		{"a List, and out of order", object("apps/v1", "StatefulSet", "", "c") + "---\n" + list, []Workload{
			{APIVersion: "apps/v1", Kind: "Deployment", Name: "b", Stamp: "12"}, {APIVersion: "apps/v1", Kind: "StatefulSet", Name: "c"}}},
		{"twice", object("apps/v1", "Deployment", "n", "a") + "---\n" + object("apps/v1", "Deployment", "n", "a"), []Workload{
			{APIVersion: "apps/v1", Kind: "Deployment", Namespace: "n", Name: "a"}}},
		{"by hand", byHand, []Workload{{APIVersion: "apps/v1", Kind: "Deployment", Name: "d", Literal: true}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Workloads([]byte(tt.stream), hint)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
	if _, err := Workloads([]byte("a: [\n"), hint); err == nil {
		t.Error("damaged YAML is no stream")
	}
}

// TestQuote: what YAML, of any version, would read as something else is quoted.
func TestQuote(t *testing.T) {
	for text, want := range map[string]string{
		"web": "web", "apps/v1": "apps/v1", "web-1": `"web-1"`, "argoproj.io": "argoproj.io", `a\.b`: `"a\\.b"`,
		"yes": `"yes"`, "No": `"No"`, "null": `"null"`, "y": `"y"`, "12": `"12"`, "1e3": `"1e3"`, "": `""`, "a: b": `"a: b"`, "a<b": `"a<b"`,
	} {
		if got := quote(text); got != want {
			t.Errorf("quote(%q) = %s, want %s", text, got, want)
		}
	}
}
