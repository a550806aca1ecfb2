package render_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// sealedAs gives every Secret of a state's phase a stand-in: a SealedSecret of
// the same name that carries the word.
func sealedAs(t testing.TB, in render.Input, word string) render.Apart {
	t.Helper()
	m, err := render.NewMaterial(in.State, nil)
	if err != nil {
		t.Fatal(err)
	}
	apart := render.Apart{}
	for _, s := range m.SealedSecrets(render.External) {
		text := fmt.Sprintf("---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: %s\n  namespace: %s\nspec:\n  encryptedData: {tls.key: %s}\n", s.Name, s.Namespace, word)
		apart[s.SecretID] = render.StandIn{Text: []byte(text)}
	}
	return apart
}

// documentsOf cuts a stream in front of its separators.
func documentsOf(stream []byte) []string {
	parts := strings.Split("\n"+string(stream), "\n---")
	if strings.TrimSpace(parts[0]) == "" {
		parts = parts[1:]
	}
	return parts
}

func isKind(document, kind string) bool {
	return strings.Contains("\n"+strings.ReplaceAll(document, "\r", ""), "\nkind: "+kind+"\n")
}

// TestStandIns: in every worked stream each Secret gives way to the custody's
// object, in its place and with its head; the other documents are those of a
// render with keys; rendering again changes nothing, and another phase's objects
// take the place of those that stand.
func TestStandIns(t *testing.T) {
	states, err := filepath.Glob("../../fixtures/*/state.yaml")
	if err != nil || len(states) < 15 {
		t.Fatalf("%d situations (%v)", len(states), err)
	}
	replaced := 0
	for _, path := range states {
		trait := filepath.Base(filepath.Dir(path))
		if trait == "list-kind" || trait == "json" {
			continue // TestStandInRefusals; JSON has no lines to compare
		}
		in := fixture(t, trait)
		with := documentsOf(mustRender(t, in).Stream)
		in.Keys, in.Apart = nil, sealedAs(t, in, "one")
		once := mustRender(t, in)
		got := documentsOf(once.Stream)
		if len(got) != len(with) {
			t.Fatalf("%s: %d documents, want %d", trait, len(got), len(with))
		}
		for i := range got {
			if isKind(got[i], "SealedSecret") {
				replaced++
				checkStandIn(t, trait, got[i], with[i])
			} else if got[i] != with[i] && !strings.Contains(with[i], "checksum/config") {
				t.Errorf("%s: document %d differs from a render with keys", trait, i)
			}
		}
		again := in
		again.Stream = once.Stream
		if twice := mustRender(t, again); !bytes.Equal(twice.Stream, once.Stream) {
			t.Errorf("%s: rendering twice changes bytes", trait)
		}
		again.Apart = sealedAs(t, in, "two")
		if next := mustRender(t, again); string(next.Stream) != strings.ReplaceAll(string(once.Stream), "tls.key: one", "tls.key: two") {
			t.Errorf("%s: the next phase's objects do not take the place of these", trait)
		}
	}
	if replaced < 20 {
		t.Errorf("%d Secrets gave way, want 20 or more", replaced)
	}
}

// TestStandsAlready: where the custody's object stands and a chart brings the
// Secret again, the Secret goes and the object is not doubled.
func TestStandsAlready(t *testing.T) {
	in := fixture(t, "unpinned")
	secrets := ""
	for _, d := range documentsOf(in.Stream) {
		if isKind(d, "Secret") {
			secrets += "---" + d + "\n"
		}
	}
	in.Keys, in.Apart = nil, sealedAs(t, in, "x")
	once := mustRender(t, in)
	in.Stream = append(bytes.Clone(once.Stream), secrets...)
	if got := mustRender(t, in); strings.TrimSpace(string(got.Stream)) != strings.TrimSpace(string(once.Stream)) || secrets == "" {
		t.Errorf("%d documents, want %d", len(documentsOf(got.Stream)), len(documentsOf(once.Stream)))
	}
}

