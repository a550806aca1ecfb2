package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

func readBackState(t *testing.T, path string) *state.Rotation {
	t.Helper()
	return must(t, func() (*state.Rotation, error) {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		return state.Parse(path, text)
	})
}

// TestCMAdopted adopts a mesh of cert-manager whose anchor is its own and walks the
// first rotation: the Bundle has both anchors, no Certificate is written for the
// foreign one or for the issuer under it, and from the switch on all is ours.
func TestCMAdopted(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "rotation.yaml")
	stream := filepath.Join(dir, "before.yaml")
	if err := os.WriteFile(stream, []byte(readFixture(t, "external-ca", "golden.yaml")), 0o600); err != nil {
		t.Fatal(err)
	}
	mustCall(t, "", absolute(t, []string{"init", "--stream", stream, "--anchors", "pki/anchor-2025.crt", "--issuer", "pki/issuer-2025-1.crt", "--custody", "cert-manager", "-s", path})...)
	if key := readBackState(t, path).Status.Anchors[0].Key; key != "" {
		t.Fatalf("a foreign anchor has the key %q", key)
	}
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	ca := &clusterCA{map[string]pki.Certificate{}, map[string]pki.Key{}, at}
	_, first := ca.apply(t, mustCall(t, "", "custody", "incoming", "--name", "2027", "-s", path).out)
	anchor := pemFile(t, dir, "2027.pem", ca.anchors["linkerd-trust-anchor-2027"])
	issuer := pemFile(t, dir, "2027-1.pem", first["linkerd-identity-issuer-2027-1"])
	vouch := []string{"--because", "a test", "--assume", "DELIVERED-ELSEWHERE"}
	at = at.Add(time.Minute)
	if got := callAt(t, at, "", nil, append([]string{"start", "anchor", "--name", "2027", "--anchor", anchor, "--signed", issuer, "-s", path}, vouch...)...); got.code != ExitDone {
		t.Fatal(got.stderr)
	}
	anchors := map[string]int{"anchor-added": 2, "anchor-spread": 2, "issuer-switched": 2, "issuer-spread": 2, "anchor-dropped": 1, "stable": 1}
	ours := map[string]bool{"issuer-switched": true, "issuer-spread": true, "anchor-dropped": true, "stable": true}
	seen := 0
	for phase := ""; phase != state.PhaseStable; seen++ {
		out := mustCall(t, "", "manifests", "-s", path).out
		objects, issuers := ca.apply(t, out)
		phase = readBackState(t, path).Status.Phase
		_, certificate := objects["Certificate linkerd-identity-issuer"]
		if n := strings.Count(out, "BEGIN CERTIFICATE"); n != anchors[phase] || certificate != ours[phase] || objects["Bundle linkerd-identity-trust-roots"] == nil {
			t.Errorf("%s: a bundle of %d, a Certificate of the issuer %t", phase, n, certificate)
		}
		if strings.Contains(out, "linkerd-trust-anchor-2025") {
			t.Errorf("%s: a Certificate of the foreign anchor", phase)
		}
		if certificate {
			made := pemFile(t, dir, "now.pem", issuers["linkerd-identity-issuer"])
			if back := callAt(t, at, "", nil, "custody", "read-back", "--issuer", made, "-s", path); back.code != ExitDone {
				t.Fatalf("%s: %s", phase, back.stderr)
			}
		}
		at = at.Add(25 * time.Hour)
		if phase == state.PhaseStable {
			break
		}
		args := append([]string{"advance", "-s", path, "--assume", "BUNDLE-DELIVERED", "--assume", "BUNDLE-LOADED", "--assume", "ISSUER-LOADED", "--assume", "LEAVES-RENEWED"}, vouch...)
		if moved := callAt(t, at, "", nil, args...); moved.code != ExitDone {
			t.Fatal(moved.stderr)
		}
	}
	if seen < 5 {
		t.Errorf("%d phases", seen)
	}
}

// TestInitNewElsewhere: where keys are not kept in files, --new prints what makes
// them in the cluster, or hands them out for the store.
func TestInitNewElsewhere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "rotation.yaml")
	got := call(t, "", nil, "init", "--new", "--linkerd-version", "2.18", "--custody", "cert-manager", "-s", path)
	if _, err := os.Stat(path); got.code != ExitDone || err == nil {
		t.Fatalf("exit %d, %s (%v)", got.code, got.stderr, err)
	}
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	ca := &clusterCA{map[string]pki.Certificate{}, map[string]pki.Key{}, at}
	_, made := ca.apply(t, got.out)
	pemFile(t, dir, "anchor.pem", ca.anchors["linkerd-trust-anchor-2026"])
	pemFile(t, dir, "issuer.pem", made["linkerd-identity-issuer-2026-1"])
	// The command that was printed, with the files that its lines before it make.
	_, printed, found := strings.Cut(got.stderr, "  l5d-pki-render init ")
	if !found {
		t.Fatal(got.stderr)
	}
	args := append([]string{"init"}, strings.Fields(strings.SplitN(printed, "\n", 2)[0])...)
	for i, arg := range args {
		if arg == "anchor.pem" || arg == "issuer.pem" {
			args[i] = filepath.Join(dir, arg)
		}
	}
	mustCall(t, "", args...)
	s := readBackState(t, path)
	if s.Status.Anchors[0].Key != "linkerd-trust-anchor-2026" || s.Spec.Linkerd.IssuerScheme != state.SchemeKubernetes {
		t.Errorf("%+v", s.Status.Anchors)
	}
	objects, _ := ca.apply(t, mustCall(t, "", "manifests", "-s", path).out)
	if objects["Certificate linkerd-identity-issuer"] == nil {
		t.Error("no Certificate for the issuer")
	}

	path = filepath.Join(dir, "store.yaml")
	news := []string{"init", "--new", "--linkerd-version", "2.18", "--custody", "external-secret", "--store", "vault", "-s", path}
	checkRefusal(t, call(t, "", nil, news...), "adopt-key-out", "")
	out := filepath.Join(dir, "out")
	mustCall(t, "", append(news, "--key-out", out)...)
	keys, err := os.ReadDir(out)
	if err != nil || len(keys) != 5 {
		t.Errorf("%d keys (%v)", len(keys), err)
	}
	if text := mustCall(t, "", "manifests", "-s", path).out; !strings.Contains(text, "key: linkerd/2026-1") || strings.Contains(text, "PRIVATE KEY-") {
		t.Error(text)
	}
}
