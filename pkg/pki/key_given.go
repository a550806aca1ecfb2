package pki

import (
	"bytes"
	"encoding/pem"
	"strings"
)

// ParseGivenKey reads a private key that a person brings: as [ParseKey], or out of a
// file with other things around it, such as openssl writes: the curve before or
// behind the key, "Bag Attributes", a dump in words, the certificate or public key of it.
// There must be one private key, and it is kept without the rest.
func ParseGivenKey(text []byte) (Key, error) {
	key, err := ParseKey(text)
	if err == nil || isEncrypted(text) || strings.Count(string(text), "PRIVATE KEY"+dashes) != 2 {
		return key, err // the marker before a key and the one behind it
	}
	rest := bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return key, err
		}
		if _, known := keyParsers[block.Type]; known {
			alone := pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: block.Bytes})
			defer clear(alone)
			return ParseKey(alone)
		}
	}
}
