package text

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

var update = flag.Bool("update", false, "write the golden files anew")

// flavours are all that bodies are written for.
var flavours = []string{"github", "gitlab", "gitea", "bitbucket", "bitbucket-server", "azure", "plain"}

// spread is the text of the move to anchor-spread, from the worked rotation.
func spread(t *testing.T) Text {
	t.Helper()
	fixture, err := os.ReadFile("../../../fixtures/rotation/bundle/anchor-added.yaml")
	if err != nil {
		t.Fatal(err)
	}
	now, err := state.Parse("rotation.yaml", fixture)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []state.LogEntry{
		{Epoch: 1, Phase: state.PhaseStable, At: "2026-06-01T12:00:00Z", Move: state.MoveAdopt},
		{Epoch: 2, Phase: state.PhaseAnchorAdded, At: "2026-06-01T12:00:00Z", Move: state.MoveStart, Kind: state.KindAnchor, Strategy: state.StrategyBundle},
	} {
		now.Status.Log = state.Append(now.Status.Log, e)
	}
	word := rotation.Evidence{Assumptions: []rotation.Assumption{{Code: rotation.BundleDelivered, Because: "looked at @all | three <injectors>"}}}
	at := time.Date(2026, 6, 2, 13, 0, 0, 0, time.UTC)
	m, err := rotation.Advance(now, rotation.Options{Why: "a `sentence`"}, word, at)
	if err != nil {
		t.Fatal(err)
	}
	text, err := Of(now, m.State, word)
	if err != nil {
		t.Fatal(err)
	}
	text.Files, text.State, text.Base = []string{"apps/web.yaml", "pki/rotation.yaml"}, "pki/rotation.yaml", "main"
	text.Digest, text.Stamped = strings.Repeat("0", 64), 3
	return text
}

// TestBodyGolden: the whole text in each flavour. Refresh with -update and read
// the difference.
func TestBodyGolden(t *testing.T) {
	text := spread(t)
	for _, flavour := range flavours {
		file := filepath.Join("testdata", flavour+".md")
		got := "# " + text.Title() + "\n\n" + text.Body(forge.LimitsOf(flavour))
		if *update {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || string(want) != got {
			t.Errorf("%s (%v) is not the text; refresh with -update and read the difference:\n%s", file, err, got)
		}
	}
}

// TestBodyFits: every flavour keeps its forge's rules, at its size and at every
// smaller one that the sections without which nobody can decide fit into.
func TestBodyFits(t *testing.T) {
	text := spread(t)
	for i := range 40 { // a large change
		text.Files = append(text.Files, strings.Repeat("folder/", 8)+"file-"+string(rune('a'+i%26))+".yaml")
	}
	for _, flavour := range flavours {
		l := forge.LimitsOf(flavour)
		body := text.Body(l)
		if size := utf8.RuneCountInString(body); l.Body > 0 && size > l.Body {
			t.Errorf("%s: %d characters, the forge takes %d", flavour, size, l.Body)
		}
		if !l.HTML && strings.Contains(body, "<details") || !l.HTML && strings.Contains(body, "<summary") || !l.Comments && strings.Contains(body, "<!--") || !l.Mermaid && strings.Contains(body, "mermaid") {
			t.Errorf("%s: what the forge does not show:\n%s", flavour, body)
		}
		if written, of := Mark(body); written == "" || of != text.Digest {
			t.Errorf("%s: no mark", flavour)
		}
		if strings.Contains(body, "@all") && !strings.Contains(body, "`looked at @all") {
			t.Errorf("%s: a mention", flavour)
		}
		for _, must := range []string{"What changes", "Why it is safe", "Before the merge", "What restarts", "Rollback", "Do not merge if"} {
			if !strings.Contains(body, must) {
				t.Errorf("%s: no %q", flavour, must)
			}
		}
	}
	whole := utf8.RuneCountInString(text.Body(forge.LimitsOf("github")))
	for size := 4000; size < whole; size += 100 {
		l := forge.LimitsOf("github")
		l.Body = size
		body := text.Body(l)
		if utf8.RuneCountInString(body) > size || !strings.Contains(body, "Left out here") || strings.Count(body, "<details>") != strings.Count(body, "</details>") || strings.Count(body, "```")%2 != 0 {
			t.Errorf("at %d characters:\n%s", size, body)
		}
	}
}

// TestBodyIsStable: the same states give the same text, whatever the clock.
func TestBodyIsStable(t *testing.T) {
	l := forge.LimitsOf("github")
	if one, other := spread(t).Body(l), spread(t).Body(l); one != other {
		t.Error("two texts of one change differ")
	}
	chart := report.Gantt(spread(t).Plan)
	if len(chart) == 0 || len(chart) > 2000 {
		t.Errorf("a chart of %d bytes", len(chart))
	}
}
