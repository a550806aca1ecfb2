// Package exchange is how SSH keys are used as recipients and identities of age by a
// program that does not link the library that reads them: l5d-pki-render asks
// l5d-pki-render-full, over its stdin. It encrypts nothing and opens nothing but the key
// of one file (age-encryption.org/v1, "file key"); what the file holds stays here.
package exchange

import (
	"errors"
	"io"

	"github.com/l5d-pki/l5d-pki-render/internal/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"filippo.io/age"
)

// terms: the protocol grows when the meaning of a field changes.
var terms = exchange.Terms{Protocol: 1, Mismatch: problem.CustodySSHProtocol, Unreadable: problem.CustodySSHRequest}

// Command is the argument by which l5d-pki-render-full answers.
const Command = "age-ssh"

// Library reads SSH keys.
type Library interface {
	// Recipient reads a line of an SSH public key file.
	Recipient(line string) (age.Recipient, error)
	// Identity reads the file of an SSH private key.
	Identity(text []byte) (age.Identity, error)
}

// request is a key, and what it is to wrap or to unwrap; without that, whether it can
// be read is all that is asked.
type request struct {
	Protocol  int           `json:"protocol"`
	Recipient string        `json:"recipient,omitempty"`
	Identity  []byte        `json:"identity,omitempty"`
	FileKey   []byte        `json:"fileKey,omitempty"`
	Stanzas   []*age.Stanza `json:"stanzas,omitempty"`
}

// answer has one of its fields, or none where nothing but the key was to be read.
type answer struct {
	FileKey []byte        `json:"fileKey,omitempty"`
	Stanzas []*age.Stanza `json:"stanzas,omitempty"`
	// Unread: the key cannot be read. Foreign: no stanza is for it. Broken: one is, and
	// cannot be opened.
	Unread  bool `json:"unread,omitempty"`
	Foreign bool `json:"foreign,omitempty"`
	Broken  bool `json:"broken,omitempty"`
}

// The texts of the library are dropped: they may quote what it reads.
var (
	errUnread = errors.New("the SSH key cannot be read")
	errBroken = errors.New("the file key cannot be unwrapped")
)

// Asking is a [Library] in another program, which Call runs.
type Asking struct {
	Call func(in io.Reader, out io.Writer) error
}

// Recipient asks whether the key can be read.
func (a Asking) Recipient(line string) (age.Recipient, error) {
	_, err := a.ask(request{Recipient: line})
	return key{a, request{Recipient: line}}, err
}

// Identity asks whether the key can be read.
func (a Asking) Identity(text []byte) (age.Identity, error) {
	_, err := a.ask(request{Identity: text})
	return key{a, request{Identity: append([]byte(nil), text...)}}, err
}

func (a Asking) ask(r request) (answer, error) {
	r.Protocol = terms.Protocol
	got, err := exchange.Ask[answer](terms, r, a.Call)
	switch {
	case err != nil:
		return got, err
	case got.Unread:
		return got, errUnread
	case got.Foreign:
		return got, age.ErrIncorrectIdentity
	case got.Broken:
		return got, errBroken
	}
	return got, nil
}

// key is one key of the other program's library.
type key struct {
	Asking
	request
}

// Wrap is that of a recipient.
func (k key) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	k.FileKey = fileKey
	got, err := k.ask(k.request)
	return got.Stanzas, err
}

// Unwrap is that of an identity.
func (k key) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	k.Stanzas = stanzas
	got, err := k.ask(k.request)
	return got.FileKey, err
}

// Serve answers requests by the library.
func Serve(in io.Reader, out io.Writer, l Library) error {
	return exchange.Serve(terms, in, out, func(r request) (answer, error) { return r.by(l), nil })
}

func (r request) by(l Library) (a answer) {
	defer clear(r.Identity)
	var err error
	if r.Recipient != "" {
		recipient, unread := l.Recipient(r.Recipient)
		if a.Unread = unread != nil; !a.Unread && r.FileKey != nil {
			a.Stanzas, err = recipient.Wrap(r.FileKey)
		}
	} else {
		identity, unread := l.Identity(r.Identity)
		if a.Unread = unread != nil; !a.Unread && r.Stanzas != nil {
			a.FileKey, err = identity.Unwrap(r.Stanzas)
		}
	}
	a.Foreign = errors.Is(err, age.ErrIncorrectIdentity)
	a.Broken = err != nil && !a.Foreign
	return a
}
