package render_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"helm.sh/helm/v3/pkg/releaseutil"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// kubectlPieces cuts a stream as kubectl does (k8s.io/apimachinery, YAMLReader):
// at lines that begin with "---" and end with LF. What else than a comment
// follows the dashes is an error, which ends the stream.
func kubectlPieces(stream string) (pieces []string) {
	var piece strings.Builder
	for line := range strings.SplitAfterSeq(stream, "\n") {
		if rest, found := strings.CutPrefix(line, "---"); found {
			if rest = strings.TrimSpace(rest); rest != "" && rest[0] != '#' {
				return pieces
			}
			pieces = append(pieces, piece.String())
			piece.Reset()
		}
		piece.WriteString(line)
	}
	return append(pieces, piece.String())
}

func helmPieces(stream string) (pieces []string) {
	for _, piece := range releaseutil.SplitManifests(stream) {
		pieces = append(pieces, piece)
	}
	return pieces
}

// bundlesSeen are the trust roots' bundles that a reader of Kubernetes finds.
// Whatever has items is a list for it, which items without kind and apiVersion get both from,
// and a ConfigMap of another API group another object.
func bundlesSeen(pieces []string) (bundles []string) {
	var walk func(object any)
	walk = func(object any) {
		o, _ := object.(map[string]any)
		if items, list := o["items"].([]any); list {
			for _, item := range items {
				walk(item)
			}
			return
		}
		meta, _ := o["metadata"].(map[string]any)
		data, _ := o["data"].(map[string]any)
		version, _ := o["apiVersion"].(string)
		core := slices.Contains([]string{"", "v1", "/v1"}, version)
		namespace, _ := meta["namespace"].(string) // Argo CD takes what is no string for none
		if core && o["kind"] == "ConfigMap" && meta["name"] == "linkerd-identity-trust-roots" && (namespace == "" || namespace == "linkerd") {
			bundles = append(bundles, fmt.Sprint(data["ca-bundle.crt"]))
		}
	}
	for _, piece := range pieces {
		var object any
		before := len(bundles)
		if yaml.Unmarshal([]byte(piece), &object) != nil {
			continue
		}
		walk(object)
		inJSON, err := json.Marshal(object)
		if err != nil {
			continue
		}
		read, _, err := unstructured.UnstructuredJSONScheme.Decode(inJSON, nil, nil)
		if list, is := read.(*unstructured.UnstructuredList); err == nil && is {
			bundles = bundles[:before] // with what items get from their list
			for _, item := range list.Items {
				walk(item.Object)
			}
		}
	}
	return bundles
}

const (
	staleRoots = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: linkerd-identity-trust-roots\n  namespace: linkerd\ndata:\n  ca-bundle.crt: STALE\n"
	lastObject = "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: last\n"
)

// readAlike fails if a stream is accepted and a reader finds stale trust roots in
// what came out, or finds none although they are to be there.
func readAlike(t *testing.T, name string, in render.Input, needed bool) (accepted bool) {
	t.Helper()
	out, err := render.PostRender(in)
	if err != nil {
		return false
	}
	for reader, pieces := range map[string][]string{"kubectl": kubectlPieces(string(out.Stream)), "Helm": helmPieces(string(out.Stream))} {
		bundles := bundlesSeen(pieces)
		if slices.ContainsFunc(bundles, func(b string) bool { return strings.Contains(b, "STALE") }) {
			t.Errorf("%s: %s reads stale trust roots from %q", name, reader, in.Stream)
		}
		if needed && len(bundles) != 1 {
			t.Errorf("%s: %s finds %d trust roots", name, reader, len(bundles))
		}
	}
	return true
}

func inBase64(text string) string {
	return "!!binary " + base64.StdEncoding.EncodeToString([]byte(text))
}

var (
	// noNamespaces are ways to write that an object names none.
	noNamespaces = []string{"", "null", "Null", "NULL", "~", `""`, "''", "!!null", "!!null null", "!!str", `!!str ""`, "&a", "&a ~"}
	// notStrings are no strings, for one reader at least.
	notStrings = []string{"false", "TRUE", "no", "on", "y", "0", "0b1", "0x1f", "1e3", "017", "1_000", ".5", ".inf", "2026-01-02", "[]", "[linkerd]", "{}",
		"{linkerd: }", "!!int 1", "!x linkerd", "!x", "="}
	// notLabels are strings that name no namespace.
	notLabels = []string{`"linkerd "`, `" "`, `"a/b"`, "Linkerd", "${NAMESPACE:=linkerd}", "'{{ .Release.Namespace }}'"}
)

