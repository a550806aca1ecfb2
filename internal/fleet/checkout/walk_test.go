package checkout

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

func advance(names ...string) Wish { return Wish{Verb: state.MoveAdvance, Members: names} }

// TestWalk: a whole anchor rotation of three linked clusters by both strategies. One
// is unreachable for a while, one joins midway, one goes back; no barrier is passed
// early, and the fleet ends with one anchor.
func TestWalk(t *testing.T) {
	for _, strategy := range []string{state.StrategyBundle, state.StrategyCrossSign} {
		t.Run(strategy, func(t *testing.T) {
			k := newKit(t, "east", "north", "west")
			k.file.Spec.Canaries = []string{"east"}
			k.save()
			names := []string{"east", "north", "west"}
			if got := k.moved(Wish{Verb: state.MoveStart, Kind: state.KindAnchor, Strategy: strategy}); !slices.Equal(got, names) {
				t.Fatalf("started: %v", got)
			}
			k.oneIncoming(names...)

			// A late joiner, from stable: it holds its component until it has started.
			k.member("south")
			names = append(names, "south")
			k.file.Spec.Links = []fleet.Link{{Members: names}}
			k.save()
			k.later()
			k.observe(names...)
			steps, held := 0, map[string]bool{}
			for !k.atRest(names...) {
				if steps++; steps > 40 {
					t.Fatalf("the fleet does not arrive: %s", k.status().Text())
				}
				if k.state("south").Status.Phase == state.PhaseStable && steps == 3 {
					if got := k.moved(Wish{Verb: state.MoveStart, Kind: state.KindAnchor, Members: []string{"south"}}); len(got) != 1 {
						t.Fatalf("the late joiner starts: %v", got)
					}
					k.oneIncoming(names...)
				}
				if steps == 5 { // goes back, and comes again
					if _, err := k.make(Wish{Verb: state.MoveBack, Members: []string{"north"}}); err != nil {
						t.Logf("back: %s", explain(err))
					}
				}
				k.later()
				k.observe("east", "north", "south") // west is out of reach
				for _, row := range k.status().Members {
					for _, h := range row.HeldBy {
						held[string(h.Rule)] = held[string(h.Rule)] || slices.Contains(h.Members, "west") && row.Name != "west"
					}
				}
				if steps%3 == 0 {
					k.observe("west")
				}
				_, err := k.make(Wish{Verb: state.MoveAdvance})
				if err != nil && !strings.Contains(explain(err), "fleet-") {
					t.Fatal(explain(err))
				}
				if st := k.status(); len(st.Pairs) > 0 {
					t.Fatalf("step %d: %v", steps, st.Pairs)
				}
			}
			if !held["bundle"] && !held["chain"] {
				t.Errorf("the unreachable member held nothing: %v", held)
			}
			anchor := k.state("east").Status.Anchors[0].Certificate
			for _, name := range names {
				if a := k.state(name).Status.Anchors; len(a) != 1 || a[0].Certificate != anchor || certificate(anchor).Fingerprint() == k.anchor.Fingerprint() {
					t.Errorf("%s ends with %d anchors, or with another one", name, len(a))
				}
			}
			t.Logf("%d rounds, held by %v", steps, held)
		})
	}
}

func (k *kit) atRest(names ...string) bool {
	for _, name := range names {
		s := k.state(name)
		if s.Status.Phase != state.PhaseStable || certificate(s.Status.Anchors[0].Certificate).Fingerprint() == k.anchor.Fingerprint() {
			return false
		}
	}
	return true
}

// oneIncoming: members rotate to one anchor, with issuers and key files of their own.
func (k *kit) oneIncoming(names ...string) {
	k.t.Helper()
	anchors, issuers := map[string]bool{}, map[string]bool{}
	for _, name := range names {
		s := k.state(name)
		anchors[fleet.Incoming(s)] = true
		for _, i := range s.Status.Issuers {
			if i.Role != state.RoleIncoming {
				continue
			}
			issuers[i.Certificate] = true
			if _, err := os.Stat(filepath.Join(k.dir, "clusters", name, i.Key)); err != nil {
				k.t.Errorf("%s: %v", name, err)
			}
		}
		for _, a := range s.Status.Anchors {
			if _, err := os.Stat(filepath.Join(k.dir, "clusters", name, a.Key)); err != nil || a.Key == "" {
				k.t.Errorf("%s: the key of %s: %v", name, a.Name, err)
			}
		}
	}
	if len(anchors) != 1 || anchors[""] || len(issuers) != len(names) {
		k.t.Errorf("%d incoming anchors, %d issuers of %d members", len(anchors), len(issuers), len(names))
	}
}

