package cli

import (
	"bytes"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// cutAt runs a command that ends, as a killed process does, before its n-th step
// of that name; cut is false if there are fewer.
func cutAt(env map[string]string, step string, n int, args ...string) (cut bool) {
	type ended struct{}
	defer func() { _, cut = recover().(ended) }()
	Main(args, World{
		PassphraseWork: cheapPassphrase,
		Random:         rand.NewChaCha8([32]byte{7}), Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard,
		Getenv: func(name string) string { return env[name] },
		Now:    func() time.Time { return later },
		Step: func(name string) {
			if strings.HasPrefix(name, step) {
				if n--; n == 0 {
					panic(ended{})
				}
			}
		},
	})
	return false
}

// TestRewrapCutShort: a rewrap that was ended between two files is run again and
// does the rest, though what opens the old files does not open the new ones.
func TestRewrapCutShort(t *testing.T) {
	secret := func(text string) string {
		path := filepath.Join(t.TempDir(), "passphrase")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	second := filepath.Join(t.TempDir(), "second.txt")
	recipient := makeIdentity(t, second)
	onlyTwo := func(s *state.Rotation) {
		for name, w := range s.Status.Webhooks {
			w.Key = ""
			s.Status.Webhooks[name] = w
		}
	}
	for name, c := range map[string]struct {
		edit func(s *state.Rotation)
		args []string
		then map[string]string // opens the result
	}{
		"other recipients": {func(s *state.Rotation) { s.Spec.Custody.Recipients = []string{recipient} }, nil, map[string]string{"SOPS_AGE_KEY_FILE": second}},
		"a passphrase": {func(s *state.Rotation) {
			onlyTwo(s)
			s.Spec.Custody.Recipients, s.Spec.Custody.Passphrase = nil, true
		}, []string{"--new-passphrase-file", secret("correct horse")}, map[string]string{"L5D_PKI_AGE_PASSPHRASE": "correct horse"}},
	} {
		t.Run(name, func(t *testing.T) {
			statePath, opens := sealedMesh(t)
			editState(t, statePath, c.edit)
			args := append([]string{"custody", "rewrap", "-s", statePath}, c.args...)
			if !cutAt(opens, "rename ", 2, args...) {
				t.Fatal("nothing was cut short")
			}
			done(t, call(t, "", opens, args...))
			done(t, call(t, "", c.then, "custody", "rewrap", "-s", statePath)) // it opens all of them
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(statePath), "keys", ".*")); len(left) > 0 {
				t.Errorf("there are %v", left)
			}
		})
	}
}

// TestKeysOfOthersStay: a key file that no killed command of this state wrote is
// never removed, whatever else one left behind.
func TestKeysOfOthersStay(t *testing.T) {
	statePath, opens := sealedMesh(t)
	dir := filepath.Dir(statePath)
	start := []string{"start", "anchor", "--strategy", "bundle", "-s", statePath}
	if !cutAt(opens, "write rotation.yaml", 1, start...) {
		t.Fatal("nothing was cut short")
	}
	taken := filepath.Join(dir, "keys", "2026b.age")
	mine, err := os.ReadFile(filepath.Join(dir, "keys", "2026.age"))
	if err == nil {
		err = os.WriteFile(taken, mine, 0o644) // a person puts another key there
	}
	if err != nil {
		t.Fatal(err)
	}
	r := callAt(t, later, "", opens, start...)
	if r.code != ExitFailed || !strings.Contains(r.stderr, "2026b.age: exists already") {
		t.Fatalf("%+v", r)
	}
	if now, err := os.ReadFile(taken); err != nil || !bytes.Equal(now, mine) {
		t.Errorf("the other key is gone: %v", err)
	}
	if err := os.Remove(taken); err != nil {
		t.Fatal(err)
	}
	done(t, callAt(t, later, "", opens, start...))
	keysOfState(t, statePath)
}

// TestStatePutBack: the keys of a move that was made stay, also where the state
// is put back and the note of the move was left behind.
func TestStatePutBack(t *testing.T) {
	statePath, opens := sealedMesh(t)
	before, err := os.ReadFile(statePath)
	if err != nil {
		t.Fatal(err)
	}
	if !cutAt(opens, "remove .rotation.yaml.pending", 1, "start", "anchor", "--strategy", "bundle", "-s", statePath) {
		t.Fatal("nothing was cut short")
	}
	keysOfState(t, statePath)
	keys := tree(t, filepath.Join(filepath.Dir(statePath), "keys"))
	time.Sleep(10 * time.Millisecond) // file systems count time in steps
	if err := os.WriteFile(statePath, before, 0o644); err != nil {
		t.Fatal(err)
	}
	r := callAt(t, later, "", opens, "start", "anchor", "--strategy", "bundle", "-s", statePath)
	if r.code != ExitFailed || !strings.Contains(r.stderr, "exists already") {
		t.Errorf("%+v", r)
	}
	if now := tree(t, filepath.Join(filepath.Dir(statePath), "keys")); !maps.Equal(now, keys) {
		t.Error("the keys changed")
	}
}

// slowPipe is a stdin that tells when it is read.
type slowPipe struct {
	io.Reader
	read *bool
}

func (p slowPipe) Read(b []byte) (int, error) {
	*p.read = true
	return p.Reader.Read(b)
}

// TestKeysAfterStdin: post-render opens no key before it has its input, for
// which it may wait for ever.
func TestKeysAfterStdin(t *testing.T) {
	statePath, opens := sealedMesh(t)
	stream := done(t, call(t, "", opens, "manifests", "--all", "--with-keys", "-s", statePath)).out
	read, asked := false, false
	var out, stderr bytes.Buffer
	code := Main([]string{"post-render", "--with-keys", "-s", statePath}, World{
		Stdin: slowPipe{strings.NewReader(stream), &read}, Stdout: &out, Stderr: &stderr, Now: func() time.Time { return later },
		Getenv: func(name string) string {
			if name == "L5D_PKI_AGE_IDENTITY" {
				if asked = true; !read {
					t.Error("the identity is asked for before stdin is read")
				}
			}
			return opens[name]
		},
	})
	if code != ExitDone || !asked {
		t.Errorf("code %d, asked %v: %s", code, asked, stderr.String())
	}
}

// TestNotDurable: where only the directory's sync fails, the state is written,
// its keys stay, and a note says what is not sure.
func TestNotDurable(t *testing.T) {
	for _, args := range [][]string{
		{"start", "anchor", "--strategy", "bundle"},
		{"start", "issuer"},
		{"start", "webhooks"},
	} {
		statePath, opens := sealedMesh(t)
		var out, stderr bytes.Buffer
		code := Main(append(args, "-s", statePath), World{
			PassphraseWork: cheapPassphrase,
			Random:         rand.NewChaCha8([32]byte{7}), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &stderr, Now: func() time.Time { return later },
			Getenv: func(name string) string { return opens[name] },
			Fault: func(name string) error {
				if name == "sync directory of rotation.yaml" {
					return os.ErrPermission
				}
				return nil
			},
		})
		if code != ExitDone || !strings.Contains(stderr.String(), "may not survive a power cut") {
			t.Errorf("%v: code %d: %s", args, code, stderr.String())
		}
		if keysOfState(t, statePath) == state.PhaseStable {
			t.Errorf("%v: the state did not move", args)
		}
	}
}
