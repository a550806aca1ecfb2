package custody

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// labelType names the stanza in the header of an age file that tells, in clear,
// which public key's private key is inside and who can open it. age's format has
// every reader pass over stanzas of types that it does not know
// (age-encryption.org/v1, "Recipient stanza"), and its MAC covers them.
const labelType = "l5d-pki-render"

// label is a recipient that wraps no key. beside is one of the true recipients:
// age wants all recipients of a file to agree on their labels.
type label struct {
	Facts
	beside age.Recipient
}

// Wrap gives the stanza.
func (l label) Wrap([]byte) ([]*age.Stanza, error) {
	return []*age.Stanza{{Type: labelType, Args: []string{l.SPKI}, Body: []byte(strings.Join(l.Recipients, "\n"))}}, nil
}

// WrapWithLabels is Wrap, in agreement with the true recipients.
func (l label) WrapWithLabels(fileKey []byte) ([]*age.Stanza, []string, error) {
	var labels []string
	if r, ok := l.beside.(age.RecipientWithLabels); ok {
		var err error
		if _, labels, err = r.WrapWithLabels(fileKey); err != nil {
			return nil, nil, err
		}
	}
	stanzas, err := l.Wrap(fileKey)
	return stanzas, labels, err
}

// headerReader is an identity that opens nothing and keeps what it was shown.
type headerReader struct{ stanzas []*age.Stanza }

// Unwrap keeps the stanzas.
func (h *headerReader) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	h.stanzas = stanzas
	return nil, age.ErrIncorrectIdentity
}

// ageFacts reads the header of an age file in armor.
func ageFacts(file []byte) (Facts, error) {
	text := bytes.TrimSpace(file)
	switch {
	case !bytes.HasPrefix(text, []byte(armor.Header)):
		return Facts{}, problem.CustodyForeignFile.With("age file in armor")
	case !bytes.HasSuffix(text, []byte(armor.Footer)):
		return Facts{}, problem.CustodyTruncated.With()
	}
	var header headerReader
	_, _ = age.Decrypt(armor.NewReader(bytes.NewReader(file)), &header) // it never opens: the stanzas are all that is wanted
	if len(header.stanzas) == 0 {
		return Facts{}, problem.CustodyTampered.With()
	}
	var facts Facts
	var openers []string
	for _, s := range header.stanzas {
		switch {
		case s.Type == "scrypt":
			facts.Passphrase = true
		case s.Type == labelType && len(s.Args) == 1:
			if facts.SPKI != "" { // this tool writes one
				return Facts{}, problem.CustodyTampered.With()
			}
			facts.SPKI, facts.Recipients = s.Args[0], strings.Split(string(s.Body), "\n")
		case s.Type != labelType && !strings.HasSuffix(s.Type, "-grease"): // grease opens nothing (age-encryption.org/v1)
			openers = append(openers, visible(s))
		}
	}
	if facts.SPKI != "" && !facts.Passphrase && !slices.Equal(sorted(openers), visibleOf(facts.Recipients)) {
		return Facts{}, problem.CustodyTampered.With() // the label was written for another file
	}
	return facts, nil
}

// visible is what a stanza shows of who opens it: its type, and of SSH keys a part of
// their hash (age-encryption.org/v1, "The ssh-ed25519 recipient type").
func visible(s *age.Stanza) string {
	if strings.HasPrefix(s.Type, "ssh-") && len(s.Args) > 0 {
		return s.Type + " " + s.Args[0]
	}
	return s.Type
}

// visibleOf are what the stanzas for recipients show, sorted.
func visibleOf(recipients []string) (all []string) {
	for _, r := range recipients {
		fields := append(strings.Fields(r), "", "")
		switch {
		case strings.HasPrefix(r, "age1pq1"):
			all = append(all, "mlkem768x25519")
		case strings.HasPrefix(r, "age1"):
			all = append(all, "X25519")
		default:
			public, _ := base64.StdEncoding.DecodeString(fields[1]) // not a key: a hash that no stanza has
			hash := sha256.Sum256(public)
			all = append(all, fields[0]+" "+base64.RawStdEncoding.EncodeToString(hash[:4]))
		}
	}
	return sorted(all)
}
