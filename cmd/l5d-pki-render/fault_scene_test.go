//go:build linux

package main

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// scene is a command in a folder that it is about to change. The folder is a
// repository that ignores *.key.
type scene struct {
	dir, temporary string
	state          string // its state file, from dir
	args           []string
	identity       string
	// elsewhere: what the command makes is not in the folder alone (pr).
	elsewhere bool
}

// copied is the same scene in a folder of its own.
func (s scene) copied(t *testing.T) scene {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "work")
	copyTree(t, s.dir, dir)
	s.dir, s.temporary = dir, t.TempDir()
	return s
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below, _ := filepath.Rel(from, path)
		target := filepath.Join(to, below)
		info, err := d.Info()
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Mkdir(target, info.Mode().Perm()|0o700)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, info.Mode().Perm())
	})
	if err != nil {
		t.Fatal(err)
	}
}

// files are those of the scene but Git's own, by their path; of encrypted keys
// the text says whose they are, since they never have the same bytes twice.
func (s scene) files(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".git":
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		data, err := os.ReadFile(path)
		below, _ := filepath.Rel(s.dir, path)
		if strings.HasSuffix(path, ".age") {
			facts, err := custody.Kinds[state.CustodyAge].Facts(data)
			if err != nil {
				t.Errorf("%s: %v", below, err)
			}
			data = []byte(facts.SPKI + " for " + strings.Join(facts.Recipients, " "))
		}
		files[below] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// oldOrNew: every file is as it was or as it shall be, what else there is holds
// no key that Git could see, and a new state has all of its keys.
func (s scene) oldOrNew(t *testing.T, before, after map[string]string) (done bool) {
	t.Helper()
	now := s.files(t)
	done = true
	for _, name := range slices.Sorted(maps.Keys(now)) {
		text := now[name]
		old, was := before[name]
		next, willBe := after[name]
		switch {
		case was && text == old, willBe && text == next:
		case was || willBe:
			t.Errorf("%s is neither old nor new", name)
		case strings.Contains(text, "PRIVATE KEY") && !strings.HasSuffix(name, ".key"):
			t.Errorf("%s holds a key and Git does not ignore it", name)
		}
	}
	for name, next := range after {
		done = done && now[name] == next
	}
	for name := range before {
		_, stays := now[name]
		_, shall := after[name]
		if !stays && shall {
			t.Errorf("%s is gone", name)
		}
		done = done && (shall || !stays)
	}
	if text, there := now[s.state]; there {
		s.keysFit(t, text)
	}
	s.nothingForGit(t)
	return done
}

// keysFit: every key that the state names is there and fits its certificate.
func (s scene) keysFit(t *testing.T, text string) {
	t.Helper()
	parsed, err := state.Parse(s.state, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := render.NamedKeys(parsed)
	if err != nil || len(keys) == 0 {
		t.Fatalf("%d keys (%v)", len(keys), err)
	}
	for _, k := range keys {
		file, err := os.ReadFile(filepath.Join(s.dir, filepath.Dir(s.state), k.Path))
		if err != nil {
			t.Errorf("the state names %s: %v", k.Path, err)
			continue
		}
		if strings.HasSuffix(k.Path, ".age") {
			if facts, err := custody.Kinds[state.CustodyAge].Facts(file); err != nil || facts.SPKI != custody.SPKI(k.Certificate) {
				t.Errorf("%s is not the key of its certificate: %v", k.Path, err)
			}
			continue
		}
		if key, err := pki.ParseKey(file); err != nil || !key.Matches(k.Certificate) {
			t.Errorf("%s is not the key of its certificate: %v", k.Path, err)
		}
	}
}

// nothingForGit: `git add --all` would take no key in clear.
func (s scene) nothingForGit(t *testing.T) {
	t.Helper()
	out, err := exec.Command("git", "-C", s.dir, "ls-files", "--others", "--cached", "--exclude-standard", "-z").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(string(out), "\x00") {
		text, _ := os.ReadFile(filepath.Join(s.dir, name)) // the last name is empty
		if bytes.Contains(text, []byte("PRIVATE KEY")) {
			t.Errorf("Git would take %s, which holds a key", name)
		}
	}
}

// sameNames: there are the files of a clean run and no others.
func (s scene) sameNames(t *testing.T, after map[string]string) {
	t.Helper()
	now := s.files(t)
	if have, want := slices.Sorted(maps.Keys(now)), slices.Sorted(maps.Keys(after)); !slices.Equal(have, want) {
		t.Errorf("run again, there are\n%s\nand should be\n%s", strings.Join(have, "\n"), strings.Join(want, "\n"))
	}
	s.keysFit(t, now[s.state])
}
