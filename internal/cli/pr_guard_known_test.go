package cli

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// knownFleet is a fleet of east and west on the way to a new anchor, where the next step of
// west drops the old one: in repositories of their own, or all in one.
type knownFleet struct {
	*realm
	pinned bool
	// since is when the last step was made, states are those of the members, next is west's
	// after the step.
	since  time.Time
	states map[string]string
	next   string
}

func newKnownFleet(t *testing.T, pinned bool) *knownFleet {
	t.Helper()
	f := &knownFleet{pinned: pinned, states: map[string]string{}}
	if pinned {
		f.realm = newRealm(t, ageKeys, "east", "west")
	} else {
		f.realm = &realm{t: t, top: t.TempDir(), forges: map[string]*fakeForge{}, at: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}
		f.repository("fleet", func(dir string) {
			east, west := filepath.Join(dir, "east"), filepath.Join(dir, "west")
			f.do(append([]string{"init", "--new", "--name", "east", "--linkerd-version", "2.18", "-s", filepath.Join(east, "rotation.yaml")}, ageKeys(f.realm)...)...)
			put(t, west, ".gitignore", "")
			f.copied(east, west, "west")
			put(t, dir, "fleet.yaml", f.fleetFile("", "", nil))
		})
	}
	for _, step := range fleetSteps[:4] {
		f.at = f.at.Add(49 * time.Hour)
		if pinned {
			branch := f.pr(step...).Branch
			for _, name := range []string{"fleet", "east", "west"} {
				f.merge(name, branch, false)
			}
			continue
		}
		if step[0] != "start" {
			step = append([]string{"advance"}, step...)
		}
		f.do(append(append([]string{"fleet"}, step...), "-f", filepath.Join(f.top, "fleet", "fleet.yaml"), "--assume", "DELIVERED-ELSEWHERE", "--because", "seen in the test")...)
	}
	f.since = f.at
	for _, name := range []string{"east", "west"} {
		f.states[name] = readFile(t, filepath.Join(f.home(name), "rotation.yaml"))
	}
	if !pinned {
		gitIn(t, f.home(""), "add", "-A")
		gitIn(t, f.home(""), "commit", "-q", "-m", "moved")
	}
	f.at = f.at.Add(72 * time.Hour)
	file := filepath.Join(t.TempDir(), "rotation.yaml")
	f.write(file, f.states["west"])
	f.do("advance", "-s", file, "--assume", "LEAVES-RENEWED", "--because", "seen in the test")
	f.next = readFile(t, file)
	return f
}

// home is the directory of a member, or of the fleet file.
func (f *knownFleet) home(name string) string {
	switch {
	case name == "":
		return filepath.Join(f.top, "fleet")
	case f.pinned:
		return filepath.Join(f.top, name)
	}
	return filepath.Join(f.top, "fleet", name)
}

// fleetFile has the members at commits, with observations that it names.
func (f *knownFleet) fleetFile(east, west string, named []string) string {
	text := "apiVersion: l5d-pki-render/v1alpha1\nkind: Fleet\nmetadata: {name: prod}\nspec:\n  links:\n  - members: [east, west]\n  members:\n"
	for _, m := range [][2]string{{"east", east}, {"west", west}} {
		name, commit := m[0], m[1]
		text += "  - name: " + name + "\n    state: rotation.yaml\n"
		if f.pinned {
			text += "    repository: " + name + "\n    commit: " + commit + "\n"
		} else {
			text = strings.TrimSuffix(text, "rotation.yaml\n") + name + "/rotation.yaml\n"
		}
		if slices.Contains(named, name) {
			text += "    observation: observed/" + name + ".yaml\n"
		}
	}
	return text
}

// placed is an observation of a cluster at a place: observed/, or evidence/ beside a member.
type placed struct {
	cluster, beside, shows string
	at                     time.Time
}

func (p placed) name() string {
	if p.beside == "" {
		return "observed/" + p.cluster + ".yaml"
	}
	return "evidence/" + p.beside + "-" + p.cluster + "-" + p.at.Format("20060102T150405Z") + ".yaml"
}

