package pki

import (
	"crypto/sha256"
	"sync"
	"time"
)

// Signatures remembers which certificates signed which: one verification of many
// chains asks about the same signatures over and over, and each costs more than all the
// rest. The zero value is ready, and safe for concurrent use.
type Signatures struct {
	known sync.Map // of [2][sha256.Size]byte: bool
	forms sync.Map // of form: string
}

// form is a certificate, as an anchor or not.
type form struct {
	sum    [sha256.Size]byte
	anchor bool
}

// VerifyMesh is [VerifyMesh] with what is remembered.
func (m *Signatures) VerifyMesh(b Bundle, c Chain, meshes []Identity, at time.Time) error {
	return m.verifyIssuer(b, c, WebpkiRules, meshes, at)
}

// unread remembers what unreadAnchor says, or unreadChain.
func (m *Signatures) unread(c Certificate, anchor bool) string {
	of := form{sha256.Sum256(c.Raw), anchor}
	if known, ok := m.forms.Load(of); ok {
		return known.(string)
	}
	read := unreadChain
	if anchor {
		read = unreadAnchor
	}
	why := read(c)
	m.forms.Store(of, why)
	return why
}

func (m *Signatures) signed(signer, c Certificate) bool {
	pair := [2][sha256.Size]byte{sha256.Sum256(signer.Raw), sha256.Sum256(c.Raw)}
	if known, ok := m.known.Load(pair); ok {
		return known == true
	}
	signed := signer.Signed(c)
	m.known.Store(pair, signed)
	return signed
}
