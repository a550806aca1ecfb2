package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const codeOlder = "guard-evidence-older"

// TestGuardOlder: a move does not rest on an observation while the base has a newer one
// of the cluster, whether that stays or goes.
func TestGuardOlder(t *testing.T) {
	t.Parallel()
	l := land(t)
	var known string
	l.commitTo("main", func(dir string) {
		l.moves(dir, "start anchor")
		l.edit(dir, "README.md", func(string) string { return "words" })
		name, err := filepath.Rel(dir, l.observationAt(dir, l.at.Add(10*time.Hour)))
		if err != nil {
			t.Fatal(err)
		}
		known = name
	})
	made := l.at
	advance := func(seen time.Duration) func(dir string) {
		return func(dir string) {
			file := l.observationAt(dir, made.Add(seen))
			l.at = made.Add(20*time.Hour - 25*time.Hour) // moves adds it
			l.moves(dir, "advance --evidence "+file)
		}
	}
	remove := func(dir string) { gitIn(t, dir, "rm", "-q", known); gitIn(t, dir, "commit", "-q", "-m", "rm") }
	restore := func(dir string) { // a move that knows the newer one is refused
		gitIn(t, dir, "checkout", "-q", "origin/main", "--", known)
		gitIn(t, dir, "commit", "-q", "-m", "restore")
	}
	for name, c := range map[string]struct {
		work []func(dir string)
		want bool
	}{
		"a newer one":               {[]func(string){advance(11 * time.Hour)}, false},
		"a newer one in its place":  {[]func(string){remove, advance(11 * time.Hour)}, false},
		"an older one":              {[]func(string){remove, advance(9 * time.Hour), restore}, true},
		"an older one in its place": {[]func(string){remove, advance(9 * time.Hour)}, true},
		"a newer one that shows less in its place": {[]func(string){remove, func(dir string) {
			name := filepath.ToSlash(strings.Replace(known, "T230000Z", "T233000Z", 1))
			l.edit(dir, name, func(string) string {
				return "apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: prod-argocd\nat: " + made.Add(10*time.Hour+30*time.Minute).Format(time.RFC3339) + "\ncoverage: []\n"
			})
		}}, true},
		"it is removed, and nothing else": {[]func(string){remove}, true},
		"it is dated back": {[]func(string){func(dir string) {
			l.edit(dir, filepath.ToSlash(known), func(s string) string { return strings.Replace(s, "T23:", "T22:", 1) })
		}}, true},
	} {
		dir := l.job("main", func(dir string) {
			for _, work := range c.work {
				work(dir)
			}
			l.squashed(dir, "origin/main")
		})
		l.at = made.Add(30 * time.Hour)
		if _, codes, out := l.guarded(dir); slices.Contains(codes, codeOlder) != c.want || !c.want && len(codes) > 0 {
			t.Errorf("%s: found %v, want the older one %v: %s", name, codes, c.want, out)
		}
		if _, codes, out := l.guarded(dir, "--accept", codeOlder); slices.Contains(codes, codeOlder) {
			t.Errorf("%s, accepted: %v: %s", name, codes, out)
		}
	}
}

