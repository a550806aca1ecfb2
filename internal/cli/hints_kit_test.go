package cli

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// hintCase is one entry of testdata/hints: how a problem comes about, and what a
// person does who follows its hint. README.txt there lists the instructions.
type hintCase struct {
	codes []string
	file  string
	lines []string
}

func readHintCases(t *testing.T) (cases []hintCase) {
	t.Helper()
	files, err := filepath.Glob("testdata/hints/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		begun := len(cases) // what is above the first case is a comment
		for i, line := range strings.Split(string(text), "\n") {
			if codes, begins := strings.CutPrefix(line, "== "); begins {
				cases = append(cases, hintCase{codes: strings.Fields(codes), file: fmt.Sprintf("%s:%d", filepath.Base(file), i+1)})
			} else if line = strings.TrimSpace(line); len(cases) > begun && line != "" && line[0] != '#' {
				cases[len(cases)-1].lines = append(cases[len(cases)-1].lines, line)
			}
		}
	}
	return cases
}

// hintRun is a case under way, in the current directory.
type hintRun struct {
	t     *testing.T
	codes []string
	at    time.Time
	env   map[string]string
	stdin string
	calls int
	forge *fakeForge
	// others are the forges of other repositories, by address.
	others map[string]*fakeForge
	world  hintWorld
	// said is what all refused calls printed, last what the last one did.
	said, last string
	refused    []string
	// finding: the last refused call reports findings, so other ones may be left.
	finding, fixing, cured bool
	undo                   []func() error
}

var hintStart = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func runHintCase(t *testing.T, c hintCase, fixture func(t *testing.T, name string) map[string]string) {
	r := &hintRun{t: t, codes: c.codes, at: hintStart, env: map[string]string{}, forge: &fakeForge{kind: "gitea", comments: map[string]string{}}}
	lines := c.lines
	name := "mesh"
	if len(lines) > 0 && strings.HasPrefix(lines[0], "use ") {
		name, lines = strings.TrimPrefix(lines[0], "use "), lines[1:]
	}
	t.Chdir(t.TempDir())
	for key, value := range fixture(t, name) {
		r.env[key] = value
	}
	r.env["DIR"], _ = os.Getwd()
	r.env["TOP"] = filepath.Dir(r.env["DIR"])
	for _, line := range lines {
		words, err := hintWords(line)
		for i := range words {
			for variable, program := range map[string]string{"$CLUSTER": clusterProgram.name, "$CHARTS": chartProgram.name} {
				if words[i] == variable {
					words[i] = helperProgram(t, program)
				}
			}
			for _, name := range []string{"RECIPIENT", "IDENTITY", "OTHER", "STRANGER", "URL", "DIR", "CHARTS", "DIGEST", "TOP", "REMOTE", "QUANTUM"} {
				words[i] = strings.ReplaceAll(words[i], "$"+name, r.env[name])
			}
		}
		if err == nil {
			err = r.do(words)
		}
		if err != nil {
			t.Fatalf("%s: %s: %v", c.file, line, err)
		}
	}
	for _, code := range c.codes {
		s, _ := problem.Lookup(problem.Code(code))
		within := strings.Contains(r.said, "lists commands and flags") || // a command line that cannot be read
			reports(r.said, string(problem.FleetRefused.Code)) || // says why a member may not move
			reports(r.said, string(problem.FleetNoState.Code)) // says why a state is unknown
		begins, _, _ := strings.Cut(s.Text, "%")
		if (!within || begins == "" || !strings.Contains(r.said, begins)) && !reports(r.said, code) {
			t.Errorf("%s: %s is not reported: %.900s", c.file, code, r.said)
		}
	}
	if !r.cured {
		t.Errorf("%s: nobody followed the hint", c.file)
	}
}

var hintWord = regexp.MustCompile("\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`|\\S+")

func hintWords(line string) (words []string, err error) {
	for _, word := range hintWord.FindAllString(line, -1) {
		if word[0] == '"' || word[0] == '`' {
			if word, err = strconv.Unquote(word); err != nil {
				return nil, fmt.Errorf("%s: %w", word, err)
			}
		}
		words = append(words, word)
	}
	return words, nil
}

