package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestGuardFleetUnion: what the base knows of a member holds a step of another one, also in
// the change that takes the observation away or puts another one in its place.
func TestGuardFleetUnion(t *testing.T) {
	t.Parallel()
	l := fleetLand(t)
	const named = "west/seen.yaml"
	fleetFile := strings.Replace(fleetOfTwo, "west/rotation.yaml}", "west/rotation.yaml, observation: "+named+"}", 1)
	observation := ""
	l.commitTo("main", func(dir string) {
		l.committed(dir, func() {
			put(t, dir, "fleet.yaml", fleetFile)
			word := []string{"--because", "seen in the test", "-f", filepath.Join(dir, "fleet.yaml"), "--assume", "DELIVERED-ELSEWHERE", "--assume", "BUNDLE-DELIVERED"}
			for _, args := range [][]string{{"start", "anchor", "--strategy", "bundle"}, {"advance"}} {
				l.at = l.at.Add(time.Minute)
				if got := callAt(t, l.at, "", nil, slices.Concat([]string{"fleet"}, args, word)...); got.code != ExitDone {
					t.Fatal(got.stderr)
				}
			}
			text, err := os.ReadFile(filepath.Join(dir, "west/rotation.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			west, err := state.Parse("west/rotation.yaml", text)
			if err != nil {
				t.Fatal(err)
			}
			chain, err := pki.ParseChain([]byte(west.Status.Anchors[0].Certificate))
			if err != nil {
				t.Fatal(err)
			}
			l.at = l.at.Add(time.Minute)
			observation = "apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: west\nat: " + l.at.UTC().Format(time.RFC3339) +
				"\ncoverage:\n- {group: proxies, pods: 2}\nbundles:\n- name: old\n  certificates: [" + chain[0].Fingerprint() + "]\nendpoints:\n- {group: proxies, bundle: old, pods: [shop 2]}\n"
			put(t, dir, named, observation)
			if got := call(t, "", nil, "sync", "-s", filepath.Join(dir, l.state)); got.code != ExitDone {
				t.Fatal(got.stderr)
			}
		})
	})
	l.at = l.at.Add(time.Minute)
	for name, text := range map[string]string{
		"it stays": observation, "it goes": "", "another cluster's is in its place": strings.Replace(observation, "cluster: west", "cluster: prod-argocd", 1),
		"it is spoiled": "at: x\n", "an older one is in its place": "apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: west\nat: 2026-01-01T12:00:00Z\ncoverage: []\n",
	} {
		dir := l.job("origin/main", func(dir string) {
			l.committed(dir, func() {
				if put(t, dir, named, text); text == "" {
					if err := os.Remove(filepath.Join(dir, named)); err != nil {
						t.Fatal(err)
					}
				}
				if got := callAt(t, l.at, "", nil, "advance", "-s", filepath.Join(dir, l.state), "--assume", "BUNDLE-LOADED", "--assume", "DELIVERED-ELSEWHERE", "--because", "seen"); got.code != ExitDone {
					t.Fatal(got.stderr)
				}
				if got := call(t, "", nil, "sync", "-s", filepath.Join(dir, l.state)); got.code != ExitDone {
					t.Fatal(got.stderr)
				}
			})
		})
		if _, codes, out := l.guarded(dir, "--fleet", filepath.Join(dir, "fleet.yaml")); !slices.Contains(codes, "fleet-held") || !strings.Contains(out, "west") {
			t.Errorf("%s: %v: %s", name, codes, out)
		}
	}
}

// TestGuardFleetOwn: the observation of a member that the fleet file names counts in the
// member's own guard, also against a word.
func TestGuardFleetOwn(t *testing.T) {
	t.Parallel()
	l := fleetLand(t)
	const named = "seen/own.yaml"
	l.commitTo("main", func(dir string) {
		l.moves(dir, "start anchor --strategy bundle", "advance --assume BUNDLE-DELIVERED")
		l.committed(dir, func() {
			put(t, dir, "fleet.yaml", strings.Replace(fleetOfTwo, "linkerd/pki/rotation.yaml}", "linkerd/pki/rotation.yaml, observation: "+named+"}", 1))
			s, err := state.Parse(l.state, []byte(readFile(t, filepath.Join(dir, l.state))))
			if err != nil {
				t.Fatal(err)
			}
			chain, err := pki.ParseChain([]byte(s.Status.Anchors[0].Certificate))
			if err != nil {
				t.Fatal(err)
			}
			l.at = l.at.Add(time.Hour)
			put(t, dir, named, "apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: prod-argocd\nat: "+l.at.UTC().Format(time.RFC3339)+
				"\ncoverage:\n- {group: proxies, pods: 2}\nbundles:\n- name: old\n  certificates: ["+chain[0].Fingerprint()+"]\nendpoints:\n- {group: proxies, bundle: old, pods: [shop 2]}\n")
		})
	})
	dir := l.job("origin/main", func(dir string) { l.moves(dir, "advance --assume BUNDLE-LOADED") })
	if _, codes, out := l.guarded(dir, "--fleet", filepath.Join(dir, "fleet.yaml")); !slices.Contains(codes, "rotation-contradicted") && !slices.Contains(codes, "rotation-g1") {
		t.Errorf("a word against it: %v: %s", codes, out)
	}
	dir = l.job("origin/main", func(dir string) { l.committed(dir, func() { gitIn(t, dir, "rm", "-q", named) }) })
	if _, codes, out := l.guarded(dir, "--fleet", filepath.Join(dir, "fleet.yaml")); !slices.Contains(codes, codeOlder) {
		t.Errorf("it is taken away: %v: %s", codes, out)
	}
}
