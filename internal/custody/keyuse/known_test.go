package keyuse

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// fixture is a state of a phase of the rotation by bundle.
func fixture(t *testing.T, phase, name string, edit func(s *state.Rotation)) *state.Rotation {
	t.Helper()
	text, err := os.ReadFile("../../../fixtures/rotation/bundle/" + phase + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Parse(phase, text)
	if err != nil {
		t.Fatal(err)
	}
	s.Metadata.Name, s.Status.Anchors[0].Key = name, "keys/anchor.age"
	s.Spec.Custody = state.Custody{Kind: state.CustodyAge, Recipients: []string{"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"}}
	for i := range s.Status.Issuers {
		s.Status.Issuers[i].Key = "keys/" + name + "-" + s.Status.Issuers[i].Name + ".age"
	}
	s.Status.Webhooks = nil
	if edit != nil {
		edit(s)
	}
	return s
}

func write(t *testing.T, dir, name string, s *state.Rotation) {
	t.Helper()
	text, err := state.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	testkit.Put(t, dir, name, string(text))
}

// advised is what is said of the key of the anchor that a state at east/rotation.yaml has
// retired.
func advised(t *testing.T, dir string, east *state.Rotation) Advice {
	t.Helper()
	path := filepath.Join(dir, "east", "rotation.yaml")
	gone := render.NamedKey{Path: "keys/anchor.age", Certificate: Held(fixture(t, "stable", "east", nil))[0].Certificate}
	a := Look(path, east).Advise(path, gone.Path, []render.NamedKey{gone}, Held(east))
	a.Shown = gone.Path
	return a
}

// TestAdvise: who needs a key file that a state needs no more, wherever that is known, and
// what was looked at.
func TestAdvise(t *testing.T) {
	t.Parallel()
	const first, fleet = "keys/first.age", "apiVersion: l5d-pki-render/v1alpha1\nkind: Fleet\nmetadata: {name: prod}\nspec:\n  members:\n  - {name: west, state: "
	retired := func(s *state.Rotation) { // its own anchor is another one
		s.Status.Anchors[0].Key = first
	}
	in := func(key string) func(s *state.Rotation) {
		return func(s *state.Rotation) { s.Status.Anchors[0].Key = key }
	}
	// west is a state with a key for its anchor, at a path of the repository.
	west := func(phase, file, key string) func(dir string) {
		return func(dir string) { write(t, dir, file, fixture(t, phase, "west", in(key))) }
	}
	text := func(name, text string) func(dir string) {
		return func(dir string) { testkit.Put(t, dir, name, text) }
	}
	const own, shared, head = "west/rotation.yaml", "../east/keys/anchor.age", "apiVersion: l5d-pki-render/v1alpha1\n"
	linked := func(to string) func(s *state.Rotation) {
		return func(s *state.Rotation) { s.Spec.Links = []state.Link{{Name: "west", State: to}} }
	}
	for name, c := range map[string]struct {
		put    []func(dir string)
		edit   func(s *state.Rotation)
		no     bool // repository
		needed bool
		says   []string
	}{
		"alone, in a repository":       {says: []string{"nothing needs this key any more, destroy it", "this repository has no other state"}},
		"alone, outside of any":        {no: true, says: []string{"destroy it", "which is in no repository has no other state"}},
		"by its path":                  {put: []func(string){west("stable", own, shared)}, needed: true, says: []string{"the key of anchor 2025 of west/rotation.yaml"}},
		"by its path, for another key": {put: []func(string){west("stable-after", own, shared)}, needed: true},
		"by a link":                    {put: []func(string){text("west/k", "-> ../east/keys"), west("stable", own, "k/anchor.age")}, needed: true},
		"a state behind a link":        {put: []func(string){west("stable", "real/state.json", shared), text(own, "-> ../real/state.json")}, needed: true},
		"a copy of its own": {put: []func(string){west("stable", own, "keys/anchor.age"), text("west/keys/anchor.age", "x")},
			says: []string{"destroy it: keys/anchor.age", "leave keys/anchor.age (anchor 2025 of west/rotation.yaml), which has the same key"}},
		"a copy that nobody has": {put: []func(string){west("stable", own, "keys/anchor.age")}, needed: true},
		"retired there, too":     {put: []func(string){west("stable-after", own, first)}, says: []string{"destroy it", "the other state of this repository"}},
		"an external secret of the name": {put: []func(string){func(dir string) {
			write(t, dir, own, fixture(t, "stable", "west", func(s *state.Rotation) {
				s.Spec.Custody = state.Custody{Kind: state.CustodyExternalSecret, Store: "vault"}
			}))
		}}, says: []string{"destroy it"}},
		"of the state itself":   {edit: func(s *state.Rotation) { s.Status.Issuers[0].Key = "keys/anchor.age" }, needed: true, says: []string{"the key of issuer 2026-1"}},
		"linked":                {put: []func(string){west("stable", "../west/state.yaml", "../repo/east/keys/anchor.age")}, edit: linked("../../west/state.yaml"), needed: true},
		"linked, and not there": {edit: linked("../../no/state.yaml"), says: []string{"nothing that was looked at needs this key", "not at ../../no/state.yaml (not there)"}},
		"a member outside": {put: []func(string){text("fleet.yaml", fleet+"../west/state.yaml}\n"), west("stable", "../west/state.yaml", "../repo/east/keys/anchor.age")},
			needed: true},
		"a member elsewhere": {put: []func(string){text("fleet.yaml", fleet+"rotation.yaml, repository: west}\n")},
			says: []string{"nothing that was looked at needs this key", "not at member west in repository west"}},
		"one that is damaged":  {put: []func(string){text(own, head+"kind: Rotation\nmetadata: {name: west}\nstatus: [\n")}, says: []string{"not at west/rotation.yaml (cannot be read)"}},
		"a damaged fleet file": {put: []func(string){text("fleet.yaml", head+"kind: Fleet\nspec: 1\n")}, says: []string{"not at fleet.yaml (cannot be read)"}},
		"an older version beside it": {put: []func(string){func(dir string) {
			write(t, dir, "east/before.yaml", fixture(t, "stable", "east", func(s *state.Rotation) { s.Status.Log = nil }))
		}}, says: []string{"destroy it", "east/before.yaml names it, too, and is taken for an older version of this state"}},
		"one of its name elsewhere": {put: []func(string){func(dir string) {
			write(t, dir, own, fixture(t, "stable", "east", func(s *state.Rotation) { s.Status.Log, s.Status.Anchors[0].Key = nil, shared }))
		}}, needed: true},
		"outside of any repository": {put: []func(string){west("stable", "east/west.yaml", "keys/anchor.age")}, no: true, needed: true},
		"keys outside of the repository": {put: []func(string){west("stable", "../keys/west.yaml", "anchor.age"), text("../keys/x", ""), text("east/keys", "-> ../../keys")},
			needed: true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "repo")
			testkit.Put(t, dir, "README.md", "x")
			if !c.no {
				if out, err := exec.Command("git", "init", "-q", dir).CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
			}
			for _, put := range c.put {
				put(dir)
			}
			if _, err := os.Lstat(filepath.Join(dir, "east/keys")); err != nil {
				testkit.Put(t, dir, "east/keys/anchor.age", "x")
			}
			east := fixture(t, "stable-after", "east", retired)
			if c.edit != nil {
				c.edit(east)
			}
			write(t, dir, "east/rotation.yaml", east)
			a := advised(t, dir, east)
			if a.Destroyed() == c.needed || c.needed && strings.Contains(a.Line(), "destroy") {
				t.Errorf("needed %v: %s", c.needed, a.Line())
			}
			for _, says := range c.says {
				if !strings.Contains(a.Line(), says) {
					t.Errorf("does not say %q: %s", says, a.Line())
				}
			}
		})
	}
}

