package rotation

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

const sample = `apiVersion: l5d-pki-render/v1alpha1
kind: Observation
cluster: prod
at: 2026-03-01T12:00:00Z
covers: [control-plane, identity, proxies]
controlPlane:
  trustRoots: [AAA]
  injectors:
  - {pod: injector-0, bundle: [AAA]}
identity:
- pod: identity-0
  bundle: [AAA]
  issuer: [BBB]
endpoints:
- group: proxies
  namespace: emojivoto
  workload: deploy/web
  bundle: [AAA]
  chain: [BBB]
  count: 12
webhooks:
- {name: proxyInjector, caBundle: [AAA], served: [BBB]}
`

// filled puts real-looking fingerprints in: one of digits only, which YAML
// would take for a number.
func filled(text string) []byte {
	return []byte(strings.NewReplacer("AAA", strings.Repeat("1234567890123456", 4), "BBB", strings.Repeat("0e12", 16)).Replace(text))
}

func TestParseObservation(t *testing.T) {
	o, err := ParseObservation("seen.yaml", filled(sample))
	if err != nil {
		t.Fatal(explain(err))
	}
	if o.ControlPlane.TrustRoots[0] != strings.Repeat("1234567890123456", 4) || o.Identity[0].Issuer[0] != strings.Repeat("0e12", 16) {
		t.Errorf("fingerprints were taken for numbers: %+v", o.ControlPlane.TrustRoots)
	}
	if o.Endpoints[0].Count != 12 || !o.at().Equal(now) || o.missing()[0] != GroupGateways {
		t.Errorf("%+v", o)
	}
	asJSON := must(json.Marshal(o))
	again, err := ParseObservation("seen.json", asJSON)
	if err != nil || !reflect.DeepEqual(o, again) {
		t.Errorf("JSON: %s", explain(err))
	}
	crlf, err := ParseObservation("seen.yaml", []byte(strings.ReplaceAll(string(filled(sample)), "\n", "\r\n")))
	if err != nil || !reflect.DeepEqual(o, crlf) {
		t.Errorf("CRLF: %s", explain(err))
	}
}

func TestParseObservationRefuses(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           problem.Sentence
		place          string // line:column
	}{
		{"unknown key", "cluster: prod", "cluster: prod\ncolour: red", problem.ObservationUnknownKey, "4:1"},
		{"wrong case", "trustRoots:", "trustroots:", problem.ObservationUnknownKey, "7:3"},
		{"double key", "cluster: prod", "cluster: prod\ncluster: prod", problem.ObservationDoubleKey, "4:1"},
		{"missing key", "cluster: prod\n", "", problem.ObservationMissingKey, "1:1"},
		{"missing group", "group: proxies\n  ", "", problem.ObservationMissingKey, "15:3"},
		{"no instant", "2026-03-01T12:00:00Z", "yesterday", problem.ObservationInstant, ""},
		{"not UTC", "2026-03-01T12:00:00Z", "2026-03-01T12:00:00+01:00", problem.ObservationInstant, ""},
		{"unknown group", "covers: [control-plane,", "covers: [moon,", problem.ObservationGroup, ""},
		{"identity has no endpoints", "group: proxies", "group: identity", problem.ObservationGroup, ""},
		{"upper case", "issuer: [BBB]", "issuer: [ABCDEF]", problem.ObservationFingerprint, ""},
		{"short", "issuer: [BBB]", "issuer: [abc]", problem.ObservationFingerprint, ""},
		{"empty list", "issuer: [BBB]", "issuer: []", problem.ObservationNoFingerprint, ""},
		{"null", "issuer: [BBB]", "issuer:", problem.ObservationShape, ""},
		{"text for a list", "issuer: [BBB]", "issuer: BBB", problem.ObservationShape, "13:11"},
		{"count zero", "count: 12", "count: 0", problem.ObservationCount, "20:10"},
		{"count of words", "count: 12", "count: many", problem.ObservationCount, "20:10"},
		{"a namespace that is a command", "namespace: emojivoto", "namespace: $(touch x)", problem.ObservationPods, ""},
		{"a namespace that is a flag", "namespace: emojivoto", "namespace: -A", problem.ObservationPods, ""},
		{"another kind", "kind: Observation", "kind: Rotation", problem.ObservationHead, ""},
		{"damaged certificates", "cluster: prod", "cluster: prod\ncertificates: rubbish", problem.Sentence{Code: "pki"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(sample, c.old) {
				t.Fatal("the sample lacks", c.old)
			}
			_, err := ParseObservation("seen.yaml", filled(strings.Replace(sample, c.old, c.new, 1)))
			found := false
			for _, p := range problem.Of(err) {
				if strings.HasPrefix(string(p.Code), string(c.want.Code)) && strings.HasPrefix(p.Error(), strings.TrimSuffix("seen.yaml:"+c.place, ":")) {
					found = true
				}
			}
			if !found {
				t.Errorf("want %s at %s, got %s", c.want.Code, c.place, explain(err))
			}
		})
	}
	for name, data := range map[string]string{"empty": "", "a comment": "# nothing\n", "two documents": sample + "---\n" + sample, "a list": "- a\n", "an alias": "a: &x 1\nb: *x\n"} {
		if _, err := ParseObservation("seen.yaml", filled(data)); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if _, err := ParseObservation("seen.yaml", make([]byte, MaxObservation+1)); !slices.Equal(codes(err), []string{"observation-size"}) {
		t.Errorf("a huge file: %v", codes(err))
	}
	two := strings.NewReplacer("cluster: prod", "colour: red", "count: 12", "count: 0").Replace(sample)
	if _, err := ParseObservation("seen.yaml", filled(two)); len(problem.Of(err)) != 3 {
		t.Errorf("problems are not reported together: %s", explain(err))
	}
}

