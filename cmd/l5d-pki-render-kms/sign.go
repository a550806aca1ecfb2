package main

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"

	"go.step.sm/crypto/kms"
	"go.step.sm/crypto/kms/apiv1"
	"golang.org/x/crypto/ssh"
)

// hashes by the name that crypto.Hash prints.
var hashes = map[string]crypto.Hash{
	"":                     0,
	crypto.SHA256.String(): crypto.SHA256,
	crypto.SHA384.String(): crypto.SHA384,
	crypto.SHA512.String(): crypto.SHA512,
}

// answer opens the key and does what is asked.
func answer(q request) reply {
	scheme, err := kms.TypeOf(q.URI)
	if err != nil {
		return reply{Failed: err.Error()}
	}
	if _, built := apiv1.LoadKeyManagerNewFunc(scheme); !built {
		return reply{Missing: string(scheme)}
	}
	manager, err := kms.New(context.Background(), kms.Options{Type: scheme, URI: q.URI})
	if err != nil {
		return reply{Failed: err.Error()}
	}
	defer manager.Close()
	signer, err := manager.CreateSigner(&apiv1.CreateSignerRequest{SigningKey: q.URI})
	if err != nil {
		return reply{Failed: err.Error()}
	}
	r, err := do(q, signer)
	if err != nil {
		return reply{Failed: err.Error()}
	}
	return r
}

func do(q request, signer crypto.Signer) (reply, error) {
	public, err := publicKey(signer)
	if err != nil {
		return reply{}, err
	}
	switch q.Op {
	case "public":
		der, err := x509.MarshalPKIXPublicKey(public)
		return reply{PublicKey: der}, err
	case "sign":
		hash, known := hashes[q.Hash]
		if !known {
			return reply{}, fmt.Errorf("hash %q is not known", q.Hash)
		}
		signature, err := signer.Sign(rand.Reader, q.Digest, hash)
		return reply{Signature: signature}, err
	}
	return reply{}, fmt.Errorf("operation %q is not known", q.Op)
}

// publicKey of an ssh agent's key is in a form of its own; an agent hashes what
// it is given itself, so that only Ed25519, which is given whole messages, can
// sign certificates.
func publicKey(signer crypto.Signer) (crypto.PublicKey, error) {
	agents, ok := signer.Public().(ssh.PublicKey)
	if !ok {
		return signer.Public(), nil
	}
	parsed, err := ssh.ParsePublicKey(agents.Marshal())
	if err != nil {
		return nil, err
	}
	if plain, ok := parsed.(ssh.CryptoPublicKey); ok {
		if key, ok := plain.CryptoPublicKey().(ed25519.PublicKey); ok {
			return key, nil
		}
	}
	return nil, errors.New("an ssh agent signs certificates with Ed25519 keys only; this key is " + parsed.Type())
}
