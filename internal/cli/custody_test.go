package cli

import (
	"bytes"
	"encoding/base64"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// sealedMesh is a folder with a first PKI in custody age: the state's path, and
// an environment that opens it.
func sealedMesh(t *testing.T) (statePath string, opens map[string]string) {
	t.Helper()
	dir := t.TempDir()
	identity := filepath.Join(t.TempDir(), "identity.txt")
	recipient := makeIdentity(t, identity)
	statePath = filepath.Join(dir, "rotation.yaml")
	done(t, call(t, "", nil, "init", "--new", "--linkerd-version", "edge-25.10.7", "--recipient", recipient, "-s", statePath))
	return statePath, map[string]string{"L5D_PKI_AGE_IDENTITY": identity}
}

func done(t testing.TB, r result) result {
	t.Helper()
	if r.code != ExitDone {
		t.Fatal(r.stderr)
	}
	return r
}

// refusedWith holds that a call failed with a code and wrote no data.
func refusedWith(t testing.TB, what string, r result, says problem.Sentence) {
	t.Helper()
	if r.code != ExitFailed || r.out != "" || !strings.Contains(r.stderr, "explain "+string(says.Code)+"`") {
		t.Errorf("%s: code %d, want %s:\n%s", what, r.code, says.Code, r.stderr)
	}
}

// later is another instant than that of the other calls, and so other keys.
var later = time.Date(2026, 6, 1, 13, 0, 0, 0, time.UTC)

// TestStartAllOrNone: whatever fails on the way, a start leaves state and key
// files as they were: a disk that fails at each of its steps, a recipient that is
// damaged, a key file that stands in the way.
func TestStartAllOrNone(t *testing.T) {
	steps := 0
	for fail := 1; ; fail++ {
		statePath, opens := sealedMesh(t)
		dir := filepath.Dir(statePath)
		before := tree(t, dir)
		done, code := startFailing(t, statePath, opens, fail)
		if done {
			if steps = fail - 1; code != ExitDone {
				t.Fatalf("a start whose disk does not fail: code %d", code)
			}
			break
		}
		if code == ExitDone {
			keysOfState(t, statePath) // the state is in its place: what failed came after it
			continue
		}
		sameTree(t, "step "+string(rune('0'+fail)), tree(t, dir), before)
	}
	if steps < 6 {
		t.Errorf("the disk failed at %d steps only", steps)
	}

	statePath, opens := sealedMesh(t)
	dir := filepath.Dir(statePath)
	text, _ := os.ReadFile(statePath)
	broken := bytes.Replace(text, []byte("    - age1"), []byte("    - age1qqq"), 1)
	if err := os.WriteFile(statePath, broken, 0o644); err != nil || bytes.Equal(broken, text) {
		t.Fatal("no recipient to break", err)
	}
	before := tree(t, dir)
	refusedWith(t, "a damaged recipient", callAt(t, later, "", opens, "start", "anchor", "--strategy", "bundle", "-s", statePath), problem.CustodyRecipient)
	sameTree(t, "a damaged recipient", tree(t, dir), before)

	if err := os.WriteFile(statePath, text, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "keys", "2026b-1.age"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	before = tree(t, dir)
	refusedWith(t, "a file in the way", callAt(t, later, "", opens, "start", "anchor", "--strategy", "bundle", "-s", statePath), problem.CLIExists)
	sameTree(t, "a file in the way", tree(t, dir), before)
}

// startFailing starts a rotation on a disk whose change number n fails. done:
// there are fewer changes.
func startFailing(t *testing.T, statePath string, env map[string]string, n int) (done bool, code int) {
	t.Helper()
	failed := false
	var out, stderr bytes.Buffer
	code = Main([]string{"start", "anchor", "--strategy", "bundle", "-s", statePath}, World{
		Random: rand.NewChaCha8([32]byte{1}), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &stderr,
		Getenv: func(name string) string { return env[name] },
		Now:    func() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) },
		Fault: func(string) error {
			if n--; n != 0 {
				return nil
			}
			failed = true
			return syscall.EIO
		},
	})
	if code != ExitDone && out.Len() > 0 {
		t.Errorf("step %d: stdout holds data", n)
	}
	return !failed, code
}