// checkStandIn compares the heads of what stands and what stood.
func checkStandIn(t *testing.T, trait, got, stood string) {
	t.Helper()
	if !isKind(stood, "Secret") {
		t.Errorf("%s: it stands in the place of another document than a Secret", trait)
	}
	for line := range strings.Lines(stood) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, "# Source: ") || strings.Contains(line, "postrender-filename") {
			if !strings.Contains(got, strings.ReplaceAll(strings.TrimSpace(line), "'", "")) {
				t.Errorf("%s: %q is lost:%s", trait, line, got)
			}
		}
	}
}

// TestSecretsLeftOut: without a stand-in the Secret's document goes, if others
// deliver it, and nothing else goes; if nobody said so, the call is refused and
// names every Secret.
func TestSecretsLeftOut(t *testing.T) {
	in := fixture(t, "unpinned")
	var want []string
	for _, d := range documentsOf(mustRender(t, in).Stream) {
		if !isKind(d, "Secret") {
			want = append(want, d)
		}
	}
	in.Keys, in.Apart = nil, sealedAs(t, in, "x")
	for id := range in.Apart {
		in.Apart[id] = render.StandIn{}
	}
	_, err := render.PostRender(in)
	wantCode(t, err, problem.RenderLeavesOut.Code)
	in.SecretsApart = true
	out := mustRender(t, in)
	for _, name := range out.LeftOut {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("the refusal does not name %s: %v", name, err)
		}
	}
	if want := []string{"Secret linkerd/linkerd-identity-issuer", "Secret linkerd/linkerd-policy-validator-k8s-tls", "Secret linkerd/linkerd-proxy-injector-k8s-tls", "Secret linkerd/linkerd-sp-validator-k8s-tls"}; !slices.Equal(slices.Sorted(slices.Values(out.LeftOut)), want) {
		t.Errorf("left out: %v", out.LeftOut)
	}
	got := documentsOf(out.Stream)
	if strings.Join(got, "\n---") != strings.Join(want, "\n---") {
		t.Errorf("%d documents, want %d", len(got), len(want))
	}
}

func TestStandInRefusals(t *testing.T) {
	in := fixture(t, "list-kind")
	in.Keys, in.Apart = nil, sealedAs(t, in, "x")
	_, err := render.PostRender(in)
	wantCode(t, err, problem.RenderSecretInList.Code)

	in = fixture(t, "unpinned")
	in.Keys, in.Apart = nil, render.Apart{}
	for id := range sealedAs(t, in, "x") {
		in.Apart[id] = render.StandIn{Err: problem.CustodyTruncated.With()}
	}
	_, err = render.PostRender(in)
	wantCode(t, err, problem.CustodyTruncated.Code)

	viz := fixture(t, "unpinned")
	viz.Keys, viz.Apart = nil, sealedAs(t, viz, "x")
	viz.Apart[render.SecretID{Namespace: "linkerd-viz", Name: "tap-k8s-tls"}] = render.StandIn{Err: errors.New("not needed here")}
	mustRender(t, viz)

	for _, d := range documentsOf(in.Stream) {
		if strings.Contains(d, "name: linkerd-identity-issuer\n") && isKind(d, "Secret") {
			in.Stream = []byte("---" + d + "\n")
		}
	}
	in.Apart = sealedAs(t, in, "x")
	for id := range in.Apart {
		in.Apart[id] = render.StandIn{}
	}
	in.SecretsApart = true
	_, err = render.PostRender(in)
	wantCode(t, err, problem.RenderNothingLeft.Code)
}

// TestStandInManifests: all objects, in the order of their table, and what stands
// beside them.
func TestStandInManifests(t *testing.T) {
	in := fixture(t, "unpinned")
	beside := "---\nkind: Issuer\n"
	text, err := render.Manifests(render.ManifestsInput{State: in.State, Apart: sealedAs(t, in, "x"), Beside: []byte(beside)})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\nkind: SealedSecret\n"); n != 4 || !strings.HasSuffix(string(text), beside) || strings.Contains(string(text), "kind: Secret\n") {
		t.Errorf("%d objects:\n%s", n, text)
	}
}
