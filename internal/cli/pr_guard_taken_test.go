package cli

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// incident is a mesh whose leaves are waited for, whose identity signed with the issuer of
// before in the meantime, and what is kept of it.
type incident struct {
	*prLand
	s *state.Rotation
	// entered is when the phase was entered.
	entered time.Time
	key     string
}

func newIncident(t *testing.T, keys bool) *incident {
	t.Helper()
	key, line := sshKey(t, "robot", forEvidence)
	i := &incident{prLand: land(t), key: key}
	i.commitTo("main", func(dir string) {
		if keys {
			i.edit(dir, path.Join(path.Dir(i.state), "allowed_signers"), func(string) string { return line })
		}
		i.moves(dir, "start anchor", "advance --assume BUNDLE-DELIVERED", "advance --assume BUNDLE-LOADED", "advance --assume ISSUER-LOADED")
		i.s, i.entered = i.stateIn(dir), i.at
	})
	i.at = i.entered.Add(72 * time.Hour)
	return i
}

// name is that of what was seen so long after the phase was entered.
func (i *incident) name(after time.Duration) string {
	return path.Join(path.Dir(i.prLand.state), base.EvidenceFolder, "prod-argocd-prod-argocd-"+i.entered.Add(after).Format("20060102T150405Z")+".yaml")
}

// text is an observation of identity: it signs with the issuer of the phase, or with another.
func (i *incident) text(after time.Duration, old, signed bool) string {
	i.t.Helper()
	o := holding(i.t, i.s, i.entered.Add(after), func(o *rotation.Observation) {
		o.Endpoints[0].Chain = nil
		if old {
			for _, x := range i.s.Status.Issuers {
				if x.Role == state.RoleOutgoing {
					o.Identity[0].Issuer = []string{fingerprintOf(i.t, x.Certificate)}
				}
			}
		}
	})
	slices.SortFunc(o.Coverage, func(a, b rotation.Coverage) int { return strings.Compare(a.Group, b.Group) }) // the same text each time
	text, err := rotation.MarshalObservation(o)
	if err == nil && signed {
		text, err = base.Sign(text, i.key)
	}
	if err != nil {
		i.t.Fatal(err)
	}
	return string(text)
}

func (i *incident) keep(dir string, after time.Duration, old, signed bool) {
	i.t.Helper()
	i.edit(dir, i.name(after), func(string) string { return i.text(after, old, signed) })
}

func (i *incident) remove(dir string, after ...time.Duration) {
	i.t.Helper()
	for _, a := range after {
		gitIn(i.t, dir, "rm", "-q", i.name(a))
	}
	gitIn(i.t, dir, "commit", "-q", "-m", "rm")
}

// The wait begins at first, identity goes back, and is brought back again.
const first, wentBack, again = time.Hour, 67 * time.Hour, 70 * time.Hour

// TestGuardTakenAway: an observation that ended a wait stays as long as one is kept from
// which that wait would count, whatever newer ones show.
func TestGuardTakenAway(t *testing.T) {
	t.Parallel()
	i := newIncident(t, false)
	i.commitTo("main", func(dir string) {
		i.keep(dir, first, false, false)
		i.keep(dir, wentBack, true, false)
		i.keep(dir, again, false, false)
	})
	for name, c := range map[string]struct {
		work func(dir string)
		want []string
		note string
	}{
		"it is removed": {func(dir string) { i.remove(dir, wentBack) }, []string{codeOlder}, ""},
		"it is written over": {func(dir string) {
			i.edit(dir, i.name(wentBack), func(string) string { return i.text(wentBack, false, false) })
		}, []string{codeOlder}, ""},
		"it is no observation any more": {func(dir string) {
			i.edit(dir, i.name(wentBack), func(string) string { return "at: x\n" })
		}, []string{"guard-unreadable"}, ""},
		"one that shows the same comes in its place": {func(dir string) {
			i.remove(dir, wentBack)
			i.keep(dir, 71*time.Hour, true, false)
		}, nil, "takes away the observation"},
		"what it ended goes, too": {func(dir string) { i.remove(dir, first, wentBack) }, nil, "takes away the observation"},
		"what it ended goes":      {func(dir string) { i.remove(dir, first) }, nil, "takes away the observation"},
	} {
		dir := i.job("origin/main", c.work)
		_, codes, out := i.guarded(dir)
		if slices.Sort(codes); !slices.Equal(codes, c.want) || !strings.Contains(out, c.note) {
			t.Errorf("%s: %v, want %v: %s", name, codes, c.want, out)
		}
	}
	// What went with it does not come back beside a newer one.
	i.commitTo("main", func(dir string) { i.remove(dir, first, wentBack) })
	dir := i.job("origin/main", func(dir string) {
		i.keep(dir, first, false, false)
		i.keep(dir, 71*time.Hour, false, false)
	})
	if _, codes, out := i.guarded(dir); !slices.Equal(codes, []string{codeOlder}) {
		t.Errorf("what began the wait is put back: %v: %s", codes, out)
	}
	i.at = i.entered.Add(100 * time.Hour) // over, whatever it counts from
	i.commitTo("main", func(dir string) {
		i.keep(dir, first, false, false)
		i.keep(dir, wentBack, true, false)
	})
	dir = i.job("origin/main", func(dir string) { i.remove(dir, wentBack) })
	if _, codes, out := i.guarded(dir); codes != nil {
		t.Errorf("the wait is over: %v: %s", codes, out)
	}
}

