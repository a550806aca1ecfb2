package custody

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// sealingKey is the public key that a controller's certificate certifies.
type sealingKey struct {
	*rsa.PublicKey
	RawSubjectPublicKeyInfo []byte
}

// sealingCertificate reads the controller's certificate. Whether it has expired
// is for kubeseal to say, which has a clock.
func sealingCertificate(c *Custody) (path string, key *sealingKey, err error) {
	named := c.State.Spec.Custody.Certificate
	if named == "" {
		return "", nil, problem.CustodyNoCertificate.With().In(c.StatePath).On("spec.custody.certificate")
	}
	path = c.besideState(named)
	text, err := c.ReadFile(path)
	if err != nil {
		return "", nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" {
		return "", nil, problem.CustodySealingCertificate.With("no certificate stands in it").In(named)
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return "", nil, problem.CustodySealingCertificate.With("the certificate is damaged").In(named)
	}
	public, ok := certificate.PublicKey.(*rsa.PublicKey)
	if !ok {
		return "", nil, problem.CustodySealingCertificate.With("its key is not RSA").In(named)
	}
	return absolute(path), &sealingKey{public, certificate.RawSubjectPublicKeyInfo}, nil
}

func checkSealingCertificate(c *Custody) error {
	_, _, err := sealingCertificate(c)
	return err
}

// kubeseal runs the user's program: the Secret on its stdin, the SealedSecret on
// its stdout. Variables that would change what it does are not handed on, as
// SEALED_SECRETS_*: it seals offline, to the certificate that the state names.
func (c *Custody) kubeseal(stdin []byte, args ...string) ([]byte, error) {
	name := c.Getenv("L5D_PKI_KUBESEAL_PROGRAM")
	if name == "" {
		name = "kubeseal"
	}
	p := program{name: name, args: args, env: child.Environment(child.Kubeseal)}
	out, err := p.run(stdin)
	switch {
	case err == nil:
		return out, nil
	case err.absent():
		return nil, problem.CustodyNoKubeseal.With(name).Because(err)
	}
	return nil, problem.CustodyKubeseal.With(err.said).Because(err)
}