// TestGuardFleetOlder: a barrier does not open on an observation of a member while the
// base has a newer one of it, wherever that is.
func TestGuardFleetOlder(t *testing.T) {
	t.Parallel()
	l := fleetLand(t)
	at := func(clock string) string {
		return "apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: west\nat: 2026-06-01T" + clock + ":00Z\ncoverage: []\n"
	}
	naming := func(name string) string {
		return strings.Replace(fleetOfTwo, "west/rotation.yaml}", "west/rotation.yaml, observation: "+name+"}", 1)
	}
	const named, copied, beside = "west/seen.yaml", "examples/west.yaml", "west/evidence/west-west-20260601T110000Z.yaml"
	files := func(of map[string]string) func(dir string) {
		return func(dir string) {
			l.committed(dir, func() {
				for name, text := range of {
					if put(t, dir, name, text); text == "" {
						if err := os.Remove(filepath.Join(dir, name)); err != nil {
							t.Fatal(err)
						}
					}
				}
			})
		}
	}
	l.commitTo("main", files(map[string]string{"fleet.yaml": naming(named), named: at("11:30"), copied: at("10:30")}))
	judge := func(what string, want bool, of map[string]string) {
		t.Helper()
		dir := l.job("origin/main", files(of))
		_, codes, out := l.guarded(dir, "--fleet", filepath.Join(dir, "fleet.yaml"))
		if slices.Contains(codes, codeOlder) != want || !want && len(codes) > 0 {
			t.Errorf("%s: %v, want the older one %v: %s", what, codes, want, out)
		}
	}
	judge("a newer one", false, map[string]string{named: at("11:45")})
	judge("one of the same instant", false, map[string]string{named: at("11:30") + "# words\n"})
	judge("an older one", true, map[string]string{named: at("11:15")})
	judge("none", true, map[string]string{named: ""})
	judge("another place, with an older one", true, map[string]string{"fleet.yaml": naming(copied)})
	judge("another place, with a newer one", false, map[string]string{"fleet.yaml": naming("new.yaml"), "new.yaml": at("11:45")})
	judge("another place, with none", true, map[string]string{"fleet.yaml": naming("later.yaml")})
	judge("that of another cluster in its place", true, map[string]string{named: strings.Replace(at("11:45"), "cluster: west", "cluster: prod-argocd", 1)})
	judge("the place is not named any more", true, map[string]string{"fleet.yaml": fleetOfTwo})
	judge("an older one beside the state, out of a rotation", false, map[string]string{beside: at("11:00")})
	l.commitTo("main", files(map[string]string{named: at("19:30")}))
	judge("one of the future goes", false, map[string]string{named: at("11:00")})
}

// TestPRFleetSigned: a pull request has the observations of members as they were signed.
func TestPRFleetSigned(t *testing.T) {
	t.Parallel()
	key, line := sshKey(t, "robot", forEvidence)
	l := fleetLand(t)
	l.commitTo("main", func(dir string) {
		l.edit(dir, filepath.Join(filepath.Dir(l.state), "allowed_signers"), func(string) string { return line })
		l.edit(dir, "west/allowed_signers", func(string) string { return line })
		if got := callAt(t, l.at, "", nil, "fleet", "start", "anchor", "--strategy", "bundle", "-f", filepath.Join(dir, "fleet.yaml"), "--assume", "DELIVERED-ELSEWHERE", "--because", "seen in the test"); got.code != ExitDone {
			t.Fatal(got.stderr)
		}
		if got := call(t, "", nil, "sync", "-s", filepath.Join(dir, l.state)); got.code != ExitDone {
			t.Fatal(got.stderr)
		}
		gitIn(t, dir, "add", "-A")
		gitIn(t, dir, "commit", "-q", "-m", "start")
	})
	gitIn(t, l.clone, "pull", "-q")
	l.at = l.at.Add(25 * time.Hour)
	args := []string{"--fleet", filepath.Join(l.clone, "fleet.yaml"), "--assume", "BUNDLE-DELIVERED"}
	signed := map[string]string{}
	for _, cluster := range []string{"prod-argocd", "west"} {
		file := filepath.Join(t.TempDir(), "observation.yaml")
		text := "apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: " + cluster + "\nat: 2026-06-02T12:00:00Z\ncoverage: []\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := call(t, "", nil, "evidence", "sign", file, "--key", key); got.code != ExitDone {
			t.Fatal(got.stderr)
		}
		text2, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		signed[cluster] = string(text2)
		args = append(args, "--evidence", file)
	}
	r := l.pr(args...)
	for cluster, name := range map[string]string{"prod-argocd": "linkerd/pki/evidence/prod-argocd", "west": "west/evidence/west"} {
		if got := gitIn(t, l.remote, "show", r.Branch+":"+name+"-"+cluster+"-20260602T120000Z.yaml"); got != strings.TrimSpace(signed[cluster]) {
			t.Errorf("%s: %s", cluster, got)
		}
	}
	for _, name := range []string{"linkerd/pki/rotation.yaml", "west/rotation.yaml"} {
		dir := l.job("origin/"+r.Branch, func(string) {})
		l.state = name
		if code, codes, out := l.guarded(dir, "--fleet", filepath.Join(dir, "fleet.yaml")); code != ExitDone {
			t.Errorf("the guard refuses %s: %v %s", name, codes, out)
		}
	}
}