// TestGuardUnsignedHides: where keys for evidence are listed, an observation that none of
// them signed stands for none that one did, and comes with less noise than it hides.
func TestGuardUnsignedHides(t *testing.T) {
	t.Parallel()
	i := newIncident(t, true)
	i.commitTo("main", func(dir string) {
		i.keep(dir, first, false, true)
		i.keep(dir, wentBack, true, true)
	})
	i.shows(holding(t, i.s, i.at, func(o *rotation.Observation) { o.Endpoints[0].Chain = nil }))
	judge := func(what string, want []string, work func(dir string)) {
		t.Helper()
		dir := i.job("origin/main", work)
		if _, codes, out := i.guardedAt(dir, "--observe"); !slices.Equal(codes, want) {
			t.Errorf("%s: %v, want %v: %s", what, codes, want, out)
		}
	}
	unsigned := func(dir string) { i.keep(dir, again, false, false) }
	judge("it comes", nil, unsigned)
	i.commitTo("main", unsigned)
	judge("what was signed goes", []string{codeOlder}, func(dir string) { i.remove(dir, wentBack) })
	judge("all that was signed goes", []string{codeOlder}, func(dir string) { i.remove(dir, first, wentBack) })
	judge("it goes with a signed one", nil, func(dir string) {
		i.remove(dir, first, wentBack)
		i.keep(dir, 71*time.Hour, false, true)
	})
	judge("the signature goes", []string{codeOlder}, func(dir string) {
		i.edit(dir, i.name(wentBack), func(string) string { return i.text(wentBack, true, false) })
	})
	judge("the unsigned one is signed", nil, func(dir string) {
		i.edit(dir, i.name(again), func(string) string { return i.text(again, false, true) })
	})
	judge("the unsigned one goes", nil, func(dir string) { i.remove(dir, again); i.keep(dir, 71*time.Hour, false, true) })
}

