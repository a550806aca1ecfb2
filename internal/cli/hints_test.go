package cli

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// hinted is a command of ours in a hint: in backquotes.
var hinted = regexp.MustCompile("`l5d-pki-render ([^`]+)`")

var hintCode = flag.String("hint", "", "run only the cases of the codes that match")

// TestHints provokes each problem that has a hint with the command line, does what
// the hint says, and holds that it helps. What no test can do is listed as advice,
// and is at most a tenth.
func TestHints(t *testing.T) {
	cases := readHintCases(t)
	fixture := hintFixtures(t)
	followed := map[string]bool{}
	for _, c := range cases {
		for _, code := range c.codes {
			s, known := problem.Lookup(problem.Code(code))
			if !known {
				t.Errorf("%s: there is no code %s", c.file, code)
			}
			if !c.runs(s.Hint) && !followed[code] {
				t.Errorf("%s: the hint of %s has a command, and the case does not run it", c.file, code)
			}
			followed[code] = true
		}
		if only := *hintCode; only != "" && !regexp.MustCompile(only).MatchString(strings.Join(c.codes, " ")+c.file) {
			continue
		}
		t.Run(c.codes[0], func(t *testing.T) { runHintCase(t, c, fixture) })
	}
	followSurvey(t, followed)
	hints := 0
	for _, s := range problem.All() {
		if s.Hint == "" || ofCheck(string(s.Code)) { // TestCheckHints has those
			continue
		}
		hints++
		code := string(s.Code)
		reason, listed := adviceOnly[code]
		open := slices.Contains(hintNotYet, code)
		if states := []bool{followed[code], listed && reason != "", open}; !slices.Contains(states, true) || followed[code] && (listed || open) || listed && open {
			t.Errorf("%s: followed by a case %v, listed as advice %v, listed as not yet followed %v: %s", code, followed[code], listed, open, s.Hint)
		}
	}
	for code := range adviceOnly {
		if _, known := problem.Lookup(problem.Code(code)); !known {
			t.Errorf("advice for %s, which is no code", code)
		}
	}
	if 10*len(adviceOnly) > hints {
		t.Errorf("%d of %d hints are advice that no test follows: more than a tenth", len(adviceOnly), hints)
	}
}

// runs tells whether a case runs every command of a hint: as it is printed, or with
// what a person adds.
func (c hintCase) runs(hint string) bool {
	return !slices.ContainsFunc(hinted.FindAllStringSubmatch(hint, -1), func(command []string) bool {
		verb, _, _ := strings.Cut(command[1], " ")
		return !slices.ContainsFunc(c.lines, func(line string) bool {
			return strings.HasPrefix(line, "hint") || strings.HasPrefix(line, "> "+verb)
		})
	})
}

// hintFixtures make each kind of mesh once, and copy it for every case. Values are
// the environment to use it with.
func hintFixtures(t *testing.T) func(t *testing.T, name string) map[string]string {
	made := map[string]string{}
	top := t.TempDir()
	identity := filepath.Join(top, "id.txt")
	recipient := makeIdentity(t, identity)
	other := makeIdentity(t, filepath.Join(top, "stranger.txt"))
	good := map[string]string{"rotation.yaml": goodState(t), "stream.yaml": goodStream(t)}
	keys := filepath.Join(top, "keys")
	copyTestKeys(t, keys)
	begin := map[string]func(r *hintRun){
		"empty": func(*hintRun) {},
		"mesh":  func(r *hintRun) { r.must("init", "--new", "--linkerd-version", "2.18", "--name", "east") },
		"age": func(r *hintRun) {
			r.must("init", "--new", "--linkerd-version", "2.18", "--name", "east", "--recipient", recipient)
		},
		"pki": func(r *hintRun) {
			copyMesh(r.t, "pki", keys)
			for name, text := range good {
				if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
					r.t.Fatal(err)
				}
			}
		},
	}
	begin["chart"] = func(r *hintRun) {
		begin["mesh"](r)
		copyMesh(r.t, "chart", filepath.Join(fixturesDir, "charts", "control-plane"))
	}
	// git is the mesh of custody age in a clone of a repository.
	begin["git"] = func(r *hintRun) {
		begin["age"](r)
		for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"}, {"commit", "-qm", "begin"}} {
			runGit(r.t, args...)
		}
	}
	return func(t *testing.T, name string) map[string]string {
		make, known := begin[name]
		if !known {
			t.Fatalf("there is no fixture %s", name)
		}
		if made[name] == "" {
			r := &hintRun{t: t, at: hintStart.Add(-time.Hour), env: map[string]string{}}
			make(r)
			made[name] = filepath.Join(top, name)
			copyMesh(t, made[name], ".")
		} else {
			copyMesh(t, ".", made[name])
		}
		remote := ""
		if name == "git" {
			remote = filepath.Join(t.TempDir(), "remote.git")
			pushTo(t, remote)
		}
		env := map[string]string{"REMOTE": remote, "L5D_PKI_AGE_IDENTITY": identity, "RECIPIENT": recipient, "IDENTITY": identity, "OTHER": other, "STRANGER": filepath.Join(top, "stranger.txt")}
		if name == "chart" {
			env["CHARTS"] = helperProgram(t, chartProgram.name)
			env[chartProgram.variable] = env["CHARTS"]
		}
		return env
	}
}

// pushTo makes a remote of the repository in the current directory.
func pushTo(t *testing.T, remote string) {
	t.Helper()
	runGit(t, "init", "-q", "--bare", "-b", "main", remote)
	runGit(t, "remote", "add", "origin", remote)
	runGit(t, "push", "-q", "origin", "main")
	runGit(t, "remote", "set-head", "origin", "main")
}

func (r *hintRun) must(args ...string) {
	r.t.Helper()
	if got := r.call(args); got.code != ExitDone {
		r.t.Fatalf("%v: %s", args, got.stderr)
	}
}

// copyMesh copies a directory; keys stay readable for their owner only.
func copyMesh(t *testing.T, to, from string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil || d.IsDir() {
			return errors.Join(err, os.MkdirAll(filepath.Join(to, rel), 0o755))
		}
		text, err := os.ReadFile(path)
		return errors.Join(err, os.WriteFile(filepath.Join(to, rel), text, 0o600))
	})
	if err != nil {
		t.Fatal(err)
	}
}
