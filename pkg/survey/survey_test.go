package survey

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

func TestNoFiles(t *testing.T) {
	if r := look(t, tree{}, false); len(r.Findings)+r.Files+r.Documents+r.Templates != 0 {
		t.Errorf("%+v", r)
	}
}

// Templates are counted; documents of kinds that nobody reads are not parsed.
func TestCounts(t *testing.T) {
	r := look(t, tree{
		"a.yaml":  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n{{- if .x }}\n---\nkind: Pod\nspec:\n  a: b: c\n",
		"b.txt":   "{{",
		"c.yml":   "",
		"d.yaml":  "# nothing\n---\n# more\n",
		"big.bin": "",
	}, false)
	if r.Files != 5 || r.Documents != 4 || r.Templates != 1 || len(r.Findings) != 0 {
		t.Errorf("%+v", r)
	}
}

// A place inside a string holds for every way to write the string: exact in a
// literal block, the string's own place elsewhere.
func TestPlacesInStrings(t *testing.T) {
	head := "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    helm:\n"
	for name, c := range map[string]struct {
		values       string
		line, column int
	}{
		"literal":          {"      values: |\n        a: 1\n        identityTrustAnchorsPEM: none\n", 8, 34},
		"indent indicator": {"      values: |2\n          a: 1\n          identityTrustAnchorsPEM: none\n", 8, 36},
		"blank lines":      {"      values: |-\n\n\n        identityTrustAnchorsPEM: none\n", 9, 34},
		"wide characters":  {"      values: |\n        é: {identityTrustAnchorsPEM: none}\n", 7, 38},
		"CRLF":             {"      values: |\r\n        identityTrustAnchorsPEM: none\r\n", 7, 34},
		"no final newline": {"      values: |\n        identityTrustAnchorsPEM: none", 7, 34},
		"anchored":         {"      values: &v |\n        identityTrustAnchorsPEM: none\n", 6, 15},
		"folded":           {"      values: >\n        identityTrustAnchorsPEM:\n        none\n", 6, 15},
		"single quotes":    {"      values: 'identityTrustAnchorsPEM: none'\n", 6, 15},
		"plain flow":       {"      values: \"{identityTrustAnchorsPEM: none}\"\n", 6, 15},
	} {
		found := look(t, tree{"a.yaml": head + c.values}, false).Findings
		if len(found) != 1 || found[0].Line != c.line || found[0].Column != c.column {
			t.Errorf("%s: %+v, want one at %d:%d", name, found, c.line, c.column)
		}
	}
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		match         bool
	}{
		{"*.key", "a.key", true},
		{"*.key", "deep/down/a.key", true},
		{"keys/*.key", "keys/a.key", true},
		{"keys/*.key", "keys/more/a.key", false},
		{"keys/*.key", "other/keys/a.key", false},
		{"**/testdata/**", "testdata/a", true},
		{"**/testdata/**", "x/y/testdata/z/a", true},
		{"**/testdata/**", "x/mytestdata/a", false},
		{"a?.key", "ab.key", true},
		{"a?.key", "a/.key", false},
		{"a.key", "aXkey", false},
	} {
		p, err := compile([]string{c.pattern})
		if err != nil || p.match(c.name) != c.match {
			t.Errorf("%q on %q: want %t (%v)", c.pattern, c.name, c.match, err)
		}
	}
	for _, wrong := range []string{"", "a[b", "{a,b}"} {
		if _, err := New(Settings{State: mesh(t), Allow: []string{"fine", wrong}}); err == nil {
			t.Errorf("%q is a pattern", wrong)
		}
	}
}

func TestChartFamily(t *testing.T) {
	for _, c := range []struct {
		chart, version string
		family         linkerd.Family // "": cannot be told
	}{
		{"linkerd2", "2.10.2", linkerd.Family210},
		{"linkerd2", "v2.11.5", linkerd.Family211},
		{"linkerd2", "21.12.1-edge", ""},
		{"linkerd-control-plane", "1.9.8", linkerd.Family212},
		{"linkerd-control-plane", "1.12.7", linkerd.Family213},
		{"linkerd-control-plane", "1.16.11", linkerd.Family213},
		{"linkerd-control-plane", "1.10.3-edge", ""},
		{"linkerd-control-plane", "1.11.0", ""},
		{"linkerd-control-plane", "2024.11.8", linkerd.Family213},
		{"linkerd-control-plane", "2026.13.1", ""},
		{"linkerd-control-plane", "30.12.2", ""},
	} {
		family, known := chartFamily(c.chart, c.version)
		if family != c.family || known != (c.family != "") {
			t.Errorf("%s %s: %v %t", c.chart, c.version, family, known)
		}
	}
}

func TestHours(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", time.Hour: "1h", 48 * time.Hour: "48h", 72 * time.Hour: "3 days", 90 * time.Minute: "1h30m",
		48*time.Hour + 40*time.Second: "48h0m40s", 100 * time.Second: "1m40s",
	} {
		if got := hours(d); got != want {
			t.Errorf("%d: %s, want %s", d, got, want)
		}
	}
}

