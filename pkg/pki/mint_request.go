package pki

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

const requestBlock = "CERTIFICATE REQUEST"

// CreateRequest is a certificate signing request (PKCS #10, PEM without a final
// newline) for a key whose signer lives elsewhere: an HSM, a KMS, another CA.
// It asks for a CA certificate of the name; the signer decides the rest.
func CreateRequest(key Key, commonName string) ([]byte, error) {
	if key.Signer() == nil {
		return nil, problem.MintRefused.With(commonName)
	}
	template := &x509.CertificateRequest{Subject: pkix.Name{CommonName: commonName}}
	der, err := x509.CreateCertificateRequest(nil, template, deterministic{key.Signer()})
	if err != nil {
		return nil, problem.MintRefused.With(commonName).Because(err)
	}
	return canonicalPEM(requestBlock, der), nil
}

// AcceptSigned checks that the chain that came back answers the request: its
// first certificate has the request's key and name bytes, and is a CA.
func AcceptSigned(request []byte, signed Chain) error {
	block, rest := pem.Decode(request)
	if block == nil || block.Type != requestBlock || len(bytes.TrimSpace(rest)) > 0 {
		return problem.MintRequest.With()
	}
	csr, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil || csr.CheckSignature() != nil {
		return problem.MintRequest.With()
	}
	if len(signed) == 0 {
		return problem.MintNothingSigned.With()
	}
	first := signed[0]
	var problems problem.List
	if !bytes.Equal(first.RawSubjectPublicKeyInfo, csr.RawSubjectPublicKeyInfo) {
		problems = append(problems, problem.MintSignedKey.With(first.Subject.CommonName, first.Fingerprint()[:16]))
	}
	if !bytes.Equal(first.RawSubject, csr.RawSubject) {
		problems = append(problems, problem.MintSignedName.With(first.Subject.String(), csr.Subject.String()))
	}
	if !first.IsCA || !first.BasicConstraintsValid {
		problems = append(problems, problem.MintSignedLeaf.With(first.Subject.CommonName))
	}
	return problems.Err()
}
