package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/testkit/accessible"
)

const reportAt = "2026-06-01T12:00:00Z"

// report runs the command on a state at the instant of the goldens.
func report(t *testing.T, args ...string) string {
	t.Helper()
	r := call(t, "", nil, append([]string{"report", "--at", reportAt}, args...)...)
	if r.code != ExitDone || r.out == "" || r.stderr != "" {
		t.Fatalf("%v: code %d: %s", args, r.code, r.stderr)
	}
	return r.out
}

// TestReport: phases of both strategies, without evidence and with it.
func TestReport(t *testing.T) {
	golden, err := filepath.Abs(filepath.Join("testdata", "report"))
	if err != nil {
		t.Fatal(err)
	}
	seen := filepath.Join(fixturesDir, "observations")
	phases(t)
	observation, err := os.ReadFile(filepath.Join(seen, "one-is-late.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("observation.yaml", observation, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
	}{
		{"bundle-stable", nil},
		{"bundle-anchor-spread", []string{"--evidence", "observation.yaml"}},
		{"cross-sign-issuer-switched", nil},
	} {
		args := append([]string{"-s", c.name + ".yaml"}, c.args...)
		checkGolden(t, filepath.Join(golden, c.name+".html"), report(t, args...))
		checkGolden(t, filepath.Join(golden, c.name+".md"), report(t, append(args, "-o", "markdown")...))
	}
}

// pems finds what may not be in a report: bodies of certificates and keys.
var pems = regexp.MustCompile(`-----BEGIN|[A-Za-z0-9+/]{65,}`)

// TestReportEveryPhase: the page of each phase of each kind is accessible, alone, has no
// PEM, and is the same bytes when it is made again.
func TestReportEveryPhase(t *testing.T) {
	for _, file := range phases(t) {
		page, text := report(t, "-s", file), report(t, "-s", file, "-o", "markdown")
		if wrong := accessible.Check([]byte(page)); len(wrong) > 0 {
			t.Errorf("%s: %q", file, wrong)
		}
		if found := pems.FindString(page + text); found != "" {
			t.Errorf("%s: the report has %q", file, found)
		}
		if page != report(t, "-s", file) || text != report(t, "-s", file, "-o", "markdown") {
			t.Errorf("%s: two reports differ", file)
		}
		if strings.Contains(page, "http://") || strings.Contains(page, "https://") {
			t.Errorf("%s: the page has an address", file)
		}
		phase := regexp.MustCompile(`(?m)^  phase: (\S+)$`).FindStringSubmatch(readFile(t, file))[1]
		for _, want := range []string{"Where the rotation is", "Timeline", "Who trusts whom", "What each pull request changes", "Evidence", "Log", "Certificates", "Hazards", phase, "Unknown: nobody brought an observation"} {
			if !strings.Contains(page, want) || !strings.Contains(text, want) {
				t.Errorf("%s: the report does not say %q", file, want)
			}
		}
	}
}

func readFile(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReportHostile: names and reasons of a state are text, whatever they say, and what
// a person answered for is flagged.
func TestReportHostile(t *testing.T) {
	t.Chdir(t.TempDir())
	at := time.Date(2026, 5, 30, 12, 0, 0, 0, time.UTC)
	done(t, callAt(t, at, "", nil, "init", "--new", "--linkerd-version", "2.18", "--name", "east"))
	why := "</td></table><script>alert(1)</script> | [x](javascript:x) ![i](https://example.com/i.png) @all `code` **x** \u202e ##vso[x] ' \" &amp;"
	done(t, callAt(t, at.Add(time.Hour), "", nil, "start", "anchor", "--why", why))
	done(t, callAt(t, at.Add(2*time.Hour), "", nil, "advance", "--assume", "ISSUER-LOADED", "--because", "<img src=x onerror=alert(2)> -----BEGIN CERTIFICATE-----"))
	page, text := report(t), report(t, "-o", "markdown")
	if wrong := accessible.Check([]byte(page)); len(wrong) > 0 {
		t.Errorf("%q", wrong)
	}
	seen, err := accessible.Text([]byte(page))
	if err != nil || !strings.Contains(seen, "</td></table><script>alert(1)</script>") || !strings.Contains(seen, "assumed ISSUER-LOADED because <img src=x onerror=alert(2)>") {
		t.Errorf("the reasons are not to be read: %v", err)
	}
	for _, sign := range []string{"<script", "](", "@all", "<img", "\u202e", "##vso[", "https://"} {
		if strings.Contains(strings.ReplaceAll(text, "##vso\\[", ""), sign) {
			t.Errorf("Markdown has %q", sign)
		}
	}
	if strings.Contains(page+text, "BEGIN CERTIFICATE") {
		t.Error("the report has PEM")
	}
	for _, want := range []string{"assumed ISSUER-LOADED", "start anchor (cross-sign) to "} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// TestReportTo: a report replaces a report of its format, and no other file.
func TestReportTo(t *testing.T) {
	t.Chdir(t.TempDir())
	done(t, call(t, "", nil, "init", "--new", "--linkerd-version", "2.18", "--name", "east"))
	state := readFile(t, "rotation.yaml")
	for range 2 { // the second one replaces the first
		done(t, call(t, "", nil, "report", "--at", reportAt, "--to", "report.html"))
		done(t, call(t, "", nil, "report", "--at", reportAt, "--to", "report.md", "-o", "markdown"))
	}
	if readFile(t, "report.html") != report(t) || readFile(t, "report.md") != report(t, "-o", "markdown") {
		t.Error("a file has other bytes than stdout")
	}
	if err := os.WriteFile("short.html", []byte("<!DOC"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"rotation.yaml"}, {"report.md"}, {"report.html", "-o", "markdown"}, {"short.html"}} {
		r := call(t, "", nil, append([]string{"report", "--to"}, args...)...)
		if r.code != ExitFailed || !strings.Contains(r.stderr, "it is not overwritten") {
			t.Errorf("%v: code %d: %s", args, r.code, r.stderr)
		}
	}
	if r := call(t, "", nil, "report", "-o", "json"); r.code != ExitFailed || !strings.Contains(r.stderr, "html or markdown") {
		t.Errorf("code %d: %s", r.code, r.stderr)
	}
	if r := call(t, "", nil, "report", "--to", "missing/report.html"); r.code != ExitFailed || !strings.Contains(r.stderr, "missing") {
		t.Errorf("code %d: %s", r.code, r.stderr)
	}
	if readFile(t, "rotation.yaml") != state || !strings.HasPrefix(readFile(t, "report.html"), "<!DOCTYPE html>") {
		t.Error("a file was overwritten")
	}
}

// TestReportWrong: certificates that have expired are the first thing to read.
func TestReportWrong(t *testing.T) {
	file := phases(t)[0]
	r := call(t, "", nil, "report", "--at", "2036-06-01T12:00:00Z", "-s", file, "-o", "markdown")
	if r.code != ExitDone || !strings.Contains(r.out, "> **Something is wrong. A person must act.**\n> - ") || !strings.Contains(r.out, "**expired") {
		t.Errorf("code %d: %s\n%s", r.code, r.stderr, r.out)
	}
}

// TestReportAlarms: what status calls wrong, the report does, too: a log that was edited
// by hand, as the log itself shows.
func TestReportAlarms(t *testing.T) {
	const file = "bundle-stable.yaml"
	phases(t)
	because := []string{"--because", "a test", "-s", file}
	for _, args := range [][]string{{"start", "anchor", "--strategy", "bundle", "--assume", "DELIVERED-ELSEWHERE"}, {"advance", "--assume", "BUNDLE-DELIVERED", "--assume", "DELIVERED-ELSEWHERE"}} {
		if r := call(t, "", nil, append(args, because...)...); r.code != ExitDone {
			t.Fatalf("%v: code %d: %s", args, r.code, r.stderr)
		}
	}
	text := strings.ReplaceAll(readFile(t, file), "phase: anchor-spread", "phase: issuer-switched")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	status := call(t, "", nil, "status", "-s", file, "-o", "markdown")
	r := call(t, "", nil, "report", "--at", reportAt, "-s", file, "-o", "markdown")
	if status.code != ExitFailed || r.code != ExitDone || !strings.Contains(r.out, "> **Something is wrong. A person must act.**\n> - ") {
		t.Fatalf("code %d and %d: %s%s\n%s", status.code, r.code, status.stderr, r.stderr, status.out)
	}
	for line := range strings.Lines(status.out) {
		if alarm, wrong := strings.CutPrefix(line, "> **"); wrong && !strings.Contains(r.out, strings.TrimSuffix(alarm, "**\n")) {
			t.Errorf("the report does not say %q", alarm)
		}
	}
}

// TestReportPage: docs/reports.md shows what the command prints.
func TestReportPage(t *testing.T) {
	_, section, found := strings.Cut(readFile(t, "../../docs/reports.md"), "\n```markdown\n")
	want, _, ended := strings.Cut(section, "\n```")
	if !found || !ended {
		t.Fatal("docs/reports.md does not show a report")
	}
	phases(t)
	observation := readFile(t, filepath.Join(fixturesDir, "observations", "one-is-late.yaml"))
	for name, text := range map[string]string{"rotation.yaml": readFile(t, "bundle-anchor-spread.yaml"), "observation.yaml": observation} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := done(t, callAt(t, time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), "", nil, "report", "--evidence", "observation.yaml", "-o", "markdown")).out
	parts := strings.Split(want, "…")
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	if !regexp.MustCompile(`^(?s:` + strings.Join(parts, ".+") + `)$`).MatchString(strings.TrimSpace(got)) {
		t.Errorf("it prints\n%s\nand the page shows\n%s", got, want)
	}
}

// TestReportFleet: a grid of members by phase, with what holds each; a member whose
// state cannot be read is unknown.
func TestReportFleet(t *testing.T) {
	t.Chdir(t.TempDir())
	at := time.Date(2026, 5, 30, 12, 0, 0, 0, time.UTC)
	for i, name := range []string{"east", "west", "south"} {
		if err := os.MkdirAll(name, 0o700); err != nil {
			t.Fatal(err)
		}
		done(t, callAt(t, at.Add(time.Duration(i)*time.Second), "", nil, "init", "--new", "--linkerd-version", "2.18", "--name", name, "-s", name+"/rotation.yaml"))
	}
	done(t, callAt(t, at, "", nil, "fleet", "init", "--name", "prod"))
	done(t, callAt(t, at.Add(time.Hour), "", nil, "start", "anchor", "-s", "east/rotation.yaml"))
	if err := os.Remove("west/rotation.yaml"); err != nil {
		t.Fatal(err)
	}
	page, text := report(t, "--fleet", "fleet.yaml"), report(t, "--fleet", "fleet.yaml", "-o", "markdown")
	if wrong := accessible.Check([]byte(page)); len(wrong) > 0 {
		t.Errorf("%q", wrong)
	}
	for _, want := range []string{
		"# Linkerd PKI report: fleet prod", "| member | issuer-switched | issuer-spread |", "| east | **in force** | ahead |", "| west | unknown | unknown | none |", "| west | unknown: cannot be read: no such file or directory |", "| south | stable | unknown | none |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the report does not say %q:\n%s", want, text)
		}
	}
	if page != report(t, "--fleet", "fleet.yaml") {
		t.Error("two reports differ")
	}
}
