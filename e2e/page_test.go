package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// somePage uses every kind of block.
const somePage = "# A page\n\n" +
	"```yaml file=in/a.yaml\nurl: https://outside.example\n```\n\n" +
	"```sh\nexport WORD=carried\ncd in\n```\n" +
	"```sh here\necho \"$WORD\" > word; cat a.yaml\n```\n" +
	"```text\nurl: …:1\n```\n" +
	"```sh elsewhere\nexit 9\n```\n" +
	"```sh fails\necho no >&2; false\n```\n" +
	"```text\nno\n```\n"

// TestPageRunner: a page runs as it is read; what the runner lets pass, nobody tests.
func TestPageRunner(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(file, []byte(somePage), 0o644); err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(peer.Root(), file)
	if err != nil {
		t.Fatal(err)
	}
	s := NewSandbox(t, nil)
	Page{
		Path: relative, Tags: []string{"here"}, Others: []string{"elsewhere"},
		Replace: map[string]string{"https://outside.example": "http://127.0.0.1:1"},
	}.Run(t, s)
	word, err := os.ReadFile(filepath.Join(s.Dir, "in", "word"))
	if err != nil || string(word) != "carried\n" {
		t.Errorf("word is %q (%v)", word, err)
	}
}
