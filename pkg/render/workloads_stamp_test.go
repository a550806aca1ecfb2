package render

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"

	"pgregory.net/rapid"
)

const testStamp = "936d4fa99583c354"

// roundTrip stamps a document, stamps it anew as a later wave does, and takes
// the stamp away: every byte is back, and in between only the stamp was added.
func roundTrip(t testing.TB, text []byte, s stamping) []byte {
	t.Helper()
	s = marked(text, s)
	stamped, err := s.apply(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	onlyStamped(t, text, stamped, s)
	later, err := manifest.Splice(stamped, manifest.Set(s.path(3), "0123456789012345"))
	if err != nil {
		t.Fatalf("%q: %v", stamped, err)
	}
	for _, carrying := range [][]byte{stamped, later} {
		s.value = ""
		back, err := s.apply(carrying)
		if err != nil || !bytes.Equal(back, text) {
			t.Fatalf("%q\nstamped %q\nback    %q (%v)", text, carrying, back, err)
		}
	}
	return stamped
}

// marked is the stamping of a workload as the plan makes it.
func marked(text []byte, s stamping) stamping {
	root, err := manifest.Parse(text)
	if err != nil {
		panic(err)
	}
	s.value, s.depth = testStamp, hollow(root.Lookup(s.path(0)))
	return s
}

// onlyStamped: the stamp is there, every line of the text but one is too, and no comment is lost.
func onlyStamped(t testing.TB, text, stamped []byte, s stamping) {
	t.Helper()
	root, err := manifest.Parse(stamped)
	if err != nil || root.Lookup(s.path(3)).Value() != s.value || root.Lookup(s.path(3)).Tag() != "!!str" {
		t.Fatalf("%q: no stamp (%v)", stamped, err)
	}
	if bytes.Count(text, []byte("#")) != bytes.Count(stamped, []byte("#")) {
		t.Fatalf("%q: a comment is lost: %q", text, stamped)
	}
	lost := 0
	for _, line := range strings.Split(string(text), "\n") {
		if !strings.Contains(string(stamped), line) {
			lost++
		}
	}
	if lost > 1 {
		t.Fatalf("%q: %d lines changed: %q", text, lost, stamped)
	}
}

func TestStampForms(t *testing.T) {
	const entry = "l5d-pki-render/rollout: " + testStamp
	for _, c := range []struct{ name, metadata, want string }{
		{"entries", "    metadata:\n      annotations:\n        a: b # c\n      labels: {x: y}\n", "    metadata:\n      annotations:\n        a: b # c\n        " + entry + "\n      labels: {x: y}\n"},
		{"missing", "    metadata:\n      labels: {x: y}\n", "    metadata:\n      labels: {x: y}\n      annotations:\n        " + entry + "\n"},
		{"no metadata", "", ""},
		{"empty", "    metadata:\n      annotations: {} # c\n", "    metadata:\n      annotations: { \"l5d-pki-render/rollout\": \"" + testStamp + "\" } # c\n"},
		{"nothing", "    metadata:\n      annotations:\n", ""},
		{"nothing, comment", "    metadata:\n      annotations: # c\n      labels: {}\n", ""},
		{"nothing, comment below", "    metadata:\n      annotations:\n      # c\n      labels: {}\n", ""},
		{"null", "    metadata:\n      annotations: null # c\n", ""},
		{"tilde", "    metadata:\n      annotations: ~\n", ""},
		{"blank inside", "    metadata:\n      annotations: { }\n", ""},
		{"metadata empty", "    metadata: {} # c\n", ""},
		{"metadata nothing", "    metadata:\n", ""},
		{"metadata null, comment", "    metadata: null # c\n", ""},
		{"flow", "    metadata: {labels: {x: y}}\n", ""},
		{"flow, empty", "    metadata: {annotations: {}, labels: {x: y}}\n", ""},
		{"flow, empty, last", "    metadata: {labels: {x: y}, annotations: {}}\n", ""},
		{"flow, null", "    metadata: {labels: {x: y}, annotations: null}\n", ""},
		{"flow, nothing", "    metadata: {annotations: , labels: {x: y}}\n", ""},
		{"flow, entries", "    metadata: {annotations: {a: b}}\n", ""},
		{"flow, comma", "    metadata: {annotations: {a: b,}}\n", ""},
		{"flow over lines", "    metadata: {\n      annotations: {\n        a: b,  # c\n        c: d\n      }\n    }\n", ""},
		{"quoted", "    \"metadata\":\n      'annotations':\n        \"a\": 'b'\n", ""},
		{"block scalar last", "    metadata:\n      annotations:\n        a: |\n          x\n\n          y\n\n", ""},
		{"annotations of another sort", "    metadata:\n        annotations:\n            linkerd.io/inject: enabled\n            # the end\n", ""},
	} {
		head := "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n"
		tail := "    spec:\n      containers: []\n"
		for name, text := range map[string]string{
			"":                         head + c.metadata + tail,
			", last":                   head + tail + c.metadata,
			", CRLF":                   strings.ReplaceAll(head+c.metadata+tail, "\n", "\r\n"),
			", no final newline":       strings.TrimSuffix(head+tail+c.metadata, "\n"),
			", CRLF, no final newline": strings.TrimSuffix(strings.ReplaceAll(head+tail+c.metadata, "\n", "\r\n"), "\r\n"),
		} {
			t.Run(c.name+name, func(t *testing.T) {
				out := roundTrip(t, []byte(text), stamping{kind: "Deployment"})
				if want := head + c.want + tail; name == "" && c.want != "" && string(out) != want {
					t.Errorf("got\n%s\nwant\n%s", out, want)
				}
			})
		}
	}
}

func TestStampInJSON(t *testing.T) {
	for _, metadata := range []string{`{"labels":{"a":"b"}}`, `{}`, `null`, `{"annotations":{}}`, `{"annotations":null}`,
		`{"annotations": {"a":"b"}, "labels": {}}`, `{"labels": {}, "annotations": {}}`, "{\n \"labels\": {},\n \"annotations\": {\n  \"a\": \"b\"\n }\n}"} {
		for _, colon := range []string{":", ": "} {
			roundTrip(t, []byte(`{"kind":"CronJob","spec":{"jobTemplate":{"spec":{"template":{"metadata"`+colon+metadata+`,"spec":{}}}}}}`), stamping{kind: "CronJob"})
		}
	}
}

// TestStampHollowRefused: what could not be restored is not touched.
func TestStampHollowRefused(t *testing.T) {
	for _, hollow := range []string{"{ # c\n      }", "{\n      }", "!!map {}", "&a {}", "{   }"} {
		text := []byte("spec:\n  template:\n    metadata:\n      annotations: " + hollow + "\n      x: y\n")
		if out, err := marked(text, stamping{kind: "Deployment"}).apply(text); err == nil {
			t.Errorf("%q became %q", text, out)
		}
	}
}

// TestEraseAfterPeople: a stamp that was moved or laid out anew goes all the same.
func TestEraseAfterPeople(t *testing.T) {
	for text, want := range map[string]string{
		"spec:\n  template:\n    metadata:\n      annotations:\n        l5d-pki-render/rollout: a # why\n        z: y\n": "spec:\n  template:\n    metadata:\n      annotations:\n        z: y\n",
		"spec:\n  template:\n    metadata:\n      annotations:\n        'l5d-pki-render/rollout': a\n      labels: {}\n": "spec:\n  template:\n    metadata:\n      labels: {}\n",
		"spec:\n  template:\n    metadata:\n      annotations: {l5d-pki-render/rollout: a}\n      labels: {}\n":          "spec:\n  template:\n    metadata:\n      labels: {}\n",
	} {
		out, err := stamping{kind: "Deployment"}.apply([]byte(text))
		if err != nil || string(out) != want {
			t.Errorf("%q became %q (%v)", text, out, err)
		}
	}
}

// withTemplate makes the object "target" of a hard case a workload.
func withTemplate(text []byte) (out []byte, s stamping, err error) {
	root, err := manifest.Parse(text)
	if err != nil {
		return nil, s, err
	}
	s.kind = "Deployment"
	for i, item := range root.Get("items").Items() {
		if item.Head().Name == "target" {
			s.at = manifest.At("items", i)
		}
	}
	for _, template := range []string{"template:\n  metadata:\n    labels: {a: b} # c\n  spec: {}\n", `{"template": {"metadata": {"labels": {}}, "spec": {}}}`} {
		if out, err = manifest.Splice(text, manifest.Insert(s.at.With("spec"), []byte(template))); err == nil {
			return out, s, nil
		}
	}
	return nil, s, err
}

// hardCases walks a folder of hard YAML: every object of it, made a workload,
// is stamped and restored.
func hardCases(t *testing.T, pattern string, least int) {
	files, _ := filepath.Glob(pattern)
	stamped := 0
	for _, file := range files {
		stream, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range manifest.Split(stream) {
			if !bytes.Contains(d.Text, []byte("target")) {
				continue
			}
			text, s, err := withTemplate(d.Text)
			if err != nil {
				t.Logf("%s: not made a workload: %v", filepath.Base(file), err)
				continue
			}
			stamped++
			roundTrip(t, text, s)
		}
	}
	if stamped < least {
		t.Errorf("stamped %d of %d files only", stamped, len(files))
	}
}

func TestStampHard(t *testing.T) { hardCases(t, "../../internal/manifest/testdata/hard/*.yaml", 20) }

func TestStampTorture(t *testing.T) {
	const set = "../../../shared/yaml-torture"
	if _, err := os.Stat(set); err != nil {
		t.Skip("SKIPPED: the shared torture set is not beside the repository")
	}
	hardCases(t, set+"/*.yaml", 25)
}

// workloadGen writes a workload in many hands.
var workloadGen = rapid.Custom(func(t *rapid.T) string {
	pick := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(t, label) }
	one := func(label string) string {
		return pick(label, "a: b", "\"a\": 'b'", "a: |\n          x\n           y", "a: >-\n          x\n          y", "linkerd.io/inject: enabled # c", "? a\n        : b", "a: \"x\n          y\"")
	}
	annotations := pick("annotations", "", "      annotations: {}\n", "      annotations:\n", "      annotations: ~ # c\n", "      annotations: {a: b, c: [d]}\n",
		"      annotations:   # c\n        # above\n        "+one("first")+"\n", "      annotations:\n        "+one("second")+"\n\n        # between\n        z: '#'\n      # below\n")
	labels := pick("labels", "", "      labels: {x: y}\n", "      labels:\n        x: y\n")
	metadata := "    metadata:" + pick("comment", "", " # c", "  ") + "\n" + labels + annotations
	if rapid.Bool().Draw(t, "annotations first") {
		metadata = "    metadata:\n" + annotations + labels
	}
	metadata = pick("metadata", metadata, metadata, metadata, "", "    metadata: {}\n", "    metadata: {labels: {x: y}}\n", "    metadata: # c\n")
	spec := "    spec:\n      hostname: \"x\"  # metadata:\n"
	template := spec + metadata
	if rapid.Bool().Draw(t, "metadata first") {
		template = metadata + spec
	}
	text := pick("head", "", "---\n# Source: x\n", "\ufeff", "%YAML 1.1\n---\n") +
		"kind: Deployment\nmetadata: {name: x, annotations: {l5d-pki-render/rollout: other}}\nspec:\n  template:\n" + template +
		pick("tail", "", "# end\n", "\n\n", "  replicas: 1\n", "...\n", "status: {}\n")
	if rapid.Bool().Draw(t, "crlf") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if rapid.Bool().Draw(t, "cut") {
		text = strings.TrimRight(text, "\r\n")
	}
	return text
})

func TestStampProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := workloadGen.Draw(t, "workload")
		roundTripRapid(t, []byte(text))
	})
}

// cutBlock: the text ends, without a line break, inside a block scalar.
var cutBlock = regexp.MustCompile(`[|>]-?\r?\n +x\r?\n +y$`)

func roundTripRapid(t *rapid.T, text []byte) {
	s := marked(text, stamping{kind: "Deployment"})
	stamped, err := s.apply(text)
	if cutBlock.Match(text) && err != nil {
		return // with a line after it, the block scalar would read differently
	}
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	s.value = ""
	back, err := s.apply(stamped)
	if err != nil || !bytes.Equal(back, text) {
		t.Fatalf("%q\nstamped %q\nback    %q (%v)", text, stamped, back, err)
	}
}