// listsOfKind are lists that items without a kind are ConfigMaps in (k8s.io/apimachinery, decodeToList).
var listsOfKind = map[string]string{
	"a list":            "apiVersion: v1\nkind: ConfigMapList\n",
	"no list":           "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: zz, namespace: linkerd}\n",
	"null metadata":     "apiVersion: v1\nkind: ConfigMap\nmetadata: null\n",
	"another's version": "apiVersion: /v1\nkind: ConfigMap\n",
	"no version":        "kind: ConfigMapList\n",
	"an odd version":    "apiVersion: 1\nkind: ConfigMapList\n",
}

// oddRoots are stale trust roots, written so that readers may differ in them.
func oddRoots() map[string]string {
	const mark = "\ufeff"
	replaced := func(old, new string) string { return "---\n" + strings.Replace(staleRoots, old, new, 1) }
	item := "- " + strings.ReplaceAll(strings.TrimSpace(staleRoots), "\n", "\n  ") + "\n"
	odd := map[string]string{
		"plain":            "---\n" + staleRoots,
		"mark":             "---\n" + mark + staleRoots,
		"mark, comment":    "---\n# c\n" + mark + staleRoots,
		"mark, blank line": "---\n\n" + mark + staleRoots,
		"mark, JSON":       "---\n# c\n" + mark + `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "linkerd-identity-trust-roots"}, "data": {"ca-bundle.crt": "STALE"}}` + "\n",
		"mark before kind": replaced("kind:", mark+"kind:"),
		"mark before data": replaced("\ndata:", "\ndata: {}\n"+mark+"data:"),
		"mark, dashes":     "---\n" + mark + "---\n" + staleRoots,
		"two marks":        "---\n" + mark + mark + staleRoots,
		"mark after dots":  "---\n" + foreign + "...\n" + mark + staleRoots,

		"binary kind":         replaced("kind: ConfigMap", "kind: "+inBase64("ConfigMap")),
		"binary key kind":     replaced("kind: ConfigMap", inBase64("kind")+": ConfigMap"),
		"binary second kind":  replaced("kind: ConfigMap", "kind: Foo\n"+inBase64("kind")+": ConfigMap"),
		"binary metadata":     replaced("metadata:", inBase64("metadata")+":"),
		"binary key name":     replaced("name:", inBase64("name")+":"),
		"binary name":         replaced("linkerd-identity-trust-roots", inBase64("linkerd-identity-trust-roots")),
		"binary namespace":    replaced("namespace: linkerd", "namespace: "+inBase64("linkerd")),
		"binary data":         replaced("\ndata:", "\n"+inBase64("data")+":"),
		"binary key":          replaced("ca-bundle.crt", inBase64("ca-bundle.crt")),
		"binary by alias":     replaced("kind: ConfigMap", "x: &k "+inBase64("kind")+"\n*k : ConfigMap"),
		"binary in full":      replaced("kind: ConfigMap", "kind: !<tag:yaml.org,2002:binary> Q29uZmlnTWFw"),
		"items":               "---\napiVersion: v1\nkind: Foo\nitems:\n" + item,
		"items in items":      "---\napiVersion: v1\nkind: Foo\nitems:\n- kind: Bar\n  items:\n  " + strings.ReplaceAll(strings.TrimSpace(item), "\n", "\n  ") + "\n",
		"items of ours":       "---\n" + staleRoots + "items: []\n",
		"items, binary":       "---\napiVersion: v1\nkind: Foo\n" + inBase64("items") + ":\n" + item,
		"items, merged":       "---\nx: &x\n  items:\n  " + strings.ReplaceAll(strings.TrimSpace(item), "\n", "\n  ") + "\nkind: Foo\n<<: *x\n",
		"crlf":                "---\r\n" + strings.ReplaceAll(staleRoots, "\n", "\r\n"),
		"crlf, mark":          "---\r\n" + mark + strings.ReplaceAll(staleRoots, "\n", "\r\n"),
		"cr in the separator": "---\n" + foreign + "---\r" + staleRoots,
		"cr only":             "---\n" + foreign + "\r---\r" + strings.ReplaceAll(staleRoots, "\n", "\r") + "\n",
		"cr in its comment":   "---\n" + foreign + "--- # x\r" + staleRoots,
	}
	for _, namespace := range slices.Concat(noNamespaces, notStrings, notLabels) {
		odd["namespace: "+namespace] = replaced("namespace: linkerd", "namespace: "+namespace)
	}
	for _, namespace := range noNamespaces {
		odd["flow, namespace: "+namespace] = "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: linkerd-identity-trust-roots, namespace: " +
			namespace + " }, data: {ca-bundle.crt: STALE}}\n"
	}
	kindless := strings.TrimPrefix(strings.TrimSuffix(item, "\n"), "- apiVersion: v1\n  kind: ConfigMap\n")
	for name, list := range listsOfKind {
		odd["kind of "+name] = "---\n" + list + "items:\n-" + kindless[1:] + "\n"
		odd["kind of "+name+", keys twice"] = "---\n" + list + "items:\n- {kind: Foo, apiVersion: example.com/v1, kind: 1, apiVersion: 2," +
			" metadata: {name: linkerd-identity-trust-roots}, data: {ca-bundle.crt: STALE}}\n"
		odd["kind of "+name+", metadata twice"] = "---\n" + list + "items:\n- metadata: {name: other}\n" + kindless + "\n"
		values := []string{"null", "1", "y"}
		if name == "no list" {
			values = slices.Concat(noNamespaces, notStrings)
		}
		for _, value := range values {
			odd["kind of "+name+", "+value] = "---\n" + list + "items:\n- kind: " + value + "\n  apiVersion: " + value + "\n" + kindless + "\n"
			odd["kind of "+name+", no version, "+value] = "---\n" + list + "items:\n- kind: " + value + "\n" + kindless + "\n"
		}
	}
	for name, br := range map[string]string{"cr": "\r", "nel": "\u0085", "ls": "\u2028", "ps": "\u2029", "ff": "\f", "nbsp": "\u00a0"} {
		odd[name+" before the separator"] = "---\n" + foreign + "# x " + br + "---\n" + staleRoots
		odd[name+" behind the separator"] = "---\n" + foreign + "---" + br + "\n" + staleRoots
		odd[name+" in a comment"] = "---\n# x " + br + staleRoots
		odd[name+" in the head"] = replaced("kind:", "foo: bar"+br+"kind:")
	}
	return odd
}

