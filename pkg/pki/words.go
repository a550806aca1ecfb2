package pki

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"fmt"
)

// SerialHex is the serial number, in hex with colons.
func (c Certificate) SerialHex() string { return colons(c.SerialNumber.Bytes()) }

// KeyKind is the algorithm of the public key with its curve or size, like "ECDSA P-256".
func (c Certificate) KeyKind() string {
	switch key := c.PublicKey.(type) {
	case *ecdsa.PublicKey:
		return "ECDSA " + key.Params().Name
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", key.N.BitLen())
	}
	return c.PublicKeyAlgorithm.String()
}
