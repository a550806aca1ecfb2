package cli

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"filippo.io/age"
)

// leakWorld is a Git repository with a rotation whose keys are canaries, and a
// watch on everything that a call leaves behind, while it runs and after.
type leakWorld struct {
	t                           *testing.T
	root, repository, plain     string
	identity, stranger, logFile string
	recipient                   string
	canaries                    []canary
	calls, seen                 int
}

// newLeakWorld mints a first PKI with custody file outside of the repository,
// reads the canaries, and seals the same keys for custody age inside.
func newLeakWorld(t *testing.T) *leakWorld {
	t.Helper()
	root := t.TempDir()
	w := &leakWorld{t: t, root: root, repository: filepath.Join(root, "repository"), plain: filepath.Join(root, "keys"),
		identity: filepath.Join(root, "identity.txt"), stranger: filepath.Join(root, "stranger.txt"), logFile: filepath.Join(root, "log.txt")}
	w.recipient = makeIdentity(t, w.identity)
	makeIdentity(t, w.stranger)
	if out, err := exec.Command("git", "init", "-q", w.repository).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	w.must("init", "--new", "--linkerd-version", "edge-25.10.7", "--custody", "file", "--keys-dir", "../keys")
	w.readCanaries()
	return w
}

func makeIdentity(t *testing.T, path string) (recipient string) {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(id.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return id.Recipient().String()
}

// twin makes a copy of the state make a move with custody file, so that the keys
// which the same move mints elsewhere are known.
func (w *leakWorld) twin(args ...string) {
	w.t.Helper()
	text, err := os.ReadFile(w.statePath())
	if err != nil {
		w.t.Fatal(err)
	}
	own := w.repository
	w.repository = filepath.Join(w.root, "twin")
	defer func() { w.repository = own }()
	if err := os.Mkdir(w.repository, 0o755); err != nil {
		w.t.Fatal(err)
	}
	w.overwrite(w.statePath(), text, 0o644)
	w.must(args...)
	w.readCanaries()
}

// readCanaries takes every plain key that there is by now.
func (w *leakWorld) readCanaries() {
	w.t.Helper()
	files, _ := filepath.Glob(filepath.Join(w.plain, "*.key"))
	w.canaries = nil
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			w.t.Fatal(err)
		}
		w.canaries = append(w.canaries, canaryOf(w.t, filepath.Base(file), text))
	}
	if len(w.canaries) < 5 {
		w.t.Fatalf("%d canaries", len(w.canaries))
	}
}

func (w *leakWorld) statePath() string { return filepath.Join(w.repository, "rotation.yaml") }

// run makes one call; where it may hold keys is for the caller to judge.
func (w *leakWorld) run(env map[string]string, stdin string, args ...string) result {
	w.t.Helper()
	w.calls++
	var out, stderr bytes.Buffer
	seed := sha256.Sum256([]byte(strings.Join(args, " ")))
	if args[0] != "explain" && args[0] != "schema" && args[0] != "version" && !slices.Contains(args, "--help") {
		args = append(slices.Clone(args), "--state", w.statePath())
	}
	code := Main(append(slices.Clone(args), "--log-file", w.logFile), World{
		Random: rand.NewChaCha8(seed), Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &stderr,
		Getenv: func(name string) string { return env[name] },
		Now:    func() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) },
		// The disk is about to change: what is open now may be left by a cut.
		Step: func(string) { w.watchFiles(args) },
	})
	return result{code, out.String(), stderr.String()}
}

// must is run for what prepares a test.
func (w *leakWorld) must(args ...string) {
	w.t.Helper()
	if r := w.run(map[string]string{"SOPS_AGE_KEY_FILE": w.identity}, "", args...); r.code != ExitDone {
		w.t.Fatalf("%v: %s", args, r.stderr)
	}
}

func (w *leakWorld) watchFiles(args []string) {
	w.t.Helper()
	inPlain := func(path string) bool {
		return filepath.Dir(path) == w.plain && strings.Contains(filepath.Base(path), ".key")
	}
	for _, leak := range leaksIn(w.t, w.root, w.canaries, inPlain) {
		w.t.Errorf("%v: a file holds a key: %s", args, leak)
	}
}

// watch makes a call and looks for keys in what it says, logs and leaves on
// disk. allowed lets stdout have them, and then it must: or the watch is blind.
func (w *leakWorld) watch(allowed bool, env map[string]string, stdin string, args ...string) result {
	w.t.Helper()
	r := w.run(env, stdin, args...)
	inOut := leaks([]byte(r.out), w.canaries)
	switch {
	case !allowed && len(inOut) > 0:
		w.t.Errorf("%v: stdout holds %v", args, inOut)
	case allowed && len(inOut) == 0:
		w.t.Errorf("%v: stdout should hold keys, or the watch is blind (code %d): %.300s", args, r.code, r.stderr)
	}
	w.seen += len(inOut)
	if found := leaks([]byte(r.stderr), w.canaries); len(found) > 0 || strings.Contains(r.stderr, "AGE-SECRET-KEY-1") {
		w.t.Errorf("%v: stderr holds %v", args, found)
	}
	if r.code != ExitDone && r.code != ExitWouldChange && r.out != "" && !slices.Contains([]string{"lint", "prove", "status", "doctor"}, args[0]) && strings.Join(args[:min(2, len(args))], " ") != "custody status" {
		w.t.Errorf("%v: code %d, and stdout is not empty", args, r.code)
	}
	w.watchFiles(args)
	return r
}

