package kms

import (
	"crypto"
	"crypto/x509"
	"encoding/json"
	"io"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Run runs the program once: in is its stdin, out its stdout.
type Run func(in io.Reader, out io.Writer) error

// maxFailed is how much of a back end's own words is quoted, in bytes.
const maxFailed = 300

// signer is a key that the program reaches.
type signer struct {
	run    Run
	uri    string
	public crypto.PublicKey
}

// Open finds the key of an URI and gives a signer of it. Each signature is one
// run of the program; what it signs, x509 verifies with the public key.
func Open(run Run, uri string) (crypto.Signer, error) {
	r, err := ask(run, request{Op: "public", URI: uri})
	if err != nil {
		return nil, err
	}
	public, err := x509.ParsePKIXPublicKey(r.PublicKey)
	if err != nil {
		return nil, problem.KMSAnswer.With(Shown(uri), "public key")
	}
	return &signer{run, uri, public}, nil
}

// Public is the key's public half.
func (s *signer) Public() crypto.PublicKey { return s.public }

// Sign has the digest signed; randomness is the back end's own affair.
func (s *signer) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	q := request{Op: "sign", URI: s.uri, Digest: digest}
	if h := opts.HashFunc(); h != 0 {
		q.Hash = h.String()
	}
	r, err := ask(s.run, q)
	if err == nil && len(r.Signature) == 0 {
		err = problem.KMSAnswer.With(Shown(s.uri), "signature")
	}
	return r.Signature, err
}

// ask is one request and its reply; what the program cannot do becomes a problem.
func ask(run Run, q request) (reply, error) {
	text, err := json.Marshal(q)
	if err != nil {
		return reply{}, err
	}
	var out strings.Builder
	if err := run(strings.NewReader(string(text)), &out); err != nil {
		return reply{}, err
	}
	var r reply
	switch err := json.Unmarshal([]byte(out.String()), &r); {
	case err != nil:
		return reply{}, problem.KMSAnswer.With(Shown(q.URI), "reply")
	case r.Missing != "":
		return reply{}, problem.KMSMissing.With(r.Missing).Hint("`make kms KMS_TAGS=%s` builds one that has it", r.Missing)
	case r.Failed != "":
		return reply{}, problem.KMSFailed.With(Shown(q.URI), quotable(r.Failed, q.URI))
	}
	return r, nil
}

// Shown is an URI without what opens the key: its query (pin-value, pin-source)
// and attributes that hold secrets.
func Shown(uri string) string {
	uri, _, _ = strings.Cut(uri, "?")
	scheme, rest, found := strings.Cut(uri, ":")
	if !found {
		return "(not an URI)"
	}
	var kept []string
	for _, part := range strings.Split(rest, ";") {
		if name, _, _ := strings.Cut(part, "="); !secretAttribute(name) {
			kept = append(kept, part)
		}
	}
	return scheme + ":" + strings.Join(kept, ";")
}

func secretAttribute(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"pin", "password", "secret", "credential", "management-key"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// quotable is a back end's word on one line, cut, and without the URI that it
// may repeat.
func quotable(text, uri string) string {
	text = strings.ReplaceAll(strings.Join(strings.Fields(text), " "), uri, Shown(uri))
	if _, query, found := strings.Cut(uri, "?"); found {
		text = strings.ReplaceAll(text, query, "...")
	}
	if text = secret.Redact(text); len(text) > maxFailed {
		text = strings.ToValidUTF8(text[:maxFailed], "") + "..."
	}
	return text
}
