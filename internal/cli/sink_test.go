package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestForeignNames: whatever a file is called, no line of stdout, stderr or the
// log file is a command to a CI runner, and no character of it is acted on.
func TestForeignNames(t *testing.T) {
	commands := regexp.MustCompile(`(?m)^\s*::|##\[|##vso\[|[\x00-\x08\x0b-\x1f\x7f]|[\x{80}-\x{9f}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]`)
	for _, name := range []string{"::set-output name=a::b", "x\n::stop-commands::y", "##[error]x", "##vso[task]x", "\x1b[2J", "rtl\u202ecod", "a\r  ::x", "c1\u009b31m"} {
		dir := t.TempDir()
		log := filepath.Join(dir, "log")
		t.Chdir(dir)
		if err := os.WriteFile(name, []byte("apiVersion: x"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{
			{"status", "-s", name}, {"status", "-s", name + "/none"}, {"lint", "-s", name}, {"explain", name}, {"status", "--" + name}, {name}, {"workloads", "-s", name, name},
		} {
			got := call(t, "", nil, append(args, "--log-file", log)...)
			logged, _ := os.ReadFile(log)
			for where, text := range map[string]string{"stdout": got.out, "stderr": got.stderr, "the log file": string(logged)} {
				if found := commands.FindString(text); found != "" {
					t.Errorf("%q: %q on %s: %q", args, found, where, text)
				}
			}
			if got.stderr == "" || strings.Contains(got.stderr, "internal") {
				t.Errorf("%q: %q", args, got.stderr)
			}
		}
	}
}
