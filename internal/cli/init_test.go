package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// adoptable writes a stream of the fixtures with keys in it into a new folder
// and gives the paths of the stream and of the state to be.
func adoptable(t *testing.T) (stream, statePath string) {
	t.Helper()
	dir := t.TempDir()
	stream, statePath = filepath.Join(dir, "before.yaml"), filepath.Join(dir, "rotation.yaml")
	if err := os.WriteFile(stream, []byte(readFixture(t, "unpinned", "golden.yaml")), 0o600); err != nil {
		t.Fatal(err)
	}
	return stream, statePath
}

// TestInitOrder: every key is in place before the state that names it.
func TestInitOrder(t *testing.T) {
	stream, statePath := adoptable(t)
	var renamed []string
	var out, stderr bytes.Buffer
	code := Main([]string{"init", "--stream", stream, "-s", statePath, "--keys-dir", "keys"}, World{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &stderr,
		Getenv: func(string) string { return "" },
		Now:    func() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) },
		Step: func(name string) {
			if file, ok := strings.CutPrefix(name, "rename "); ok {
				renamed = append(renamed, file)
			}
		},
	})
	if code != ExitDone || out.Len() != 0 {
		t.Fatalf("exit %d, %s", code, stderr.String())
	}
	want := []string{".rotation.yaml.pending", "2025-1.key", "linkerd-proxy-injector.key", "linkerd-sp-validator.key", "linkerd-policy-validator.key", "rotation.yaml"}
	if !slices.Equal(renamed, want) {
		t.Errorf("written in the order %v, want %v", renamed, want)
	}
}

// TestInitBusy: --force does not replace a state that another command works on.
func TestInitBusy(t *testing.T) {
	stream, statePath := adoptable(t)
	if err := os.WriteFile(statePath, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	lock := flock.New(statePath, flock.SetFlag(os.O_RDONLY))
	if held, err := lock.TryLock(); err != nil || !held {
		t.Fatalf("no lock: %v", err)
	}
	got := call(t, "", nil, "init", "--stream", stream, "-s", statePath, "--force")
	if got.code != ExitFailed || !strings.Contains(got.stderr, "another command is at work") {
		t.Errorf("exit %d, %s", got.code, got.stderr)
	}
	if data, err := os.ReadFile(statePath); err != nil || string(data) != "mine" {
		t.Errorf("the state was replaced: %q, %v", data, err)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	if got := call(t, "", nil, "init", "--stream", stream, "-s", statePath, "--force"); got.code != ExitDone {
		t.Errorf("exit %d, %s", got.code, got.stderr)
	}
}

// TestInitTellsNoKey: no line of a key reaches stdout, stderr or the state,
// whether it goes well or the key is refused.
func TestInitTellsNoKey(t *testing.T) {
	key := readFixture(t, "pki", "issuer-2025-1.key")
	body := strings.Split(strings.TrimSpace(key), "\n")[1]
	good := readFixture(t, "unpinned", "golden.yaml")
	for what, stream := range map[string]string{
		"taken": good,
		// The key of the issuer under a name of a certificate, and in clear text.
		"key for certificate": regexp.MustCompile(`(?m)^  crt\.pem: .*\n  key\.pem: (.*)$`).ReplaceAllString(good, "  crt.pem: $1\n  key.pem: $1"),
		"clear text":          regexp.MustCompile(`(?m)^  key\.pem: .*$`).ReplaceAllString(good, "  key.pem: "+body),
		"not YAML":            strings.Replace(good, "  key.pem: ", "  key.pem: ["+body+" ", 1),
	} {
		if what != "taken" && stream == good {
			t.Fatalf("%s: the stream is the good one", what)
		}
		_, statePath := adoptable(t)
		for _, args := range [][]string{{"-s", statePath, "--keys-dir", "keys"}, {"-s", "-"}} {
			got := call(t, stream, nil, append([]string{"init", "--stream", "-"}, args...)...)
			written, _ := os.ReadFile(statePath) // absent after a refusal
			if said := got.out + got.stderr + string(written); strings.Contains(said, body[:12]) || strings.Contains(said, "PRIVATE KEY-") {
				t.Errorf("%s: key bytes in what was said", what)
			}
			if (got.code == ExitDone) != (what == "taken") {
				t.Errorf("%s: exit %d, %s", what, got.code, got.stderr)
			}
		}
	}
}
