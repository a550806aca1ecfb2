package pki

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
)

// postQuantum are signature algorithms that crypto/x509 does not know by name
// (FIPS 204, OIDs of RFC 9881). No proxy takes them.
var postQuantum = map[string]string{
	"2.16.840.1.101.3.4.3.17": "ML-DSA-44",
	"2.16.840.1.101.3.4.3.18": "ML-DSA-65",
	"2.16.840.1.101.3.4.3.19": "ML-DSA-87",
}

// algorithms names the key and the signature for a message.
func algorithms(c Certificate) []any {
	kind := "a key of the kind " + c.PublicKeyAlgorithm.String()
	switch key := c.PublicKey.(type) {
	case *ecdsa.PublicKey:
		kind = "an ECDSA " + key.Params().Name + " key"
	case *rsa.PublicKey:
		kind = fmt.Sprintf("an RSA key of %d bits", key.N.BitLen())
	}
	if c.PublicKeyAlgorithm == x509.UnknownPublicKeyAlgorithm {
		kind = "a key of the kind " + keyOID(c)
	}
	signature := c.SignatureAlgorithm.String()
	if c.SignatureAlgorithm == x509.UnknownSignatureAlgorithm {
		signature = signatureOID(c)
	}
	return []any{kind, signature}
}

func keyOID(c Certificate) string {
	var key struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	_, err := asn1.Unmarshal(c.RawSubjectPublicKeyInfo, &key)
	return oidName(key.Algorithm.Algorithm, err)
}

func signatureOID(c Certificate) string {
	var whole struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	_, err := asn1.Unmarshal(c.Raw, &whole)
	return oidName(whole.Algorithm.Algorithm, err)
}

func oidName(oid asn1.ObjectIdentifier, err error) string {
	if err != nil {
		return "unknown"
	}
	if name := postQuantum[oid.String()]; name != "" {
		return name
	}
	return oid.String()
}