// TestAdviseStored: names in a store that may be one.
func TestAdviseStored(t *testing.T) {
	t.Parallel()
	stored := func(kind, name, prefix, key string) func(s *state.Rotation) {
		return func(s *state.Rotation) {
			s.Spec.Custody = state.Custody{Kind: state.CustodyExternalSecret, Store: name, StoreKind: kind, RemotePrefix: prefix}
			s.Status.Anchors[0].Key = key
		}
	}
	for name, c := range map[string]struct {
		west *state.Rotation
		says string
	}{
		"the same key":          {fixture(t, "stable", "west", stored(state.StoreCluster, "vault", "", "prod/keys/anchor.age")), "leave this key, which this state needs no more: "},
		"another key":           {fixture(t, "stable-after", "west", stored("", "vault", "prod/", "keys/anchor.age")), "only if that is another store"},
		"behind another prefix": {fixture(t, "stable-after", "west", stored("", "vault", "west/", "keys/anchor.age")), "destroy it in the store, unless another state names it: "},
		"in another store":      {fixture(t, "stable", "west", stored("", "other", "prod/", "keys/anchor.age")), "destroy it in the store, unless another state names it: "},
	} {
		dir := t.TempDir()
		if out, err := exec.Command("git", "init", "-q", dir).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		write(t, dir, "west/rotation.yaml", c.west)
		east := fixture(t, "stable-after", "east", stored(state.StoreCluster, "vault", "prod/", "first"))
		write(t, dir, "east/rotation.yaml", east)
		if a := advised(t, dir, east); !strings.Contains(a.Line(), c.says) {
			t.Errorf("%s: %s", name, a.Line())
		}
	}
}
