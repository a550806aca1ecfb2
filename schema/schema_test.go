package schema_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"sigs.k8s.io/yaml"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
	"github.com/l5d-pki/l5d-pki-render/schema"
)

const sample = "../pkg/state/testdata/rotation.yaml"

// compiled is the schema of state files, checked against its meta schema.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, ok := schema.Of("rotation")
	if !ok {
		t.Fatal("no schema")
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("rotation.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("rotation.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// check validates a YAML file as Kubernetes sees it.
func check(t *testing.T, s *jsonschema.Schema, data []byte) error {
	t.Helper()
	text, err := yaml.YAMLToJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(value)
}

// Every state file of the repository is valid for the schema and for the reader.
func TestStatesAreValid(t *testing.T) {
	s := compiled(t)
	files := []string{sample}
	err := filepath.WalkDir("../fixtures", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte("\nkind: Rotation")) {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 2 {
		t.Fatal("no state file under fixtures")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := check(t, s, data); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		r, err := state.Parse(file, data)
		for _, p := range problem.Of(err) {
			t.Error(p)
		}
		if err != nil {
			continue
		}
		if text, err := state.Marshal(r); err != nil {
			t.Errorf("%s: %v", file, err)
		} else if err := check(t, s, text); err != nil {
			t.Errorf("%s, written anew: %v", file, err)
		}
		if same, err := state.Update(data, r); err != nil || !bytes.Equal(same, data) {
			t.Errorf("%s: an update with itself changes it: %v", file, err)
		}
	}
}

// What the schema refuses, the reader refuses, too.
func TestSchemaRefuses(t *testing.T) {
	s := compiled(t)
	data, err := os.ReadFile(sample)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{"kind: Rotation", "kind: Rotations"}, {"v1alpha1", "v1"}, {"name: prod", "name: Prod"}, {`"2.18"`, "2.18"}, {`"2.18"`, `"3.1"`},
		{"lifetime: 24h", "lifetime: 1 day"}, {"custody: {kind: age}", "custody: {kind: gpg}"}, {"custody:", "custdoy:"},
		{"phase: anchor-added #", "phase: anchor-aded #"}, {"  epoch: 1\n  phase", "  epoch: -1\n  phase"}, {"strategy: bundle", "strategy: bundles"},
		{"role: outgoing", "role: old"}, {"    tap:", "    tab:"}, {`stamp: ""`, `stamp: "1"`}, {"wave: {}", "wave: {namespaces: []}"},
		{"layout: external", "layout: embedded"}, {"    move: start\n", ""}, {"    move: start\n", "    move: begin\n"},
		{"    move: start\n", "    move: start\n    assumed: [{code: ALL, because: x}]\n"}, {"    move: start\n", "    move: start\n    assumed: [{code: WAVE-DONE, because: \" \"}]\n"},
		{"    move: start\n", "    move: start\n    ahead: \"yes\"\n"}, {"retired: []", "retired: {}"},
	} {
		if !bytes.Contains(data, []byte(change[0])) {
			t.Fatalf("%q is not in the sample", change[0])
		}
		spoilt := bytes.Replace(data, []byte(change[0]), []byte(change[1]), 1)
		if check(t, s, spoilt) == nil {
			t.Errorf("the schema accepts %q", change[1])
		}
		if _, err := state.Parse("f", spoilt); err == nil {
			t.Errorf("the reader accepts %q", change[1])
		}
	}
}

// An editor shows what a field means, so every field says it.
func TestEveryPropertyIsDescribed(t *testing.T) {
	for _, name := range []string{"rotation", "fleet", "audit"} {
		checkDescribed(t, name)
	}
}

func checkDescribed(t *testing.T, schemaName string) {
	text, _ := schema.Of(schemaName)
	type object struct {
		Properties map[string]struct {
			Description string `json:"description"`
		} `json:"properties"`
	}
	var root struct {
		object
		Defs map[string]object `json:"$defs"`
	}
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	if root.Defs[""] = root.object; len(root.Defs) < 5 {
		t.Fatal("hardly any definition")
	}
	for name, o := range root.Defs {
		for key, p := range o.Properties {
			if p.Description == "" || strings.ContainsAny(p.Description, "[]\n") {
				t.Errorf("%s: %s.%s: description %q", schemaName, name, key, p.Description)
			}
		}
	}
}

func TestNames(t *testing.T) {
	if !slices.Contains(schema.Names(), "rotation") {
		t.Error("the schema is not embedded")
	}
	for _, name := range schema.Names() {
		if text, ok := schema.Of(name); !ok || !json.Valid(text) {
			t.Errorf("%s is no JSON", name)
		}
	}
	if _, ok := schema.Of("nothing"); ok {
		t.Error("a schema of nothing")
	}
}
