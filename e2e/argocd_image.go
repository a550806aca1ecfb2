package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// image is the shipped Containerfile.
type image struct {
	copies [][]string // sources and, last, the folder or file they go to
	env    []string
	entry  []string
}

// readImage reads the few instructions that the Containerfile has.
func readImage(t testing.TB) image {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(peer.Root(), "hosts/argocd/Containerfile"))
	if err != nil {
		t.Fatal(err)
	}
	var i image
	for line := range strings.Lines(string(text)) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "", "#":
		case "COPY":
			i.copies = append(i.copies, strings.Fields(rest))
		case "ENV":
			i.env = append(i.env, rest)
		case "ENTRYPOINT":
			if err := json.Unmarshal([]byte(rest), &i.entry); err != nil {
				t.Fatal(err)
			}
		case "FROM", "USER":
			if want := map[string]string{"FROM": "scratch", "USER": fmt.Sprint(argoUser)}[word]; rest != want {
				t.Fatalf("Containerfile: %s %s, want %s", word, rest, want)
			}
		default:
			t.Fatalf("Containerfile: what is %s?", word)
		}
	}
	return i
}

// unpack lays the image out below root, with what a sidecar mounts: Argo CD's
// programs, the folder for sockets, and /tmp.
func (i image) unpack(t testing.TB, root string) {
	t.Helper()
	for _, dir := range []string{"tmp", "home/argocd/cmp-server/plugins", "dev", "var/run/argocd"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{"tmp", "home/argocd/cmp-server/plugins"} {
		if err := os.Chmod(filepath.Join(root, dir), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	copyFile(t, peer.Program(t, "argocd-cmp-server"), filepath.Join(root, "var/run/argocd/argocd-cmp-server"), 0o755)
	for _, c := range i.copies {
		sources, to := c[:len(c)-1], c[len(c)-1]
		for _, source := range sources {
			target := filepath.Join(root, to)
			if strings.HasSuffix(to, "/") {
				target = filepath.Join(target, source)
			}
			if source == "plugin.yaml" {
				copyFile(t, filepath.Join(peer.Root(), "hosts/argocd/plugin.yaml"), target, 0o644)
				continue
			}
			copyFile(t, peer.Program(t, source), target, 0o755)
		}
	}
	// Containers have one; a file does for a jail, in which none can be made.
	if err := os.WriteFile(filepath.Join(root, "dev/null"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(root, "dev/null"), 0o666); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t testing.TB, from, to string, mode os.FileMode) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
	}
	if err == nil {
		err = os.WriteFile(to, data, mode)
	}
	if err != nil {
		t.Fatal(err)
	}
}
