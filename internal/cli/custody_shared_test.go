package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// pair is a repository with two states of linked meshes, east and west.
type pair struct {
	t   *testing.T
	dir string
	at  time.Time
	env map[string]string
}

// newPair makes east. Its recipient is returned.
func newPair(t *testing.T) (p *pair, recipient string) {
	identity := filepath.Join(t.TempDir(), "identity.txt")
	recipient = makeIdentity(t, identity)
	p = &pair{t, t.TempDir(), time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), map[string]string{"L5D_PKI_AGE_IDENTITY": identity}}
	gitIn(t, p.dir, "init", "-q", "-b", "main")
	return p, recipient
}

func (p *pair) state(name string) string { return filepath.Join(p.dir, name, "rotation.yaml") }

// run is a call on the state of a name.
func (p *pair) run(name string, args ...string) result {
	p.t.Helper()
	p.at = p.at.Add(72 * time.Hour)
	return callAt(p.t, p.at, "", p.env, append(args, "-s", p.state(name))...)
}

// shared makes east, and west with the same anchor in the same key file, and rotates the
// anchor of east.
func shared(t *testing.T) *pair {
	p, recipient := newPair(t)
	done(t, p.run("east", "init", "--new", "--name", "east", "--linkerd-version", "2.18", "--recipient", recipient))
	put(t, p.dir, "west/rotation.yaml", strings.NewReplacer("name: east", "name: west", "key: keys/", "key: ../east/keys/").Replace(readIn(t, p.dir, "east/rotation.yaml")))
	done(t, p.run("east", "start", "anchor", "--strategy", "bundle"))
	for _, need := range []string{"BUNDLE-DELIVERED", "BUNDLE-LOADED", "ISSUER-LOADED", "LEAVES-RENEWED", "BUNDLE-DELIVERED"} {
		last := done(t, p.run("east", "advance", "--assume", need, "--because", "looked", "--force"))
		if strings.Contains(last.out, "destroy it") {
			t.Errorf("west has this issuer's key:\n%s", last.out)
		}
		if strings.HasPrefix(last.out, "moved from anchor-dropped") && !strings.Contains(last.out, "leave this key, which this state needs no more") {
			t.Errorf("nothing is said of the issuer's key:\n%s", last.out)
		}
	}
	return p
}

// startOver begins the next rotation of east, at which the anchor before is forgotten.
func (p *pair) startOver(more ...string) string {
	p.t.Helper()
	return done(p.t, p.run("east", append([]string{"start", "anchor", "--strategy", "bundle", "--name", "2027", "--assume", "RETIRED-GONE", "--because", "looked", "--force"}, more...)...)).out
}

