package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
)

// words splits a command line as a shell does, as far as pages need it.
var words = regexp.MustCompile(`"([^"]*)"|(\S+)`)

// TestFleetPage runs the commands of the tutorial in docs/fleet.md, and holds the grid
// that the page shows against the real one.
func TestFleetPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/fleet.md")
	if err != nil {
		t.Fatal(err)
	}
	tutorial := string(page)
	tutorial = tutorial[strings.Index(tutorial, "## Try it"):strings.Index(tutorial, "## The fleet file")]
	t.Chdir(t.TempDir())
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("identity.txt", []byte(id.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	at, ran, last := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), 0, ""
	fenced := false
	for line := range strings.Lines(tutorial) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		command, is := strings.CutPrefix(strings.TrimRight(line, "\n"), "    ")
		switch {
		case !is || fenced || strings.HasPrefix(command, " ") || strings.HasPrefix(command, "age-keygen"):
		case strings.HasPrefix(command, "l5d-pki-render "):
			command = strings.ReplaceAll(command, "$(age-keygen -y identity.txt)", id.Recipient().String())
			var args []string
			for _, m := range words.FindAllStringSubmatch(command, -1)[1:] {
				args = append(args, m[1]+m[2])
			}
			at = at.Add(25 * time.Hour)
			got := callAt(t, at, "", nil, args...)
			if got.code != ExitDone {
				t.Fatalf("%s: code %d: %s%s", command, got.code, got.out, got.stderr)
			}
			ran++
			if strings.HasSuffix(command, "fleet status") {
				last = got.out
			}
		default:
			if out, err := exec.Command("sh", "-c", command).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v: %s", command, err, out)
			}
		}
	}
	if ran < 8 {
		t.Errorf("only %d commands ran", ran)
	}
	begin := strings.Index(tutorial, "```\n") + 4
	grid := tutorial[begin : begin+strings.Index(tutorial[begin:], "```")]
	if !strings.HasPrefix(last, grid) {
		t.Errorf("the page shows\n%s\nand the command prints\n%s", grid, last)
	}
	for line := range strings.Lines(last) {
		if len([]rune(line)) > 81 {
			t.Errorf("wider than 80 columns: %s", line)
		}
	}
	text, err := os.ReadFile(filepath.Join("clusters", "west", "rotation.yaml"))
	if err != nil || !strings.Contains(string(text), "phase: issuer-switched") {
		t.Errorf("the tutorial does not end in issuer-switched: %v", err)
	}
}