// TestRequestedKey: the key of a request is sealed as any other; the signed
// answer is taken if it is that key's, without opening it.
func TestRequestedKey(t *testing.T) {
	statePath, _ := sealedMesh(t)
	dir := filepath.Dir(statePath)
	request := filepath.Join(dir, "request.csr")
	done(t, call(t, "", nil, "start", "issuer", "--issuer-key", "keys/ca.age", "--csr-out", request, "-s", statePath))
	text, err := os.ReadFile(filepath.Join(dir, "keys", "ca.age"))
	if err != nil || !bytes.HasPrefix(text, []byte("-----BEGIN AGE")) {
		t.Fatalf("%.40q (%v)", text, err)
	}
	other := filepath.Join(fixtures, "pki", "issuer-2025-1.crt")
	refusedWith(t, "an answer to another request", call(t, "", nil, "start", "issuer", "--issuer-key", "keys/ca.age", "--signed", other, "-s", statePath), problem.RenderForeignKey)
}

// TestAdoptSealed: the keys of a running mesh are sealed when it is adopted, a
// second time nothing is touched, and with the identity the stream is what it was.
func TestAdoptSealed(t *testing.T) {
	dir := t.TempDir()
	identity := filepath.Join(t.TempDir(), "identity.txt")
	recipient := makeIdentity(t, identity)
	statePath := filepath.Join(dir, "rotation.yaml")
	stream := readFixture(t, "rotation", "golden", "bundle-stable.yaml")
	args := []string{"init", "--stream", "-", "--keys-dir", "keys", "--recipient", recipient, "-s", statePath}
	done(t, call(t, stream, nil, args...))
	before := tree(t, dir)
	if len(before) != 5 {
		t.Errorf("%d files, want the state and four keys", len(before))
	}
	done(t, call(t, stream, nil, append(args, "--force")...))
	sameTree(t, "a second time", tree(t, dir), before)
	r := done(t, call(t, stream, map[string]string{"L5D_PKI_AGE_IDENTITY": identity}, "post-render", "--with-keys", "-s", statePath))
	if r.out != stream {
		t.Error("the stream is not what it was")
	}
	refusedWith(t, "left out in silence", call(t, stream, nil, "post-render", "-s", statePath), problem.RenderLeavesOut)
	r = done(t, call(t, stream, nil, "post-render", "--secrets-apart", "-s", statePath))
	if strings.Contains(r.out, "kind: Secret\n") || strings.Count(r.stderr, "Secret linkerd/") != 4 {
		t.Errorf("without keys: %s", r.stderr)
	}
	byEnv := done(t, call(t, stream, map[string]string{"L5D_PKI_SECRETS_APART": "true"}, "post-render", "-s", statePath))
	if byEnv.out != r.out || byEnv.stderr != r.stderr {
		t.Errorf("by the environment: %s", byEnv.stderr)
	}
	both := call(t, stream, map[string]string{"L5D_PKI_WITH_KEYS": "true", "L5D_PKI_AGE_IDENTITY": identity}, "post-render", "--secrets-apart", "-s", statePath)
	if both.code != ExitUsage || both.out != "" {
		t.Errorf("both: code %d, %s", both.code, both.stderr)
	}
}