// text is the observation: everything as the phase has it, or not.
func (f *knownFleet) text(p placed) string {
	f.t.Helper()
	s, err := state.Parse(p.cluster, []byte(f.states[p.cluster]))
	if err != nil {
		f.t.Fatal(err)
	}
	var bundle []string
	for _, a := range s.Status.Anchors {
		bundle = append(bundle, fingerprintOf(f.t, a.Certificate))
	}
	chains := map[string]string{}
	for _, i := range s.Status.Issuers {
		chains[i.Role] = fingerprintOf(f.t, i.Certificate)
	}
	signs, serves, old, holds, proxies := "new", "new", "old", "both", 3
	switch p.shows {
	case "went back":
		signs, serves = "old", "old"
	case "old leaves":
		serves = "old"
	case "old bundle":
		holds = "one"
	case "no proxies":
		proxies = 0
	}
	text := "apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: " + p.cluster + "\nat: " + p.at.Format(time.RFC3339) +
		"\nmesh: {namespace: linkerd, trustDomain: cluster.local, version: \"2.18\"}\ncoverage:\n"
	for _, group := range []string{"injectors 1", "identity 1", "control-plane 2", "external-workloads 0", "gateways 0", "extensions 0", "proxies 3"} {
		if name, pods, _ := strings.Cut(group, " "); name != "proxies" || proxies > 0 {
			text += "- {group: " + name + ", pods: " + pods + "}\n"
		}
	}
	text += fmt.Sprintf("bundles:\n- {name: both, certificates: [%s]}\n- {name: one, certificates: [%s]}\nchains:\n- {name: new, certificates: [%s]}\n- {name: %s, certificates: [%s]}\n",
		strings.Join(bundle, ", "), bundle[0], chains[state.RoleIncoming], old, chains[state.RoleOutgoing])
	text += fmt.Sprintf("controlPlane: {trustRoots: both, issuer: %s, injectors: [{pod: i, bundle: both}]}\nidentity: [{pod: id, bundle: both, issuer: %s}]\nendpoints:\n", signs, signs) +
		"- {group: control-plane, pods: [linkerd 2], bundle: both, chain: " + serves + "}\n"
	if proxies > 0 {
		text += "- {group: proxies, pods: [shop/deploy/cart 3], bundle: " + holds + ", chain: " + serves + "}\n"
	}
	return text
}

// branch makes one after another: in the repository of each member, and in that of the fleet.
func (f *knownFleet) branch(name, after string, west string, places []placed, linked bool) {
	f.t.Helper()
	states := map[string]string{"east": f.states["east"], "west": west}
	commits := map[string]string{}
	begin := func(dir string) {
		gitIn(f.t, dir, "checkout", "-q", "-B", name, after)
		for _, sub := range []string{"evidence", "observed", "east/evidence", "west/evidence"} {
			if err := os.RemoveAll(filepath.Join(dir, sub)); err != nil {
				f.t.Fatal(err)
			}
		}
	}
	end := func(dir string) string {
		gitIn(f.t, dir, "add", "-A")
		gitIn(f.t, dir, "commit", "-q", "--allow-empty", "-m", name)
		return gitIn(f.t, dir, "rev-parse", "HEAD")
	}
	begin(f.home(""))
	for member, text := range states {
		dir, other := f.home(member), map[string]string{"east": "west", "west": "east"}[member]
		if f.pinned {
			begin(dir)
		}
		if linked {
			text = strings.Replace(text, "spec:\n", "spec:\n  links:\n  - {name: "+other+", state: ../"+other+"/rotation.yaml}\n", 1)
		}
		put(f.t, dir, "rotation.yaml", text)
		for _, p := range places {
			if p.beside == member {
				put(f.t, dir, p.name(), f.text(p))
			}
		}
		if f.pinned {
			commits[member] = end(dir)
		}
	}
	var named []string
	for _, p := range places {
		if p.beside == "" {
			put(f.t, f.home(""), p.name(), f.text(p))
			named = append(named, p.cluster)
		}
	}
	put(f.t, f.home(""), "fleet.yaml", f.fleetFile(commits["east"], commits["west"], named))
	end(f.home(""))
}

// waits is what `fleet status` says of west on the branch that is checked out, on the word
// that the log of the step has.
func (f *knownFleet) waits() (held bool, why string) {
	f.t.Helper()
	args := []string{"fleet", "status", "-o", "json", "-f", filepath.Join(f.home(""), "fleet.yaml"), "--repositories", f.top, "--assume", "LEAVES-RENEWED", "--because", "seen in the test"}
	var st struct {
		Members []struct {
			Name   string
			HeldBy []struct{ Text string }
		}
	}
	out := f.do(args...)
	if err := json.Unmarshal([]byte(out), &st); err != nil {
		f.t.Fatal(err)
	}
	for _, m := range st.Members {
		if m.Name == "west" {
			return len(m.HeldBy) > 0, fmt.Sprint(m.HeldBy)
		}
	}
	f.t.Fatal(out)
	return false, ""
}