func FuzzObservation(f *testing.F) {
	f.Add(filled(sample))
	f.Add(filled(documentSample))
	f.Add([]byte("{}"))
	f.Add([]byte("apiVersion: l5d-pki-render/v1alpha1\nkind: Observation\ncluster: x\nat: 2026-03-01T12:00:00Z\ncovers: []\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := ParseObservation("f", data)
		if err != nil {
			if o != nil {
				t.Error("an observation beside an error")
			}
			return
		}
		again, err := ParseObservation("f", must(json.Marshal(o)))
		if err != nil {
			t.Fatalf("what was read is refused when written: %s", explain(err))
		}
		if string(must(json.Marshal(again))) != string(must(json.Marshal(o))) {
			t.Error("reading again gives something else")
		}
	})
}

// TestSchemaMatchesTypes: the schema has the keys of the types, no other, and
// asks for those that the reader asks for.
func TestSchemaMatchesTypes(t *testing.T) {
	text, err := os.ReadFile("../../schema/observation.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	defs := root["$defs"].(map[string]any)
	compareSchema(t, "firstForm", defs["firstForm"].(map[string]any), reflect.TypeFor[Observation]())
	compareSchema(t, "secondForm", defs["secondForm"].(map[string]any), reflect.TypeFor[observationDocument]())
}

func compareSchema(t *testing.T, at string, schema map[string]any, typ reflect.Type) {
	switch {
	case typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Struct:
		compareSchema(t, at+"[]", schema["items"].(map[string]any), typ.Elem())
	case typ.Kind() == reflect.Struct:
		properties := schema["properties"].(map[string]any)
		var keys, required []string
		for i := range typ.NumField() {
			name, rest, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			if name == "-" {
				continue
			}
			keys = append(keys, name)
			if rest == "" {
				required = append(required, name)
			}
			if p, ok := properties[name].(map[string]any); ok {
				compareSchema(t, at+"."+name, p, typ.Field(i).Type)
			}
		}
		var has, asks []string
		for name := range properties {
			has = append(has, name)
		}
		list, _ := schema["required"].([]any)
		for _, r := range list {
			asks = append(asks, r.(string))
		}
		for _, l := range [][]string{keys, required, has, asks} {
			slices.Sort(l)
		}
		if !slices.Equal(keys, has) || !slices.Equal(required, asks) || schema["additionalProperties"] != false {
			t.Errorf("%s: types %v (required %v), schema %v (required %v)", at, keys, required, has, asks)
		}
	}
}
