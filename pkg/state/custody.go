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
	// Certificate of kind sealed-secret: the path of the controller's certificate
	// (`kubeseal --fetch-cert`), relative to this file.
	Certificate string `json:"certificate,omitempty"`
	// Store of kind external-secret: the name of the SecretStore.
	Store string `json:"store,omitempty"`
	// StoreKind of kind external-secret: SecretStore (default) or ClusterSecretStore.
	StoreKind string `json:"storeKind,omitempty"`
	// RemotePrefix of kind external-secret stands before `key` in the names under
	// which the store has the keys.
	RemotePrefix string `json:"remotePrefix,omitempty"`
	// RemoteProperty of kind external-secret is the property of a stored secret
	// that holds the key, where secrets of the store have properties.
	RemoteProperty string `json:"remoteProperty,omitempty"`
	// RefreshInterval of kind external-secret; default 1h.
	RefreshInterval Duration `json:"refreshInterval,omitzero"`
	// TrustNamespace of kind cert-manager: where cert-manager keeps the Secrets of
	// ClusterIssuers; default "cert-manager".
	TrustNamespace string `json:"trustNamespace,omitempty"`
	// RenewBefore of kind cert-manager: how long before its end the issuer is
	// renewed while no rotation is under way; default: a third of validity.issuer.
	RenewBefore Duration `json:"renewBefore,omitzero"`
}

// Kinds of stores of custody external-secret (external-secrets.io/v1).
const (
	StoreNamespaced = "SecretStore"
	StoreCluster    = "ClusterSecretStore"
)
