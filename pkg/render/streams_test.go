package render_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// fixture loads a worked situation of the repository.
func fixture(t testing.TB, trait string) render.Input {
	t.Helper()
	dir := filepath.Join("../../fixtures", trait)
	stream, err := os.ReadFile(filepath.Join(dir, "input.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s, keys := fixtureState(t, filepath.Join(dir, "state.yaml"))
	return render.Input{State: s, Keys: keys, Stream: stream}
}

func fixtureState(t testing.TB, path string) (*state.Rotation, render.Keys) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Parse(path, data)
	if err != nil {
		t.Fatal(err)
	}
	keys := render.Keys{}
	for _, key := range render.KeyPaths(s) {
		pem, err := os.ReadFile(filepath.Join(filepath.Dir(path), key))
		keys[key] = render.Key{PEM: pem, Err: err}
	}
	return s, keys
}

func mustRender(t testing.TB, in render.Input) render.Output {
	t.Helper()
	out, err := render.PostRender(in)
	if err != nil {
		t.Fatal(err)
	}
	in.InPieces = true
	pieces, err := render.PostRender(in)
	var written bytes.Buffer
	n, writeErr := pieces.WriteTo(&written)
	if err != nil || writeErr != nil || pieces.Stream != nil || n != int64(len(out.Stream)) || !bytes.Equal(written.Bytes(), out.Stream) {
		t.Fatalf("in pieces: %d bytes of %d, not the same (%v, %v)", n, len(out.Stream), err, writeErr)
	}
	return out
}

// TestPieces: rendering a large stream in pieces takes little memory beside the stream.
func TestPieces(t *testing.T) {
	in := fixture(t, "unpinned")
	filler := strings.Repeat("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other\ndata:\n  text: "+strings.Repeat("x", 1000)+"\n---\n", 10_000)
	in.Stream, in.InPieces = append([]byte(filler), in.Stream...), true
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := render.PostRender(in); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > uint64(len(in.Stream))/2 {
		t.Errorf("%d bytes were allocated for a stream of %d", took, len(in.Stream))
	}
}

func wantCode(t testing.TB, err error, code problem.Code) {
	t.Helper()
	problems := problem.Of(err)
	if len(problems) == 0 || problems[0].Code != code {
		t.Fatalf("got %v (%d problems), want %s", err, len(problems), code)
	}
}

// edited lists the documents of got that differ from before, by their names.
func edited(t testing.TB, report render.Report) []string {
	t.Helper()
	var objects []string
	for _, l := range report.Lines {
		if l.Outcome == render.Changed && (len(objects) == 0 || objects[len(objects)-1] != l.Object) {
			objects = append(objects, l.Object)
		}
	}
	return objects
}

// TestExternalCA: without anchors in the values nothing of them is edited; with
// rollControlPlane our own hash rolls the three Deployments.
func TestExternalCA(t *testing.T) {
	oracle(t)
	for version := range oracleVersions {
		if version == "stable-2.10.2" { // the chart has no externalCA
			continue
		}
		stream := readOracle(t, version, "external", "stable.yaml")
		s, keys := oracleState(t, version, "anchor-added")
		in := render.Input{State: s, Keys: keys, Stream: stream}
		_, err := render.PostRender(in)
		wantCode(t, err, "render-other-scheme")

		s.Spec.Linkerd.IssuerScheme, s.Spec.Linkerd.ExternalCA = "kubernetes.io/tls", true
		if out := mustRender(t, in); !bytes.Equal(out.Stream, stream) {
			t.Errorf("%s: edited %v", version, edited(t, out.Report))
		}
		s.Spec.Linkerd.RollControlPlane = true
		out := mustRender(t, in)
		if n := strings.Count(string(out.Stream), render.BundleHashHint); n != 3 || out.Report.Count(render.Changed) != 3 {
			t.Errorf("%s: %d hashes, edited %v", version, n, edited(t, out.Report))
		}
		sameBytes(t, version+" twice", mustRender(t, render.Input{State: s, Keys: keys, Stream: out.Stream}).Stream, out.Stream)
		s.Status.Epoch = 0
		if out := mustRender(t, in); !bytes.Equal(out.Stream, stream) {
			t.Errorf("%s: adopting restarts the control plane: %v", version, edited(t, out.Report))
		}
	}
}

// TestOtherFamily: every stream is refused under the state of another family.
func TestOtherFamily(t *testing.T) {
	oracle(t)
	families := map[string]string{"stable-2.10.2": "2.10", "stable-2.11.5": "2.11", "stable-2.12.6": "2.12", "stable-2.14.10": "2.13", "version-2.18": "2.13", "version-2.20": "2.13"}
	for of := range oracleVersions {
		stream := readOracle(t, of, "pinned", "stable.yaml")
		for with := range oracleVersions {
			s, keys := oracleState(t, with, "stable")
			_, err := render.PostRender(render.Input{State: s, Keys: keys, Stream: stream})
			if families[of] == families[with] {
				if err != nil {
					t.Errorf("stream of %s, state of %s: %v", of, with, err)
				}
				continue
			}
			wantCode(t, err, "render-other-family")
		}
	}
}

// TestPatchVersion: any release of a family renders as the family does.
func TestPatchVersion(t *testing.T) {
	oracle(t)
	s, keys := oracleState(t, "stable-2.14.10", "anchor-added")
	want := readOracle(t, "stable-2.14.10", "pinned", "anchor-added.yaml")
	for _, version := range []string{"2.14.3", "stable-2.13.7", "2.17", "edge-24.8.2", "2.20"} {
		s.Spec.Linkerd.Version = version
		out := mustRender(t, render.Input{State: s, Keys: keys, Stream: readOracle(t, "stable-2.14.10", "pinned", "stable.yaml")})
		sameBytes(t, version, out.Stream, want)
	}
}

// TestExtensionStreams: viz and jaeger are rendered under a control plane's
// state, and only their webhooks change.
func TestExtensionStreams(t *testing.T) {
	for trait, group := range map[string]render.Group{"viz": render.Viz, "jaeger": render.Jaeger} {
		in := fixture(t, trait)
		in.Require = []render.Group{group}
		out := mustRender(t, in)
		if len(out.Report.Groups) == 0 || out.Report.Groups[0] != group {
			t.Errorf("%s: groups %v", trait, out.Report.Groups)
		}
		if out.Report.Count(render.Changed) == 0 {
			t.Errorf("%s: nothing changed", trait)
		}
		in.Require = []render.Group{render.ControlPlane}
		_, err := render.PostRender(in)
		wantCode(t, err, "render-missing-group")
	}
}

// TestInjectedCABundle: what cert-manager's cainjector fills is left alone, even
// where the state lists the webhook.
func TestInjectedCABundle(t *testing.T) {
	in := fixture(t, "inject-ca-from")
	pinned := fixture(t, "control-plane-2-13")
	in.State.Status.Webhooks = pinned.State.Status.Webhooks
	for path, key := range pinned.Keys {
		in.Keys[path] = key
	}
	out := mustRender(t, in)
	left := 0
	for _, l := range out.Report.Lines {
		if strings.Contains(l.Object, "WebhookConfiguration") {
			if l.Outcome != render.Left {
				t.Errorf("%s: %s", l.Object, l.Outcome)
			}
			left++
		}
	}
	if left != 3 {
		t.Errorf("%d webhook configurations in the report, want 3:\n%s", left, out.Report.Text())
	}
}

// TestNothing: --allow-nothing lets a foreign stream through unchanged.
func TestNothing(t *testing.T) {
	in := fixture(t, "control-plane-2-13")
	in.Stream = []byte("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other\n")
	_, err := render.PostRender(in)
	wantCode(t, err, "render-nothing")
	in.AllowNothing = true
	sameBytes(t, "foreign stream", mustRender(t, in).Stream, in.Stream)
}

// TestSameBytesAlways: 50 runs under one and two processors give the same bytes
// and the same report.
func TestSameBytesAlways(t *testing.T) {
	in := fixture(t, "unpinned")
	first := mustRender(t, in)
	report := first.Report.JSON()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for run := range 50 {
		runtime.GOMAXPROCS(1 + run%2)
		out := mustRender(t, in)
		if !bytes.Equal(out.Stream, first.Stream) || !bytes.Equal(out.Report.JSON(), report) {
			t.Fatalf("run %d differs", run)
		}
	}
}

// TestControlPlaneIsNeverStamped: also where the chart leaves the namespace to
// Helm, as some charts between 2.11 and 2.12 do.
func TestControlPlaneIsNeverStamped(t *testing.T) {
	in := fixture(t, "control-plane-2-13")
	in.State.Status.Stamp = "0123456789abcdef"
	for _, stream := range [][]byte{in.Stream, bytes.ReplaceAll(in.Stream, []byte("\n  namespace: linkerd\n"), []byte("\n"))} {
		in.Stream = stream
		if out := mustRender(t, in); bytes.Contains(out.Stream, []byte(render.StampHint)) {
			t.Errorf("stamped: %v", edited(t, out.Report))
		}
	}
}

// TestSameAnchorTwice: also where the phase delivers only one of the two
// entries, an anchor that stands in the file twice is refused.
func TestSameAnchorTwice(t *testing.T) {
	in := fixture(t, "control-plane-2-13")
	if in.State.Status.Phase != state.PhaseAnchorDropped {
		t.Fatalf("phase %s delivers both anchors", in.State.Status.Phase)
	}
	in.State.Status.Anchors[0].Certificate = in.State.Status.Anchors[1].Certificate
	out, err := render.PostRender(in)
	if err == nil || len(out.Stream) != 0 {
		t.Fatal("rendered")
	}
	if p := problem.Of(err)[0]; p.Path != "status.anchors" {
		t.Errorf("%s: %s", p.Path, p.Text)
	}
}
