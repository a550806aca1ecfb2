package cli

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"filippo.io/age"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestNotAStateFile: what is named in the place of a state file is said in one
// error, and the hint leads to the state file that is near.
func TestNotAStateFile(t *testing.T) {
	t.Chdir(t.TempDir())
	done(t, call(t, "", nil, "init", "--new", "--linkerd-version", "2.18", "--name", "east", "--keys-dir", "keys", "-s", "rotation.yaml"))
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	state, err := os.ReadFile("rotation.yaml")
	if err != nil {
		t.Fatal(err)
	}
	write("pki/rotation.yaml", string(state))
	for name, c := range map[string]struct {
		text, code, says string
	}{
		"values.yaml":    {"identityTrustAnchorsPEM: x\nproxy: {cores: 1}\n", string(problem.StateNoState.Code), "this is not a state file"},
		"list.yaml":      {"- a\n- b\n", "state-wrong-type", "a mapping is wanted here, not a list"},
		"text.txt":       {"hello\n", "state-wrong-type", "a mapping is wanted here, not text"},
		"rendered.yaml":  {"---\napiVersion: v1\nkind: Secret\n---\napiVersion: v1\nkind: ConfigMap\n", string(problem.StateOtherKind.Code), "this is a Secret (v1)"},
		"app.yaml":       {"apiVersion: apps/v1\nkind: Deployment\n", string(problem.StateOtherKind.Code), "this is a Deployment (apps/v1)"},
		"twice.yaml":     {string(state) + "---\n" + string(state), "manifest-second-document", "a second document begins here"},
		"pki":            {"", string(problem.CLIStateDirectory.Code), "--state pki/rotation.yaml"},
		"keys":           {"", string(problem.CLIStateDirectory.Code), "--state keys/rotation.yaml"},
		"comments.yaml":  {"# nothing\n", "state-empty", "holds no document"},
		"half-state.yml": {"kind: Rotation\n", "state-missing-key", `the key "apiVersion" is missing`},
	} {
		if c.text != "" {
			write(name, c.text)
		}
		r := call(t, "", nil, "status", "-s", name)
		if r.code != ExitFailed || !strings.Contains(r.stderr, c.code) || !strings.Contains(r.stderr, c.says) || c.code != "state-missing-key" && strings.Count(r.stderr, "error: ") != 1 {
			t.Errorf("%s: code %d: %s", name, r.code, r.stderr)
		}
	}
}

// TestNotAnObservation: an alias is called one, and another document by its kind.
func TestNotAnObservation(t *testing.T) {
	t.Chdir(t.TempDir())
	done(t, call(t, "", nil, "init", "--new", "--linkerd-version", "2.18", "--name", "east"))
	head := "apiVersion: l5d-pki-render/v1alpha1\nkind: Observation\ncluster: east\nat: 2026-01-01T00:00:00Z\n"
	second := strings.Replace(head, "v1alpha1", "v1alpha2", 1)
	for name, c := range map[string]struct{ text, code string }{
		"alias of a list":   {head + "covers: &c [identity]\ncontrolPlane: {trustRoots: *c}\n", "observation-alias"},
		"alias of a text":   {head + "covers: []\nidentity: [{pod: &p a}, {pod: *p}]\n", "observation-alias"},
		"alias of a row":    {second + "coverage: []\nendpoints: [&e {group: proxies, pods: [shop]}, *e]\n", "observation-alias"},
		"merge key":         {head + "covers: []\ncontrolPlane:\n  <<: {trustRoots: []}\n", "observation-alias"},
		"merge key on top":  {"<<: {kind: Observation}\n" + head + "covers: []\n", "observation-alias"},
		"a state file":      {"", "observation-other-kind"},
		"a Deployment":      {"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n", "observation-other-kind"},
		"a list":            {"- a\n", "observation-other-kind"},
		"null and no alias": {head + "covers: ~\n", "observation-shape"},
	} {
		file := "o.yaml"
		if c.text == "" {
			file = "rotation.yaml"
		} else if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		r := call(t, "", nil, "status", "--evidence", file)
		if r.code != ExitFailed || !strings.Contains(r.stderr, "explain "+c.code+"`") {
			t.Errorf("%s: code %d: %s", name, r.code, r.stderr)
		}
	}
}

// fifo is a named pipe that gives the text once, to whoever opens it first.
func fifo(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip("SKIPPED: no named pipes: ", err)
	}
	go func() {
		if f, err := os.OpenFile(path, os.O_WRONLY, 0); err == nil {
			_, _ = f.WriteString(text)
			_ = f.Close()
			_ = os.Remove(path) // a second reader finds nothing
		}
	}()
	return path
}