// TestAllOrNone: of members that are named, one that may not move keeps all of them,
// and nothing is written: no state and no key.
func TestAllOrNone(t *testing.T) {
	k := newKit(t, "east", "west")
	before := k.tree()
	k.put("clusters/west/rotation.yaml", "kind: Rotation\n")
	damaged := k.tree()
	if _, err := k.make(Wish{Verb: state.MoveStart, Kind: state.KindAnchor, Members: []string{"east", "west"}}); err == nil {
		t.Error("a member without a readable state moves")
	}
	if got := k.tree(); !slices.Equal(got, damaged) {
		t.Errorf("something was written: %v", got)
	}
	if len(before) != len(damaged) {
		t.Error("the kit is damaged")
	}
}

// TestDryRunWritesNothing, and a start whose disk fails leaves no key behind.
func TestDryRunWritesNothing(t *testing.T) {
	k := newKit(t, "east", "west")
	before := k.tree()
	r, err := k.make(Wish{Verb: state.MoveStart, Kind: state.KindAnchor, DryRun: true})
	if err != nil || len(r.Moved) != 2 {
		t.Fatalf("%v, %s", r, explain(err))
	}
	w := k.world()
	n := 0
	w.Files.Disk.Fault = func(name string) error {
		if n++; n > 12 {
			return os.ErrPermission
		}
		return nil
	}
	if _, err := w.Make(At{Path: k.path()}, Wish{Verb: state.MoveStart, Kind: state.KindAnchor}); err == nil {
		t.Error("a disk that fails is no error")
	}
	left := slices.DeleteFunc(k.tree(), func(file string) bool { return strings.Contains(file, ".fleet.yaml.pending") })
	if !slices.Equal(left, before) { // the note that the next command works off may stay
		t.Errorf("%v\nbefore: %v", left, before)
	}
	if got := k.moved(Wish{Verb: state.MoveStart, Kind: state.KindAnchor}); len(got) != 2 {
		t.Errorf("the next command starts %v", got)
	}
}

func (k *kit) tree() (all []string) {
	err := filepath.WalkDir(k.dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			text, _ := os.ReadFile(path)
			all = append(all, fmt.Sprintf("%s %.8x", strings.TrimPrefix(path, k.dir), sha256.Sum256(text)))
		}
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return all
}

// TestOneIssuer: all members get the same issuer, each with its own copy of the key.
func TestOneIssuer(t *testing.T) {
	k := newKit(t, "east", "west")
	k.moved(Wish{Verb: state.MoveStart, Kind: state.KindAnchor, Strategy: state.StrategyBundle, Material: Material{OneIssuer: true}})
	incoming := func(name string) string {
		for _, i := range k.state(name).Status.Issuers {
			if i.Role == state.RoleIncoming {
				return i.Certificate
			}
		}
		return ""
	}
	if incoming("east") == "" || incoming("east") != incoming("west") {
		t.Error("two issuers")
	}
}

// TestLimits: a limit on members, and one on restarts at a time.
func TestLimits(t *testing.T) {
	k := newKit(t, "a", "b", "c", "d")
	k.file.Spec.Limits.Restarts = 2
	k.save()
	if got := k.moved(Wish{Verb: state.MoveStart, Kind: state.KindAnchor, Strategy: state.StrategyBundle, Limit: 3}); len(got) != 3 {
		t.Errorf("limit 3: %v", got)
	}
	k.moved(Wish{Verb: state.MoveStart, Kind: state.KindAnchor})
	k.later()
	k.observe("a", "b", "c", "d")
	if got := k.moved(advance()); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("two restart at a time: %v", got)
	}
	k.now = k.now.Add(time.Hour)
	k.observe("c", "d")
	k.lag("a", "b")
	if _, err := k.make(advance()); err == nil || !strings.Contains(explain(err), "restart already") {
		t.Errorf("a and b restart still: %v", explain(err))
	}
	k.observe("a") // it is through
	if got := k.moved(advance("c")); len(got) != 1 {
		t.Errorf("one may: %v", got)
	}
}
