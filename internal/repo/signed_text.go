package repo

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
)

// keygenTimeout bounds one call of ssh-keygen, which may wait for a person to
// touch a key or to type a passphrase.
const keygenTimeout = 5 * time.Minute

// SignText makes an SSH signature over a text, for a namespace. key is the path of
// a private key, or of a public one whose private key is in ssh-agent.
func SignText(key, namespace string, text []byte) ([]byte, error) {
	return keygen(child.Committing, text, "-Y", "sign", "-f", key, "-n", namespace)
}

// goodSignature is what ssh-keygen says of a signature that it verified.
var goodSignature = lazy.New(`^Good "[^"]*" signature for (.*) with [A-Z0-9-]+ key (SHA256:[A-Za-z0-9+/=]+)$`)

// TextSigner returns who signed a text for a namespace: the principal and the
// fingerprint of the SSH key, both from allowed, which is the text of an
// allowed_signers file. It is "" where none of its keys did, or only one that does
// not count now.
func TextSigner(text, signature, allowed []byte, namespace string, now time.Time) (string, error) {
	dir, err := os.MkdirTemp("", "l5d-pki-render-signed-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	list, file := dir+"/allowed", dir+"/signature"
	if err := os.WriteFile(list, validAt(allowed, now), 0o600); err != nil {
		return "", err
	}
	if err := os.WriteFile(file, signature, 0o600); err != nil {
		return "", err
	}
	out, err := keygen(child.Judging, nil, "-Y", "find-principals", "-s", file, "-f", list)
	if err != nil {
		return "", refused(err)
	}
	for principal := range strings.Lines(string(out)) {
		principal = strings.TrimRight(principal, "\r\n")
		out, err := keygen(child.Judging, text, "-Y", "verify", "-f", list, "-I", principal, "-n", namespace, "-s", file)
		if err != nil {
			if refused(err) != nil {
				return "", err
			}
			continue
		}
		if good := goodSignature.Regexp().FindSubmatch(bytes.TrimSpace(out)); good != nil {
			return string(good[1]) + ", key " + string(good[2]), nil
		}
	}
	return "", nil
}

// refused is nil where ssh-keygen ran and said no.
func refused(err error) error {
	if failure, ok := errors.AsType[*child.Failure](err); ok && failure.Code > 0 {
		return nil
	}
	return err
}

func keygen(purpose child.Purpose, stdin []byte, args ...string) ([]byte, error) {
	command := child.Command{
		Name: "ssh-keygen", Args: args, Env: child.Environment(purpose), Stdin: bytes.NewReader(stdin),
		Wait: keygenTimeout, Asks: purpose == child.Committing,
	}
	return command.Output(context.Background())
}
