package state

// Kinds of custody.
const (
	CustodyAge            = "age"
	CustodySOPS           = "sops"
	CustodySealedSecret   = "sealed-secret"
	CustodyExternalSecret = "external-secret"
	CustodyCertManager    = "cert-manager"
	CustodyFile           = "file"
)

// Custody says where private keys live. Which fields belong to which kind
// stands in the table custodyFields.
type Custody struct {
	// Kind: age (default), sops, sealed-secret, external-secret, cert-manager or file.
	Kind string `json:"kind,omitempty"`
	// Recipients of kind age, to whom keys are encrypted: "age1...", or a public
	// SSH key ("ssh-ed25519 ...", "ssh-rsa ...").
	Recipients []string `json:"recipients,omitempty"`
	// Passphrase of kind age: keys are encrypted with a passphrase, not to Recipients.
	Passphrase bool `json:"passphrase,omitempty"`
}
