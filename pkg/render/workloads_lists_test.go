package render

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
)

// deployments are n workloads, each on its own.
func deployments(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-%d\n  namespace: shop\nspec:\n  template:\n    metadata:\n      annotations:\n        linkerd.io/inject: enabled\n    spec:\n      containers:\n      - name: app\n", i))
	}
	return all
}

// stampOne stamps one file.
func stampOne(t testing.TB, in WorkloadsInput, text []byte) (WorkloadsOutput, error) {
	t.Helper()
	in.Files = []WorkloadFile{{Name: "f.yaml", Text: text}}
	return StampWorkloads(in)
}

// TestWorkloadListsAsWholes: the stamps of a list whose items are worked on one by
// one are, byte for byte, those of the list read as a whole; removing them gives
// back every byte; what one refuses, the other refuses with the same words.
func TestWorkloadListsAsWholes(t *testing.T) {
	in := WorkloadsInput{State: listInput(t, "../../fixtures/rotation/bundle/anchor-spread.yaml").State, AllowNothing: true}
	m, err := NewMaterial(in.State, nil)
	if err != nil {
		t.Fatal(err)
	}
	custom := "apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: w, namespace: shop}\nspec:\n  template:\n    metadata: {annotations: {linkerd.io/inject: enabled}}\n"
	changed, refused := 0, 0
	for name, docs := range map[string][]string{
		"as they are":    deployments(4),
		"a Namespace":    append(deployments(2), "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  annotations: {linkerd.io/inject: enabled}\n"),
		"flow style":     {"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: shop}\nspec: {template: {metadata: {annotations: {linkerd.io/inject: enabled}}, spec: {}}}\n"},
		"hollow":         {"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: shop, annotations: {}}\nspec:\n  template:\n    metadata:\n      annotations: {}\n    spec: {}\n", deployments(1)[0]},
		"custom":         append(deployments(1), custom),
		"anchors":        {"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: shop}\nspec:\n  template:\n    metadata:\n      annotations: &x {linkerd.io/inject: enabled}\n", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b, namespace: shop}\nspec:\n  template:\n    metadata:\n      annotations: *x\n"},
		"broken":         append(deployments(1), "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: [\n"),
		"a key twice":    append(deployments(1), strings.Replace(deployments(1)[0], "kind: Deployment\n", "kind: Deployment\nkind: Deployment\n", 1)),
		"a template":     {strings.Replace(deployments(1)[0], "name: app-0", "name: {{ .name }}", 1)},
		"a text of YAML": append(deployments(1), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  x: |\n    kind: Deployment\n    linkerd.io/inject: enabled\n"),
	} {
		for _, blanks := range []string{"", "  "} {
			what := fmt.Sprintf("%s, %d blanks", name, len(blanks))
			text := asList(docs, blanks)
			out, err := stampOne(t, in, text)
			w := &workloads{WorkloadsInput: in, material: m}
			w.Files, w.Each = []WorkloadFile{{Name: "f.yaml", Text: text}}, func(n int, do func(int)) {
				for i := range n {
					do(i)
				}
			}
			if nsErr := w.readNamespaces(); nsErr != nil {
				t.Fatal(nsErr)
			}
			whole := w.documents(w.Files[0], manifest.Split(text))
			if err != nil {
				refused++
				if got, want := err.Error(), whole.problems.In("f.yaml").Err(); fmt.Sprint(want) != got {
					t.Errorf("%s: %s\nas a whole %v", what, got, want)
				}
				continue
			}
			if got := out.Files[0].Text; !bytes.Equal(got, whole.text) || len(whole.problems) > 0 {
				t.Errorf("%s:\n%s\nas a whole\n%s%v", what, got, whole.text, whole.problems)
			}
			for _, line := range whole.lines {
				if !slices.ContainsFunc(out.Report.Workloads, func(l WorkloadLine) bool { return l.Object == line.Object && l.Fate == line.Fate && l.Why == line.Why }) {
					t.Errorf("%s: the report lacks %+v", what, line)
				}
			}
			if !bytes.Equal(out.Files[0].Text, text) {
				changed++
				bare := in
				bare.Remove = true
				back, err := stampOne(t, bare, out.Files[0].Text)
				if err != nil || !bytes.Equal(back.Files[0].Text, text) {
					t.Errorf("%s: removing the stamps gives (%v)\n%s", what, err, back.Files[0].Text)
				}
			}
		}
	}
	if changed < 10 || refused < 4 {
		t.Errorf("%d were changed and %d refused: the test shows little", changed, refused)
	}
}

// TestCustomResourcesInLists: pods of a kind that no stamp restarts are named inside
// of a list, too.
func TestCustomResourcesInLists(t *testing.T) {
	in := WorkloadsInput{State: listInput(t, "../../fixtures/rotation/bundle/anchor-spread.yaml").State}
	out, err := stampOne(t, in, asList(append(deployments(1), "apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: w, namespace: shop}\nspec:\n  template:\n    metadata: {annotations: {linkerd.io/inject: enabled}}\n"), ""))
	if err != nil || !slices.ContainsFunc(out.Report.Workloads, func(l WorkloadLine) bool { return strings.Contains(l.Object, "Widget") && l.Fate == Immune }) {
		t.Errorf("%v: %+v", err, out.Report)
	}
}

// TestStampingListsCostsWhatDocumentsCost counts allocations, which no other process
// and no slow machine changes.
func TestStampingListsCostsWhatDocumentsCost(t *testing.T) {
	in := WorkloadsInput{State: listInput(t, "../../fixtures/rotation/bundle/anchor-spread.yaml").State}
	cost := func(text []byte, remove bool) float64 {
		in := in
		if remove {
			out, err := stampOne(t, in, text)
			if err != nil {
				t.Fatal(err)
			}
			text, in.Remove = out.Files[0].Text, true
		}
		return testing.AllocsPerRun(1, func() {
			if out, err := stampOne(t, in, text); err != nil || bytes.Equal(out.Files[0].Text, text) {
				t.Fatalf("nothing was changed (%v)", err)
			}
		})
	}
	stream := func(n int) []byte { return []byte("---\n" + strings.Join(deployments(n), "---\n")) }
	for _, remove := range []bool{false, true} {
		documents, list, twice := cost(stream(100), remove), cost(asList(deployments(100), ""), remove), cost(asList(deployments(200), ""), remove)
		if list > 1.3*documents {
			t.Errorf("remove %t: 100 items cost %.0f allocations, as documents %.0f", remove, list, documents)
		}
		if twice > 2.1*list {
			t.Errorf("remove %t: 100 items cost %.0f allocations, 200 cost %.0f", remove, list, twice)
		}
	}
}
