package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// twins are two members, east and west, that go to a new anchor: linked by their states
// ("links"), in a fleet in one repository ("fleet"), or in repositories of their own ("pins").
type twins struct {
	*realm
	how string
}

func newTwins(t *testing.T, how string) *twins {
	t.Helper()
	if how == "pins" {
		w := &twins{newRealm(t, ageKeys, "east", "west"), how}
		w.onMain(w.at.Add(-time.Hour), func(dir string) {
			text := readFile(t, filepath.Join(dir, "fleet.yaml"))
			for _, name := range w.names {
				text = strings.Replace(text, "  - name: "+name+"\n", "  - name: "+name+"\n    observation: seen/"+name+".yaml\n", 1)
			}
			w.write(filepath.Join(dir, "fleet.yaml"), text)
		})
		return w
	}
	r := &realm{t: t, top: t.TempDir(), names: []string{"east", "west"}, forges: map[string]*fakeForge{}, at: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}
	links := "  links:\n  - members: [east, west]\n"
	r.repository("fleet", func(dir string) {
		for _, name := range r.names {
			if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		r.do(append([]string{"init", "--new", "--name", "east", "--linkerd-version", "2.18", "-s", filepath.Join(dir, "east", "rotation.yaml")}, ageKeys(r)...)...)
		r.copied(filepath.Join(dir, "east"), filepath.Join(dir, "west"), "west")
		for _, name := range r.names {
			file, other := filepath.Join(dir, name, "rotation.yaml"), r.names[1-slices.Index(r.names, name)]
			if how == "links" {
				links = ""
				r.write(file, strings.Replace(readFile(t, file), "status:\n", "  links:\n  - {name: "+other+", state: ../"+other+"/rotation.yaml}\nstatus:\n", 1))
			}
		}
		r.write(filepath.Join(dir, "fleet.yaml"), "apiVersion: l5d-pki-render/v1alpha1\nkind: Fleet\nmetadata: {name: prod}\nspec:\n  members:\n"+
			"  - {name: east, state: east/rotation.yaml, observation: seen/east.yaml}\n  - {name: west, state: west/rotation.yaml, observation: seen/west.yaml}\n"+links)
	})
	return &twins{r, how}
}

// onMain commits work to the main branch of the fleet's repository at an instant.
func (w *twins) onMain(at time.Time, work func(dir string)) {
	w.t.Helper()
	dir := filepath.Join(w.top, "fleet")
	work(dir)
	gitIn(w.t, dir, "add", "-A")
	if gitIn(w.t, dir, "status", "--porcelain") == "" {
		return
	}
	gitIn(w.t, dir, "commit", "-q", "-m", "work")
	landAt(w.t, dir, "dated", "", at)
	gitIn(w.t, dir, "push", "-q", "origin", "main")
}

// mergeAt merges a branch of every repository that has it at an instant.
func (w *twins) mergeAt(branch string, at time.Time) {
	w.t.Helper()
	for _, name := range append([]string{"fleet"}, w.names...) {
		dir, remote := filepath.Join(w.top, name), filepath.Join(w.top, name+".git")
		if _, err := os.Stat(remote); err != nil || gitIn(w.t, remote, "branch", "--list", branch) == "" {
			continue
		}
		gitIn(w.t, dir, "fetch", "-q", "origin")
		landAt(w.t, dir, "merge", "origin/"+branch, at)
		gitIn(w.t, dir, "push", "-q", "origin", "main")
		for i := range w.forges[remote].pulls {
			w.forges[remote].pulls[i].State = "merged"
		}
	}
}

// moveAt makes a move at an instant that is merged at another one.
func (w *twins) moveAt(made, merged time.Time, args ...string) {
	w.t.Helper()
	w.at = made
	w.mergeAt(w.pr(args...).Branch, merged)
}

func (w *twins) stateFile(name string) string {
	if w.how == "pins" {
		return filepath.Join(w.top, name, "rotation.yaml")
	}
	return filepath.Join(w.top, "fleet", name, "rotation.yaml")
}

// observationOf is one of a member: identity signs with the new issuer, and, where renewed
// is true, all pods have leaves of it.
func (w *twins) observationOf(name string, at time.Time, renewed bool) string {
	w.t.Helper()
	s, err := state.Parse(name, []byte(readFile(w.t, w.stateFile(name))))
	if err != nil {
		w.t.Fatal(err)
	}
	var anchors []string
	for _, a := range s.Status.Anchors {
		anchors = append(anchors, fingerprintOf(w.t, a.Certificate))
	}
	issuer := ""
	for _, i := range s.Status.Issuers {
		if i.Role == state.RoleIncoming {
			issuer = fingerprintOf(w.t, i.Certificate)
		}
	}
	chain := ""
	if renewed {
		chain = ", chain: new"
	}
	return fmt.Sprintf(`apiVersion: l5d-pki-render/v1alpha2
kind: Observation
cluster: %s
at: %q
coverage:
- {group: injectors, pods: 1}
- {group: identity, pods: 1}
- {group: control-plane, pods: 2}
- {group: proxies, pods: 3}
- {group: gateways, pods: 0}
- {group: extensions, pods: 0}
- {group: external-workloads, pods: 0}
bundles:
- {name: both, certificates: [%s]}
chains:
- {name: new, certificates: [%s]}
controlPlane: {trustRoots: both, issuer: new, injectors: [{pod: injector-0, bundle: both}]}
identity:
- {pod: identity-0, bundle: both, issuer: new}
endpoints:
- {group: control-plane, bundle: both%s, pods: [linkerd 2]}
- {group: proxies, bundle: both%s, pods: [shop/deploy/cart 3]}
`, name, at.Format(time.RFC3339), strings.Join(anchors, ", "), issuer, chain, chain)
}

// seenAt puts an observation of a member where the guard looks for it.
func (w *twins) seenAt(name string, at time.Time, renewed bool) (file string) {
	w.t.Helper()
	file = filepath.Join(w.top, "fleet", name, "evidence", name+"-"+at.Format("20060102T150405Z")+".yaml")
	if w.how == "pins" {
		file = filepath.Join(w.top, "fleet", "seen", name+".yaml")
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		w.t.Fatal(err)
	}
	w.write(file, w.observationOf(name, at, renewed))
	return file
}

// drops has west drop the old anchor at an instant, on its own observation, and returns
// what the guard finds that judges this.
func (w *twins) drops(branch string, at time.Time, more ...string) (codes []string, out string) {
	w.t.Helper()
	w.at = at
	move := func(dir, evidence string) {
		w.do("advance", "-s", w.stateFile("west"), "--evidence", evidence, "--assume", "DELIVERED-ELSEWHERE", "--because", "seen in the test")
		gitIn(w.t, dir, "add", "-A")
		gitIn(w.t, dir, "commit", "-q", "-m", branch)
		gitIn(w.t, dir, "push", "-q", "origin", branch)
		gitIn(w.t, dir, "checkout", "-q", "main")
	}
	fleet := filepath.Join(w.top, "fleet")
	if w.how != "pins" {
		gitIn(w.t, fleet, "checkout", "-q", "-b", branch, "main")
		move(fleet, w.seenAt("west", at, true))
		return w.judged("west", branch, more...)
	}
	file := ""
	w.onMain(at, func(string) { file = w.seenAt("west", at, true) })
	west := filepath.Join(w.top, "west")
	gitIn(w.t, west, "checkout", "-q", "-b", branch, "main")
	move(west, file)
	w.pinned("pin-"+branch, "west", branch, nil)
	return w.judged("west", "pin-"+branch, more...)
}

// judged is what the guard finds that judges a step of a member.
func (w *twins) judged(name, branch string, more ...string) (codes []string, out string) {
	w.t.Helper()
	fleet := filepath.Join(w.top, "fleet")
	gitIn(w.t, fleet, "fetch", "-q", "origin")
	return w.judgedIn(fleet, name, branch, more...)
}

// judgedIn is judged in a clone of the fleet's repository.
func (w *twins) judgedIn(fleet, name, branch string, more ...string) (codes []string, out string) {
	w.t.Helper()
	args := append([]string{"pr", "--guard", "--base", "main", "--head", "refs/remotes/origin/" + branch, "-o", "json", "--dry-run"}, more...)
	switch w.how {
	case "links":
		args = append(args, "-s", w.stateFile(name))
	case "fleet":
		args = append(append(args, "-s", w.stateFile(name)), w.fleet()...)
	default:
		args = append(args, "-s", filepath.Join(fleet, "rotation.yaml"), "--fleet", filepath.Join(fleet, "fleet.yaml"), "--repositories", w.top)
	}
	got := w.run(args...)
	var judged struct{ Findings []struct{ Code, Text string } }
	if err := json.Unmarshal([]byte(got.out), &judged); err != nil {
		w.t.Fatalf("%v: %s%s", err, got.out, got.stderr)
	}
	for _, f := range judged.Findings {
		codes = append(codes, f.Code)
	}
	return codes, got.out
}

// switched has both members go to the phase before the new issuer, west to the one after
// it, and east switch its issuer in a change that is merged some time after it was made,
// at the instant that is returned.
func (w *twins) switched(merged time.Duration) (made time.Time) {
	w.t.Helper()
	made = w.at
	for i, step := range [][]string{fleetSteps[0], fleetSteps[1], fleetSteps[2], fleetSteps[3]} {
		made = made.Add(49 * time.Hour)
		if i >= 2 {
			step = append([]string{"--member", "west"}, step...)
		}
		w.moveAt(made, made, step...)
	}
	w.moveAt(made, made.Add(merged), append([]string{"--member", "east"}, fleetSteps[2]...)...)
	return made
}

// TestGuardLandedOthers: another cluster's phase begins when it came to the base, or its
// pin, whatever instant its author wrote: an observation from before that does not count.
func TestGuardLandedOthers(t *testing.T) {
	t.Parallel()
	const late = 48 * time.Hour
	for how, held := range map[string][]string{"links": {"rotation-g2"}, "fleet": {"fleet-held"}, "pins": {"fleet-held", "fleet-pair"}} {
		type seen struct {
			after time.Duration // that east's move was made
			want  []string
		}
		for merged, all := range map[time.Duration][]seen{
			0:    {{time.Hour, nil}},
			late: {{time.Hour, held}, {late - 21*time.Second, held}, {late - 10*time.Second, nil}, {late + time.Hour, nil}},
		} {
			t.Run(fmt.Sprintf("%s, merged after %s", how, merged), func(t *testing.T) {
				t.Parallel()
				w := newTwins(t, how)
				made := w.switched(merged)
				for i, c := range all {
					w.onMain(made.Add(max(c.after, merged)), func(string) { w.seenAt("east", made.Add(c.after), false) })
					codes, out := w.drops(fmt.Sprint("drop-", i), made.Add(100*time.Hour))
					if slices.Sort(codes); !slices.Equal(slices.Compact(codes), c.want) {
						t.Errorf("seen after %s: %v, want %v: %s", c.after, codes, c.want, out)
					}
				}
			})
		}
	}
}

// TestGuardPinDates: a step at a new pin is not dated before the pin of the one above it
// came to the base. Accepted, its waits begin when it comes there.
func TestGuardPinDates(t *testing.T) {
	t.Parallel()
	w := newTwins(t, "pins")
	made := w.switched(48 * time.Hour)
	w.at = made.Add(47 * time.Hour)
	early := w.pr(append([]string{"--member", "east"}, fleetSteps[3]...)...)
	w.at = made.Add(60 * time.Hour)
	if codes, out := w.judged("east", early.Branch); !slices.Equal(codes, []string{"guard-pin"}) || !strings.Contains(out, "came to the base") {
		t.Errorf("before the pin above it: %v: %s", codes, out)
	}
	if codes, out := w.judged("east", early.Branch, "--accept", "guard-pin"); len(codes) > 0 {
		t.Errorf("accepted: %v: %s", codes, out)
	}
	w.mergeAt(early.Branch, w.at)
	w.onMain(w.at, func(string) { w.seenAt("east", made.Add(59*time.Hour), false) })
	if codes, out := w.drops("drop", made.Add(100*time.Hour)); len(codes) > 0 {
		t.Errorf("a step that changes no issuer: %v: %s", codes, out)
	}
	w.at = made.Add(70 * time.Hour)
	back := w.pr("back", "--member", "east")
	if codes, out := w.judged("east", back.Branch); len(codes) > 0 {
		t.Errorf("back: %v: %s", codes, out)
	}
	w.onMain(w.at, func(dir string) { w.write(filepath.Join(dir, "README.md"), "words") })
	w.mergeAt(back.Branch, w.at)
	w.at = made.Add(80 * time.Hour)
	again := w.pr(append([]string{"--member", "east", "--assume", "BUNDLE-LOADED"}, fleetSteps[2]...)...)
	cut := filepath.Join(t.TempDir(), "cut")
	gitIn(t, t.TempDir(), "clone", "-q", "--depth=2", "--no-single-branch", "file://"+filepath.Join(w.top, "fleet.git"), cut)
	if codes, out := w.judgedIn(cut, "east", again.Branch); !slices.Equal(codes, []string{"guard-unreadable"}) || !strings.Contains(out, "cut off") {
		t.Errorf("a step in a clone that is cut off: %v: %s", codes, out)
	}
	gitIn(t, cut, "checkout", "-q", "-b", "edit", "origin/main")
	w.write(filepath.Join(cut, "fleet.yaml"), readFile(t, filepath.Join(cut, "fleet.yaml"))+"  canaries: [east]\n")
	gitIn(t, cut, "commit", "-q", "-a", "-m", "edit")
	gitIn(t, cut, "push", "-q", "origin", "edit")
	if codes, out := w.judgedIn(cut, "east", "edit"); len(codes) > 0 {
		t.Errorf("no step in a clone that is cut off: %v: %s", codes, out)
	}
}
