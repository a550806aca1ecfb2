package chart

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"helm.sh/helm/v3/pkg/chart/loader"
)

func TestNoChart(t *testing.T) {
	empty := t.TempDir()
	for name, path := range map[string]string{"absent": filepath.Join(empty, "nothing"), "name without repository": "linkerd-control-plane", "folder": empty} {
		t.Run(name, func(t *testing.T) {
			_, err := Render(ask(path))
			wants(t, err, problem.ChartNotFound, path)
		})
	}
	_, err := Render(ask(file(t, "values.yaml", []byte("a: b\n"))))
	wants(t, err, problem.ChartDamaged)
}

func TestDigest(t *testing.T) {
	data := pack(t, small("1.0.0")...)
	r := ask(file(t, "small-1.0.0.tgz", data))
	r.Digest = archiveDigest(data)
	answer, err := Render(r)
	if err != nil || answer.Digest != r.Digest {
		t.Fatalf("digest %s, %v", answer.Digest, err)
	}
	other := archiveDigest([]byte("other"))
	r.Digest = other
	_, err = Render(r)
	wants(t, err, problem.ChartDigest, archiveDigest(data), other)
	for _, bad := range []string{"sha256:abc", strings.ToUpper(other), strings.TrimPrefix(other, "sha256:")} {
		r.Digest = bad
		_, err = Render(r)
		wants(t, err, problem.ChartBadDigest, bad)
	}
}

// TestTreeDigest: every byte and name of a folder counts, order does not.
func TestTreeDigest(t *testing.T) {
	a, b := &loader.BufferedFile{Name: "a", Data: []byte("1")}, &loader.BufferedFile{Name: "b", Data: []byte("2")}
	want := treeDigest([]*loader.BufferedFile{a, b})
	if treeDigest([]*loader.BufferedFile{b, a}) != want {
		t.Error("order counts")
	}
	for name, files := range map[string][]*loader.BufferedFile{
		"a file less":   {a},
		"another byte":  {a, {Name: "b", Data: []byte("3")}},
		"another name":  {a, {Name: "c", Data: []byte("2")}},
		"names swapped": {{Name: "b", Data: []byte("1")}, {Name: "a", Data: []byte("2")}},
		"none":          nil,
	} {
		if treeDigest(files) == want {
			t.Errorf("%s: the same digest", name)
		}
	}
}

func TestFolderDigestDrifts(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(fixtures, "charts", "viz"))); err != nil {
		t.Fatal(err)
	}
	r := ask(dir)
	r.Times = 0
	before, err := Render(r)
	if err != nil {
		t.Fatal(err)
	}
	values := filepath.Join(dir, "values.yaml")
	text, _ := os.ReadFile(values)
	if err := os.WriteFile(values, append(text, "# x\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	r.Digest = before.Digest
	_, err = Render(r)
	wants(t, err, problem.ChartDigest, before.Digest)
}

func TestDependencies(t *testing.T) {
	needs := func(more ...entry) []byte {
		return pack(t, append([]entry{
			{name: "app/Chart.yaml", text: "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n- {name: small, version: 1.0.0, repository: https://charts.example, alias: little, condition: little.enabled}\n- {name: other, version: 2.0.0, repository: https://charts.example, condition: other.enabled}\n"},
			{name: "app/values.yaml", text: "other: {enabled: false}\nlittle: {enabled: true}\n"},
		}, more...)...)
	}
	_, err := Render(ask(file(t, "app.tgz", needs())))
	wants(t, err, problem.ChartDependencies, `"small" (1.0.0)`, `"other" (2.0.0)`)

	var both []entry
	for _, e := range small("1.0.0") {
		both = append(both, entry{name: "app/charts/" + e.name, text: e.text})
		e.text = strings.ReplaceAll(e.text, "name: small", "name: other")
		both = append(both, entry{name: "app/charts/" + strings.Replace(e.name, "small", "other", 1), text: e.text})
	}
	r := ask(file(t, "app.tgz", needs(both...)))
	r.Phase = map[string][]byte{"small": []byte("say: phase\n")}
	answer, err := Render(r)
	if err != nil {
		t.Fatal(err)
	}
	documents := answer.Renders[0]
	// The condition switches "other" off; the phase's values reach the dependency by its alias.
	if len(documents) != 2 || !strings.Contains(documents[0].Text, `say: "phase"`) || answer.Fed[0] != "small" {
		t.Errorf("fed %v, documents %+v", answer.Fed, documents)
	}
}

func TestLibraryChart(t *testing.T) {
	_, err := Render(ask(file(t, "lib.tgz", pack(t, entry{name: "lib/Chart.yaml", text: "apiVersion: v2\nname: lib\ntype: library\nversion: 1.0.0\n"}))))
	wants(t, err, problem.ChartLibrary, `"lib"`, `"library"`)
	_, err = Render(ask(file(t, "bad.tgz", pack(t, entry{name: "bad/values.yaml", text: "a: b\n"}))))
	wants(t, err, problem.ChartInvalid)
}