func (f *knownFleet) judged(base, head string) (codes []string) {
	f.t.Helper()
	own := filepath.Join(f.home("west"), "rotation.yaml")
	if f.pinned {
		own = filepath.Join(f.home(""), "rotation.yaml")
	}
	got := f.run(append([]string{"pr", "--guard", "--remote", ".", "--base", base, "--head", head, "--dry-run", "-o", "json", "-s", own}, f.fleet()...)...)
	var report struct{ Findings []struct{ Code string } }
	if err := json.Unmarshal([]byte(got.out), &report); err != nil {
		f.t.Fatalf("%v: %s%s", err, got.out, got.stderr)
	}
	for _, finding := range report.Findings {
		codes = append(codes, finding.Code)
	}
	return codes
}

// TestGuardKnowsWhatStatusKnows: over generated fleets the fleet's guard lets no step or pin
// pass that `fleet status` holds back on the same evidence, and no change that takes away
// what it holds it back by.
func TestGuardKnowsWhatStatusKnows(t *testing.T) {
	t.Parallel()
	shows := []string{"as the phase has it", "went back", "old leaves", "old bundle", "no proxies"}
	for _, pinned := range []bool{true, false} {
		t.Run(fmt.Sprintf("pinned=%v", pinned), func(t *testing.T) {
			t.Parallel()
			f := newKnownFleet(t, pinned)
			random := rand.New(rand.NewPCG(21, 8))
			var held, passed, hidden int
			for n := range 15 {
				linked := random.IntN(2) == 0
				var places []placed
				for _, cluster := range []string{"east", "west"} {
					for _, beside := range []string{"", "east", "west"} {
						if random.IntN(3) == 0 || beside != "" && beside != cluster && !linked {
							continue
						}
						at := f.since.Add(time.Duration(1+random.IntN(60)) * time.Hour)
						what := shows[random.IntN(len(shows))]
						if beside == "" && random.IntN(4) > 0 { // by which the step would pass
							what = shows[0]
						}
						places = append(places, placed{cluster, beside, what, at})
					}
				}
				base, step, without := fmt.Sprintf("base-%d", n), fmt.Sprintf("step-%d", n), fmt.Sprintf("without-%d", n)
				f.branch(base, "main", f.states["west"], places, linked)
				waits, why := f.waits()
				// The step alone, and the step with some of what is known taken away.
				less := slices.DeleteFunc(slices.Clone(places), func(placed) bool { return random.IntN(3) == 0 })
				for i, rest := range [][]placed{places, less} {
					f.branch(step, base, f.next, rest, linked)
					codes := f.judged(base, step)
					if waits && len(codes) == 0 {
						t.Errorf("case %d.%d: `fleet status` holds west back, and its step passes: %+v", n, i, places)
					}
					if held, passed = held+count(waits), passed+count(len(codes) == 0); i == 0 && !waits && slices.Contains(codes, "fleet-held") {
						t.Errorf("case %d: `fleet status` does not hold west back, and the guard does: %+v", n, places)
					}
				}
				f.branch(without, base, f.states["west"], less, linked)
				after, _ := f.waits()
				if !waits || after {
					continue
				}
				if hidden++; len(f.judged(base, without)) == 0 {
					t.Errorf("case %d: what holds west back is taken away: %+v leaves %+v, and %s goes", n, places, less, why)
				}
			}
			t.Logf("%d held, %d passed, %d hidden", held, passed, hidden)
			if held == 0 || passed == 0 || hidden == 0 {
				t.Errorf("nothing was tried: %d held, %d passed, %d hidden", held, passed, hidden)
			}
		})
	}
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// TestGuardPinsKept: what a member in another repository keeps beside its state holds others
// and stays, and one that cannot be read is refused where it comes.
func TestGuardPinsKept(t *testing.T) {
	t.Parallel()
	f := newKnownFleet(t, true)
	seen := f.since.Add(time.Hour)
	fine := []placed{{"east", "", "as the phase has it", seen}, {"west", "", "as the phase has it", seen}}
	back := placed{"east", "east", "went back", seen.Add(24 * time.Hour)}
	over := placed{"east", "east", "as the phase has it", seen.Add(26 * time.Hour)}
	f.branch("clean", "main", f.states["west"], fine, false)
	f.branch("base", "main", f.states["west"], append(slices.Clone(fine), back), false)
	for name, c := range map[string]struct {
		base   string
		west   string
		places []placed
		want   []string
	}{
		"step":        {"clean", f.next, fine, nil},
		"held":        {"base", f.next, append(slices.Clone(fine), back), []string{"fleet-held", "fleet-pair"}},
		"taken away":  {"base", f.states["west"], fine, []string{"guard-evidence-older"}},
		"a newer one": {"base", f.states["west"], append(slices.Clone(fine), over), nil},
		"both":        {"base", f.states["west"], append(slices.Clone(fine), back, over), nil},
		"it comes":    {"clean", f.states["west"], append(slices.Clone(fine), back), nil},
		"an older one comes": {"base", f.states["west"], append(slices.Clone(fine), back, placed{"east", "east", "as the phase has it", seen.Add(2 * time.Hour)}),
			[]string{"guard-evidence-older"}},
		"another one of its instant": {"base", f.states["west"], append(slices.Clone(fine), placed{"east", "east", "as the phase has it", back.at}), []string{"guard-evidence-older"}},
	} {
		branch := strings.ReplaceAll(name, " ", "-")
		f.branch(branch, c.base, c.west, c.places, false)
		if codes := f.judged(c.base, branch); !slices.Equal(codes, c.want) {
			t.Errorf("%s: %v, want %v", name, codes, c.want)
		}
	}
	// The same with one that is spoiled.
	east := f.home("east")
	gitIn(t, east, "checkout", "-q", "base")
	put(t, east, placed{"east", "east", "", seen.Add(30 * time.Hour)}.name(), "at: x\n")
	gitIn(t, east, "add", "-A")
	gitIn(t, east, "commit", "-q", "-m", "spoiled")
	gitIn(t, f.home(""), "checkout", "-q", "-B", "spoiled", "base")
	put(t, f.home(""), "fleet.yaml", f.fleetFile(gitIn(t, east, "rev-parse", "HEAD"), gitIn(t, f.home("west"), "rev-parse", "base"), []string{"east", "west"}))
	gitIn(t, f.home(""), "commit", "-q", "-a", "-m", "pin")
	if codes := f.judged("base", "spoiled"); !slices.Equal(codes, []string{"guard-pin"}) {
		t.Errorf("spoiled: %v", codes)
	}
	put(t, f.home(""), "README", "x")
	gitIn(t, f.home(""), "add", "-A")
	gitIn(t, f.home(""), "commit", "-q", "-m", "unrelated")
	gitIn(t, f.home(""), "branch", "-q", "-f", "unrelated")
	gitIn(t, f.home(""), "branch", "-q", "-f", "had", "HEAD~1")
	if codes := f.judged("had", "unrelated"); len(codes) > 0 {
		t.Errorf("a change of something else, where the base has one that is spoiled: %v", codes)
	}
}

// TestGuardPinsStart: a start takes what an earlier rotation left beside the state, and
// nothing else does.
func TestGuardPinsStart(t *testing.T) {
	t.Parallel()
	r := newRealm(t, ageKeys, "east", "west")
	east := filepath.Join(r.top, "east")
	clean := gitIn(t, east, "rev-parse", "HEAD")
	const kept = "evidence/east-east-20260601T110000Z.yaml"
	put(t, east, kept, "apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: east\nat: 2026-06-01T11:00:00Z\ncoverage: []\n")
	gitIn(t, east, "add", "-A")
	gitIn(t, east, "commit", "-q", "-m", "kept")
	gitIn(t, east, "push", "-q")
	to := func(commit string) func(string) string {
		return func(text string) string {
			_, rest, _ := strings.Cut(text, "commit: ")
			return strings.Replace(text, strings.Fields(rest)[0], commit, 1)
		}
	}
	r.pinned("kept", "", "", to(gitIn(t, east, "rev-parse", "HEAD")))
	r.merge("fleet", "kept", false)
	r.pinned("gone", "", "", to(clean))
	if codes := r.guard("fleet", "gone"); !slices.Equal(codes, []string{"guard-evidence-older"}) {
		t.Errorf("it goes: %v", codes)
	}
	r.at = r.at.Add(49 * time.Hour)
	started := r.pr(fleetSteps[0]...).Branch
	gitIn(t, east, "checkout", "-q", started)
	if _, err := os.Stat(filepath.Join(east, kept)); err == nil { // a start may leave it
		gitIn(t, east, "rm", "-q", kept)
		gitIn(t, east, "commit", "-q", "-m", "gone")
		r.pinned("start", "east", started, nil)
		started = "start"
	}
	if codes := r.guard("fleet", started); len(codes) > 0 {
		t.Errorf("a start: %v", codes)
	}
}