func (r *hintRun) call(args []string) result {
	r.calls++
	if strings.HasPrefix(args[0], "go:") {
		return r.library(args)
	}
	var out, stderr bytes.Buffer
	w := World{
		Random: rand.NewChaCha8(sha256.Sum256([]byte(fmt.Sprint(r.at, r.calls)))),
		Stdin:  strings.NewReader(r.stdin), Stdout: &out, Stderr: &stderr, StdoutClosed: r.world.closed,
		Getenv: func(name string) string { return r.env[name] }, Environ: r.environ, Now: func() time.Time { return r.at },
		Forge: r.forgeOf, Fault: r.world.refusing, Confine: r.world.confined,
	}
	if r.world.clients {
		w.Forge = nil
		if r.env[forgeProgram.variable] == "" {
			r.env[forgeProgram.variable] = helperProgram(r.t, forgeProgram.name)
		}
	}
	code := Main(args, w)
	return result{code, out.String(), stderr.String()}
}

func (r *hintRun) do(words []string) error {
	verb, args := words[0], words[1:]
	switch verb {
	case "fix":
		r.fixing = true
	case "!", "~":
		got := r.call(args)
		r.last, r.refused, r.finding = got.stderr+got.out, args, verb == "~"
		r.said += r.last
		if !r.finding && got.code != ExitFailed && got.code != ExitUsage {
			return fmt.Errorf("exit code %d: %.700s", got.code, r.last)
		}
	case ">":
		r.cured = r.cured || r.fixing
		return r.works(args)
	case ">>":
		got := r.call(args[1:])
		if got.code != ExitDone {
			return fmt.Errorf("exit code %d: %.700s", got.code, got.stderr)
		}
		return os.WriteFile(args[0], []byte(got.out), 0o600)
	case "again":
		return r.again()
	case "otherwise": // the program that was missing runs, and fails in its own way
		r.cured = true
		got := r.call(r.refused)
		if first, _, _ := strings.Cut(r.last, "\n"); strings.Contains(got.stderr, first) {
			return fmt.Errorf("the same as before: %.700s", got.stderr)
		}
	case "hint":
		return r.follow(args, "")
	case "hint-one":
		return r.follow(nil, args[0])
	case "undo":
		for len(r.undo) > 0 {
			last := r.undo[len(r.undo)-1]
			r.undo = r.undo[:len(r.undo)-1]
			if err := last(); err != nil {
				return err
			}
		}
	case "at":
		days, hours := strings.CutSuffix(args[0], "d")
		if n, err := strconv.Atoi(days); hours && err == nil {
			r.at = r.at.Add(time.Duration(n) * day)
			return nil
		}
		d, err := time.ParseDuration(args[0])
		r.at = r.at.Add(d)
		return err
	case "env":
		r.env[args[0]] = strings.Join(args[1:], " ")
	case "stdin":
		text, err := os.ReadFile(args[0])
		r.stdin = string(text)
		return err
	default:
		if known, err := r.arrange(verb, args); known {
			return err
		}
		return r.change(verb, args)
	}
	return nil
}

// works runs a command that must be accepted: status, doctor and lint may find
// something (exit code 1), sync and workloads --check may have something to write.
func (r *hintRun) works(args []string) error {
	got := r.call(args)
	if got.code == ExitUsage || strings.Contains(got.stderr, "error:") || got.code != ExitDone && !looks(args) {
		return fmt.Errorf("exit code %d: %.700s%.300s", got.code, got.stderr, got.out)
	}
	return nil
}

func looks(args []string) bool {
	switch args[0] {
	case "status", "doctor", "lint", "plan":
		return true
	}
	return strings.Contains(strings.Join(args, " "), "--check") || strings.Contains(strings.Join(args, " "), "--verify")
}

func (r *hintRun) again() error {
	r.cured = true
	got := r.call(r.refused)
	switch text := got.stderr + got.out; {
	case !r.finding && got.code != ExitDone:
		return fmt.Errorf("exit code %d: %.700s", got.code, text)
	case r.finding:
		for _, code := range r.codes {
			if reports(r.last, code) && reports(text, code) {
				return fmt.Errorf("%s is still reported: %.700s", code, text)
			}
		}
	}
	return nil
}

// reports tells whether an output has a code: of an error, of a finding, or in JSON.
func reports(text, code string) bool {
	return strings.Contains(text, "explain "+code+"`") || strings.Contains(text, "["+code+"]") || strings.Contains(text, `"`+code+`"`)
}

