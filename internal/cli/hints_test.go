package cli

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// hinted is a command of ours in a hint: in backquotes.
var hinted = regexp.MustCompile("`l5d-pki-render ([^`]+)`")

var (
	hintCode = flag.String("hint", "", "run only the cases of the codes that match")
	hintPart = flag.Int("hint-part", 0, "run this part of the cases of hints, from 1 to hintParts")
)

// hintParts is how many processes share the cases: each case has a current
// directory of its own, of which a process has one. Some cases wait.
const hintParts = 3

// otherParts runs the parts of the cases that this process does not run.
func otherParts(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for part := 2; part <= hintParts; part++ {
		cmd := exec.Command(program, "-test.run=^TestHints$", fmt.Sprint("-hint-part=", part), "-test.timeout=20m")
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := cmd.Wait(); err != nil {
				t.Errorf("part %d of %d: %v: %s", part, hintParts, err, out.String())
			}
		})
	}
}

// TestHints provokes each problem that has a hint with the command line, does what
// the hint says, and holds that it helps. What no test can do is listed as advice,
// and is at most a tenth.
func TestHints(t *testing.T) {
	cases := readHintCases(t)
	fixture := hintFixtures(t)
	if *hintPart == 0 && *hintCode == "" {
		*hintPart = 1
		otherParts(t)
	}
	followed := map[string]bool{}
	for i, c := range cases {
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
		if *hintPart > 0 && i%hintParts != *hintPart-1 {
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
		if followed[code] == (listed && reason != "") {
			t.Errorf("%s: followed by a case %v, listed as advice %v: %s", code, followed[code], listed, s.Hint)
		}
	}
	for code := range adviceOnly {
		if _, known := problem.Lookup(problem.Code(code)); !known {
			t.Errorf("advice for %s, which is no code", code)
		}
	}
	t.Logf("%d hints: %d are followed by cases, %d are advice only", hints, hints-len(adviceOnly), len(adviceOnly))
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
		pushTo(r.t, filepath.Join(top, "remote.git"))
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
			moveRemote(t, filepath.Join(top, "remote.git"), remote)
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

// moveRemote copies a remote, and makes it the one of the repository in the current
// directory.
func moveRemote(t *testing.T, from, to string) {
	t.Helper()
	copyMesh(t, to, from)
	config := filepath.Join(".git", "config")
	text, err := os.ReadFile(config)
	if err == nil {
		err = os.WriteFile(config, []byte(strings.Replace(string(text), from, strconv.Quote(to), 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
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