// The place of a field of a state file; of one that is not there, that of the
// nearest one above it.
func TestPlace(t *testing.T) {
	text := []byte("status:\n  issuers:\n  - name: a\n  - name: b\n  webhooks:\n    tap: {caBundle: x}\n")
	for field, want := range map[string][2]int{
		"status.issuers[1]":               {4, 5},
		"status.issuers[1].certificate":   {4, 5},
		"status.webhooks.tap.caBundle":    {6, 21},
		"status.webhooks.policyValidator": {6, 5},
		"spec.linkerd.version":            {1, 1},
		"":                                {1, 1},
	} {
		if line, column := Place(text, field); line != want[0] || column != want[1] {
			t.Errorf("%s: %d:%d, want %v", field, line, column, want)
		}
	}
	if line, column := Place([]byte("a: [\n"), "a"); line != 1 || column != 1 {
		t.Error("a text that does not parse has places")
	}
}

// A key is found wherever it begins in the bytes that base64 was made of.
func TestKeyAtEachAlignment(t *testing.T) {
	for n := range 6 {
		lead := strings.Repeat("#", n)
		text := "data: " + encode(lead+"\n"+read(t, "pki/issuer-2026-1.key")) + "\n"
		found := look(t, tree{"x": text}, false).Findings
		if len(found) != 1 || found[0].Line != 1 || found[0].Column != 7 {
			t.Errorf("behind %d bytes: %+v", n, found)
		}
	}
}

// TestKeyInBase64Twice: of a Secret that holds a Secret, wherever the key begins.
func TestKeyInBase64Twice(t *testing.T) {
	key := "-----BEGIN EC PRIVATE KEY-----\n" + strings.Repeat("MHcCAQEEIBvX", 8) + "\n-----END EC PRIVATE KEY-----\n"
	for before := range 9 {
		once := base64.StdEncoding.EncodeToString([]byte("xxxxxxxxx"[:before] + key))
		inner := "data:\n  tls.key: " + once + "\n" + "xx"[:before%3]
		text := "a: " + base64.StdEncoding.EncodeToString([]byte(inner)) + "\n"
		found := look(t, tree{"a.yaml": text}, false).Findings
		if len(found) != 1 || found[0].Code != problem.SurveyPrivateKey.Code {
			t.Errorf("%d bytes before: %+v", before, found)
		}
	}
}

// The worked repositories, as they are and whatever their state file's phase,
// have no finding: what the tool writes is what lint asks for.
func TestWorkedRepositories(t *testing.T) {
	for _, layout := range []string{"argocd", "flux", "rendered"} {
		root := filepath.Join(fixtures, "gitops", layout)
		files := tree{}
		var own *state.Rotation
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			name, err := filepath.Rel(root, path)
			files[filepath.ToSlash(name)] = string(text)
			if entry.Name() == "rotation.yaml" {
				own, err = state.Parse(name, text)
			}
			return err
		})
		if err != nil || own == nil {
			t.Fatalf("%s: no worked repository (%v)", layout, err)
		}
		s, err := New(Settings{State: own})
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range files {
			s.Add(name, []byte(text))
		}
		for _, f := range s.Report().Findings {
			t.Errorf("%s: %s %s", layout, shown(files, f), f.Text)
		}
	}
}

// The charts of 2.10 have no policy validator, so none is asked for.
func TestPinsOf210(t *testing.T) {
	old, err := state.Parse("state.yaml", []byte(read(t, "control-plane-2-10/state.yaml")))
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Settings{State: old})
	if err != nil {
		t.Fatal(err)
	}
	s.Add("kustomization.yaml", []byte("helmCharts:\n- {name: linkerd2, version: 2.10.2}\n"))
	found := s.Report().Findings
	if len(found) != 1 || !strings.HasSuffix(found[0].Text, " of proxyInjector, profileValidator, heartbeatSchedule") {
		t.Errorf("%+v", found)
	}
}

// BenchmarkSurvey: 400 files, 2,000 documents of which 200 are parsed.
func BenchmarkSurvey(b *testing.B) {
	values := expand(b, "identityTrustAnchorsPEM: |\n  PEM(anchor-2026.crt)\n")
	workload := strings.Repeat("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x, namespace: shop}\nspec: {template: {spec: {containers: [{name: a, image: b}]}}}\n---\n", 10)
	files := tree{}
	for i := range 200 {
		files[fmt.Sprintf("shop/%d.yaml", i)] = workload
		files[fmt.Sprintf("values/%d.yaml", i)] = values
	}
	for b.Loop() {
		look(b, files, false)
	}
}

// TestOtherEncodings: a file of objects in another encoding is named, since
// nothing in it was judged; pictures and notes are not.
func TestOtherEncodings(t *testing.T) {
	object := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: caf\xe9}\n"
	r := look(t, tree{"a/latin.yaml": object, "b/note.yaml": "note: plain\n", "c/latin.txt": object}, false)
	if len(r.Findings) != 1 || r.Findings[0].Code != problem.SurveyEncoding.Code || r.Findings[0].File != "a/latin.yaml" {
		t.Errorf("%+v", r.Findings)
	}
}
