package e2e

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// realRenders is a folder beside the repository with `helm template` output of
// Linkerd's own charts, which is no part of it.
const realRenders = "../shared/linkerd"

// TestHelmRealRenders: a chart that renders what Linkerd's own charts rendered in
// one phase, post-rendered by real Helm with the state of the next, gives the
// objects that those charts rendered in the next.
func TestHelmRealRenders(t *testing.T) {
	root := filepath.Join(peer.Root(), realRenders)
	versions, _ := filepath.Glob(filepath.Join(root, "*", "pinned"))
	if len(versions) == 0 {
		t.Skip("SKIPPED, NOT PASSED: the real renders are absent")
	}
	pki := filepath.Join(t.TempDir(), "pki")
	if err := peer.CopyPrivate(pki, filepath.Join(root, "pki")); err != nil {
		t.Fatal(err)
	}
	for _, major := range majors {
		h := NewHelm(t, major)
		h.Write(t, "real/Chart.yaml", "apiVersion: v2\nname: real\nversion: 0.0.0\n")
		h.Write(t, "real/templates/all.yaml", `{{ .Files.Get "stream.yaml" }}`)
		for _, pinned := range versions {
			version := filepath.Base(filepath.Dir(pinned))
			for i, step := range realSteps {
				next := realSteps[min(i+1, len(realSteps)-1)]
				h.Write(t, "real/stream.yaml", readText(t, filepath.Join(pinned, step.file+".yaml")))
				h.Write(t, "rotation.yaml", realState(t, pki, version, next))
				got := h.PostRendered(t, "rotation.yaml", Chart{Path: "real"})
				want := ParseObjects(t, []byte(readText(t, filepath.Join(pinned, next.file+".yaml"))))
				SameObjects(t, "Helm "+major+", "+version+", "+step.file+" to "+next.file, got, want)
			}
		}
	}
}

// realStep is a phase that the real renders have.
type realStep struct {
	file, status string
	// signing is the issuer in force.
	signing string
}

var realSteps = []realStep{
	{"stable", "epoch: 1, phase: stable", "outgoing"},
	{"anchor-added", "epoch: 2, phase: anchor-added, rotation: {kind: anchor, strategy: bundle}", "outgoing"},
	{"issuer-switched", "epoch: 4, phase: issuer-switched, rotation: {kind: anchor, strategy: bundle}", "incoming"},
	{"anchor-dropped", "epoch: 6, phase: anchor-dropped, rotation: {kind: anchor, strategy: bundle, leaves: waited}", "incoming"},
}

// realState is the state of one step with the PKI of the real renders.
func realState(t testing.TB, pki, folder string, step realStep) string {
	t.Helper()
	read := func(name string) string {
		return "|\n      " + strings.ReplaceAll(strings.TrimSpace(readText(t, filepath.Join(pki, name))), "\n", "\n      ")
	}
	pair := func(kind, which, role string) string {
		entry := "  - name: " + which + "\n    role: " + role + "\n    certificate: " + read(which+"-"+kind+".crt") + "\n"
		if kind == "issuer" {
			entry += "    key: " + filepath.Join(pki, which+"-issuer.key") + "\n"
		}
		return entry
	}
	anchors, issuers := pair("anchor", "outgoing", "outgoing")+pair("anchor", "incoming", "incoming"), pair("issuer", "outgoing", "outgoing")+pair("issuer", "incoming", "incoming")
	if step.file == "stable" {
		anchors, issuers = pair("anchor", "outgoing", "current"), pair("issuer", "outgoing", "current")
	}
	version := strings.TrimPrefix(strings.TrimPrefix(folder, "stable-"), "version-")
	status := "  " + strings.ReplaceAll(strings.ReplaceAll(step.status, ", phase", "\n  phase"), ", rotation", "\n  rotation")
	return "apiVersion: l5d-pki-render/v1alpha1\nkind: Rotation\nmetadata: {name: real}\nspec:\n  linkerd: {version: \"" + version + "\"}\n  custody: {kind: file}\nstatus:\n" +
		status + "\n  anchors:\n" + anchors + "  issuers:\n" + issuers
}
