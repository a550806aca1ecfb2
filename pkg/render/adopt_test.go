package render_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

var adoptedAt = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// adopting is the input of a call that takes keys from the stream.
func adopting(stream []byte) render.AdoptInput {
	return render.AdoptInput{
		Name: "prod", Stream: render.Source{Name: "stdin", Data: stream}, Custody: state.CustodyFile,
		KeyPath: func(name string) string { return "keys/" + name + ".key" }, At: adoptedAt,
	}
}

// throughFile writes the state and reads it back, as a command would.
func throughFile(t testing.TB, s *state.Rotation) *state.Rotation {
	t.Helper()
	text, err := state.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "PRIVATE KEY") {
		t.Fatal("a private key stands in the state")
	}
	read, err := state.Parse("rotation.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// mustAdopt adopts a stream and proves that rendering it changes no byte.
func mustAdopt(t testing.TB, what string, in render.AdoptInput) *state.Rotation {
	t.Helper()
	s, found, err := render.Adopt(in)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	keys := render.Keys{}
	for _, k := range found.Keys {
		keys[k.Path] = render.Key{PEM: k.Key.PEM()}
	}
	s = throughFile(t, s)
	out, err := render.PostRender(render.Input{State: s, Keys: keys, Stream: in.Stream.Data})
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	sameBytes(t, what, out.Stream, in.Stream.Data)
	if len(found.Changes) > 0 {
		t.Fatalf("%s: says that %v would change", what, found.Changes)
	}
	return s
}

// anchorRenders are the oracle's control-plane renders that carry anchors.
func anchorRenders(t testing.TB) []string {
	t.Helper()
	var files []string
	for version := range oracleVersions {
		for _, set := range []string{"pinned", "ha", "helm4", "unpinned"} {
			found, err := filepath.Glob(filepath.Join(oracle(t), version, set, "*.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, found...)
		}
	}
	if len(files) != len(oracleVersions)*(6+6+2+2) {
		t.Fatalf("%d renders", len(files))
	}
	return files
}

// valueOf finds a chart's raw identityTrustAnchorsPEM in a render, the easy way:
// linkerd-config is indented by four.
func valueOf(t testing.TB, stream string) string {
	t.Helper()
	_, rest, found := strings.Cut(stream, "\n    identityTrustAnchorsPEM: |-\n")
	if !found {
		t.Fatal("no identityTrustAnchorsPEM in block style")
	}
	var lines []string
	for line := range strings.Lines(rest) {
		if !strings.HasPrefix(line, "      ") {
			break
		}
		lines = append(lines, strings.TrimSpace(line))
	}
	return strings.Join(lines, "\n")
}

// withNewline is the render as Helm makes it of a value that ends in a newline.
func withNewline(t testing.TB, stream []byte) []byte {
	t.Helper()
	text := string(stream)
	value := valueOf(t, text)
	hash := func(s string) string { sum := sha256.Sum256([]byte(s)); return hex.EncodeToString(sum[:]) }
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	text = strings.Replace(text, "\n    identityTrustAnchorsPEM: |-\n", "\n    identityTrustAnchorsPEM: |\n", 1)
	text = strings.ReplaceAll(text, hash(value), hash(value+"\n"))               // 2.12 on: annotation of three Deployments
	text = strings.ReplaceAll(text, `"`+b64(value)+`"`, `"`+b64(value+"\n")+`"`) // 2.10: identity's environment
	if text == string(stream) {
		t.Fatal("nothing changed")
	}
	return []byte(text)
}

// TestAdoptingChangesNothing: every real render that carries anchors, as it is
// and with the value's final newline.
func TestAdoptingChangesNothing(t *testing.T) {
	for _, file := range anchorRenders(t) {
		stream := mustRead(t, file)
		s := mustAdopt(t, file, adopting(stream))
		if s.Status.AdoptedBundle != "" {
			t.Errorf("%s: canonical bytes are kept as foreign ones", file)
		}
		checkAdopted(t, file, s)
		s = mustAdopt(t, file+" with a newline", adopting(withNewline(t, stream)))
		if want := valueOf(t, string(stream)) + "\n"; s.Status.AdoptedBundle != want {
			t.Errorf("%s: adoptedBundle %q", file, s.Status.AdoptedBundle)
		}
	}
}

// checkAdopted compares what was adopted with how the oracle was rendered.
func checkAdopted(t *testing.T, file string, s *state.Rotation) {
	t.Helper()
	version := strings.Split(filepath.ToSlash(file), "/")[5]
	phase, unpinned := strings.TrimSuffix(filepath.Base(file), ".yaml"), strings.Contains(file, "unpinned")
	want := map[string]string{
		"stable": "outgoing", "stable.1": "outgoing", "stable.2": "outgoing", "anchor-added": "outgoing extra-incoming", "issuer-switched": "extra-outgoing incoming",
		"anchor-dropped": "incoming", "cross-signed": "outgoing", "anchor-swapped": "incoming",
	}[phase]
	var got []string
	for _, a := range s.Status.Anchors {
		for _, name := range []string{"outgoing", "incoming"} {
			if strings.TrimSpace(a.Certificate) == strings.TrimSpace(string(readOracle(t, "pki", name+"-anchor.crt"))) {
				got = append(got, map[string]string{state.RoleCurrent: "", state.RoleExtra: "extra-"}[a.Role]+name)
			}
		}
	}
	if strings.Join(got, " ") != want {
		t.Errorf("%s: anchors %q, want %q", file, got, want)
	}
	l := s.Spec.Linkerd
	family, _ := linkerd.FamilyOf(l.Version)
	wanted, _ := linkerd.ParseVersion(oracleVersions[version])
	if family != wanted.Family() || l.Namespace != "linkerd" || l.TrustDomain != "cluster.local" || l.IssuerScheme != "linkerd.io/tls" || l.ExternalCA {
		t.Errorf("%s: %+v", file, l)
	}
	if l.RollControlPlane != (version == "stable-2.11.5") {
		t.Errorf("%s: rollControlPlane %t", file, l.RollControlPlane)
	}
	hooks := 3
	if version == "stable-2.10.2" {
		hooks = 2
	}
	for key, w := range s.Status.Webhooks {
		if (w.Certificate != "") != unpinned || (w.Key != "") != unpinned || w.CABundle == "" {
			t.Errorf("%s: %s: certificate %t, key %q", file, key, w.Certificate != "", w.Key)
		}
	}
	if len(s.Status.Webhooks) != hooks || s.Status.Issuers[0].Key == "" || s.Status.Epoch != 0 || s.Status.Phase != state.PhaseStable || len(s.Status.Log) != 1 {
		t.Errorf("%s: %d webhooks, status %+v", file, len(s.Status.Webhooks), s.Status.Log)
	}
}

// TestAdoptExternal: charts that carry no certificates, with those brought.
func TestAdoptExternal(t *testing.T) {
	oracle(t)
	for version := range oracleVersions {
		if version == "stable-2.10.2" { // the chart has no externalCA
			continue
		}
		in := adopting(readOracle(t, version, "external", "stable.yaml"))
		_, _, err := render.Adopt(in)
		wantCode(t, err, "adopt-no-anchors")
		in.Anchors = render.Source{Name: "ca.crt", Data: readOracle(t, "pki", "bundle.crt")}
		_, _, err = render.Adopt(in)
		wantCode(t, err, "adopt-no-issuer")
		in.Issuer = render.Source{Name: "issuer.crt", Data: readOracle(t, "pki", "incoming-issuer.crt")}
		s := mustAdopt(t, version, in)
		if l := s.Spec.Linkerd; !l.ExternalCA || !l.RollControlPlane || l.IssuerScheme != "kubernetes.io/tls" || s.Status.AdoptedBundle != "" {
			t.Errorf("%s: %+v", version, l)
		}
		if a := s.Status.Anchors; len(a) != 2 || a[0].Role != state.RoleExtra || a[1].Role != state.RoleCurrent || a[0].Name == a[1].Name {
			t.Errorf("%s: anchors %s %s", version, a[0].Role, a[1].Role)
		}
	}
}

// TestAdoptExtensions: viz and jaeger beside the control plane.
func TestAdoptExtensions(t *testing.T) {
	oracle(t)
	for version := range oracleVersions {
		var stream []byte
		hooks := 3
		for _, part := range []string{"unpinned/stable.1.yaml", "viz/render.1.yaml", "jaeger/render.1.yaml"} {
			data, err := os.ReadFile(filepath.Join(oracleFolder, version, part))
			if err != nil && version == "version-2.20" { // the jaeger chart is gone
				hooks--
				continue
			} else if err != nil {
				t.Fatal(err)
			}
			stream = append(stream, data...)
		}
		if version == "stable-2.10.2" {
			hooks--
		}
		s := mustAdopt(t, version, adopting(stream))
		if len(s.Status.Webhooks) != hooks+3 {
			t.Errorf("%s: %d webhooks", version, len(s.Status.Webhooks))
		}
		moved := bytes.ReplaceAll(stream, []byte("linkerd-viz"), []byte("metrics"))
		if s := mustAdopt(t, version+" elsewhere", adopting(moved)); s.Spec.Linkerd.VizNamespace != "metrics" {
			t.Errorf("%s: viz namespace %q", version, s.Spec.Linkerd.VizNamespace)
		}
	}
}

// TestAdoptFixtures: every worked control plane, in every form of stream.
func TestAdoptFixtures(t *testing.T) {
	inputs, err := filepath.Glob("../../fixtures/*/golden.yaml")
	if err != nil || len(inputs) < 15 {
		t.Fatalf("%d situations (%v)", len(inputs), err)
	}
	adopted := 0
	for _, file := range inputs {
		trait := filepath.Base(filepath.Dir(file))
		stream := mustRead(t, file)
		in := adopting(stream)
		switch trait {
		case "viz", "jaeger", "workloads": // no control plane
			_, _, err := render.Adopt(in)
			wantCode(t, err, "adopt-no-config")
			continue
		case "external-ca", "external-ca-anchors":
			s, _ := fixtureState(t, filepath.Join("../../fixtures", trait, "state.yaml"))
			in.Issuer = render.Source{Name: "issuer.crt", Data: []byte(s.Issuing().Certificate)}
			if trait == "external-ca" {
				for _, a := range s.Bundle() {
					in.Anchors.Data = append(in.Anchors.Data, a.Certificate...)
				}
			}
		}
		mustAdopt(t, trait, in)
		adopted++
	}
	if adopted < 12 {
		t.Fatalf("adopted %d situations", adopted)
	}
}

func mustRead(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// asHelmWrites is a render of a 2.13 chart as Helm makes it of another text of
// the value: quoted in linkerd-config, trimmed and indented in the ConfigMap.
func asHelmWrites(t testing.TB, stream []byte, value string) []byte {
	t.Helper()
	text, old := string(stream), valueOf(t, string(stream))
	indented := func(s, by string) string { return strings.ReplaceAll(s, "\n", "\n"+by) }
	quoted, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	for _, swap := range [][2]string{
		{"identityTrustAnchorsPEM: |-\n      " + indented(old, "      "), "identityTrustAnchorsPEM: " + string(quoted)},
		{"ca-bundle.crt: |-\n    " + indented(old, "    "), "ca-bundle.crt: |-\n    " + indented(strings.TrimSpace(value), "    ")},
	} {
		if !strings.Contains(text, swap[0]) {
			t.Fatalf("no %.40q", swap[0])
		}
		text = strings.Replace(text, swap[0], swap[1], 1)
	}
	before, after := sha256.Sum256([]byte(old)), sha256.Sum256([]byte(value))
	return []byte(strings.ReplaceAll(text, hex.EncodeToString(before[:]), hex.EncodeToString(after[:])))
}

// TestAdoptForeignBytes: what people put into identityTrustAnchorsPEM.
func TestAdoptForeignBytes(t *testing.T) {
	stream := mustRead(t, filepath.Join(oracle(t), "stable-2.14.10", "pinned", "anchor-added.yaml"))
	value := valueOf(t, string(stream))
	for what, text := range map[string]string{
		"final newlines":   value + "\n\n",
		"leading newline":  "\n" + value,
		"comments":         "# old\n" + strings.Replace(value, "\n-----BEGIN", "\n# new\n-----BEGIN", 1),
		"blank lines":      strings.Replace(value, "\n-----BEGIN", "\n\n\n-----BEGIN", 1) + "\n",
		"trailing blanks":  strings.ReplaceAll(value, "-----\n", "-----  \n"),
		"64 columns twice": joinLines(value),
	} {
		s := mustAdopt(t, what, adopting(asHelmWrites(t, stream, text)))
		if s.Status.AdoptedBundle != text {
			t.Errorf("%s: %q", what, s.Status.AdoptedBundle)
		}
	}
}

// joinLines makes base64 lines of 128 columns.
func joinLines(pem string) string {
	lines := strings.Split(pem, "\n")
	var out []string
	for i := 0; i < len(lines); i++ {
		if i+1 < len(lines) && len(lines[i]) == 64 && !strings.HasPrefix(lines[i+1], "-") {
			lines[i] += lines[i+1]
			lines[i+1] = ""
		}
		if lines[i] != "" {
			out = append(out, lines[i])
		}
	}
	return strings.Join(out, "\n")
}
