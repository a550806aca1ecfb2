package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// TestObserveKeepsWhatEndedAWait: an observation that ended a wait is copied to evidence/
// before another one is written over it, and nothing else is.
func TestObserveKeepsWhatEndedAWait(t *testing.T) {
	t.Parallel()
	i := newIncident(t, true)
	gitIn(t, i.clone, "pull", "-q")
	in := func(name string) string { return filepath.Join(i.clone, filepath.FromSlash(name)) }
	kept := func() (names []string) {
		entries, _ := os.ReadDir(filepath.Dir(in(i.name(first))))
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	put(t, i.clone, "fleet.yaml", "apiVersion: l5d-pki-render/v1alpha1\nkind: Fleet\nmetadata: {name: f}\nspec:\n  members:\n  - {name: prod-argocd, state: "+
		i.state+", observation: seen.yaml, context: a}\n")
	i.shows(holding(t, i.s, i.entered.Add(again), func(o *rotation.Observation) { o.Endpoints[0].Chain = nil }))
	for _, how := range [][]string{{"--to", in("seen.yaml"), "-s", in(i.state)}, {"--fleet", in("fleet.yaml")}} {
		observe := func() result {
			t.Helper()
			return callAt(t, i.at, "", i.env, append([]string{"observe", "--kubeconfig", "conf"}, how...)...)
		}
		if err := os.RemoveAll(filepath.Dir(in(i.name(first)))); err != nil {
			t.Fatal(err)
		}
		put(t, i.clone, "seen.yaml", i.text(wentBack, true, true))
		if got := observe(); got.code != ExitDone || kept() != nil {
			t.Errorf("%s, no wait had begun: code %d, %v: %s", how[0], got.code, kept(), got.stderr)
		}
		put(t, i.clone, i.name(first), i.text(first, false, true))
		was := i.text(wentBack, true, true)
		put(t, i.clone, "seen.yaml", was)
		got, copied := observe(), filepath.Base(i.name(wentBack))
		if got.code != ExitDone || !slices.Contains(kept(), copied) || !strings.Contains(got.out+got.stderr, copied) || readFile(t, in(i.name(wentBack))) != was {
			t.Errorf("%s: code %d, %v: %s%s", how[0], got.code, kept(), got.out, got.stderr)
		}
		if got := observe(); got.code != ExitDone || len(kept()) != 2 {
			t.Errorf("%s, once more: code %d, %v: %s", how[0], got.code, kept(), got.stderr)
		}
		// No copy is written through a link, and then the observation stays.
		outside := filepath.Join(t.TempDir(), "outside")
		if err := os.Remove(in(i.name(wentBack))); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(outside, in(i.name(wentBack))); err != nil {
			t.Fatal(err)
		}
		put(t, i.clone, "seen.yaml", was)
		if got := observe(); got.code == ExitDone || readFile(t, in("seen.yaml")) != was {
			t.Errorf("%s, a link: code %d: %s%s", how[0], got.code, got.out, got.stderr)
		}
		if _, err := os.Stat(outside); err == nil {
			t.Errorf("%s: the copy is written through a link", how[0])
		}
	}
}

// TestObserveFleetElsewhere: beside the state of a member in another repository nothing is
// written, so the observation that ended a wait stays where it is.
func TestObserveFleetElsewhere(t *testing.T) {
	t.Parallel()
	f := newKnownFleet(t, true)
	l := &prLand{t: t, env: map[string]string{}}
	began := placed{"east", "east", "as the phase has it", f.since.Add(first)}
	back := placed{"east", "", "went back", f.since.Add(wentBack)}
	now, err := rotation.ParseObservation("now", []byte(f.text(placed{"east", "", "as the phase has it", f.since.Add(again)})))
	if err != nil {
		t.Fatal(err)
	}
	l.shows(now)
	for _, copied := range []bool{false, true} {
		places := []placed{began, back}
		if copied {
			places = append(places, placed{"east", "east", back.shows, back.at})
		}
		gitIn(t, f.home(""), "checkout", "-q", "-f", "HEAD")
		f.branch("now", "main", f.states["west"], places, false)
		file := filepath.Join(f.home(""), "fleet.yaml")
		put(t, f.home(""), "fleet.yaml", strings.Replace(readFile(t, file), "observation: ", "context: a\n    observation: ", 1))
		got := callAt(t, f.at, "", l.env, "observe", "--fleet", file, "--repositories", f.top, "--kubeconfig", "conf")
		stays := readFile(t, filepath.Join(f.home(""), back.name())) == f.text(back)
		name := base.EvidenceFolder + "/east-east-" + back.at.Format("20060102T150405Z") + ".yaml"
		if stays == copied || !copied && !strings.Contains(got.out, "commit a copy of it as "+name+" in repository east") {
			t.Errorf("copied %v: code %d, stays %v: %s%s", copied, got.code, stays, got.out, got.stderr)
		}
	}
}
