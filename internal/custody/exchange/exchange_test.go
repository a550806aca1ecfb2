package exchange

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/sshkey"
	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"filippo.io/age"
)

// pair is an SSH key: the line of its public key's file, and its private key's file.
func pair(t *testing.T) (line string, file []byte) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return testkit.SSHKey(t, private)
}

// far is a library on the other side, and what was sent to it.
func far(seen *bytes.Buffer) Asking {
	return Asking{Call: func(in io.Reader, out io.Writer) error { return Serve(io.TeeReader(in, seen), out, sshkey.Library{}) }}
}

// TestAsking: what is encrypted to a key that another program reads is opened by that
// program's key and by the library itself, and the other way round.
func TestAsking(t *testing.T) {
	line, file := pair(t)
	const secret = "what the file holds"
	var seen bytes.Buffer
	libraries := map[string]Library{"far": far(&seen), "here": sshkey.Library{}}
	for sealer, seals := range libraries {
		recipient, err := seals.Recipient(line)
		if err != nil {
			t.Fatal(err)
		}
		var sealed bytes.Buffer
		w, err := age.Encrypt(&sealed, recipient)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, secret); err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		for opener, opens := range libraries {
			identity, err := opens.Identity(file)
			if err != nil {
				t.Fatal(err)
			}
			plain, err := age.Decrypt(bytes.NewReader(sealed.Bytes()), identity)
			if err != nil {
				t.Fatalf("sealed %s, opened %s: %v", sealer, opener, err)
			}
			if text, err := io.ReadAll(plain); err != nil || string(text) != secret {
				t.Errorf("sealed %s, opened %s: %q (%v)", sealer, opener, text, err)
			}
		}
	}
	if seen.Len() == 0 || bytes.Contains(seen.Bytes(), []byte(secret)) {
		t.Errorf("the other program was sent %q", seen.String())
	}
}

// TestAskingErrors: errors say which of the reasons it was, and quote no key.
func TestAskingErrors(t *testing.T) {
	var seen bytes.Buffer
	line, _ := pair(t)
	_, foreign := pair(t)
	lib := far(&seen)
	if _, err := lib.Recipient("ssh-ed25519 AAAA"); !errors.Is(err, errUnread) {
		t.Errorf("a damaged recipient: %v", err)
	}
	if _, err := lib.Identity([]byte("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA")); !errors.Is(err, errUnread) {
		t.Errorf("a damaged identity: %v", err)
	}
	recipient, err := lib.Recipient(line)
	if err != nil {
		t.Fatal(err)
	}
	stanzas, err := recipient.Wrap(make([]byte, 16))
	if err != nil || len(stanzas) != 1 {
		t.Fatal(stanzas, err)
	}
	identity, err := lib.Identity(foreign)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := identity.Unwrap(stanzas); !errors.Is(err, age.ErrIncorrectIdentity) {
		t.Errorf("somebody else's file: %v", err)
	}
	line, own := pair(t)
	if recipient, err = lib.Recipient(line); err != nil {
		t.Fatal(err)
	}
	if stanzas, err = recipient.Wrap(make([]byte, 16)); err != nil {
		t.Fatal(err)
	}
	stanzas[0].Args = stanzas[0].Args[:1]
	if identity, err = lib.Identity(own); err != nil {
		t.Fatal(err)
	}
	if _, err := identity.Unwrap(stanzas); !errors.Is(err, errBroken) {
		t.Errorf("a damaged file: %v", err)
	}
	for name, c := range map[string]struct {
		reply string
		err   error
		want  problem.Sentence
	}{
		"it cannot be run":  {"", problem.CustodySSHProgram.With("x", "no"), problem.CustodySSHProgram},
		"another version":   {`{"protocol":7,"answer":{}}`, nil, problem.CustodySSHProtocol},
		"another program":   {"usage: …", nil, problem.CustodySSHProtocol},
		"an empty reply":    {`{"protocol":1}`, nil, problem.CustodySSHProtocol},
		"it ended with one": {`{"protocol":1,"problems":[{"code":"custody-ssh-request","text":"x"}]}`, io.ErrUnexpectedEOF, problem.CustodySSHRequest},
	} {
		broken := Asking{Call: func(_ io.Reader, out io.Writer) error {
			_, _ = io.WriteString(out, c.reply)
			return c.err
		}}
		if _, err := broken.Recipient(line); len(problem.Of(err)) != 1 || problem.Of(err)[0].Code != c.want.Code {
			t.Errorf("%s: %v", name, err)
		}
	}
	var out strings.Builder
	if err := Serve(strings.NewReader("nothing"), &out, sshkey.Library{}); err != nil || !strings.Contains(out.String(), string(problem.CustodySSHRequest.Code)) {
		t.Errorf("no request: %s (%v)", out.String(), err)
	}
}
