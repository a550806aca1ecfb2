package chart

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	helmengine "helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/releaseutil"
)

func TestRender(t *testing.T) {
	for _, engine := range exchange.Engines {
		t.Run(engine, func(t *testing.T) { testRender(t, engine) })
	}
}

func testRender(t *testing.T, engine string) {
	r := ask(file(t, "small.tgz", pack(t, small("1.2.3", entry{name: "small/crds/c.yaml", text: "kind: CustomResourceDefinition\n"})...)))
	r.Engine, r.Values.Set = engine, []string{"say=set"}
	r.Namespace = "here"
	answer, err := Render(r)
	if err != nil {
		t.Fatal(err)
	}
	want := "---\n# Source: small/templates/a.yaml\n" +
		"kind: ConfigMap\napiVersion: v1\nmetadata: {name: a, namespace: here}\ndata: {say: \"set\", version: \"1.2.3\"}\n" +
		"---\n# Source: small/templates/hook.yaml\nkind: Job\napiVersion: batch/v1\nmetadata: {name: h, annotations: {helm.sh/hook: pre-install}}\n"
	// Helm 4 ends each document with an empty line.
	if got := strings.ReplaceAll(string(exchange.Stream(answer.Renders[0])), "\n\n", "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if answer.Name != "small" || answer.Version != "1.2.3" || answer.Release != "small" || answer.Namespace != "here" {
		t.Errorf("%+v", answer)
	}
	r.IncludeCRDs, r.NoHooks = true, true
	answer, err = Render(r)
	if err != nil || len(answer.Renders[0]) != 2 || answer.Renders[0][0].Source != "small/crds/c.yaml" || answer.Renders[0][1].Hook {
		t.Errorf("with CRDs and without hooks: %+v, %v", answer.Renders, err)
	}
}

// TestValues: Helm's order of kinds, and the phase above all.
func TestValues(t *testing.T) {
	path := file(t, "small.tgz", pack(t, small("1.0.0")...))
	text := file(t, "text", []byte("from file"))
	all := exchange.Values{
		Files:   []exchange.File{{Name: "one", Data: []byte("say: one\n")}, {Name: "two", Data: []byte("say: two\n")}},
		JSON:    []string{`say="json"`},
		Set:     []string{"say=set"},
		String:  []string{"say=string"},
		File:    []string{"say=" + text},
		Literal: []string{"say=a,b=c"},
	}
	for _, c := range []struct {
		want   string
		change func(*exchange.Request)
	}{
		{"phase", func(r *exchange.Request) {
			r.Phase = map[string][]byte{"small": []byte("say: phase\n"), "other": []byte("say: no\n")}
		}},
		{"a,b=c", func(*exchange.Request) {}},
		{"from file", func(r *exchange.Request) { r.Values.Literal = nil }},
		{"string", func(r *exchange.Request) { r.Values.Literal, r.Values.File = nil, nil }},
		{"set", func(r *exchange.Request) { r.Values = exchange.Values{Files: all.Files, JSON: all.JSON, Set: all.Set} }},
		{"json", func(r *exchange.Request) { r.Values = exchange.Values{Files: all.Files, JSON: all.JSON} }},
		{"two", func(r *exchange.Request) { r.Values = exchange.Values{Files: all.Files} }},
		{"default", func(r *exchange.Request) { r.Values = exchange.Values{} }},
	} {
		for _, engine := range exchange.Engines {
			r := ask(path)
			r.Engine, r.Values = engine, all
			c.change(&r)
			answer, err := Render(r)
			if err != nil {
				t.Fatalf("%s, %s: %v", engine, c.want, err)
			}
			if !strings.Contains(answer.Renders[0][0].Text, fmt.Sprintf("say: %q", c.want)) {
				t.Errorf("%s: want %s, got %s", engine, c.want, answer.Renders[0][0].Text)
			}
		}
	}
	for name, bad := range map[string]exchange.Values{
		"a list":      {Files: []exchange.File{{Name: "bad.yaml", Data: []byte("- a\n")}}},
		"no YAML":     {Files: []exchange.File{{Name: "bad.yaml", Data: []byte("a: [\n")}}},
		"no value":    {Set: []string{"say"}},
		"no JSON":     {JSON: []string{"say={"}},
		"absent file": {File: []string{"say=/nowhere/at/all"}},
	} {
		for _, engine := range exchange.Engines {
			r := ask(path)
			r.Engine, r.Values = engine, bad
			_, err := Render(r)
			if p := problem.Of(err); len(p) != 1 || p[0].Code != problem.ChartValues.Code {
				t.Errorf("%s, %s: %v", engine, name, err)
			}
		}
	}
}