// TestReadersAgree: beside the right trust roots, and in their place.
func TestReadersAgree(t *testing.T) {
	in := fixture(t, "control-plane-2-13")
	in.SecretsApart = true
	before, roots, after := trustRoots(t, in)
	accepted := map[string]bool{}
	for name, odd := range oddRoots() {
		one := in
		one.Stream = []byte(before + roots + odd + after)
		readAlike(t, name+", beside", one, true)
		one.Stream = []byte(strings.TrimSuffix(before, "---\n") + odd + after)
		accepted[name] = readAlike(t, name, one, true)
	}
	for _, name := range []string{"plain", "mark", "crlf", "crlf, mark", "items"} {
		if !accepted[name] {
			t.Errorf("%s: refused", name)
		}
	}
	one := in
	one.Stream = []byte(before + "\ufeff" + roots + after)
	if strings.ReplaceAll(string(mustRender(t, one).Stream), "\ufeff", "") != string(mustRender(t, in).Stream) {
		t.Error("the mark changes what else is written")
	}
}

// TestReadingsRefused: with the error that says what to change.
func TestReadingsRefused(t *testing.T) {
	in := fixture(t, "control-plane-2-13")
	before, roots, after := trustRoots(t, in)
	for name, code := range map[string]problem.Code{
		"mark, comment": problem.MarkInside.Code, "mark before kind": problem.MarkInside.Code,
		"binary kind": problem.BinaryText.Code, "binary data": problem.BinaryText.Code, "binary second kind": problem.KeyTwice.Code,
		"kind of a list": problem.RenderDoubledTarget.Code, "kind of no list": problem.RenderDoubledTarget.Code, "kind of null metadata": problem.RenderDoubledTarget.Code,
		"kind of no list, keys twice": problem.KeyTwice.Code, "kind of no list, metadata twice": problem.KeyTwice.Code,
		"items of ours": problem.OwnItems.Code, "items, binary": problem.BinaryText.Code,
		"cr before the separator": problem.Unseparated.Code, "ls before the separator": problem.Unseparated.Code, "cr in the separator": problem.Unseparated.Code,
	} {
		one := in
		one.Stream = []byte(before + roots + oddRoots()[name] + after)
		if _, err := render.PostRender(one); err == nil || !slices.ContainsFunc(problem.Of(err), func(p *problem.Problem) bool { return p.Code == code }) {
			t.Errorf("%s: got %v, want %s", name, err, code)
		}
	}
	for _, value := range notStrings {
		one := in
		one.Stream = []byte(before + roots + oddRoots()["kind of no list, "+value] + after)
		if _, err := render.PostRender(one); !hasCode(err, problem.RenderNotName.Code) || !strings.Contains(err.Error(), "items[0].apiVersion must be a string") {
			t.Errorf("kind: %s in a list: %v", value, err)
		}
	}
	for name, foreign := range map[string]string{
		"binary": "---\nkind: Foo\napiVersion: v1\nmetadata: {name: a}\ndata: {x: !!binary QQ==}\n",
		"mark":   "---\nkind: Foo\napiVersion: v1\n\ufeffmetadata: {name: a}\n",
		"items":  "---\nkind: Foo\napiVersion: v1\nmetadata: {name: a}\nitems:\n- kind: Bar\n",
		"cr":     "---\nkind: Foo\napiVersion: v1 # x\r---\nkind: Bar\napiVersion: v1\nmetadata: {name: a}\n",
	} {
		one := in
		one.Stream = []byte(before + roots + foreign + after)
		if out, err := render.PostRender(one); err != nil || !strings.Contains(string(out.Stream), foreign) {
			t.Errorf("foreign object, %s: %v", name, err)
		}
	}
}

