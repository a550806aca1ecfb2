package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// realm is a fleet whose members have a repository each, beside that of the fleet file,
// and a forge for each.
type realm struct {
	t      *testing.T
	top    string
	names  []string
	forges map[string]*fakeForge
	at     time.Time
	calls  int
	// step is called before each change of the disk; had are key files of before.
	step  func(string)
	steps []string
	had   []string
}

// custodyPlain and custodyAge are flags of init.
func newRealm(t *testing.T, custody func(r *realm) []string, names ...string) *realm {
	t.Helper()
	r := &realm{t: t, top: t.TempDir(), names: names, forges: map[string]*fakeForge{}, at: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}
	fleet := "apiVersion: l5d-pki-render/v1alpha1\nkind: Fleet\nmetadata: {name: prod}\nspec:\n  members:\n"
	for i, name := range names {
		fleet += "  - name: " + name + "\n    state: rotation.yaml\n    repository: " + name + "\n"
		r.repository(name, func(dir string) {
			if i > 0 {
				r.copied(filepath.Join(r.top, names[0]), dir, name)
				return
			}
			r.write(filepath.Join(dir, ".gitignore"), "*.key\n")
			r.do(append([]string{"init", "--new", "--name", name, "--linkerd-version", "2.18", "-s", filepath.Join(dir, "rotation.yaml")}, custody(r)...)...)
		})
	}
	r.repository("fleet", func(dir string) {
		r.write(filepath.Join(dir, "fleet.yaml"), fleet+"  links:\n  - members: ["+strings.Join(names, ", ")+"]\n")
		r.do("fleet", "pin", "-f", filepath.Join(dir, "fleet.yaml"), "--repositories", r.top)
	})
	return r
}

func plainKeys(*realm) []string { return []string{"--custody", "file", "--keys-dir", "keys"} }

func ageKeys(r *realm) []string {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		r.t.Fatal(err)
	}
	return []string{"--recipient", id.Recipient().String()}
}

// copied gives a member the anchor and the keys of another one.
func (r *realm) copied(from, to, name string) {
	text, err := os.ReadFile(filepath.Join(from, "rotation.yaml"))
	if err == nil {
		err = os.CopyFS(filepath.Join(to, "keys"), os.DirFS(filepath.Join(from, "keys")))
	}
	if err != nil {
		r.t.Fatal(err)
	}
	r.write(filepath.Join(to, ".gitignore"), "*.key\n")
	r.write(filepath.Join(to, "rotation.yaml"), strings.Replace(string(text), "name: "+filepath.Base(from)+"\n", "name: "+name+"\n", 1))
}

func (r *realm) write(file, text string) {
	r.t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// repository makes one with a remote, and its first commit.
func (r *realm) repository(name string, work func(dir string)) {
	r.t.Helper()
	dir, remote := filepath.Join(r.top, name), filepath.Join(r.top, name+".git")
	gitIn(r.t, r.top, "init", "-q", "--bare", "-b", "main", remote)
	gitIn(r.t, r.top, "clone", "-q", remote, dir)
	gitIn(r.t, dir, "checkout", "-q", "-b", "main")
	work(dir)
	gitIn(r.t, dir, "add", "-A")
	gitIn(r.t, dir, "commit", "-q", "-m", "begin")
	gitIn(r.t, dir, "push", "-q", "-u", "origin", "main")
	gitIn(r.t, dir, "remote", "set-head", "origin", "main")
	r.forges[remote] = &fakeForge{kind: "gitea", comments: map[string]string{}}
}

func (r *realm) run(args ...string) result {
	r.t.Helper()
	r.calls++
	var out, stderr bytes.Buffer
	code := Main(args, World{
		Random: rand.NewChaCha8(sha256.Sum256([]byte(fmt.Sprint(r.at, r.calls)))), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &stderr,
		Getenv: func(string) string { return "" }, Now: func() time.Time { return r.at }, Step: r.step,
		Forge: func(address string) (forge.Forge, error) { return r.forges[address].of(address), nil },
	})
	checkNoSecret(r.t, stderr.String())
	return result{code, out.String(), stderr.String()}
}

func (r *realm) do(args ...string) string {
	r.t.Helper()
	got := r.run(args...)
	if got.code != ExitDone {
		r.t.Fatalf("%q: code %d: %s%s", args, got.code, got.out, got.stderr)
	}
	return got.out
}

func (r *realm) fleet() []string {
	return []string{"--fleet", filepath.Join(r.top, "fleet", "fleet.yaml"), "--repositories", r.top}
}

func (r *realm) pr(args ...string) (report plan.Report) {
	r.t.Helper()
	args = append(append([]string{"pr"}, args...), r.fleet()...)
	out := r.do(append(args, "-o", "json", "--assume", "DELIVERED-ELSEWHERE", "--because", "seen in the test")...)
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		r.t.Fatal(err)
	}
	return report
}