// TestLeaks: canary keys; every command, the ways in which it goes wrong, every
// output, log and file: key bytes appear only where the custody allows.
func TestLeaks(t *testing.T) {
	w := newLeakWorld(t)
	stream := readFixture(t, "rotation", "input.yaml")
	opens := map[string]string{"SOPS_AGE_KEY_FILE": w.identity}
	wrong := map[string]string{"SOPS_AGE_KEY_FILE": w.stranger}
	nothing := map[string]string{}

	t.Run("file", func(t *testing.T) {
		w.t = t
		w.watch(true, nothing, stream, "post-render")
		w.watch(true, nothing, stream, "post-render", "--report", "json")
		w.watch(true, nothing, "", "values", "--layout", "embedded")
		w.watch(true, nothing, "", "manifests", "--with-keys")
		w.watch(false, nothing, "", "manifests", "--all")
		w.watchEverywhere(nothing)
		w.damagePlain(stream)
		before := len(w.canaries)
		if w.twin("start", "issuer"); len(w.canaries) != before+1 {
			t.Errorf("%d canaries became %d", before, len(w.canaries))
		}
	})
	t.Run("age", func(t *testing.T) {
		w.t = t
		w.setCustody("custody: {kind: age, recipients: [" + w.recipient + "]}")
		w.watch(false, nothing, "", "custody", "rewrap", "--from", "file")
		w.watch(false, nothing, stream, "post-render", "--report", "text")
		w.watch(false, nothing, stream, "post-render", "--report", "text", "--secrets-apart")
		for _, env := range []map[string]string{nothing, wrong} {
			w.watch(false, env, stream, "post-render", "--with-keys")
			w.watch(false, env, "", "values", "--layout", "embedded", "--with-keys")
			w.watch(false, env, "", "manifests", "--with-keys")
			w.watch(false, env, "", "custody", "rewrap")
			w.watch(false, env, "", "start", "issuer")
			w.watch(false, env, "", "prove", "--handshakes")
		}
		w.watch(true, opens, stream, "post-render", "--with-keys")
		w.watch(true, opens, "", "values", "--layout", "embedded", "--with-keys")
		w.watch(true, opens, "", "manifests", "--with-keys")
		w.watch(false, opens, "", "values", "--layout", "embedded")
		w.watch(false, opens, "", "custody", "rewrap")
		w.watchEverywhere(opens)
		w.damageSealed(stream, opens)
		if r := w.watch(false, opens, "", "start", "issuer"); r.code != ExitDone {
			t.Errorf("start issuer: %s", r.stderr)
		}
		w.watch(false, opens, "", "advance", "--assume", "LEAVES-RENEWED", "--because", "seen")
		manifests := w.watch(true, opens, "", "manifests", "--with-keys")
		if found := leaks([]byte(manifests.out), w.canaries); !slices.ContainsFunc(found, func(leak string) bool { return strings.HasPrefix(leak, "2026-2.key") }) {
			t.Errorf("the new key is not the one that the watch knows: %v", found)
		}
	})
	if w.calls < 150 || w.seen < 15 {
		t.Errorf("%d calls, keys seen %d times where they may be", w.calls, w.seen)
	}
}