// pieces of streams, put together at random.
var (
	kinds   = []string{"kind: ConfigMap\n", "kind: \"ConfigMap\"\n", "'kind': ConfigMap\n", "kind: >-\n  ConfigMap\n", "kind:\n  ConfigMap\n", "? kind\n: ConfigMap\n", "kind: &k ConfigMap\n", "kind: " + inBase64("ConfigMap") + "\n", inBase64("kind") + ": ConfigMap\n"}
	metas   = []string{"metadata:\n  name: linkerd-identity-trust-roots\n  namespace: null\n", "metadata: {name: linkerd-identity-trust-roots, namespace: ~}\n", "metadata: {name: linkerd-identity-trust-roots, namespace: 0}\n", "metadata:\n  name: linkerd-identity-trust-roots\n  namespace: linkerd\n", "metadata: {name: linkerd-identity-trust-roots}\n", "metadata:\n  labels: {name: foo}\n  name: \"linkerd-identity\\x2dtrust-roots\"\n", "metadata: &m\n  name: linkerd-identity-trust-roots\n", "metadata:\n  ? name\n  : linkerd-identity-trust-roots\n", "metadata:\n  annotations:\n    x: \"a\n\n  name: foo\n    b\"\n  name: linkerd-identity-trust-roots\n"}
	datas   = []string{"data:\n  ca-bundle.crt: STALE\n", "data: {ca-bundle.crt: STALE}\n", "data:\n  ca-bundle.crt: |\n    STALE\n", "data: &d\n  ca-bundle.crt: STALE\n", "data:\n  " + inBase64("ca-bundle.crt") + ": STALE\n"}
	between = []string{"---\n", "--- # c\n", "---\r\n", "--- \t\n", "...\n", "# c\n", "#\u2028---\n", "#\r---\n", "---\r", "\ufeff", "---\n\ufeff", "%YAML 1.1\n", "\n", " \n", "\t\n", "--- |\n", "--- ''\n", "--- {}\n", "kind: Foo\n", "kind: List\n",
		"x: |\n", "x: |2\n", "x: \"\n", "\"\n", "x: '\n", "'\n", "x: {\n", "}\n", "items:\n", "items: []\n", "- " + strings.ReplaceAll(strings.TrimSpace(staleRoots), "\n", "\n  ") + "\n", "x: foo\n", " bar\n", "  kind: Foo\n", "x: a # \"\n", "y: \"---\n", "x: *m\n", "<<: *d\n", "\u0085", "\u2028", "\r", "- |\n", "? |\n", "x: !foo\n", "   ---\n", " ---\n"}
)

// TestReadersAgreeOnRandomStreams: a bounded number of them, the same in every run.
func TestReadersAgreeOnRandomStreams(t *testing.T) {
	in := fixture(t, "control-plane-2-13")
	in.SecretsApart, in.AllowNothing = true, true
	accepted := 0
	for seed := range int64(randomStreams) {
		r := rand.New(rand.NewSource(seed))
		one := func(of []string) string { return of[r.Intn(len(of))] }
		parts := []string{"apiVersion: v1\n", one(kinds), one(metas), one(datas)}
		r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		for range 1 + r.Intn(3) {
			parts = slices.Insert(parts, r.Intn(len(parts)+1), one(between))
		}
		in.Stream = []byte("---\n" + strings.Join(parts, "") + "\n" + lastObject)
		if readAlike(t, fmt.Sprintf("seed %d", seed), in, false) {
			accepted++
		}
	}
	if accepted < randomStreams/10 {
		t.Errorf("only %d of %d streams accepted: the test compares nothing", accepted, randomStreams)
	}
}

const randomStreams = 2000
