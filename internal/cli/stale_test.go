package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fluxMesh is the layout of Flux in a repository, with a clock and calls on its state.
type fluxMesh struct {
	t          *testing.T
	env        map[string]string
	repository string
	at         time.Time
}

func newFluxMesh(t *testing.T) *fluxMesh {
	m := &fluxMesh{t: t, env: map[string]string{"L5D_PKI_CHART_PROGRAM": chartProgramForTests(t)}, repository: gitopsRepository(t, "flux")}
	m.at = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	t.Chdir(m.repository)
	return m
}

func (m *fluxMesh) call(args ...string) result {
	m.t.Helper()
	return callAt(m.t, m.at, "", m.env, append(args, "-s", "pki/rotation.yaml")...)
}

func (m *fluxMesh) run(args ...string) result { m.t.Helper(); return done(m.t, m.call(args...)) }

// move is a move with the word of a person for all that it needs.
func (m *fluxMesh) move(args ...string) {
	m.t.Helper()
	m.at = m.at.Add(25 * time.Hour)
	for _, need := range []string{"BUNDLE-DELIVERED", "BUNDLE-LOADED", "ISSUER-LOADED", "LEAVES-RENEWED", "DELIVERED-ELSEWHERE"} {
		args = append(args, "--assume", need)
	}
	m.run(append(args, "--because", "seen in the test")...)
}

func (m *fluxMesh) commit() { m.t.Helper(); commit(m.t, m.repository, "step") }

// next holds what status says is wrong and comes next.
func (m *fluxMesh) next(what, wrong, command string) {
	m.t.Helper()
	r := m.call("status", "--width", "500")
	if !strings.Contains(r.out, "wrong: "+wrong) || !strings.Contains(r.out, "next:  "+command) {
		m.t.Errorf("%s: no wrong: %s, next: %s in\n%s%s", what, wrong, command, r.out, r.stderr)
	}
	if want := ExitDone; (wrong == "nothing") != (r.code == want) {
		m.t.Errorf("%s: code %d", what, r.code)
	}
}

const syncFlux = "l5d-pki-render sync --state pki/rotation.yaml"

// TestForgottenSync: status and doctor see outputs that are not what the state says,
// and send a person to sync; where a phase changes none, they do not.
func TestForgottenSync(t *testing.T) {
	m := newFluxMesh(t)
	m.next("as it was", "nothing", "nothing before")
	m.move("start", "anchor", "--strategy", "bundle")
	m.next("moved", "nothing", syncFlux)
	m.commit()
	const values, wave = "infrastructure/linkerd/pki-values.yaml", "apps/wave/kustomization.yaml"
	m.next("committed without sync", "not what phase anchor-added of the state says: "+values+"\n", syncFlux)
	if r := m.call("doctor"); r.code != ExitFailed || !strings.Contains(r.out, "stale-outputs") || !strings.Contains(r.out, values) || !strings.Contains(r.out, "1. "+syncFlux) {
		t.Errorf("doctor: %s%s", r.out, r.stderr)
	}
	m.run("sync")
	m.next("synced late", "nothing", "git add -A -- "+values+" && git commit")
	m.commit()
	if r := m.call("doctor"); strings.Contains(r.out, "stale-outputs") {
		t.Errorf("doctor of what is current: %s", r.out)
	}

	file := filepath.FromSlash(values)
	text := readIn(t, ".", file)
	if err := os.WriteFile(file, []byte(text+"externalCA: true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m.next("edited by hand", "not what phase anchor-added of the state says: "+values+"\n", syncFlux)
	m.run("sync")

	m.move("advance")
	m.next("a wave", "nothing", syncFlux)
	m.commit()
	m.next("a wave without sync", "not what phase anchor-spread of the state says: "+wave+"\n", syncFlux)
	m.run("sync")
	m.commit()

	m.move("advance") // the issuer is in no output
	m.next("nothing to sync", "nothing", "git add -A -- pki/rotation.yaml && git commit")
	m.commit()
	m.next("a Secret by hand", "nothing", "l5d-pki-render manifests --with-keys --state pki/rotation.yaml | kubectl apply --server-side --force-conflicts -f -\n       after the merge: nothing in Git delivers Secret linkerd/linkerd-identity-issuer; apply it, then run `l5d-pki-render observe --state pki/rotation.yaml --to observation.yaml`")
	m.at = m.at.Add(time.Hour)
	if r := m.run("back"); !strings.Contains(r.stderr, "then: l5d-pki-render manifests --with-keys --state pki/rotation.yaml | kubectl apply --server-side --force-conflicts -f -") {
		t.Errorf("back says nothing of the Secret: %s", r.stderr)
	}
	m.next("back, nothing to sync", "nothing", "git add -A -- pki/rotation.yaml && git commit")
}

// TestForgottenSyncOfAnAdoption: outputs that were never committed are older than the
// state after a move, too.
func TestForgottenSyncOfAnAdoption(t *testing.T) {
	m := newFluxMesh(t)
	git(t, ".", "rm", "-q", "--cached", "pki/rotation.yaml", "infrastructure/linkerd/pki-values.yaml")
	git(t, ".", "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "before")
	m.move("start", "anchor", "--strategy", "bundle")
	m.next("never committed", "nothing", syncFlux)
}

// TestOutputsThatAreNotCompared: what takes a network or a program that is not here is
// said to be unknown, and nothing is wrong with it.
func TestOutputsThatAreNotCompared(t *testing.T) {
	m := newFluxMesh(t)
	text := readIn(t, ".", "pki/rotation.yaml")
	text = strings.Replace(text, "status:\n", "  - {kind: chart, path: ../charts.yaml, chart: linkerd-control-plane, repo: 'https://helm.invalid', version: 1.0.0, digest: 'sha256:"+strings.Repeat("ab", 32)+"'}\nstatus:\n", 1)
	if err := os.WriteFile("pki/rotation.yaml", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	m.commit()
	m.env = map[string]string{"L5D_PKI_CHART_PROGRAM": "none"}
	for command, code := range map[string]int{"status": ExitDone, "doctor": ExitFailed} { // the layout has no key files
		r := m.call(command)
		if r.code != code || !strings.Contains(strings.Join(strings.Fields(r.out), " "), "spec.outputs[1], spec.outputs[2]") || !strings.Contains(r.out, "sync --check`") {
			t.Errorf("%s: code %d: %s%s", command, r.code, r.out, r.stderr)
		}
	}
}
