package cli

import (
	"encoding/base64"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"sigs.k8s.io/yaml"
)

// delivered is a Secret, or what a cluster makes one of, as a command printed it.
type delivered struct {
	Kind     string
	Type     string
	Metadata struct{ Name, Namespace string }
	Data     map[string]string
	Spec     struct {
		Target struct {
			Template struct {
				Type string
				Data map[string]string
			}
		}
		SecretName string
	}
}

func deliveredBy(t testing.TB, stream string) map[string]delivered {
	t.Helper()
	found := map[string]delivered{}
	for _, document := range strings.Split(stream, "---\n")[1:] {
		var o delivered
		if err := yaml.Unmarshal([]byte(document), &o); err != nil {
			t.Fatal(err)
		}
		found[o.Kind+" "+o.Metadata.Name] = o
	}
	return found
}

// mesh writes a first PKI in a custody, scheme and outputs.
func deliveryMesh(t *testing.T, custody, scheme, outputs string) (statePath string, opens map[string]string) {
	t.Helper()
	dir := t.TempDir()
	statePath = filepath.Join(dir, "rotation.yaml")
	args := []string{"init", "--new", "--linkerd-version", "2.18", "--issuer-scheme", scheme, "-s", statePath}
	switch custody {
	case state.CustodyAge:
		identity := filepath.Join(t.TempDir(), "identity.txt")
		opens = map[string]string{"L5D_PKI_AGE_IDENTITY": identity}
		args = append(args, "--recipient", makeIdentity(t, identity))
	default:
		args = append(args, "--custody", state.CustodyFile)
	}
	done(t, call(t, "", opens, args...))
	text, err := os.ReadFile(statePath)
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.Replace(string(text), "spec:\n", "spec:\n"+outputs, 1)
	if custody == state.CustodyExternalSecret { // as a mesh that was adopted: references in the keys' places
		edited = strings.Replace(edited, "kind: file", "kind: external-secret\n    store: vault", 1)
		edited = regexp.MustCompile(`key: .*keys/(\S+)\.key.*`).ReplaceAllString(edited, `key: "$1"`)
	}
	if err := os.WriteFile(statePath, []byte(edited), 0o644); err != nil {
		t.Fatal(err)
	}
	return statePath, opens
}

// keylessScheme gives a state the issuer scheme that values without keys need.
func keylessScheme(text string) string {
	return regexp.MustCompile(`(?m)^( +)version: .*$|(linkerd: \{)`).ReplaceAllStringFunc(text, func(found string) string {
		if strings.HasSuffix(found, "{") {
			return found + "issuerScheme: " + state.SchemeKubernetes + ", "
		}
		indent := found[:len(found)-len(strings.TrimLeft(found, " "))]
		return found + "\n" + indent + "issuerScheme: " + state.SchemeKubernetes
	})
}

var printedCommand = regexp.MustCompile("`(l5d-pki-render [^`]*?)(?: \\| kubectl [^`]*)?`")

// printed runs every command of this program that a text names.
func printed(t testing.TB, env map[string]string, text string) (stream string) {
	t.Helper()
	for _, m := range printedCommand.FindAllStringSubmatch(text, -1) {
		args := strings.Fields(m[1])[1:]
		if args[0] != "manifests" {
			continue
		}
		r := call(t, "", env, args...)
		if r.code != ExitDone {
			t.Fatalf("%s: %s", m[1], r.stderr)
		}
		stream += r.out
	}
	return stream
}

