package cli

import (
	"bytes"
	"crypto/sha256"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fixtures is the repository's folder of worked rotations.
const fixtures = "../../fixtures"

// result is what one call left behind.
type result struct {
	code        int
	out, stderr string
}

// call runs the command in-process with its own small world: an empty
// environment but for env, and a clock that stands still.
func call(t testing.TB, stdin string, env map[string]string, args ...string) result {
	t.Helper()
	return callAt(t, time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), stdin, env, args...)
}

// cheapPassphrase is the cost of a passphrase in tests: a thousandth of a second.
const cheapPassphrase = 8

// callAt is call at another instant. Random bytes are the same in every call.
func callAt(t testing.TB, at time.Time, stdin string, env map[string]string, args ...string) result {
	t.Helper()
	var out, stderr bytes.Buffer
	code := Main(args, World{
		PassphraseWork: cheapPassphrase,
		Random:         rand.NewChaCha8(sha256.Sum256([]byte(at.String()))),
		Stdin:          strings.NewReader(stdin),
		Stdout:         &out,
		Stderr:         &stderr,
		Getenv:         func(name string) string { return env[name] },
		Now:            func() time.Time { return at },
	})
	return result{code, out.String(), stderr.String()}
}

func readFixture(t testing.TB, parts ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{fixtures}, parts...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// stateIn writes a state file into a folder of its own, beside copies of the
// test keys, and gives its path.
func stateIn(t testing.TB, text string) string {
	t.Helper()
	dir := t.TempDir()
	copyTestKeys(t, filepath.Join(dir, "pki"))
	path := filepath.Join(dir, "rotation.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// stateCopy copies a fixture's state file and the test keys that it names.
func stateCopy(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return stateIn(t, strings.ReplaceAll(strings.ReplaceAll(string(text), "../../pki/", "pki/"), "../pki/", "pki/"))
}

// copyTestKeys copies the test PKI to where keys have the mode that keys need:
// in the repository everybody may read them.
func copyTestKeys(t testing.TB, to string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(fixtures, "pki", "*.*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no test keys: %v", err)
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(filepath.Join(to, filepath.Base(file)), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
