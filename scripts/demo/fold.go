package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"regexp"
	"strings"
)

var (
	pemBlock   = regexp.MustCompile(`(?m)^( *)-----BEGIN CERTIFICATE-----\n(?:[^-]+)-----END CERTIFICATE-----`)
	base64Word = regexp.MustCompile(`LS0tLS1CRUdJTi[A-Za-z0-9+/=]{61,}`) // "-----BEGIN", encoded
)

// fold writes certificates and keys as one readable line each, so that a
// difference shows who came and who went. A key is named by its public half.
func fold(doc string) string {
	doc = pemBlock.ReplaceAllStringFunc(doc, func(block string) string {
		lead := block[:strings.Index(block, "-")]
		return lead + named(strings.ReplaceAll(block, "\n"+lead, "\n")[len(lead):])
	})
	return base64Word.ReplaceAllStringFunc(doc, func(word string) string {
		text, err := base64.StdEncoding.DecodeString(word)
		if err != nil {
			return word
		}
		return named(string(text))
	})
}

// named names each block of a PEM text.
func named(text string) string {
	var names []string
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return strings.Join(names, " ")
		}
		names = append(names, nameBlock(block))
	}
}

func nameBlock(block *pem.Block) string {
	if block.Type == "CERTIFICATE" {
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return "[damaged certificate]"
		}
		return fmt.Sprintf("[certificate %s by %s, %s]", cert.Subject.CommonName, cert.Issuer.CommonName, short(cert.Raw))
	}
	public, err := publicOf(block)
	if err != nil {
		return "[private key]"
	}
	return fmt.Sprintf("[private key of public key %s]", short(public))
}

// short is the first 12 hex digits of SHA-256.
func short(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data))[:12] }

func publicOf(block *pem.Block) ([]byte, error) {
	var key any
	var err error
	if block.Type == "EC PRIVATE KEY" {
		key, err = x509.ParseECPrivateKey(block.Bytes)
	} else {
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil {
		return nil, err
	}
	if ec, ok := key.(*ecdsa.PrivateKey); ok {
		return x509.MarshalPKIXPublicKey(&ec.PublicKey)
	}
	return x509.MarshalPKIXPublicKey(key.(crypto.Signer).Public())
}