// wantIssuer holds that a stream has the issuer's Secret as identity reads it.
func wantIssuer(t testing.TB, what, scheme, stream string) {
	t.Helper()
	s, ok := deliveredBy(t, stream)["Secret linkerd-identity-issuer"]
	kind, fields := "Opaque", []string{"crt.pem", "key.pem"}
	if scheme == state.SchemeKubernetes {
		kind, fields = "kubernetes.io/tls", []string{"ca.crt", "tls.crt", "tls.key"}
	}
	if !ok || s.Type != kind || !slices.Equal(slices.Sorted(maps.Keys(s.Data)), fields) || s.Metadata.Namespace != "linkerd" {
		t.Errorf("%s: issuer Secret there %v, type %q, fields %v, want %s %v", what, ok, s.Type, slices.Sorted(maps.Keys(s.Data)), kind, fields)
	}
	for _, value := range s.Data {
		if plain, err := base64.StdEncoding.DecodeString(value); err != nil || !strings.Contains(string(plain), "-----BEGIN ") {
			t.Errorf("%s: a field is not PEM", what)
		}
	}
}

// TestIssuerCommandWorks: in every phase the command that is printed brings the
// issuer of the phase in the form of the mesh's scheme, with the webhooks' Secrets.
func TestIssuerCommandWorks(t *testing.T) {
	for _, kind := range []string{state.CustodyAge, state.CustodyFile} {
		for _, scheme := range []string{state.SchemeLinkerd, state.SchemeKubernetes} {
			for _, move := range []string{"", "anchor --strategy bundle", "issuer", "webhooks"} {
				what := kind + " " + scheme + " start " + move
				path, env := deliveryMesh(t, kind, scheme, "")
				if move != "" {
					args := append(append([]string{"start"}, strings.Fields(move)...), "-s", path, "--assume", "DELIVERED-ELSEWHERE", "--because", "by hand")
					done(t, callAt(t, later, "", env, args...))
				}
				stream := printed(t, env, delivery.BesideChart(mustLoad(t, path), path, false))
				wantIssuer(t, what, scheme, stream)
				if n := len(deliveredBy(t, stream)); n != 4 {
					t.Errorf("%s: %d objects, want the issuer's and three webhooks' Secrets", what, n)
				}
			}
		}
	}
}

