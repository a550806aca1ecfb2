package cli

import (
	"os"
	"strings"
	"testing"
)

// TestInitVerify: written and verified in one call, verified alone without any
// key, and with exit code 1 where the stream is another one; no key is printed.
func TestInitVerify(t *testing.T) {
	stream, statePath := adoptable(t)
	got := call(t, "", nil, "init", "--stream", stream, "-s", statePath, "--verify", "--recipient", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", "--keys-dir", "keys")
	if got.code != ExitDone || !strings.Contains(got.out, "changes nothing") {
		t.Fatalf("exit %d, %s%s", got.code, got.out, got.stderr)
	}
	before, err := os.ReadFile(statePath)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(stream)
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		stdin string
		code  int
		says  string
	}{
		"the same":    {string(text), ExitDone, "changes nothing"},
		"another":     {strings.Replace(string(text), "\n  schedule: ", "\n  schedule: \"1 2 * * *\" # ", 1), ExitFailed, "would change 1 field:\n  CronJob linkerd/linkerd-heartbeat spec.schedule\n"},
		"no manifest": {"kind: Pod\napiVersion: v1\nmetadata: {name: a}\n", ExitFailed, ""},
	} {
		got := call(t, c.stdin, nil, "init", "--verify", "--stream", "-", "-s", statePath)
		if got.code != c.code || !strings.Contains(got.out, c.says) {
			t.Errorf("%s: exit %d, %s%s", what, got.code, got.out, got.stderr)
		}
		if strings.Contains(got.out+got.stderr, "-----") {
			t.Errorf("%s: PEM is printed", what)
		}
	}
	if after, err := os.ReadFile(statePath); err != nil || string(after) != string(before) {
		t.Errorf("--verify wrote the state (%v)", err)
	}
	for _, args := range [][]string{{"init", "--verify", "-s", statePath}, {"init", "--verify", "--stream", stream, "-s", "-"}} {
		if got := call(t, "", nil, args...); got.code != ExitFailed || !strings.Contains(got.stderr, "init --verify --stream") {
			t.Errorf("%v: exit %d, %s", args, got.code, got.stderr)
		}
	}
}

// TestInitWithoutSecrets: one truth about a dump without Secrets.
func TestInitWithoutSecrets(t *testing.T) {
	stream, statePath := adoptable(t)
	text, err := os.ReadFile(stream)
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for _, document := range strings.Split(string(text), "\n---\n") {
		if !strings.Contains("\n"+document, "\nkind: Secret\n") {
			kept = append(kept, document)
		}
	}
	got := call(t, strings.Join(kept, "\n---\n")+"\n", nil, "init", "--stream", "-", "-s", statePath)
	if got.code != ExitDone || strings.Count(got.stderr, "rendering this stream") != 1 ||
		!strings.Contains(got.stderr, "the stream has no Secret linkerd/linkerd-identity-issuer, ") || strings.Contains(got.stderr, "cannot be rendered") {
		t.Errorf("exit %d, %s", got.code, got.stderr)
	}
}

// TestInitContradiction: what --verify refuses is said by init, all of it, with its place.
func TestInitContradiction(t *testing.T) {
	stream, statePath := adoptable(t)
	text, err := os.ReadFile(stream)
	if err != nil {
		t.Fatal(err)
	}
	other := strings.ReplaceAll(string(text), "-identity-trust-domain=cluster.local", "-identity-trust-domain=other.example")
	other = strings.Replace(other, "linkerd.io/control-plane-ns: linkerd\n", "linkerd.io/control-plane-ns: elsewhere\n", 1)
	if other == string(text) {
		t.Fatal("nothing was replaced")
	}
	if err := os.WriteFile(stream, []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	said := call(t, "", nil, "init", "--stream", stream, "-s", statePath)
	refused := call(t, "", nil, "init", "--verify", "--stream", stream, "-s", statePath)
	if said.code != ExitDone || refused.code != ExitFailed {
		t.Fatalf("exit %d and %d: %s%s", said.code, refused.code, said.stderr, refused.stderr)
	}
	n := 0
	for line := range strings.Lines(refused.stderr) {
		if text, found := strings.CutPrefix(line, "l5d-pki-render: error: "); found {
			if n++; !strings.Contains(said.stderr, text) {
				t.Errorf("init does not say %s%s", text, said.stderr)
			}
		}
	}
	if n == 0 || !strings.Contains(said.stderr, "`init --verify` and every host refuse it") {
		t.Errorf("%d errors; %s", n, said.stderr)
	}
}
