package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
	"github.com/l5d-pki/l5d-pki-render/schema"
)

// nextLines are the commands that a call prints for afterwards, without remarks.
func nextLines(stderr string) (commands []string) {
	for line := range strings.Lines(stderr) {
		line = strings.TrimSpace(line)
		for _, head := range []string{"next: ", "then: "} {
			if command, ok := strings.CutPrefix(line, head); ok {
				command, _, _ = strings.Cut(command, "  # ")
				commands = append(commands, command)
			}
		}
	}
	return commands
}

// TestNextLines goes through a whole rotation with nothing but the commands that the
// calls before printed. Only what observe would see of the cluster comes from the test.
func TestNextLines(t *testing.T) {
	p := newPatient(t)
	p.at = p.at.Add(time.Minute)
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"config", "user.name", "t"}, {"config", "user.email", "t@example.com"}} {
		runGit(t, args...)
	}
	if err := os.WriteFile(".gitignore", []byte("keys\nobservation.yaml\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	runGit(t, "add", ".gitignore")
	runGit(t, "commit", "-qm", "begin")
	queue := []string{"l5d-pki-render start issuer"}
	var phases []string
	for turn := 0; len(queue) > 0; turn++ {
		if turn > 60 {
			t.Fatalf("it goes on for ever: %q", queue)
		}
		command := queue[0]
		queue = queue[1:]
		words, err := hintWords(strings.ReplaceAll(command, "'", `"`))
		if err != nil {
			t.Fatal(err)
		}
		if words[0] == "git" {
			split := slices.Index(words, "&&")
			runGit(t, words[1:split]...)
			runGit(t, words[split+2:]...)
			continue
		}
		if words[1] == "observe" { // the cluster has applied the phase
			p.observe(counted)
			p.at = p.at.Add(time.Minute)
			continue
		}
		r := callAt(t, p.at, "", nil, words[1:]...)
		if r.code != ExitDone {
			t.Fatalf("%s: code %d: %s%s", command, r.code, r.out, r.stderr)
		}
		switch words[1] {
		case "start", "advance":
			phases = append(phases, p.state().Status.Phase)
			queue = nextLines(r.stderr)
			if len(queue) == 0 {
				t.Fatalf("%s says nothing of what is next: %s", command, r.stderr)
			}
			p.at = p.at.Add(time.Minute)
		case "status":
			var st struct {
				Phase string
				Todo  struct {
					Command         string
					NotBefore, Ends time.Time
				}
			}
			if err := json.Unmarshal([]byte(callAt(t, p.at, "", nil, append(words[1:], "-o", "json")...).out), &st); err != nil {
				t.Fatal(err)
			}
			if st.Phase == state.PhaseStable {
				break
			}
			if st.Todo.NotBefore.After(p.at) {
				p.at = st.Todo.NotBefore.Add(time.Minute)
			}
			queue = append(queue, st.Todo.Command)
		}
	}
	if want := []string{"issuer-switched", "stable"}; !slices.Equal(phases, want) {
		t.Errorf("phases %q, want %q", phases, want)
	}
	if out := runGitOut(t, "status", "--porcelain"); out != "" {
		t.Errorf("not committed:\n%s", out)
	}
}

// TestNextOfSync: sync prints the commit of what it wrote, and it can be run.
func TestNextOfSync(t *testing.T) {
	p := newPatient(t)
	runGit(t, "init", "-q", "-b", "main")
	for name, text := range map[string]string{".gitignore": "keys\n", "unrelated.txt": "mine\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile("rotation.yaml")
	if err != nil {
		t.Fatal(err)
	}
	outputs := strings.Replace(string(text), "\nstatus:", "\n  outputs:\n  - {kind: component, path: linkerd component}\nstatus:", 1)
	if err := os.WriteFile("rotation.yaml", []byte(outputs), 0o600); err != nil {
		t.Fatal(err)
	}
	runGit(t, "add", ".gitignore")
	runGit(t, "commit", "-qm", "begin")
	r := callAt(t, p.at, "", nil, "sync")
	if r.code != ExitDone {
		t.Fatal(r.stderr)
	}
	next := nextLines(r.stderr)
	if len(next) != 1 || !strings.HasPrefix(next[0], "git add -A -- ") || !strings.Contains(next[0], "'linkerd component'") || strings.Contains(next[0], "unrelated") {
		t.Errorf("next: %q", next)
	}
}

// TestReportSchemas: every report is valid for the schema that `schema NAME` prints.
func TestReportSchemas(t *testing.T) {
	compiled := map[string]*jsonschema.Schema{}
	valid := func(name, text string, args []string) {
		t.Helper()
		s := compiled[name]
		if s == nil {
			source, ok := schema.Of(name)
			if !ok {
				t.Fatalf("no schema %s", name)
			}
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
			if err != nil {
				t.Fatal(err)
			}
			c := jsonschema.NewCompiler()
			if err := c.AddResource(name, doc); err != nil {
				t.Fatal(err)
			}
			if s, err = c.Compile(name); err != nil {
				t.Fatal(err)
			}
			compiled[name] = s
		}
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err == nil {
			err = s.Validate(value)
		}
		if err != nil {
			t.Errorf("%v is not valid for the schema %s: %v\n%.600s", args, name, err, text)
		}
	}
	for _, file := range phases(t) {
		for _, c := range []struct {
			schema string
			args   []string
		}{
			{"status", []string{"status"}}, {"plan", []string{"plan"}}, {"proof", []string{"prove", "--all"}}, {"log", []string{"log"}},
			{"custody-status", []string{"custody", "status"}}, {"doctor", []string{"doctor"}}, {"lint", []string{"lint"}},
			{"move", []string{"advance", "--dry-run", "--assume", "BUNDLE-DELIVERED", "--assume", "BUNDLE-LOADED", "--because", "x"}},
			{"change", []string{"prove", "--base", file}}, {"diff", []string{"diff", "stable", "stable"}},
		} {
			args := append(c.args, "--state", file, "-o", "json")
			r := call(t, "", nil, args...)
			if r.out != "" {
				valid(c.schema, r.out, args)
			}
			if r.stderr != "" && r.out == "" {
				valid("errors", r.stderr, args)
			}
		}
	}
	for _, name := range []string{"status", "plan", "proof", "log", "custody-status", "doctor", "lint", "change", "diff", "errors", "move"} {
		if compiled[name] == nil {
			t.Errorf("no report was held against the schema %s", name)
		}
	}
}

// TestJSONErrors: with -o json a failure is one document on stderr, exit codes as ever.
func TestJSONErrors(t *testing.T) {
	file := phases(t)[0]
	for name, c := range map[string]struct {
		args []string
		exit int
		code string
		hint string
	}{
		"no file":       {[]string{"status", "--state", "none.yaml", "-o", "json"}, ExitFailed, "cli-", "--state"},
		"refused":       {[]string{"advance", "--state", file, "--output", "json"}, ExitFailed, "rotation-", "observation"},
		"unknown flag":  {[]string{"status", "-o", "json", "--stat", "x"}, ExitUsage, "usage", "did you mean --state?"},
		"bad value":     {[]string{"status", "-o=json", "--color", "blue"}, ExitUsage, "usage", "--help"},
		"bad instant":   {[]string{"plan", "-o", "json", "--at", "noon", "--state", file}, ExitFailed, "cli-instant", ""},
		"too many args": {[]string{"log", "-o", "json", "extra"}, ExitUsage, "usage", "--help"},
	} {
		t.Run(name, func(t *testing.T) {
			r := call(t, "", nil, c.args...)
			var doc struct {
				Errors []struct {
					Code, Message string
					Hints         []string
				}
			}
			if err := json.Unmarshal([]byte(r.stderr), &doc); err != nil {
				t.Fatalf("%v: %s", err, r.stderr)
			}
			if r.code != c.exit || r.out != "" || len(doc.Errors) == 0 || !strings.HasPrefix(doc.Errors[0].Code, c.code) || doc.Errors[0].Message == "" || !strings.Contains(strings.Join(doc.Errors[0].Hints, "\n"), c.hint) {
				t.Errorf("code %d, out %q: %s", r.code, r.out, r.stderr)
			}
		})
	}
}

// TestDiffPhases: objects and certificates between two phases, and the way back.
func TestDiffPhases(t *testing.T) {
	phases(t)
	diff := func(args ...string) string {
		t.Helper()
		return done(t, call(t, "", nil, append([]string{"diff", "--state", "bundle-anchor-added.yaml"}, args...)...)).out
	}
	added := diff("stable", "anchor-added")
	for _, want := range []string{"changes  ConfigMap linkerd-identity-trust-roots\n", "  trust anchor 2025, 794d081c", "+ trust anchor 2026, c8260e25", "  issuer 2025-1"} {
		if !strings.Contains(added, want) {
			t.Errorf("no %q in\n%s", want, added)
		}
	}
	if strings.Contains(added, "restart") {
		t.Errorf("nothing restarts:\n%s", added)
	}
	whole := diff("stable", "stable")
	for _, want := range []string{"restart  the workloads restart in phase anchor-spread", "- trust anchor 2025", "+ trust anchor 2026", "- issuer 2025-1", "+ issuer 2026-1"} {
		if !strings.Contains(whole, want) {
			t.Errorf("no %q in\n%s", want, whole)
		}
	}
	if back := diff("issuer-switched", "anchor-spread"); !strings.Contains(back, "- issuer 2026-1") || !strings.Contains(back, "+ issuer 2025-1") {
		t.Errorf("back:\n%s", back)
	}
	if same := diff("anchor-added", "anchor-added"); !strings.Contains(same, "the manifests are the same") {
		t.Errorf("same:\n%s", same)
	}
	if r := call(t, "", nil, "diff", "stable", "replaced", "--state", "bundle-anchor-added.yaml"); r.code != ExitFailed || !strings.Contains(r.stderr, "rotation-no-phase") {
		t.Errorf("a phase of another rotation: %s", r.stderr)
	}
	if r := call(t, "", nil, "diff", "stable", "stable", "--state", "bundle-stable.yaml"); r.code != ExitFailed || !strings.Contains(r.stderr, "no rotation is under way") {
		t.Errorf("no rotation: %s", r.stderr)
	}
}

// TestCalendar: the same bytes twice, CRLF, lines of at most 75 octets, an event for
// each commit that is still to come and for each certificate.
func TestCalendar(t *testing.T) {
	phases(t)
	args := []string{"plan", "-o", "ics", "--state", "bundle-anchor-spread.yaml"}
	ics := done(t, call(t, "", nil, args...)).out
	if again := call(t, "", nil, args...).out; again != ics {
		t.Error("not the same bytes twice")
	}
	for line := range strings.Lines(ics) {
		if !strings.HasSuffix(line, "\r\n") || len(line) > 77 {
			t.Errorf("line %q", line)
		}
	}
	unfolded := strings.ReplaceAll(ics, "\r\n ", "")
	for _, want := range []string{"SUMMARY:Linkerd PKI: issuer-switched can be merged", "DESCRIPTION:needs: BUNDLE-LOADED\\; reverting", "SUMMARY:Linkerd PKI: trust anchor 2025 ends", "DTSTART:20350101T000000Z", "TRIGGER:-P"} {
		if !strings.Contains(unfolded, want) {
			t.Errorf("no %s in\n%s", want, unfolded)
		}
	}
	if strings.Count(ics, "BEGIN:VEVENT") != strings.Count(ics, "END:VEVENT") || strings.Count(ics, "UID:") != strings.Count(ics, "BEGIN:VEVENT") {
		t.Error("events are not whole")
	}
	if r := call(t, "", nil, "status", "-o", "ics", "--state", "bundle-anchor-spread.yaml"); r.code != ExitFailed || !strings.Contains(r.stderr, "unknown output format") {
		t.Errorf("status has no calendar: %s", r.stderr)
	}
}

// runGitOut runs git and returns what it prints.
func runGitOut(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("git", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v: %s", args, err, out)
	}
	return string(out)
}

// TestNextHidesLogins: the command that reads the cluster again shows no login of Prometheus.
func TestNextHidesLogins(t *testing.T) {
	f := evidenceFlags{observe: true}
	f.cluster.Prometheus.URL = "https://u:s3cret@prom.example"
	if got := f.observingAgain(); strings.Contains(got, "s3cret") || !strings.Contains(got, "prom.example") {
		t.Error(got)
	}
}