// TestSharedKeyFile: nobody is told to destroy or to remove a key file that another state
// of the repository names for a key in force, or to seal it for others than that state has.
func TestSharedKeyFile(t *testing.T) {
	t.Parallel()
	p := shared(t)
	status := done(t, p.run("east", "custody", "status", "--width", "300")).out
	if strings.Contains(status, "destroy") || !strings.Contains(status, "and needed: leave it; the key of anchor 2026 of west/rotation.yaml") {
		t.Errorf("status:\n%s", status)
	}
	if text := p.startOver("--dry-run"); strings.Contains(text, "destroy") || !strings.Contains(text, "leave this key, which this state needs no more: ") ||
		!strings.Contains(text, "east/keys/2026.age: the key of anchor 2026 of west/rotation.yaml") {
		t.Errorf("start:\n%s", text)
	}
	if text := p.startOver("--dry-run", "-o", "json"); strings.Contains(text, "destroyKeys") || !strings.Contains(text, `"keepKeys"`) {
		t.Errorf("start, for programs:\n%s", text)
	}
	r := done(t, p.run("east", "custody", "rewrap"))
	if strings.Contains(r.stderr, "destroy") || !strings.Contains(r.stderr, "keys/2026.age is left as it is: of a retired anchor, and needed") {
		t.Errorf("rewrap:\n%s", r.stderr)
	}
	// What a link leads to is the same file.
	if err := os.Symlink("../east/keys", filepath.Join(p.dir, "west", "k")); err != nil {
		t.Fatal(err)
	}
	editState(t, p.state("west"), func(s *state.Rotation) { s.Status.Anchors[0].Key = "k/2026.age" })
	if status := done(t, p.run("east", "custody", "status")).out; strings.Contains(status, "destroy") {
		t.Errorf("by a link:\n%s", status)
	}
	// Once west is done with it, it may go, and where that was looked for is said.
	put(t, p.dir, "west/rotation.yaml", strings.NewReplacer("name: east", "name: west", "key: keys/", "key: ../east/keys/").Replace(readIn(t, p.dir, "east/rotation.yaml")))
	if text := p.startOver("--dry-run"); !strings.Contains(text, "nothing needs this key any more, destroy it: ") || !strings.Contains(text, "looked at: the other state of this repository") {
		t.Errorf("west is done:\n%s", text)
	}
	put(t, p.dir, "west/rotation.yaml", strings.Replace(readIn(t, p.dir, "west/rotation.yaml"), "recipients", "recipient", 1))
	if text := p.startOver("--dry-run"); !strings.Contains(text, "nothing that was looked at needs this key any more") || !strings.Contains(text, "not at west/rotation.yaml (cannot be read)") {
		t.Errorf("west cannot be read:\n%s", text)
	}
}

// TestRewrapSharedFile: a key file that another state names, too, is sealed for the
// recipients of both or left, and its old form is not removed where the other reads it.
func TestRewrapSharedFile(t *testing.T) {
	t.Parallel()
	p, recipient := newPair(t)
	done(t, p.run("east", "init", "--new", "--name", "east", "--linkerd-version", "2.18", "--recipient", recipient))
	put(t, p.dir, "west/rotation.yaml", strings.NewReplacer("name: east", "name: west", "key: keys/", "key: ../east/keys/").Replace(readIn(t, p.dir, "east/rotation.yaml")))
	second := makeIdentity(t, filepath.Join(t.TempDir(), "second.txt"))
	more := func(s *state.Rotation) { s.Spec.Custody.Recipients = append(s.Spec.Custody.Recipients, second) }
	editState(t, p.state("east"), more)
	before := readIn(t, p.dir, "east/keys/2026.age")
	refusedWith(t, "other recipients", p.run("east", "custody", "rewrap"), problem.CustodyShared)
	if readIn(t, p.dir, "east/keys/2026.age") != before {
		t.Error("the file was sealed anew")
	}
	editState(t, p.state("west"), more)
	done(t, p.run("east", "custody", "rewrap"))
	put(t, p.dir, ".gitignore", "*.key\n")
	editState(t, p.state("east"), func(s *state.Rotation) { s.Spec.Custody = state.Custody{Kind: state.CustodyFile} })
	if r := done(t, p.run("east", "custody", "rewrap", "--from", "age")); strings.Contains(r.stderr, "note: remove") || !strings.Contains(r.stderr, "leave keys/2026.age: the key of anchor 2026 of west/rotation.yaml is read from there") {
		t.Errorf("another custody:\n%s", r.stderr)
	}
}

