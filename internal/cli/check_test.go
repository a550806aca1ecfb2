package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// observationOf writes the example of docs/evidence.md for a state file.
func observationOf(t *testing.T, file string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/evidence.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```yaml\n# fixtures/rotation/" + regexp.QuoteMeta(file) + ":[^\n]*\n(.*?)```").FindSubmatch(page)
	if found == nil {
		t.Fatalf("the page has no example for %s", file)
	}
	path := filepath.Join(t.TempDir(), "observation.yaml")
	if err := os.WriteFile(path, found[1], 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const checkedAt = "2026-06-01T11:30:00Z"

// TestCheckCommand: exit codes, the state that is used, and what linkerd check
// passes to every extension.
func TestCheckCommand(t *testing.T) {
	observed := observationOf(t, "bundle/anchor-dropped.yaml")
	state := filepath.Join(fixtures, "rotation", "bundle", "anchor-dropped.yaml")
	foreign := filepath.Join(fixtures, "rotation", "bundle", "stable.yaml") // the anchor before
	elsewhere := t.TempDir()
	for name, c := range map[string]struct {
		args     []string
		code     int
		has, not string
	}{
		"fine":             {[]string{"--observed", observed, "-s", state, "--at", checkedAt}, 0, "√ the trust anchors are those of phase anchor-dropped", "×"},
		"fails":            {[]string{"--observed", observed, "-s", state, "--at", "2090-01-01T00:00:00Z"}, 1, "Status check results are ×", ""},
		"another state":    {[]string{"--observed", observed, "-s", foreign, "--at", checkedAt}, 1, "× the trust anchors are those of phase stable", ""},
		"short":            {[]string{"--observed", observed, "-s", state, "--at", checkedAt, "-o", "short"}, 0, "‼", "√ trust"},
		"no cluster":       {[]string{"-s", state}, 1, "l5d-pki-render-cluster", "√"},
		"as another user":  {[]string{"-s", state, "--as=me", "--as-group=[]"}, 1, "as another user", "√"},
		"unknown format":   {[]string{"--observed", observed, "-o", "yaml"}, 1, "text, json, short or junit", "√"},
		"no such state":    {[]string{"--observed", observed, "-s", "none.yaml"}, 1, "no state file", "√"},
		"state of nowhere": {[]string{"--observed", observed, "--at", checkedAt}, 0, "√ the cluster has one control plane", "linkerd-pki-rotation"},
		"flags of linkerd": {[]string{"--observed", observed, "--at", checkedAt, "--api-addr=x", "--context=kind", "--as=me", "--as-group=[]", "--kubeconfig=k",
			"--linkerd-namespace=linkerd", "--verbose=false", "--namespace=shop", "--proxy=true", "--wait=5m0s", "--output=json"}, 0, `"success": true`, "√"},
		"no such flag": {[]string{"--observed", observed, "--nope"}, ExitUsage, "nope", "√"},
	} {
		t.Run(name, func(t *testing.T) {
			for i, arg := range c.args {
				if strings.HasPrefix(arg, "../") {
					abs, err := filepath.Abs(arg)
					if err != nil {
						t.Fatal(err)
					}
					c.args[i] = abs
				}
			}
			t.Chdir(elsewhere)
			got := call(t, "", nil, append([]string{"check"}, c.args...)...)
			all := got.out + got.stderr
			if got.code != c.code || !strings.Contains(all, c.has) || c.not != "" && strings.Contains(all, c.not) {
				t.Errorf("code %d: %s", got.code, all)
			}
		})
	}
}

// TestCheckIsAnExtension: the JSON and the metadata are what linkerd check parses
// (linkerd2: pkg/healthcheck/healthcheck_output.go, cli/cmd/check_extensions.go).
func TestCheckIsAnExtension(t *testing.T) {
	got := call(t, "", nil, "check", "--observed", observationOf(t, "bundle/anchor-spread.yaml"), "--at", checkedAt, "--output=json")
	var output struct {
		Success    *bool `json:"success"`
		Categories []struct {
			Name   string `json:"categoryName"`
			Checks []struct {
				Description string `json:"description"`
				Hint        string `json:"hint"`
				Error       string `json:"error"`
				Result      string `json:"result"`
			} `json:"checks"`
		} `json:"categories"`
	}
	dec := json.NewDecoder(strings.NewReader(got.out))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&output); err != nil || output.Success == nil || len(output.Categories) < 3 || got.code != 0 {
		t.Fatalf("code %d (%v): %s", got.code, err, got.out)
	}
	warnings := 0
	for _, c := range output.Categories {
		for _, check := range c.Checks {
			if check.Result == "warning" {
				warnings++
			}
			if !strings.HasPrefix(c.Name, "linkerd-pki-") || check.Description == "" || (check.Result == "success") != (check.Error == "") {
				t.Errorf("%s: %+v", c.Name, check)
			}
		}
	}
	if warnings == 0 {
		t.Error("what was not seen is no warning")
	}
	for called, want := range map[string]string{
		"/usr/local/bin/linkerd-pki": `{"checks":"always","name":"linkerd-pki"}` + "\n",
		"linkerd-pki.exe":            `{"checks":"always","name":"linkerd-pki.exe"}` + "\n",
	} {
		if filepath.Separator == '\\' && strings.HasPrefix(called, "/") {
			continue
		}
		if got := call(t, "", nil, Arguments([]string{called, "_extension-metadata"})...); got.out != want || got.code != 0 {
			t.Errorf("%s: %q, code %d: %s", called, got.out, got.code, got.stderr)
		}
	}
	if args := Arguments([]string{"/bin/linkerd-pki", "check", "--output=json"}); strings.Join(args, " ") != "check --output=json" {
		t.Errorf("%q", args)
	}
}

// ofCheck reports whether a code is of a finding of check: its hint is shown by
// explain, and what it names is run by TestCheckHints.
func ofCheck(code string) bool { return strings.HasPrefix(code, "check-") }

// TestCheckHints: every command that explain shows for a finding of check works
// on a mesh that is well. The findings themselves are those of internal/check.
func TestCheckHints(t *testing.T) {
	ran := map[string]bool{}
	for _, s := range problem.All() {
		if !ofCheck(string(s.Code)) {
			continue
		}
		for _, c := range hinted.FindAllStringSubmatch(s.Hint, -1) {
			command := c[1]
			if ran[command] {
				continue
			}
			ran[command] = true
			t.Run(command, func(t *testing.T) {
				observed := observationOf(t, "bundle/stable-after.yaml")
				p := newPatient(t)
				text, err := os.ReadFile(observed)
				if err == nil {
					err = os.WriteFile("observation.yaml", text, 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
				r := callAt(t, p.at.Add(day), "", nil, strings.Fields(command)...)
				if r.code == ExitUsage || strings.Contains(r.stderr, "error:") {
					t.Errorf("code %d: %s", r.code, r.stderr)
				}
			})
		}
	}
	if len(ran) < 5 {
		t.Errorf("ran %v only", ran)
	}
}
