package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestGuardFleetEvidence: an observation of a member opens barriers once it is on the base
// branch, so it is judged in the change that makes it evidence: the one that brings it, and
// the one whose fleet file names it, or names a member beside whose state it was.
func TestGuardFleetEvidence(t *testing.T) {
	t.Parallel()
	key, line := sshKey(t, "robot", forEvidence)
	other, otherLine := sshKey(t, "west", forEvidence)
	stranger, _ := sshKey(t, "stranger", forEvidence)
	l := fleetLand(t)
	const observation = "apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: west\nat: 2026-06-01T12:00:00Z\ncoverage: []\n"
	signed := func(key string) string {
		file := filepath.Join(t.TempDir(), "observation.yaml")
		if err := os.WriteFile(file, []byte(observation), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := call(t, "", nil, "evidence", "sign", file, "--key", key); got.code != ExitDone {
			t.Fatal(got.stderr)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	const named, beside, planted = "west/seen.yaml", "west/evidence/west-west-20260601T120000Z.yaml", "examples/west.yaml"
	fleet := strings.Replace(fleetOfTwo, "west/rotation.yaml}", "west/rotation.yaml, observation: "+named+"}", 1)
	l.commitTo("main", func(dir string) { l.edit(dir, "fleet.yaml", func(string) string { return fleet }) })
	judged := func(what string, found bool, says string, files map[string]string) {
		t.Helper()
		dir := l.job("origin/main", func(dir string) {
			for name, text := range files {
				l.edit(dir, name, func(string) string { return text })
			}
		})
		_, codes, out := l.guarded(dir, "--fleet", filepath.Join(dir, "fleet.yaml"))
		if slices.Contains(codes, "guard-evidence") != found || !strings.Contains(out, says) {
			t.Errorf("%s: %v, wants %v and %q: %s", what, codes, found, says, out)
		}
	}
	judged("no key is listed", false, "observation `west/seen.yaml` of member `west` is as committed by", map[string]string{named: observation})
	l.commitTo("main", func(dir string) {
		l.edit(dir, filepath.Join(filepath.Dir(l.state), "allowed_signers"), func(string) string { return line })
		l.edit(dir, planted, func(string) string { return observation })
		l.edit(dir, "planted/evidence/north-west-20260601T120000Z.yaml", func(string) string { return observation })
	})
	at := func(place string) string {
		return strings.Replace(fleet, "observation: "+named, "observation: "+place, 1)
	}
	north := fleet[:strings.Index(fleet, "  links:")] + "  - {name: north, state: planted/rotation.yaml}\n" + fleet[strings.Index(fleet, "  links:"):]
	judged("not signed", true, "is not signed", map[string]string{named: observation})
	judged("signed by a stranger", true, "no listed key", map[string]string{named: signed(stranger)})
	judged("signed and edited", true, "no listed key", map[string]string{named: strings.Replace(signed(key), "coverage: []", "coverage: [] ", 1)})
	judged("signed", false, "of member `west` is signed by `robot@example.com`", map[string]string{named: signed(key)})
	judged("beside the member's state", true, "is not signed", map[string]string{beside: observation})
	judged("the same, signed", false, "is signed by", map[string]string{beside: signed(key)})
	judged("a file of the base, named", true, "is not signed", map[string]string{"fleet.yaml": at(planted)})
	judged("named by another spelling", false, "", map[string]string{"fleet.yaml": at("./west/../" + named)})
	judged("named before it is there", false, "the observation of member", map[string]string{"fleet.yaml": at("later.yaml")})
	judged("a member that joins it", true, "is not signed", map[string]string{"fleet.yaml": north})
	judged("a fleet file that is brought", true, "is not signed", map[string]string{"fleet.yaml": at("new/seen.yaml"), "new/seen.yaml": observation})
	l.commitTo("main", func(dir string) { l.edit(dir, "west/allowed_signers", func(string) string { return otherLine }) })
	judged("signed by a key of the member", false, "is signed by `west@example.com`", map[string]string{named: signed(other)})
	many := map[string]string{}
	for i := range maxOfMembers {
		many[fmt.Sprintf("west/evidence/west-west-20260601T%06dZ.yaml", i)] = observation
	}
	dir := l.job("origin/main", func(dir string) {
		l.committed(dir, func() {
			for name, text := range many {
				put(t, dir, name, text)
			}
		})
	})
	if _, codes, out := l.guarded(dir, "--fleet", filepath.Join(dir, "fleet.yaml")); !slices.Equal(codes, []string{"guard-unreadable"}) {
		t.Errorf("%d observations: %v %s", maxOfMembers, codes, out)
	}
}

// maxOfMembers is more than the guard judges for two members.
const maxOfMembers = 103

// TestGuardFleetContext: a member is read from the cluster that its context names. Another
// one shows another cluster's pods, and one of another member the same ones twice.
func TestGuardFleetContext(t *testing.T) {
	t.Parallel()
	l := fleetLand(t)
	with := func(first, second string) string {
		return strings.NewReplacer("pki/rotation.yaml}", "pki/rotation.yaml"+first+"}", "west/rotation.yaml}", "west/rotation.yaml"+second+"}").Replace(fleetOfTwo)
	}
	l.commitTo("main", func(dir string) {
		l.edit(dir, "fleet.yaml", func(string) string { return with(", context: a", ", context: b") })
	})
	judge := func(name, code, says, fleet string) {
		t.Helper()
		dir := l.job("origin/main", func(dir string) { l.edit(dir, "fleet.yaml", func(string) string { return fleet }) })
		_, codes, out := l.guarded(dir, "--fleet", filepath.Join(dir, "fleet.yaml"))
		if code == "" && len(codes) > 0 || code != "" && !slices.Contains(codes, code) || !strings.Contains(out, says) {
			t.Errorf("%s: wants %q, got %v: %s", name, code, codes, out)
		}
	}
	judge("another cluster", "guard-fleet", "", with(", context: a", ", context: c"))
	judge("swapped", "guard-fleet", "", with(", context: b", ", context: a"))
	judge("that of the other one", "fleet-twice", "", with(", context: a", ", context: a"))
	judge("not read any more", "", "that member `west` is read from a context", with(", context: a", ""))
	judge("only a label is changed", "", "", with(", context: a, labels: {ring: x}", ", context: b"))
	judge("another name", "", "its name", strings.Replace(with(", context: a", ", context: b"), "name: prod}", "name: other}", 1))
	l.commitTo("main", func(dir string) { // the first of two changes
		l.edit(dir, "fleet.yaml", func(string) string { return with(", context: a", "") })
	})
	judge("another cluster, in the second of two changes", "guard-fleet", "", with(", context: a", ", context: c"))
	judge("that of the other one, which has none any more", "guard-fleet", "", with("", ", context: a"))
	judge("a member that joins with one", "", "", strings.Replace(with(", context: a", ""), "  links:", "  - {name: north, state: north/rotation.yaml, context: c}\n  links:", 1))
}

// TestGuardFleetReissue: an issuer that the cluster made anew changes no phase, and the
// fleet file is judged beside it all the same.
func TestGuardFleetReissue(t *testing.T) {
	t.Parallel()
	l := fleetLand(t)
	text, err := os.ReadFile(certManagerState(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	l.commitTo("main", func(dir string) {
		l.edit(dir, l.state, func(string) string { return strings.Replace(string(text), "name: fixture", "name: prod-argocd", 1) })
	})
	back := absolute(t, []string{"custody", "read-back", "--issuer", "pki/issuer-2025-2.crt"})
	for name, c := range map[string]struct {
		fleet string
		found bool
	}{
		"alone":            {fleetOfTwo, false},
		"and a link goes":  {strings.Replace(fleetOfTwo, "  links:\n  - members: [prod-argocd, west]\n", "", 1), true},
		"and a state goes": {strings.Replace(fleetOfTwo, "west/rotation.yaml", "elsewhere.yaml", 1), true},
	} {
		dir := l.job("origin/main", func(dir string) {
			l.edit(dir, l.state, func(string) string {
				if got := callAt(t, l.at, "", nil, append(back, "-s", filepath.Join(dir, l.state))...); got.code != ExitDone {
					t.Fatal(got.stderr)
				}
				text, err := os.ReadFile(filepath.Join(dir, l.state))
				if err != nil {
					t.Fatal(err)
				}
				return string(text)
			})
			if c.found {
				l.edit(dir, "fleet.yaml", func(string) string { return c.fleet })
			}
		})
		_, codes, out := l.guarded(dir, "--fleet", filepath.Join(dir, "fleet.yaml"))
		if slices.Contains(codes, "guard-fleet") != c.found || !strings.Contains(out, "was made anew in the cluster") {
			t.Errorf("%s: %v: %s", name, codes, out)
		}
	}
}
