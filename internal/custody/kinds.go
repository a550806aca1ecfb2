package custody

import (
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Emission is what a command writes for a Secret with a private key.
type Emission int

// Emissions.
const (
	// Nothing: the Secret is left out.
	Nothing Emission = iota
	// StandIn: the custody's object stands in the Secret's place.
	StandIn
	// WithKey: the Secret with its key, for a live host.
	WithKey
)

// Command is a command, or a group of them, whose output may have Secrets.
type Command string

// Commands that emit Secrets.
const (
	PostRender Command = "post-render"
	Manifests  Command = "manifests" // and outputs of that kind
	// CMP writes no key unasked, and nothing that only Flux can decrypt.
	CMP   Command = "cmp"
	Chart Command = "chart" // and outputs of that kind; `manifests` delivers what it leaves out
)

// Kind is what a kind of custody can do; nil is what it cannot.
type Kind struct {
	// Suffix of key files that are minted; "" where no key is kept.
	Suffix string
	// Mode of key files.
	Mode uint32
	// HandsOut: keys that are minted here can be taken out, for the user to store.
	HandsOut bool
	// Emits says what commands write without --with-keys; what is not listed
	// writes Nothing.
	Emits map[Command]Emission
	// Check says what would keep Seal from sealing, of what the state says.
	Check func(c *Custody) error
	// Seal encrypts a key into the bytes of its key file.
	Seal func(c *Custody, key pki.Key, of render.NamedKey) ([]byte, error)
	// Open gives the PEM of the key in the key file that the state names by path;
	// the caller wipes it.
	Open func(c *Custody, file []byte, path string) ([]byte, error)
	// StandIn gives the documents (each begins with "---") that stand in a
	// Secret's place, from the Secret of the phase and, where Seal is not nil,
	// the bytes of its key file.
	StandIn func(c *Custody, secret render.KeySecret, file []byte) ([]byte, error)
	// Beside gives documents that stand in no Secret's place (issuers, bundles),
	// for `manifests`.
	Beside func(c *Custody, m *render.Material) ([]byte, error)
	// Facts tells what a key file says of itself without being opened.
	Facts func(file []byte) (Facts, error)
	// Fits refuses a key file that is not what Seal writes for a key, as far as that
	// can be seen without opening it; nil where Facts see all of it.
	Fits func(c *Custody, file []byte, of render.NamedKey) error
}

// Facts is what a key file says of itself without being opened.
type Facts struct {
	// SPKI is the SHA-256 of the public key (SubjectPublicKeyInfo), lower-case
	// hex; "" where the file does not say.
	SPKI string
	// Recipients to whom the key is encrypted, sorted; nil where the file does not say.
	Recipients []string
	// Passphrase: the key is encrypted with one.
	Passphrase bool
}

// Kinds of custody, by spec.custody.kind.
var Kinds = map[string]Kind{
	state.CustodyFile: {
		Suffix: ".key", Mode: 0o600, Emits: map[Command]Emission{PostRender: WithKey},
		Seal: sealFile, Open: openFile,
	},
	state.CustodyAge: {
		Suffix: ".age", Mode: 0o644,
		Check: checkRecipients, Seal: sealAge, Open: openAge, Facts: ageFacts,
	},
	state.CustodySOPS: {
		Suffix: ".sops.yaml", Mode: 0o644, Emits: map[Command]Emission{PostRender: StandIn, Manifests: StandIn},
		Seal: sealSOPS, Open: openSOPS, StandIn: sopsStandIn, Facts: sopsFacts, Fits: sopsFits,
	},
	state.CustodySealedSecret: {
		Suffix: ".sealed", Mode: 0o644, Emits: map[Command]Emission{PostRender: StandIn, Manifests: StandIn, CMP: StandIn},
		Check: checkSealingCertificate, Seal: seal, StandIn: sealedStandIn, Facts: sealedFacts, Fits: sealedFits,
	},
	state.CustodyExternalSecret: {
		Mode: 0o600, HandsOut: true, Emits: map[Command]Emission{PostRender: StandIn, Manifests: StandIn, CMP: StandIn},
		StandIn: externalStandIn,
	},
	state.CustodyCertManager: {
		Emits:   map[Command]Emission{PostRender: StandIn, Manifests: StandIn, CMP: StandIn},
		StandIn: certificateStandIn, Beside: certManagerBeside,
	},
}