// follow runs every command of ours that the last refusal's hints print, or only
// those that begin with a text. args fill
// the words that a person fills: KIND=anchor.
func (r *hintRun) follow(args []string, only string) error {
	commands := map[string]bool{}
	for _, line := range strings.Split(r.last, "\n") {
		if !strings.Contains(line, "hint: ") && !strings.HasPrefix(r.last, "{") {
			continue
		}
		for _, c := range hinted.FindAllStringSubmatch(line, -1) {
			if strings.HasPrefix(c[1], "explain ") || !strings.HasPrefix(c[1], only) || commands[c[1]] {
				continue
			}
			words, err := hintWords(c[1])
			if err != nil {
				return err
			}
			for i := range words {
				for _, arg := range args {
					if name, value, _ := strings.Cut(arg, "="); words[i] == name {
						words[i] = value
					}
				}
			}
			commands[c[1]] = true
			if err := r.works(words); err != nil {
				return fmt.Errorf("`%s`: %w", c[1], err)
			}
		}
	}
	if len(commands) == 0 {
		return fmt.Errorf("no command in %s", r.last)
	}
	r.cured = true
	return nil
}

// change is an instruction that changes files.
func (r *hintRun) change(verb string, args []string) error {
	at := func(i int) string {
		if i < len(args) {
			return args[i]
		}
		return ""
	}
	old, wrong := os.ReadFile(at(0))
	save := func() {
		r.undo = append(r.undo, func() error {
			if wrong != nil {
				return os.RemoveAll(args[0])
			}
			_ = os.Remove(args[0])
			return os.WriteFile(args[0], old, 0o600)
		})
	}
	write := func(text string) error {
		save()
		if err := os.MkdirAll(filepath.Dir(args[0]), 0o755); err != nil {
			return err
		}
		return os.WriteFile(args[0], []byte(text), 0o600)
	}
	switch verb {
	case "sub":
		if !strings.Contains(string(old), args[1]) {
			return fmt.Errorf("no %q in %.300s", args[1], old)
		}
		return write(strings.Replace(string(old), args[1], at(2), 1))
	case "subre":
		changed := regexp.MustCompile(args[1]).ReplaceAllString(string(old), at(2))
		if changed == string(old) {
			return fmt.Errorf("no %s in %.300s", args[1], old)
		}
		return write(changed)
	case "add":
		return write(string(old) + args[1])
	case "write":
		return write(at(1))
	case "many": // replaces OLD by N copies of NEW, in which # is the number
		n, err := strconv.Atoi(args[3])
		if err != nil {
			return err
		}
		var list strings.Builder
		for i := range n {
			list.WriteString(strings.ReplaceAll(args[2], "#", strconv.Itoa(i)))
		}
		return r.change("sub", []string{args[0], args[1], list.String()})
	case "insert": // after MARK, the certificate NAME, indented
		pem, err := os.ReadFile(args[2] + ".crt")
		if err != nil {
			return err
		}
		indent := strings.Repeat(" ", len(args[3]))
		return r.change("sub", []string{args[0], args[1], args[1] + indent + strings.ReplaceAll(strings.TrimSpace(string(pem)), "\n", "\n"+indent) + "\n"})
	case "observe":
		p := &patient{t: r.t, at: r.at}
		p.observe(nil)
		r.at = p.at
		return nil
	case "repeat":
		n, err := strconv.Atoi(args[2])
		if err != nil {
			return err
		}
		return write(strings.Repeat(args[1], n))
	case "cp":
		text, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		return r.change("write", []string{args[1], string(text)})
	case "fixture":
		text, err := os.ReadFile(filepath.Join(fixturesDir, args[0]))
		if err != nil {
			return err
		}
		return r.change("write", []string{args[1], string(text)})
	case "rm":
		save()
		return os.RemoveAll(args[0])
	case "mv":
		return os.Rename(args[0], args[1])
	case "mkdir":
		return os.MkdirAll(args[0], 0o755)
	case "ln":
		return os.Symlink(args[0], args[1])
	case "chmod":
		mode, err := strconv.ParseUint(args[0], 8, 32)
		if err != nil {
			return err
		}
		return os.Chmod(args[1], os.FileMode(mode))
	case "cert":
		return makeHintCert(r.at, args)
	case "mesh-of":
		return r.change("write", []string{"rotation.yaml", hintStateOf(args)})
	case "sh":
		c := exec.Command("sh", "-c", strings.Join(args, " "))
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	}
	return fmt.Errorf("there is no instruction %q", verb)
}

// fixturesDir is where fixtures are, from any directory.
var fixturesDir, _ = filepath.Abs(fixtures)