// TestRenewedKeyStays: an anchor that was renewed keeps its key, so the key of the retired
// certificate is not called to be destroyed.
func TestRenewedKeyStays(t *testing.T) {
	t.Parallel()
	p, recipient := newPair(t)
	done(t, p.run("east", "init", "--new", "--name", "east", "--linkerd-version", "2.18", "--recipient", recipient))
	done(t, p.run("east", "start", "renew"))
	done(t, p.run("east", "advance", "--assume", "BUNDLE-DELIVERED", "--assume", "IDENTITY-LOADED", "--because", "looked", "--force"))
	text := readIn(t, p.dir, "east/rotation.yaml")
	if !strings.Contains(text, "phase: stable") || strings.Count(text, "key: keys/2026.age") != 2 {
		t.Fatalf("the rotation is not over:\n%s", regexp.MustCompile(`(?m)^ +(phase|key|role): .*`).FindAllString(text, -1))
	}
	status := done(t, p.run("east", "custody", "status", "--width", "300")).out
	if strings.Contains(status, "destroy") || !strings.Contains(status, "and needed: leave it; the key of anchor 2026") {
		t.Errorf("status:\n%s", status)
	}
	if r := done(t, p.run("east", "custody", "rewrap")); strings.Contains(r.stderr, "destroy") || strings.Contains(r.stderr, "is left as it is") {
		t.Errorf("rewrap:\n%s", r.stderr)
	}
	if text := p.startOver("--dry-run"); strings.Contains(text, "destroy") {
		t.Errorf("start:\n%s", text)
	}
	// The same key under another path that nobody has a file at.
	editState(t, p.state("east"), func(s *state.Rotation) { s.Status.Retired[0].Key = "keys/old.age" })
	if err := os.Rename(filepath.Join(p.dir, "east/keys/2026.age"), filepath.Join(p.dir, "east/keys/old.age")); err != nil {
		t.Fatal(err)
	}
	if status := p.run("east", "custody", "status", "--width", "300").out; strings.Contains(status, "destroy") {
		t.Errorf("the only copy:\n%s", status)
	}
}

// TestStoreNameTaken: a new key is not to be stored where another state has one in the
// same store. Where the store may be another one, that is said; where the names tell two
// stores apart, nothing is.
func TestStoreNameTaken(t *testing.T) {
	t.Parallel()
	p, _ := newPair(t)
	outside := t.TempDir()
	initial := func(name string) result {
		return done(t, p.run(name, "init", "--new", "--name", name, "--linkerd-version", "2.18", "--store", "vault", "--key-out", filepath.Join(outside, name)))
	}
	if r := initial("east"); !strings.Contains(r.stderr, "this repository has no other state") {
		t.Errorf("the first state:\n%s", r.stderr)
	}
	const taken = "state east/rotation.yaml has the key of anchor 2026 at linkerd/2026 of ClusterSecretStore vault"
	cluster := func(s *state.Rotation) { s.Spec.Custody.StoreKind = state.StoreCluster }
	editState(t, p.state("east"), cluster)
	if r := initial("west"); !strings.Contains(r.stderr, taken) {
		t.Errorf("the second one is not told:\n%s", r.stderr)
	}
	start := func(name, out string, more ...string) result {
		return p.run(name, append([]string{"start", "anchor", "--strategy", "bundle", "--outgoing-key", filepath.Join(outside, name, "2026.key"), "--key-out", filepath.Join(outside, out)}, more...)...)
	}
	done(t, start("east", "east-2"))
	before := readIn(t, p.dir, "west/rotation.yaml")
	// Different keys at linkerd/2026: two stores of one name.
	editState(t, p.state("west"), cluster)
	if r := done(t, start("west", "west-2")); strings.Contains(r.stderr, "state east") {
		t.Errorf("two stores:\n%s", r.stderr)
	}
	west := strings.ReplaceAll(before, "key: linkerd/", "key: west/")
	put(t, p.dir, "west/rotation.yaml", west)
	if r := done(t, start("west", "west-3")); !strings.Contains(r.stderr, "state east/rotation.yaml has the key of anchor 2026b at 2026b of ClusterSecretStore vault") {
		t.Errorf("a store of the same name:\n%s", r.stderr)
	}
	put(t, p.dir, "west/rotation.yaml", west)
	editState(t, p.state("west"), cluster)
	refusedWith(t, "the same store", start("west", "west-4"), problem.CustodyKeyTaken)
	if _, err := os.Stat(filepath.Join(outside, "west-4")); err == nil {
		t.Error("keys were handed out")
	}
	if r := done(t, start("west", "west-5", "--name", "2026c")); strings.Contains(r.stderr, "state east") {
		t.Errorf("another name:\n%s", r.stderr)
	}
}
