// Program issue makes what a Certificate asks for, by cert-manager's own code. It
// reads an [order] (JSON) on stdin and writes the data of the Secret on stdout.
// Tests with an API server run it in the place of cert-manager's controller.
package main

import (
	"crypto"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	cmapi "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmpki "github.com/cert-manager/cert-manager/pkg/util/pki"
)

// order is a Certificate, the issuer that it refers to and, for a CA, the data of
// the issuer's Secret.
type order struct {
	Certificate cmapi.Certificate
	Issuer      cmapi.ClusterIssuer
	CA          map[string]string
}

func main() {
	var o order
	err := json.NewDecoder(os.Stdin).Decode(&o)
	if err == nil {
		var made map[string]string
		if made, err = o.issue(); err == nil {
			err = json.NewEncoder(os.Stdout).Encode(made)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (o *order) issue() (map[string]string, error) {
	template, err := cmpki.CertificateTemplateFromCertificate(&o.Certificate)
	if err != nil {
		return nil, err
	}
	key, err := cmpki.GeneratePrivateKeyForCertificate(&o.Certificate)
	if err != nil {
		return nil, err
	}
	parent, signer, err := o.signer(template, key)
	if err != nil {
		return nil, err
	}
	chain, _, err := cmpki.SignCertificate(template, parent, key.Public(), signer)
	if err != nil {
		return nil, err
	}
	encoded, err := cmpki.EncodePrivateKey(key, o.Certificate.Spec.PrivateKey.Encoding)
	if err != nil {
		return nil, err
	}
	ca := o.CA["tls.crt"]
	if ca == "" {
		ca = string(chain)
	}
	return map[string]string{"tls.crt": string(chain), "tls.key": string(encoded), "ca.crt": ca}, nil
}

// signer is the key that signs, and its certificate: the CA's, or the
// certificate's own.
func (o *order) signer(template *x509.Certificate, key crypto.Signer) (*x509.Certificate, crypto.Signer, error) {
	switch {
	case o.Issuer.Spec.SelfSigned != nil:
		return template, key, nil
	case o.Issuer.Spec.CA == nil:
		return nil, nil, errors.New("the issuer is neither a CA nor self-signed")
	}
	parent, err := cmpki.DecodeX509CertificateBytes([]byte(o.CA["tls.crt"]))
	if err != nil {
		return nil, nil, err
	}
	signer, err := cmpki.DecodePrivateKeyBytes([]byte(o.CA["tls.key"]))
	return parent, signer, err
}
