package pki

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
)

// MintWebhookCA makes the CA of one webhook: path length 0, since it signs the
// serving certificate and nothing else.
func MintWebhookCA(key Key, commonName string, period Period, random io.Reader) (Certificate, error) {
	template := &x509.Certificate{Subject: pkix.Name{CommonName: commonName}, IsCA: true, MaxPathLenZero: true, KeyUsage: caUsage}
	return selfSigned(template, key, period, random)
}

// MintWebhook makes the serving certificate of a webhook. dnsName is
// <service>.<namespace>.svc, the name that the API server connects to
// (Linkerd's charts, proxy-injector-rbac.yaml: genSelfSignedCert).
func MintWebhook(publicKey crypto.PublicKey, dnsName string, ca Certificate, caKey Key, period Period,
	random io.Reader) (Certificate, error) {
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: dnsName}, DNSNames: []string{dnsName},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		AuthorityKeyId: ca.SubjectKeyId,
	}
	return signing{template, publicKey, ca, caKey}.sign(period.Within(ca), random)
}

// MintLeaf makes what identity issues to a proxy: one DNS name, both roles of
// TLS (linkerd2 pkg/tls/ca.go). Proofs and tests shake hands with such leaves.
func MintLeaf(publicKey crypto.PublicKey, identity string, issuer Certificate, issuerKey Key, period Period,
	random io.Reader) (Certificate, error) {
	template := &x509.Certificate{
		DNSNames:       []string{identity},
		KeyUsage:       x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:    []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		AuthorityKeyId: issuer.SubjectKeyId,
	}
	return signing{template, publicKey, issuer, issuerKey}.sign(period.Within(issuer), random)
}
