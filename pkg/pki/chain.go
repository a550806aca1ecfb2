package pki

import "slices"

// Chain is a certificate and what may lead from it to an anchor: first the
// issuer (or a leaf), then intermediates such as a cross certificate.
type Chain []Certificate

// ParseChain reads PEM, one or more CERTIFICATE blocks, as strictly as
// ParseBundle but without asking for self-signed certificates. It serves for
// issuers, leaves, and webhook certificates with their caBundle.
func ParseChain(pem []byte) (Chain, error) {
	certs, problems := parseCertificates(pem)
	if len(problems) > 0 {
		return nil, problems.Err()
	}
	return certs, nil
}

// ReadChain reads an issuer's chain that a mesh runs with: as ParseChain, but
// text before a block is passed over, as Linkerd's reader does, and a certificate
// that is repeated counts once.
func ReadChain(pem []byte) (Chain, error) {
	certs, problems := readCertificates(pem, true)
	if len(problems) > 0 {
		return nil, problems.Err()
	}
	return distinct(certs), nil
}

// Marshal is the chain's canonical PEM, in order, without a final newline.
func (c Chain) Marshal() []byte { return marshal(c) }

// Len is the number of certificates.
func (c Chain) Len() int { return len(c) }

// Equal tells whether both hold the same certificates in the same order.
func (c Chain) Equal(other Chain) bool { return slices.EqualFunc(c, other, Certificate.sameDER) }