// TestGivenByPipe: an identity or a passphrase that is given by a pipe opens and
// seals every key of a call, although a pipe gives its text once.
func TestGivenByPipe(t *testing.T) {
	t.Chdir(t.TempDir())
	phrase := "correct horse battery staple"
	done(t, call(t, "", nil, "init", "--new", "--linkerd-version", "2.18", "--name", "east", "--custody", "age", "--passphrase", "--passphrase-file", fifo(t, phrase+"\n")))
	for name, args := range map[string][]string{
		"manifests": {"manifests", "--with-keys"},
		"start":     {"start", "issuer", "--dry-run"},
	} {
		r := call(t, "", nil, append(args, "--passphrase-file", fifo(t, phrase+"\n"))...)
		if r.code != ExitDone {
			t.Errorf("%s: %s", name, r.stderr)
		}
	}
	t.Chdir(t.TempDir())
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	identity, recipient := id.String(), id.Recipient().String()
	done(t, call(t, "", nil, "init", "--new", "--linkerd-version", "2.18", "--name", "east", "--custody", "age", "--recipient", recipient))
	for name, c := range map[string]struct {
		env  map[string]string
		args []string
	}{
		"--identity":           {nil, []string{"--identity", fifo(t, identity)}},
		"L5D_PKI_AGE_IDENTITY": {map[string]string{"L5D_PKI_AGE_IDENTITY": fifo(t, identity)}, nil},
		"SOPS_AGE_KEY_FILE":    {map[string]string{"SOPS_AGE_KEY_FILE": fifo(t, identity)}, nil},
	} {
		r := call(t, "", c.env, append([]string{"manifests", "--with-keys"}, c.args...)...)
		if r.code != ExitDone || strings.Count(r.out, "kind: Secret") < 3 {
			t.Errorf("%s: %s", name, r.stderr)
		}
	}
	if r := call(t, identity, nil, "manifests", "--with-keys", "--identity", "-"); r.code != ExitDone || strings.Count(r.out, "kind: Secret") < 3 {
		t.Errorf("--identity -: %s", r.stderr)
	}
	r := call(t, "", map[string]string{"SOPS_AGE_KEY_CMD": "cat id"}, "manifests", "--with-keys")
	if r.code != ExitFailed || !strings.Contains(r.stderr, "custody age runs no command") {
		t.Errorf("SOPS_AGE_KEY_CMD: %s", r.stderr)
	}
}

// TestPhaseAsArgument: a phase without its flag.
func TestPhaseAsArgument(t *testing.T) {
	for command, want := range map[string]string{
		"advance issuer-switched": "`l5d-pki-render advance --to issuer-switched`",
		"back stable":             "`l5d-pki-render back --to stable`",
		"advance stabel":          "--help",
	} {
		if r := call(t, "", nil, strings.Fields(command)...); r.code != 64 || !strings.Contains(r.stderr, want) {
			t.Errorf("%s: code %d: %s", command, r.code, r.stderr)
		}
	}
}

// TestSyncUnderAutocrlf: a checkout with other line ends is what the state says.
func TestSyncUnderAutocrlf(t *testing.T) {
	t.Chdir(t.TempDir())
	done(t, call(t, "", nil, "init", "--new", "--linkerd-version", "2.18", "--name", "east", "--issuer-scheme", "kubernetes.io/tls"))
	text, err := os.ReadFile("rotation.yaml")
	if err != nil {
		t.Fatal(err)
	}
	put := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("rotation.yaml", strings.Replace(string(text), "\nstatus:", "\n  outputs:\n  - {kind: values, path: values.yaml}\nstatus:", 1))
	done(t, call(t, "", nil, "sync"))
	values, err := os.ReadFile("values.yaml")
	if err != nil {
		t.Fatal(err)
	}
	crlf := strings.ReplaceAll(string(values), "\n", "\r\n")
	put("values.yaml", crlf)
	done(t, call(t, "", nil, "sync", "--check"))
	if r := done(t, call(t, "", nil, "sync")); r.out != "" {
		t.Errorf("sync writes what differs in line ends only: %s", r.out)
	}
	put("values.yaml", strings.Replace(crlf, "externalCA: false", "externalCA: true", 1))
	if r := call(t, "", nil, "sync", "--check"); r.code != 2 {
		t.Errorf("a change beside the line ends: code %d", r.code)
	}
}
