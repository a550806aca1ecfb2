package krm

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"

	"sigs.k8s.io/yaml"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

const fixtures = "../../fixtures"

func read(t testing.TB, parts ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{fixtures}, parts...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// objects are the documents of a stream that hold something, without comments
// before them; secrets are left out unless wanted.
func objects(t testing.TB, stream string, secrets bool) [][]byte {
	t.Helper()
	var found [][]byte
	for _, d := range manifest.Split([]byte(stream)) {
		root, err := d.Parse()
		if err != nil {
			t.Fatal(err)
		}
		if root != nil && (secrets || root.Get("kind").Value() != "Secret") {
			text := bytes.TrimPrefix(d.Text, []byte("---\n"))
			for bytes.HasPrefix(text, []byte("#")) {
				_, text, _ = bytes.Cut(text, []byte("\n"))
			}
			found = append(found, text)
		}
	}
	if len(found) < 2 {
		t.Fatal("no objects")
	}
	return found
}

// listOf writes a ResourceList as kyaml does, but with the items' own bytes.
func listOf(items [][]byte, config string) []byte {
	var out bytes.Buffer
	out.WriteString("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:")
	if len(items) == 0 {
		out.WriteString(" []")
	}
	out.WriteString("\n")
	out.Write(sequence(items))
	if config != "" {
		out.WriteString("functionConfig:\n  " + strings.ReplaceAll(strings.TrimSpace(config), "\n", "\n  ") + "\n")
	}
	return out.Bytes()
}

func itemsOf(t testing.TB, text []byte) [][]byte {
	t.Helper()
	root, err := manifest.Parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	cut, err := manifest.CutItems(text, root, manifest.At("items"))
	if err != nil {
		t.Fatal(err)
	}
	items := make([][]byte, cut.Len())
	for n := range items {
		items[n] = cut.Alone(n)
	}
	return items
}

// TestTransform: through every phase of every rotation, the items become what
// post-render makes of the same documents, byte for byte, and the rest stays.
func TestTransform(t *testing.T) {
	states, err := filepath.Glob(filepath.Join(fixtures, "rotation", "*", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	walked := 0
	for _, path := range states {
		kind, phase := filepath.Base(filepath.Dir(path)), filepath.Base(path)
		if kind == "golden" {
			continue
		}
		walked++
		t.Run(kind+"/"+phase, func(t *testing.T) {
			in := listOf(objects(t, read(t, "rotation", "input.yaml"), false), read(t, "rotation", kind, phase))
			out, err := Run(in)
			if err != nil {
				t.Fatal(err)
			}
			want := objects(t, read(t, "rotation", "golden", kind+"-"+phase), false)
			got := itemsOf(t, out.List)
			if len(got) != len(want) {
				t.Fatalf("%d items, want %d", len(got), len(want))
			}
			for n := range want {
				if !bytes.Equal(bytes.TrimSpace(got[n]), bytes.TrimSpace(want[n])) {
					t.Errorf("item %d is not the document of post-render:\n%.1500s", n, got[n])
				}
			}
			_, before, _ := bytes.Cut(in, []byte("functionConfig:"))
			_, after, _ := bytes.Cut(out.List, []byte("functionConfig:"))
			if !bytes.HasPrefix(after, before) || !bytes.HasPrefix(after[len(before):], []byte("results:\n- message: ")) {
				t.Errorf("behind the items: %.300s", after[max(0, len(before)-100):])
			}
			again, err := Run(listOf(got, read(t, "rotation", kind, phase)))
			if err != nil {
				t.Fatal(err)
			}
			for n, text := range itemsOf(t, again.List) {
				if !bytes.Equal(text, got[n]) {
					t.Errorf("a second call changes item %d", n)
				}
			}
		})
	}
	if walked < 20 {
		t.Fatalf("walked %d phases, want 20 or more", walked)
	}
}

// TestOtherForms: JSON and lists in brackets give the same objects.
func TestOtherForms(t *testing.T) {
	state := read(t, "json", "state.yaml")
	list := read(t, "json", "input.yaml")
	var items []string
	for _, d := range objects(t, list, false) {
		items = append(items, strings.TrimSpace(string(d)))
	}
	if !strings.HasPrefix(items[0], "{") {
		t.Fatalf("the fixture is no JSON: %.40s", items[0])
	}
	in := "apiVersion: config.kubernetes.io/v1beta1\nkind: ResourceList\nfunctionConfig:\n  " +
		strings.ReplaceAll(state, "\n", "\n  ") + "\nitems: [" + strings.Join(items, ", ") + "]\n"
	out, err := Run([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(out.List, []byte("apiVersion: config.kubernetes.io/v1beta1\n")) {
		t.Error("another version than the input's")
	}
	want := objects(t, read(t, "json", "golden.yaml"), false)
	for n, got := range itemsOf(t, out.List) {
		if !bytes.Equal(bytes.TrimSpace(got), bytes.TrimSpace(want[n])) {
			t.Errorf("item %d: %.600s", n, got)
		}
	}
}

// TestAnnotations: what hosts write into items stays, beside an edit too, and
// results say which file an object came from.
func TestAnnotations(t *testing.T) {
	const theirs = "  annotations:\n    internal.config.kubernetes.io/path: 'cm.yaml' # theirs\n    internal.config.kubernetes.io/index: '3'\n    config.k8s.io/id: '1'\n" +
		"    kustomize.config.k8s.io/id: |\n      kind: Deployment\n      name: web\n    mine: \"yes\"\n"
	items := [][]byte{
		[]byte("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  annotations: {linkerd.io/inject: enabled}\n"),
		[]byte("# head\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\n" + theirs + "spec:\n  template:\n    metadata: {annotations: {a: b}}\n    spec: {containers: [{name: x}]}\n"),
		[]byte("apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: once\n  namespace: shop\n" + theirs + "spec:\n  template:\n    spec: {containers: [{name: x}]}\n"),
	}
	items[1] = bytes.TrimPrefix(items[1], []byte("# head\n"))
	out, err := Run(listOf(items, read(t, "rotation", "bundle", "anchor-spread.yaml")))
	if err != nil {
		t.Fatal(err)
	}
	got := itemsOf(t, out.List)
	for _, n := range []int{0, 2} {
		if !bytes.Equal(got[n], items[n]) {
			t.Errorf("item %d has changed: %s", n, got[n])
		}
	}
	want := strings.Replace(string(items[1]), "{a: b}", "{a: b, l5d-pki-render/rollout: 936d4fa99583c354}", 1)
	if string(got[1]) != want {
		t.Errorf("%s\nwant\n%s", got[1], want)
	}
	last := out.Results[len(out.Results)-1]
	if last.ResourceRef == nil || last.ResourceRef.String() != "Job shop/once" || last.ResourceRef.APIVersion != "batch/v1" || last.File == nil || *last.File != (File{"cm.yaml", 3}) {
		t.Errorf("%+v", last)
	}
}

// TestSecrets: a Secret with the phase's certificate and its key stays as it
// is, another one is refused, and nothing tells a key.
func TestSecrets(t *testing.T) {
	all := objects(t, read(t, "rotation", "input.yaml"), true)
	out, err := Run(listOf(all, read(t, "rotation", "bundle", "anchor-added.yaml")))
	if err != nil {
		t.Fatal(err)
	}
	want := objects(t, read(t, "rotation", "golden", "bundle-anchor-added.yaml"), true)
	for n, got := range itemsOf(t, out.List) {
		if !bytes.Equal(bytes.TrimSpace(got), bytes.TrimSpace(want[n])) {
			t.Errorf("item %d: %.300s", n, got)
		}
	}
	in := listOf(all, read(t, "rotation", "bundle", "issuer-switched.yaml"))
	out, err = Run(in)
	if err == nil || !strings.Contains(err.Error(), "Secret linkerd/linkerd-identity-issuer: does not hold issuer chain") {
		t.Fatalf("a stale issuer passes: %v", err)
	}
	if !bytes.HasPrefix(out.List, in) || len(out.Results) != 1 || out.Results[0].Severity != Error {
		t.Errorf("%v", out.Results)
	}
	for _, r := range out.Results {
		if strings.Contains(r.Message, "BEGIN") {
			t.Errorf("%s", r.Message)
		}
	}
}

// TestMixedSecrets: neither the right certificate nor the right key alone will do.
func TestMixedSecrets(t *testing.T) {
	old := objects(t, read(t, "rotation", "input.yaml"), true)
	switched := objects(t, read(t, "rotation", "golden", "bundle-issuer-switched.yaml"), true)
	state := read(t, "rotation", "bundle", "issuer-switched.yaml")
	if _, err := Run(listOf(switched, state)); err != nil {
		t.Fatal(err)
	}
	for _, kept := range []string{"crt.pem: ", "key.pem: "} {
		mixed := make([][]byte, len(switched))
		copy(mixed, switched)
		changed := 0
		for n := range mixed {
			if !bytes.Contains(mixed[n], []byte("name: linkerd-identity-issuer")) || !bytes.Contains(mixed[n], []byte("kind: Secret")) {
				continue
			}
			mixed[n] = bytes.Replace(mixed[n], lineOf(t, switched[n], kept), lineOf(t, old[n], kept), 1)
			changed++
		}
		if _, err := Run(listOf(mixed, state)); changed != 1 || err == nil || !strings.Contains(err.Error(), "does not hold issuer chain") {
			t.Errorf("old %s(%d Secrets): %v", kept, changed, err)
		}
	}
}

func lineOf(t testing.TB, text []byte, key string) []byte {
	t.Helper()
	at := bytes.Index(text, []byte(key))
	if at < 0 {
		t.Fatalf("no %s", key)
	}
	line, _, _ := bytes.Cut(text[at:], []byte("\n"))
	return line
}

// TestGenerate: what `manifests` writes, in place of the configuration that
// kustomize puts among the items, or beside and instead of what is there.
func TestGenerate(t *testing.T) {
	state := read(t, "external-ca", "state.yaml")
	other := []byte("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other\n  namespace: linkerd\n")
	old := []byte("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: linkerd-identity-trust-roots\n  namespace: linkerd\ndata: {ca-bundle.crt: old}\n")
	inNamespace := func(namespace string) []byte {
		return bytes.Replace(old, []byte("namespace: linkerd"), []byte("namespace: "+namespace), 1)
	}
	within := func(spec string) string {
		return "apiVersion: l5d-pki-render/v1alpha1\nkind: L5dPkiRender\nspec:\n" + spec + "  state:\n    " + strings.ReplaceAll(strings.TrimSpace(state), "\n", "\n    ")
	}
	for name, tt := range map[string]struct {
		items  [][]byte
		config string
		want   int
	}{
		"into nothing":             {nil, state, 1},
		"the configuration itself": {[][]byte{[]byte(state)}, state, 1},
		"beside others":            {[][]byte{other}, within("  mode: generate\n"), 2},
		"instead of the old":       {[][]byte{old, other}, within("  mode: generate\n"), 2},
		"of no namespace":          {[][]byte{inNamespace("null"), other}, within("  mode: generate\n"), 2},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := Run(listOf(tt.items, tt.config))
			if err != nil {
				t.Fatal(err)
			}
			got := itemsOf(t, out.List)
			if len(got) != tt.want || bytes.Count(out.List, []byte("name: linkerd-identity-trust-roots")) != 1 || bytes.Contains(out.List, []byte(": old}")) {
				t.Fatalf("%d items:\n%s", len(got), out.List)
			}
			if strings.Contains(string(bytes.Join(got, nil)), "kind: Rotation") {
				t.Error("the configuration is among the items")
			}
		})
	}
	for name, wrong := range map[string]struct {
		items [][]byte
		code  problem.Code
	}{
		"twice":     {[][]byte{old, inNamespace("~")}, problem.RenderDoubledTarget.Code},
		"no string": {[][]byte{inNamespace("0")}, problem.RenderNotName.Code},
	} {
		if _, err := Run(listOf(wrong.items, within("  mode: generate\n"))); err == nil || problem.Of(err)[0].Code != wrong.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	both := read(t, "rotation", "bundle", "stable.yaml")
	if _, err := Run(listOf(nil, both)); err == nil || !strings.Contains(err.Error(), "nothing to write") {
		t.Errorf("nothing to generate: %v", err)
	}
	state = both
	if out, err := Run(listOf(nil, within("  all: true\n"))); err != nil || len(itemsOf(t, out.List)) != 1 {
		t.Errorf("all: %v", err)
	}
}

// TestProbe: the function answers its own probe and no other ConfigMap.
func TestProbe(t *testing.T) {
	probe := func(name, local string) []byte {
		return []byte("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name + "\n  annotations: {config.kubernetes.io/local-config: \"" + local + "\"}\ndata:\n  config: x\n")
	}
	items := append(objects(t, read(t, "rotation", "input.yaml"), false), probe("l5d-pki-render-fixture", "true"), probe("l5d-pki-render-fixture", "false"), probe("l5d-pki-render-other", "true"))
	out, err := Run(listOf(items, read(t, "rotation", "bundle", "stable.yaml")))
	if err != nil {
		t.Fatal(err)
	}
	got := itemsOf(t, out.List)
	if want := string(items[len(items)-3]) + "  the-function-ran: \"yes\"\n"; string(got[len(got)-3]) != want {
		t.Errorf("%s", got[len(got)-3])
	}
	if n := bytes.Count(out.List, []byte("the-function-ran")); n != 1 {
		t.Errorf("%d answers", n)
	}
}

// TestRefused: with every refusal the list comes back as it was, with an error
// among its results; what is no list gives nothing.
func TestRefused(t *testing.T) {
	state := read(t, "rotation", "bundle", "stable.yaml")
	item := [][]byte{[]byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"), []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: y}\n")}
	full := string(listOf(item, state))
	spec := func(fields string) string {
		return string(listOf(item, "apiVersion: l5d-pki-render/v1alpha1\nkind: L5dPkiRender\nspec:\n  "+fields))
	}
	for _, tt := range []struct {
		name, in, says string
		list           bool // the list comes back
	}{
		{"nothing", "", "there is nothing on stdin", false},
		{"a stream", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n", `it has kind "ConfigMap"`, false},
		{"two documents", full + "---\nkind: X\n", "a second document", false},
		{"another version", strings.Replace(full, "kubernetes.io/v1", "kubernetes.io/v2", 1), `it has apiVersion "config.kubernetes.io/v2"`, false},
		{"cut", full + "x: [", "is not valid YAML", false},
		{"an item that is no object", strings.Replace(full, "kind: ConfigMap", "sort: ConfigMap", 1), "items[0]: is no Kubernetes object", false},
		{"an item that is null", "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n-\n", "items[0]: cannot be read apart", false},
		{"no configuration", string(listOf(item, "")), "there is none", true},
		{"somebody else's configuration", string(listOf(item, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}")), `it has apiVersion "v1"`, true},
		{"another kind", string(listOf(item, "apiVersion: l5d-pki-render/v1alpha1\nkind: Other")), `it has kind "Other"`, true},
		{"a wrong state", string(listOf(item, strings.Replace(state, "phase: stable", "phase: steady", 1))), "functionConfig.status.phase", true},
		{"no state", spec("mode: transform"), "spec.state is missing", true},
		{"a wrong mode", spec("mode: guess"), `functionConfig.spec.mode: wants transform or generate, not "guess"`, true},
		{"a wrong field", spec("staet: {}"), "functionConfig.spec.staet: is no field of it", true},
		{"a wrong boolean", spec(`all: "yes"`), "functionConfig.spec.all: wants true or false", true},
		{"a wrong group", spec("require: [all]"), "there is no group", true},
		{"nothing of Linkerd's", full, "none of the 2 documents belongs to", true},
		{"nothing to transform", string(listOf(nil, "apiVersion: l5d-pki-render/v1alpha1\nkind: L5dPkiRender\nspec:\n  mode: transform\n  state:\n    "+strings.ReplaceAll(strings.TrimSpace(state), "\n", "\n    "))), "no items to transform", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := Run([]byte(tt.in))
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("says %v", err)
			}
			if (out.List != nil) != tt.list {
				t.Fatalf("a list comes back: %v", out.List != nil)
			}
			if tt.list && (!bytes.HasPrefix(out.List, []byte(tt.in)) || !bytes.Contains(out.List[len(tt.in):], []byte("severity: error"))) {
				t.Errorf("%s", out.List[len(tt.in):])
			}
		})
	}
}

// TestOldResults: results that came in stay before ours.
func TestOldResults(t *testing.T) {
	in := string(listOf(nil, read(t, "external-ca", "state.yaml"))) + "results:\n- message: theirs\n  severity: info\n"
	out, err := Run([]byte(in))
	if err != nil || !strings.Contains(string(out.List), "results:\n- message: theirs\n  severity: info\n- message: 'phase ") {
		t.Errorf("%v %s", err, out.List[max(0, len(out.List)-300):])
	}
}

// TestJSON: a list in JSON, which is YAML too, stays one: with its items changed
// and results, or as it was with what is wrong.
func TestJSON(t *testing.T) {
	text, err := yaml.YAMLToJSON(listOf(objects(t, read(t, "rotation", "input.yaml"), false), read(t, "rotation", "bundle", "anchor-added.yaml")))
	if err != nil {
		t.Fatal(err)
	}
	out, err := Run(text)
	if err != nil || !json.Valid(out.List) || !bytes.Contains(out.List, []byte(`"results": [{"message":"phase anchor-added`)) {
		t.Errorf("%v: %.300s … %s", err, out.List, out.List[max(0, len(out.List)-300):])
	}
	out, err = Run([]byte(`{"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": []}`))
	if err == nil || !strings.Contains(err.Error(), "no functionConfig") || !json.Valid(out.List) || !bytes.Contains(out.List, []byte(`"severity":"error"`)) {
		t.Errorf("%v: %s", err, out.List)
	}
}

// FuzzRun: whatever comes in, there is no panic, a success has a list that reads
// as one, and a list never comes back shorter than its items.
func FuzzRun(f *testing.F) {
	state := read(f, "external-ca", "state.yaml")
	f.Add(listOf(nil, state))
	f.Add(listOf(objects(f, read(f, "external-ca", "input.yaml"), false), state))
	f.Add([]byte(`{"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": [], "functionConfig": {"apiVersion": "l5d-pki-render/v1alpha1", "kind": "Rotation"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		out, err := Run(text)
		if err == nil && len(out.List) == 0 {
			t.Fatal("a success without a list")
		}
		if out.List == nil {
			return
		}
		before, wrong := readList(text)
		after, broken := readList(out.List)
		if wrong != nil || broken != nil {
			t.Fatalf("%v, %v", wrong, broken)
		}
		if !before.onlyConfig() && after.items.Len() < before.items.Len() {
			t.Fatalf("%d items of %d", after.items.Len(), before.items.Len())
		}
		wrongs := regexp.MustCompile(`"?severity"?: ?"?error`)
		if failed := len(wrongs.FindAll(out.List, -1)) > len(wrongs.FindAll(text, -1)); failed != (err != nil) {
			t.Fatalf("an error result: %v, an error: %v", failed, err)
		}
	})
}

// TestDoubledList: a list with a key that is set twice is refused.
func TestDoubledList(t *testing.T) {
	for name, text := range map[string]string{
		"items":          "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\nitems: []\n",
		"functionConfig": "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\nfunctionConfig: {kind: A, spec: {a: 1, \"a\": 2}}\n",
	} {
		_, err := Run([]byte(text))
		if problems := problem.Of(err); err == nil || problems[0].Code != problem.KeyTwice.Code {
			t.Errorf("%s: %v", name, err)
		}
	}
}