// TestSecretsApart: whatever a custody would put in the Secrets' place, its own
// object or the keys, --secrets-apart leaves it to others.
func TestSecretsApart(t *testing.T) {
	stream := readFixture(t, "rotation", "input.yaml")
	plain := filepath.Join(t.TempDir(), "rotation.yaml")
	done(t, call(t, "", nil, "init", "--new", "--linkerd-version", "edge-25.10.7", "--custody", "file", "-s", plain))
	stored := filepath.Join(filepath.Dir(plain), "stored.yaml")
	text, err := os.ReadFile(plain)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(stored, bytes.Replace(text, []byte("kind: file\n"), []byte("kind: external-secret\n    store: vault\n"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	for path, kind := range map[string]string{plain: "\nkind: Secret\n", stored: "\nkind: ExternalSecret\n"} {
		if r := done(t, call(t, stream, nil, "post-render", "-s", path)); strings.Count(r.out, kind) != 4 {
			t.Errorf("%d%s in the stream", strings.Count(r.out, kind), kind)
		}
		r := done(t, call(t, stream, nil, "post-render", "--secrets-apart", "-s", path))
		if strings.Contains(r.out, "Secret\n") || strings.Count(r.stderr, "Secret linkerd/") != 4 {
			t.Errorf("%s is not left out: %s", strings.TrimSpace(kind), r.stderr)
		}
	}
}

// TestLintSwappedKeys: a key file in the place of another is found without
// opening either.
func TestLintSwappedKeys(t *testing.T) {
	statePath, opens := sealedMesh(t)
	keys := filepath.Join(filepath.Dir(statePath), "keys")
	one, other := filepath.Join(keys, "linkerd-sp-validator.age"), filepath.Join(keys, "linkerd-policy-validator.age")
	aside := filepath.Join(keys, "aside")
	for _, move := range [][2]string{{one, aside}, {other, one}, {aside, other}} {
		if err := os.Rename(move[0], move[1]); err != nil {
			t.Fatal(err)
		}
	}
	r := call(t, "", nil, "lint", "-s", statePath)
	if r.code != ExitFailed || strings.Count(r.out, "["+string(problem.CustodyOtherKey.Code)+"]") != 2 {
		t.Errorf("code %d: %s", r.code, r.out)
	}
	refusedWith(t, "swapped", call(t, "", opens, "manifests", "--with-keys", "-s", statePath), problem.RenderForeignKey)
}

// TestLintPast: a key that a commit brought since the rotation began is found
// after its file is gone, in clear and in base64; older ones, and allowed files, not.
func TestLintPast(t *testing.T) {
	statePath, _ := sealedMesh(t)
	top := filepath.Dir(statePath)
	key := readFixture(t, "pki", "issuer-2025-1.key")
	git := func(date string, args ...string) {
		t.Helper()
		cmd := exec.Command("git", args...)
		cmd.Dir = top
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_COMMITTER_DATE="+date, "GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.com")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	come := func(date, name string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(top, name), []byte(key), 0o600); err != nil {
			t.Fatal(err)
		}
		git(date, "add", "-f", name)
		git(date, "commit", "-q", "-m", name)
		git(date, "rm", "-q", name)
		git(date, "commit", "-q", "-m", "gone")
	}
	git("", "init", "-q")
	come("2024-01-01T00:00:00Z", "long-ago.key")
	done(t, call(t, "", nil, "start", "webhooks", "-s", statePath))
	come("2026-06-02T00:00:00Z", "slip.key")
	come("2026-06-03T00:00:00Z", "allowed.key")
	git("2026-06-04T00:00:00Z", "add", "-A")
	git("2026-06-04T00:00:00Z", "commit", "-q", "-m", "all")
	r := call(t, "", nil, "lint", "--repo", top, "--allow", "allowed.*", "-s", statePath)
	if r.code != ExitFailed || strings.Count(r.out, string(problem.SurveyKeyInPast.Code)) != 1 || !strings.Contains(r.out, "slip.key:1:1") {
		t.Errorf("code %d: %s%s", r.code, r.out, r.stderr)
	}
}

// TestLintOutputs: a key in an owned file is found without --repo.
func TestLintOutputs(t *testing.T) {
	statePath, _ := sealedMesh(t)
	text, _ := os.ReadFile(statePath)
	text = bytes.Replace([]byte(keylessScheme(string(text))), []byte("status:\n"), []byte("  outputs: [{kind: values, path: values.yaml}]\nstatus:\n"), 1)
	if err := os.WriteFile(statePath, text, 0o644); err != nil {
		t.Fatal(err)
	}
	done(t, call(t, "", nil, "sync", "-s", statePath))
	done(t, call(t, "", nil, "lint", "-s", statePath))
	values := filepath.Join(filepath.Dir(statePath), "values.yaml")
	have, _ := os.ReadFile(values)
	if err := os.WriteFile(values, append(have, "# "+base64.StdEncoding.EncodeToString([]byte(readFixture(t, "pki", "tap.key")))+"\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := call(t, "", nil, "lint", "-s", statePath); r.code != ExitFailed || !strings.Contains(r.out, "spec.outputs[0]") {
		t.Errorf("code %d: %s", r.code, r.out)
	}
}