func mustLoad(t testing.TB, path string) *state.Rotation {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Parse(path, text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const valuesAndEdit = "  outputs:\n  - {kind: values, path: values.yaml}\n"

// TestNothingDeliversTheIssuer: with custody age and values in Git nothing brings the
// issuer. Gate, move, plan, status and lint say so, with a command that works.
func TestNothingDeliversTheIssuer(t *testing.T) {
	path, env := deliveryMesh(t, state.CustodyAge, state.SchemeKubernetes, valuesAndEdit)
	start := []string{"start", "issuer", "-s", path}
	refused := callAt(t, later, "", env, start...)
	if refused.code != ExitFailed || !strings.Contains(refused.stderr, "DELIVERED-ELSEWHERE") || !strings.Contains(refused.stderr, "linkerd-identity-issuer") {
		t.Fatalf("the start passes in silence, code %d: %s%s", refused.code, refused.out, refused.stderr)
	}
	moved := done(t, callAt(t, later, "", env, append(start, "--assume", "DELIVERED-ELSEWHERE", "--because", "by hand")...))
	plan := done(t, callAt(t, later, "", env, "plan", "--width", "500", "-s", path))
	status := done(t, callAt(t, later, "", env, "status", "--width", "500", "-s", path))
	for what, text := range map[string]string{"start": moved.out + moved.stderr, "plan": plan.out, "status": status.out} {
		if !strings.Contains(text, "apply it by hand after the merge") {
			t.Errorf("%s says nothing of the issuer:\n%s", what, text)
			continue
		}
		wantIssuer(t, what, state.SchemeKubernetes, printed(t, env, text))
	}
	if r := callAt(t, later, "", env, "lint", "-s", path); strings.Contains(r.out, string(problem.DeliveryNoRoute.Code)) {
		t.Errorf("lint reports what somebody vouched for:\n%s", r.out)
	}
}

// TestSchemesThatDiffer: what means another scheme than the state's is refused, by
// each command and output, and the gate does not take it for delivered.
func TestSchemesThatDiffer(t *testing.T) {
	path, env := deliveryMesh(t, state.CustodyFile, state.SchemeLinkerd, "")
	refusedWith(t, "values", call(t, "", env, "values", "--layout", "external", "-s", path), problem.RenderLayoutScheme)
	refusedWith(t, "manifests", call(t, "", env, "manifests", "--with-keys", "--layout", "external", "-s", path), problem.RenderLayoutScheme)
	done(t, call(t, "", env, "values", "--layout", "embedded", "-s", path))

	path, env = deliveryMesh(t, state.CustodyFile, state.SchemeKubernetes, "")
	refusedWith(t, "embedded values", call(t, "", env, "values", "--layout", "embedded", "-s", path), problem.RenderLayoutScheme)
	refusedWith(t, "embedded manifests", call(t, "", env, "manifests", "--with-keys", "--layout", "embedded", "-s", path), problem.RenderLayoutScheme)

	for name, outputs := range map[string]string{
		"values":      valuesAndEdit,
		"helm-values": "  outputs:\n  - {kind: helm-values, name: pki, path: cm.yaml}\n",
		"both":        "  outputs:\n  - {kind: manifests, path: pki.yaml}\n  - {kind: values, path: v.yaml}\n",
	} {
		path, env = deliveryMesh(t, state.CustodyAge, state.SchemeLinkerd, outputs)
		if r := call(t, "", env, "sync", "-s", path); r.code != ExitFailed {
			t.Errorf("%s: sync writes values of another scheme", name)
		}
		lint := call(t, "", env, "lint", "-s", path)
		if lint.code != ExitFailed || !strings.Contains(lint.out, string(problem.DeliveryRefused.Code)) {
			t.Errorf("%s: lint: %s%s", name, lint.out, lint.stderr)
		}
		if r := callAt(t, later, "", env, "start", "anchor", "--strategy", "bundle", "-s", path); r.code != ExitFailed || !strings.Contains(r.stderr, "cannot be written") {
			t.Errorf("%s: the gate takes an output for delivered that is refused: %s%s", name, r.out, r.stderr)
		}
	}
}

// TestSchemeMigration: the Secret between the two schemes has the fields of both.
func TestSchemeMigration(t *testing.T) {
	for _, scheme := range []string{state.SchemeLinkerd, state.SchemeKubernetes} {
		path, env := deliveryMesh(t, state.CustodyAge, scheme, "")
		r := done(t, call(t, "", env, "manifests", "--with-keys", "--both-schemes", "-s", path))
		s := deliveredBy(t, r.out)["Secret linkerd-identity-issuer"]
		want := []string{"ca.crt", "crt.pem", "key.pem", "tls.crt", "tls.key"}
		if got := slices.Sorted(maps.Keys(s.Data)); !slices.Equal(got, want) {
			t.Errorf("%s: fields %v, want %v", scheme, got, want)
		}
	}
}

// TestDeliveryPage runs the commands of docs/delivery.md's table.
func TestDeliveryPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/delivery.md")
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, row := range strings.Split(string(page), "\n") {
		cells := strings.Split(row, "|")
		if len(cells) < 4 {
			continue
		}
		kind := strings.Trim(cells[1], " `")
		if kind != state.CustodyAge && kind != state.CustodyFile && kind != state.CustodyExternalSecret {
			continue
		}
		path, env := deliveryMesh(t, kind, state.SchemeKubernetes, "")
		for _, m := range printedCommand.FindAllStringSubmatch(row, -1) {
			args := strings.Fields(m[1])[1:]
			if args[0] != "manifests" {
				continue
			}
			r := done(t, call(t, "", env, append(args, "-s", path)...))
			if !strings.Contains(r.out, "linkerd-identity-issuer") {
				t.Errorf("%s: %s does not bring the issuer:\n%s", kind, m[1], r.out)
			}
			ran++
		}
	}
	if ran < 3 {
		t.Errorf("ran %d commands of the table", ran)
	}
}