// setCustody replaces spec.custody and gives the state an output that is never a
// place for keys.
func (w *leakWorld) setCustody(text string) {
	w.t.Helper()
	data, err := os.ReadFile(w.statePath())
	if err != nil {
		w.t.Fatal(err)
	}
	changed := strings.Replace(string(data), "  custody:\n    kind: file\n", "  "+text+"\n  outputs: [{kind: component, path: stamps}]\n", 1)
	if changed == string(data) {
		w.t.Fatal("the state's custody is written in another way")
	}
	if err := os.WriteFile(w.statePath(), []byte(changed), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// watchEverywhere makes the calls that never have keys to write.
func (w *leakWorld) watchEverywhere(env map[string]string) {
	w.t.Helper()
	for _, line := range []string{
		"values --layout external", "sync", "sync --check", "component", "workloads -o json", "lint", "lint -o json", "lint -o sarif",
		"lint --repo " + w.repository, "status", "status -o json", "status -o markdown", "plan", "plan anchor", "plan issuer -o json", "prove", "prove --all -o json",
		"prove --handshakes", "log", "custody", "custody status", "custody status -o json", "custody status -o yaml", "explain custody-tampered",
		"schema", "version", "start anchor --dry-run", "start issuer --dry-run -o json", "start webhooks --dry-run", "start renew --dry-run",
		"start replace --accept-downtime --dry-run", "start anchor --strategy cross-sign --dry-run", "advance", "back", "advance --to stable",
		"start issuer --issuer-key nowhere.key --signed " + w.statePath(), "start anchor --anchor " + w.identity, "start anchor --outgoing-key " + w.identity,
		"start anchor --outgoing-key " + w.statePath(), "chart ./nowhere", "init", "init --new --linkerd-version 2.18", "helm-nonsense", "post-render --nonsense",
		"post-render --identity " + w.statePath() + " --with-keys", "post-render --passphrase-file " + w.identity, "custody rewrap --from pocket",
		"custody rewrap --from cert-manager", "start issuer --keys-dir /proc/nowhere --outgoing-key " + filepath.Join(w.plain, "2026.key"),
	} {
		w.watch(false, env, "", strings.Fields(line)...)
	}
	for _, command := range []string{"post-render", "values", "manifests", "chart", "init", "start", "custody", "sync", "lint"} {
		w.watch(false, env, "", command, "--help")
	}
}

// damagePlain drives the errors of plain key files; what stands there is put back.
func (w *leakWorld) damagePlain(stream string) {
	w.t.Helper()
	w.damage(filepath.Join(w.plain, "*.key"), 0o600, func(file string, text []byte) {
		for _, damaged := range [][]byte{text[:len(text)/2], append(text[:40:40], text[50:]...), bytes.ToLower(text), append(bytes.Clone(text), text...), append([]byte("x"), text...), nil} {
			w.overwrite(file, damaged, 0o600)
			for _, args := range [][]string{{"manifests", "--with-keys"}, {"lint"}, {"custody", "status"}, {"prove", "--handshakes"}, {"custody", "rewrap"}} {
				w.watchDamaged(nil, stream, args...)
			}
		}
		w.overwrite(file, text, 0o644)
		w.watch(false, nil, stream, "custody", "status")
	})
}

// damageSealed does the same for key files of custody age.
func (w *leakWorld) damageSealed(stream string, env map[string]string) {
	w.t.Helper()
	w.damage(filepath.Join(w.plain, "*.age"), 0o644, func(file string, text []byte) {
		for _, damaged := range [][]byte{text[:len(text)/2], append(text[:200:200], text[265:]...), nil} {
			w.overwrite(file, damaged, 0o644)
			for _, args := range [][]string{{"manifests", "--with-keys"}, {"lint"}, {"custody", "status"}, {"custody", "rewrap"}, {"start", "issuer", "--dry-run"}} {
				w.watchDamaged(env, stream, args...)
			}
		}
	})
}

// watchDamaged: with one key file damaged the others may still be written, but
// only to stdout, and only by a call that succeeds.
func (w *leakWorld) watchDamaged(env map[string]string, stream string, args ...string) {
	w.t.Helper()
	r := w.run(env, stream, args...)
	if r.code != ExitDone && len(leaks([]byte(r.out), w.canaries)) > 0 || len(leaks([]byte(r.stderr), w.canaries)) > 0 {
		w.t.Errorf("%v: code %d, and keys are told", args, r.code)
	}
	w.watchFiles(args)
}

func (w *leakWorld) damage(pattern string, mode os.FileMode, f func(file string, text []byte)) {
	w.t.Helper()
	files, _ := filepath.Glob(pattern)
	if len(files) < 5 {
		w.t.Fatalf("%d files %s", len(files), pattern)
	}
	for _, file := range files[:3] {
		text, err := os.ReadFile(file)
		if err != nil {
			w.t.Fatal(err)
		}
		f(file, text)
		w.overwrite(file, text, mode)
	}
}

func (w *leakWorld) overwrite(file string, text []byte, mode os.FileMode) {
	w.t.Helper()
	err := os.WriteFile(file, text, mode)
	if err == nil {
		err = os.Chmod(file, mode)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestKeysPrintNothing: what holds keys in memory prints none of them, whatever
// the verb: a panic or a log line may be one.
func TestKeysPrintNothing(t *testing.T) {
	text := []byte(readFixture(t, "pki", "issuer-2025-1.key"))
	key, err := pki.ParseKey(text)
	if err != nil {
		t.Fatal(err)
	}
	canaries := []canary{canaryOf(t, "issuer", text)}
	c, err := custody.New(custody.World{State: &state.Rotation{}, StatePath: "x"})
	if err != nil {
		t.Fatal(err)
	}
	held := render.Keys{"keys/a": {PEM: text}}
	for name, value := range map[string]any{
		"Key": key, "&Key": &key, "Minted": []rotation.Minted{{Name: "a", Path: "b", Key: key}}, "Keys": held, "Secrets": keyfile.Secrets{Keys: held},
		"Input": render.Input{Keys: held}, "StartOptions": rotation.StartOptions{OutgoingKey: key, AnchorKey: key}, "Custody": c,
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			if found := leaks([]byte(fmt.Sprintf(verb, value)), canaries); len(found) > 0 {
				t.Errorf("%s under %s prints its key", name, verb)
			}
		}
	}
}
