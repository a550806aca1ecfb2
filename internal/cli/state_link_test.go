package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// keysOfState holds that every key that a state names is beside it and belongs
// to its certificate, and gives the phase.
func keysOfState(t *testing.T, path string) (phase string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Parse(path, text)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := render.NamedKeys(s)
	if err != nil || len(keys) == 0 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	for _, k := range keys {
		file, err := os.ReadFile(statefile.Beside(path, k.Path))
		if err != nil {
			t.Errorf("%s names a key that is not there: %v", path, err)
			continue
		}
		if facts, err := custody.Kinds[state.CustodyAge].Facts(file); err != nil || facts.SPKI != custody.SPKI(k.Certificate) {
			t.Errorf("%s is not the key of %s: %v", k.Path, k.Where, err)
		}
	}
	return s.Status.Phase
}

// linkedState is a folder with a state in shared/ that prod/rotation.yaml leads
// to, and an environment that opens its keys.
func linkedState(t *testing.T, repository bool) (dir string, opens map[string]string) {
	t.Helper()
	dir = t.TempDir()
	if repository {
		gitIn(t, dir, "init", "-q")
	}
	for _, name := range []string{"shared", "prod", "deep/down"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	identity := filepath.Join(t.TempDir(), "identity.txt")
	done(t, call(t, "", nil, "init", "--new", "--linkerd-version", "2.18", "--recipient", makeIdentity(t, identity), "-s", filepath.Join(dir, "shared", "rotation.yaml")))
	return dir, map[string]string{"L5D_PKI_AGE_IDENTITY": identity}
}

// TestStateLinks: a command that changes a state through a link within one
// repository changes the file behind it, and its keys are beside that file; the
// link stays. Through any other link it changes nothing and says which file to name.
func TestStateLinks(t *testing.T) {
	start := []string{"start", "anchor", "--strategy", "bundle", "--assume", "DELIVERED-ELSEWHERE", "--because", "x"}
	link := func(t *testing.T, to, at string) {
		t.Helper()
		if err := os.Symlink(to, at); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		make   func(t *testing.T, dir string) (path string)
		bare   bool // there is no repository
		refuse bool
	}{
		"a link": {make: func(t *testing.T, dir string) string {
			link(t, "../shared/rotation.yaml", filepath.Join(dir, "prod", "rotation.yaml"))
			return "prod/rotation.yaml"
		}},
		"an absolute link": {make: func(t *testing.T, dir string) string {
			link(t, filepath.Join(dir, "shared", "rotation.yaml"), filepath.Join(dir, "prod", "rotation.yaml"))
			return "prod/rotation.yaml"
		}},
		"a link to a link": {make: func(t *testing.T, dir string) string {
			link(t, "../shared/rotation.yaml", filepath.Join(dir, "deep", "rotation.yaml"))
			link(t, "../deep/rotation.yaml", filepath.Join(dir, "prod", "rotation.yaml"))
			return "prod/rotation.yaml"
		}},
		"a link of a directory": {make: func(t *testing.T, dir string) string {
			link(t, "../../shared", filepath.Join(dir, "deep", "down", "here"))
			return "deep/down/here/rotation.yaml"
		}},
		"without a repository": {bare: true, refuse: true, make: func(t *testing.T, dir string) string {
			link(t, "../shared/rotation.yaml", filepath.Join(dir, "prod", "rotation.yaml"))
			return "prod/rotation.yaml"
		}},
		"out of the repository": {bare: true, refuse: true, make: func(t *testing.T, dir string) string {
			gitIn(t, filepath.Join(dir, "prod"), "init", "-q")
			link(t, "../shared/rotation.yaml", filepath.Join(dir, "prod", "rotation.yaml"))
			return "prod/rotation.yaml"
		}},
	} {
		t.Run(name, func(t *testing.T) {
			dir, opens := linkedState(t, !c.bare)
			path := filepath.Join(dir, c.make(t, dir))
			keys := filepath.Join(dir, "shared", "rotation.yaml")
			var before map[string]string
			if c.refuse {
				before = tree(t, dir)
			}
			r := callAt(t, later, "", opens, append(start, "-s", path)...)
			if c.refuse {
				refusedWith(t, name, r, problem.CLIStateLink)
				sameTree(t, name, tree(t, dir), before)
				done(t, callAt(t, later, "", opens, append(start, "-s", keys)...)) // as the hint says
				return
			}
			done(t, r)
			if phase := keysOfState(t, keys); phase != state.PhaseAnchorAdded {
				t.Errorf("the file behind the link is in phase %s", phase)
			}
			if real, err := filepath.EvalSymlinks(path); err != nil || real != keys {
				t.Errorf("the path leads to %s now (%v)", real, err)
			}
			if _, err := os.Stat(filepath.Join(dir, "prod", "keys")); err == nil {
				t.Error("keys are beside the link")
			}
			done(t, call(t, "", opens, "custody", "status", "-s", path))
			done(t, call(t, "", opens, "custody", "rewrap", "-s", path))
			keysOfState(t, keys)
		})
	}
}

// TestStateLinkNowhere: a link to nothing is no place for a new state.
func TestStateLinkNowhere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "rotation.yaml")
	if err := os.Symlink("nowhere.yaml", path); err != nil {
		t.Fatal(err)
	}
	args := []string{"init", "--new", "--linkerd-version", "2.18", "--custody", "file", "-s", path}
	refusedWith(t, "init", call(t, "", nil, args...), problem.CLIExists)
	refusedWith(t, "init --force", call(t, "", nil, append(args, "--force")...), problem.CLIRead)
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

// TestInitThroughDirectoryLink: keys beside a directory that a link leads to are
// where later commands look for them.
func TestInitThroughDirectoryLink(t *testing.T) {
	dir := t.TempDir()
	gitIn(t, dir, "init", "-q")
	if err := os.MkdirAll(filepath.Join(dir, "clusters", "prod", "pki"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("clusters/prod/pki", filepath.Join(dir, "pki")); err != nil {
		t.Fatal(err)
	}
	identity := filepath.Join(t.TempDir(), "identity.txt")
	path := filepath.Join(dir, "pki", "rotation.yaml")
	done(t, call(t, "", nil, "init", "--new", "--linkerd-version", "2.18", "--keys-dir", "../keys", "--recipient", makeIdentity(t, identity), "-s", path))
	done(t, callAt(t, later, "", map[string]string{"L5D_PKI_AGE_IDENTITY": identity}, "start", "issuer", "-s", path))
	keysOfState(t, filepath.Join(dir, "clusters", "prod", "pki", "rotation.yaml"))
	if _, err := os.Stat(filepath.Join(dir, "keys")); err == nil {
		t.Error("keys are beside the link")
	}
}