// TestGuardFleetTakenAway: the same for a member of a fleet, here or at its pin, where the
// fleet file's observation is written over, and where another member gets it.
func TestGuardFleetTakenAway(t *testing.T) {
	t.Parallel()
	for _, pinned := range []bool{true, false} {
		t.Run(fmt.Sprintf("pinned=%v", pinned), func(t *testing.T) {
			t.Parallel()
			f := newKnownFleet(t, pinned)
			at := func(cluster, beside, shows string, after time.Duration) placed {
				return placed{cluster, beside, shows, f.since.Add(after)}
			}
			const fine, back = "as the phase has it", "went back"
			for name, c := range map[string]struct {
				before, after []placed
				linked        bool
				want          []string
			}{
				"it is kept": {[]placed{at("east", "east", fine, first), at("east", "east", back, wentBack)},
					[]placed{at("east", "east", fine, first), at("east", "east", back, wentBack), at("east", "east", fine, again)}, false, nil},
				"it is removed": {[]placed{at("east", "east", fine, first), at("east", "east", back, wentBack), at("east", "east", fine, again)},
					[]placed{at("east", "east", fine, first), at("east", "east", fine, again)}, false, []string{codeOlder}},
				"it is written over": {[]placed{at("east", "east", fine, first), at("east", "", back, wentBack)},
					[]placed{at("east", "east", fine, first), at("east", "", fine, again)}, false, []string{codeOlder}},
				"it is written over, and copied": {[]placed{at("east", "east", fine, first), at("east", "", back, wentBack)},
					[]placed{at("east", "east", fine, first), at("east", "east", back, wentBack), at("east", "", fine, again)}, false, nil},
				"written over, with nothing before it": {[]placed{at("east", "", back, wentBack)}, []placed{at("east", "", fine, again)}, false, nil},
				"written over, as it does every day":   {[]placed{at("east", "east", fine, first), at("east", "", fine, wentBack)}, []placed{at("east", "east", fine, first), at("east", "", fine, again)}, false, nil},
				"another member keeps it": {[]placed{at("east", "east", fine, first), at("east", "east", back, wentBack), at("east", "east", fine, again)},
					[]placed{at("east", "east", fine, first), at("east", "west", back, wentBack), at("east", "east", fine, again)}, true, []string{codeOlder}},
			} {
				branch := strings.ReplaceAll(strings.ReplaceAll(name, " ", "-"), ",", "")
				f.branch("base-"+branch, "main", f.states["west"], c.before, c.linked)
				f.branch(branch, "base-"+branch, f.states["west"], c.after, c.linked)
				if codes := f.judged("base-"+branch, branch); !slices.Equal(codes, c.want) {
					t.Errorf("%s: %v, want %v", name, codes, c.want)
				}
			}
		})
	}
}

// TestPRStartKeepsTaken: a start leaves what ended a wait of a linked cluster, whose own
// state keeps that from which the wait would count.
func TestPRStartKeepsTaken(t *testing.T) {
	t.Parallel()
	l := placesLand(t)
	i := &incident{prLand: l}
	own := func(after time.Duration) string {
		return ownEvidence + "west-" + i.entered.Add(after).Format("20060102T150405Z") + ".yaml"
	}
	l.commitTo("main", func(dir string) {
		l.edit(dir, "west/.gitignore", func(string) string { return "keys/\n" })
		key := filepath.Join(t.TempDir(), "anchor.key")
		if err := os.WriteFile(key, []byte(readFile(t, "../../fixtures/pki/anchor-2025.key")), 0o600); err != nil {
			t.Fatal(err)
		}
		got := callAt(t, l.at.Add(25*time.Hour), "", nil, "start", "issuer", "-s", path.Join(dir, "west/rotation.yaml"), "--outgoing-key", key,
			"--assume", "DELIVERED-ELSEWHERE", "--because", "seen in the test")
		if got.code != ExitDone {
			t.Fatal(got.stderr)
		}
		l.state = "west/rotation.yaml"
		i.s, i.entered = l.stateIn(dir), l.at.Add(25*time.Hour)
		l.state = "linkerd/pki/rotation.yaml"
		l.edit(dir, westEvidence+"west-"+i.entered.Add(first).Format("20060102T150405Z")+".yaml", func(string) string { return i.text(first, false, false) })
		l.edit(dir, own(wentBack), func(string) string { return i.text(wentBack, true, false) })
		l.edit(dir, own(again), func(string) string { return i.text(again, false, false) })
		l.edit(dir, own(2*time.Hour), func(string) string { return i.text(2*time.Hour, false, false) })
	})
	l.at = i.entered.Add(72 * time.Hour)
	gitIn(t, l.clone, "pull", "-q")
	branch := l.pr("start", "anchor").Branch
	if got, want := gitIn(t, l.remote, "ls-tree", "-r", "--name-only", branch, "linkerd/pki/evidence/"), own(wentBack)+"\n"+own(again); got != want {
		t.Errorf("it keeps %q, want %q", got, want)
	}
	if _, codes, out := l.guarded(l.job("origin/"+branch, func(string) {})); len(codes) > 0 {
		t.Errorf("%v: %s", codes, out)
	}
	dir := l.job("origin/"+branch, func(dir string) {
		gitIn(t, dir, "rm", "-q", own(wentBack))
		gitIn(t, dir, "commit", "-q", "-m", "rm")
	})
	if _, codes, out := l.guarded(dir); !slices.Contains(codes, codeOlder) {
		t.Errorf("a start that takes it: %v: %s", codes, out)
	}
}