// merge merges the branch of a repository into its main branch, and brings the clone up
// to date; squashed: as a new commit, and the branch goes.
func (r *realm) merge(name, branch string, squashed bool) {
	r.t.Helper()
	dir, remote := filepath.Join(r.top, name), filepath.Join(r.top, name+".git")
	work := filepath.Join(r.t.TempDir(), "w")
	gitIn(r.t, r.top, "clone", "-q", remote, work)
	if squashed {
		gitIn(r.t, work, "merge", "-q", "--squash", "origin/"+branch)
		gitIn(r.t, work, "commit", "-q", "-m", "squashed")
		gitIn(r.t, work, "push", "-q", "origin", ":"+branch)
	} else {
		gitIn(r.t, work, "merge", "-q", "--no-ff", "-m", "merge", "origin/"+branch)
	}
	gitIn(r.t, work, "push", "-q", "origin", "main")
	gitIn(r.t, dir, "pull", "-q", "--ff-only")
	for i := range r.forges[remote].pulls {
		if p := &r.forges[remote].pulls[i]; p.Head == branch {
			p.State = "merged"
		}
	}
}

// guard judges a branch in a repository, and returns the codes of what it finds.
func (r *realm) guard(name, branch string, more ...string) (codes []string) {
	r.t.Helper()
	dir := filepath.Join(r.top, name)
	gitIn(r.t, dir, "fetch", "-q", "origin")
	args := []string{"pr", "--guard", "--base", "main", "--head", "refs/remotes/origin/" + branch, "-o", "json", "--dry-run", "-s", filepath.Join(dir, "rotation.yaml")}
	got := r.run(append(append(args, r.fleet()...), more...)...)
	var judged struct{ Findings []struct{ Code, Text string } }
	if err := json.Unmarshal([]byte(got.out), &judged); err != nil {
		r.t.Fatalf("%v: %s%s", err, got.out, got.stderr)
	}
	for _, f := range judged.Findings {
		codes = append(codes, f.Code)
	}
	return codes
}

func (r *realm) phases() (all []string) {
	r.t.Helper()
	for _, name := range r.names {
		s, err := state.Parse(name, []byte(gitIn(r.t, filepath.Join(r.top, name+".git"), "show", "main:rotation.yaml")+"\n"))
		if err != nil {
			r.t.Fatal(err)
		}
		all = append(all, s.Status.Phase)
	}
	return all
}

// steps of a rotation by strategy bundle, and what is vouched for each.
var fleetSteps = [][]string{
	{"start", "anchor", "--strategy", "bundle"}, {"--assume", "BUNDLE-DELIVERED"}, {"--assume", "BUNDLE-LOADED"},
	{"--assume", "ISSUER-LOADED"}, {"--assume", "LEAVES-RENEWED"}, {"--assume", "BUNDLE-DELIVERED"},
}

// TestPRFleetOthers: a whole rotation of two members in repositories of their own. Each
// step is one pull request in each repository; a member's is refused until the fleet's,
// which pins it, is merged; run twice nothing happens.
func TestPRFleetOthers(t *testing.T) {
	t.Parallel()
	r := newRealm(t, ageKeys, "east", "west")
	for n, step := range fleetSteps {
		r.at = r.at.Add(49 * time.Hour)
		made := r.pr(step...)
		if made.Operation != plan.OpCreated || len(made.Parts) != 2 {
			t.Fatalf("%q: %+v", step, made)
		}
		if again := r.pr(step...); again.Operation != plan.OpNone || again.Commit != made.Commit {
			t.Errorf("%q again: %+v", step, again)
		}
		for _, name := range r.names {
			if codes := r.guard(name, made.Branch); !slices.Equal(codes, []string{"fleet-pinned"}) {
				t.Errorf("%q: the guard of %s before the pin: %v", step, name, codes)
			}
		}
		if codes := r.guard("fleet", made.Branch); len(codes) > 0 {
			t.Fatalf("%q: the guard of the fleet: %v", step, codes)
		}
		r.merge("fleet", made.Branch, false)
		if got := r.run(append([]string{"pr", "--assume", "BUNDLE-DELIVERED", "--because", "x"}, r.fleet()...)...); !strings.Contains(got.stderr, "explain fleet-") {
			t.Errorf("%q: another step before the members were merged: %d %s", step, got.code, got.stderr)
		}
		for _, name := range r.names {
			if codes := r.guard(name, made.Branch); len(codes) > 0 {
				t.Errorf("%q: the guard of %s: %v", step, name, codes)
			}
			r.merge(name, made.Branch, n%2 == 1)
		}
	}
	if got := r.phases(); !slices.Equal(got, []string{"stable", "stable"}) {
		t.Errorf("phases: %q", got)
	}
	for remote, f := range r.forges {
		if len(f.pulls) != len(fleetSteps) {
			t.Errorf("%s: %d pull requests", remote, len(f.pulls))
		}
	}
}
