package main

// request is what l5d-pki-render asks; internal/kms has its twin.
type request struct {
	// Op is "public" or "sign".
	Op string `json:"op"`
	// URI names the key: "pkcs11:...", "awskms:...", "sshagentkms:...".
	URI string `json:"uri"`
	// Hash names what made the digest ("SHA-256", "SHA-384", "SHA-512"); empty
	// where the message itself is given (Ed25519).
	Hash string `json:"hash,omitempty"`
	// Digest is what is signed.
	Digest []byte `json:"digest,omitempty"`
}

// reply is the answer: the public key (DER, SubjectPublicKeyInfo) or a
// signature, or why there is none.
type reply struct {
	PublicKey []byte `json:"publicKey,omitempty"`
	Signature []byte `json:"signature,omitempty"`
	// Missing is the scheme that this build has no back end for.
	Missing string `json:"missing,omitempty"`
	// Failed is the back end's own word.
	Failed string `json:"failed,omitempty"`
}