func TestRefusedRenders(t *testing.T) {
	failing := func(body string) string {
		return file(t, "small.tgz", pack(t, small("1.0.0", entry{name: "small/templates/z.yaml", text: body})...))
	}
	needs := strings.Replace(small("1.0.0")[0].text, "version:", "kubeVersion: \">=1.40\"\nversion:", 1)
	key := "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\n-----END PRIVATE KEY-----"
	cases := map[string]struct {
		path   string
		change func(*exchange.Request)
		want   problem.Sentence
		words  []string
	}{
		"template fails":    {failing(`{{ fail "no such thing" }}`), nil, problem.ChartRender, []string{"no such thing", "z.yaml"}},
		"template broken":   {failing(`{{ if }}`), nil, problem.ChartRender, []string{"z.yaml"}},
		"no YAML":           {failing("a: [\n"), nil, problem.ChartRender, []string{"z.yaml"}},
		"cluster's version": {file(t, "k.tgz", pack(t, entry{name: "small/Chart.yaml", text: needs})), nil, problem.ChartKubeVersion, []string{">=1.40", "v1.34.0"}},
		"bad version":       {failing(""), func(r *exchange.Request) { r.KubeVersion = "new" }, problem.ChartBadKubeVersion, []string{`"new"`}},
		"bad release":       {failing(""), func(r *exchange.Request) { r.Release = "No_Name" }, problem.ChartRelease, []string{`"No_Name"`}},
		"nothing":           {file(t, "e.tgz", pack(t, small("1.0.0")[0])), nil, problem.ChartEmpty, []string{`"small"`}},
		"key quoted": {failing(`{{ fail .Values.key }}`), func(r *exchange.Request) {
			r.Phase = map[string][]byte{"small": []byte("key: |\n  " + strings.ReplaceAll(key, "\n", "\n  ") + "\n")}
		}, problem.ChartRender, []string{"(PEM)"}},
		"key line quoted": {failing(`{{ fail (index (splitList "\n" .Values.key) 1) }}`), func(r *exchange.Request) {
			r.Phase = map[string][]byte{"small": []byte("key: |\n  " + strings.ReplaceAll(key, "\n", "\n  ") + "\n")}
		}, problem.ChartRender, []string{"(PEM)"}},
		"user's key quoted": {failing(`{{ fail .Values.key }}`), func(r *exchange.Request) {
			r.Values.Set = []string{"key=" + key}
		}, problem.ChartRender, []string{"(PEM)"}},
		"line of a user's key quoted": {failing(`{{ fail (index (splitList "\n" .Values.key) 1) }}`), func(r *exchange.Request) {
			r.Values.Files = []exchange.File{{Name: "f", Data: []byte("key: |\n  " + strings.ReplaceAll(key, "\n", "\n  ") + "\n")}}
		}, problem.ChartRender, []string{"(PEM)"}},
	}
	for name, c := range cases {
		for _, engine := range exchange.Engines {
			t.Run(name+", "+engine, func(t *testing.T) {
				r := ask(c.path)
				r.Engine = engine
				if c.change != nil {
					c.change(&r)
				}
				_, err := Render(r)
				wants(t, err, c.want, c.words...)
				if strings.Contains(err.Error(), "MIGH") {
					t.Error("key bytes in a message")
				}
			})
		}
	}
}

// helmTemplate is what Helm itself prints, written apart from the code under test.
func helmTemplate(t *testing.T, dir string, values map[string]any) []byte {
	t.Helper()
	c, err := loader.LoadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	capabilities := chartutil.DefaultCapabilities.Copy()
	capabilities.KubeVersion = chartutil.KubeVersion{Version: "v1.34.0", Major: "1", Minor: "34"}
	all, err := chartutil.ToRenderValues(c, values, chartutil.ReleaseOptions{Name: "linkerd", Namespace: "linkerd", Revision: 1, IsInstall: true}, capabilities)
	if err != nil {
		t.Fatal(err)
	}
	rendered, err := helmengine.Render(c, all)
	if err != nil {
		t.Fatal(err)
	}
	_, manifests, err := releaseutil.SortManifests(rendered, nil, releaseutil.InstallOrder)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, m := range manifests {
		fmt.Fprintf(&out, "---\n# Source: %s\n%s\n", m.Name, m.Content)
	}
	return append(bytes.TrimSpace(out.Bytes()), '\n')
}

// TestAsHelmTemplate: on a pinned chart the stream is Helm's own, byte for byte.
func TestAsHelmTemplate(t *testing.T) {
	families, err := filepath.Glob(filepath.Join(fixtures, "charts", "families", "*.yaml"))
	if err != nil || len(families) < 5 {
		t.Fatalf("%d families (%v)", len(families), err)
	}
	webhook := "{externalSecret: true, caBundle: ca}"
	pins := "heartbeatSchedule: 0 0 * * *\nidentityTrustAnchorsPEM: anchors\nidentity: {issuer: {crtExpiry: x, tls: {crtPEM: crt, keyPEM: key}}}\nproxyInjector: " + webhook + "\nprofileValidator: " + webhook + "\npolicyValidator: " + webhook + "\n"
	for _, family := range families {
		text, err := os.ReadFile(family)
		if err != nil {
			t.Fatal(err)
		}
		r := ask(filepath.Join(fixtures, "charts", "control-plane"))
		r.Release, r.Namespace = "linkerd", "linkerd"
		r.Values.Files = []exchange.File{{Name: family, Data: text}, {Name: "pins", Data: []byte(pins)}}
		answer, err := Render(r)
		if err != nil {
			t.Fatalf("%s: %v", family, err)
		}
		values, err := helm3.userValues(r.Values)
		if err != nil {
			t.Fatal(err)
		}
		got, want := exchange.Stream(answer.Renders[0]), helmTemplate(t, r.Chart, values)
		if !bytes.Equal(got, want) {
			t.Errorf("%s: not Helm's bytes:\n%.2000s\nwant\n%.2000s", family, got, want)
		}
	}
}
