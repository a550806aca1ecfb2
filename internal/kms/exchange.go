package kms

// request and reply are what goes to the program and comes back;
// cmd/l5d-pki-render-kms, a module of its own, has their twins.
type request struct {
	Op     string `json:"op"` // "public" or "sign"
	URI    string `json:"uri"`
	Hash   string `json:"hash,omitempty"` // "SHA-256", ...; empty: Digest is the message itself
	Digest []byte `json:"digest,omitempty"`
}

type reply struct {
	PublicKey []byte `json:"publicKey"` // DER, SubjectPublicKeyInfo
	Signature []byte `json:"signature"`
	Missing   string `json:"missing"` // scheme without a back end in this build
	Failed    string `json:"failed"`  // the back end's own word
}
