package adopt

import (
	"path"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Options say which mesh a new state file is for.
type Options struct {
	// StatePath is the file to write, - for stdout.
	StatePath string
	// Stream, Values, Anchors and Issuer are the inputs; "" where there is none.
	Stream, Values, Anchors, Issuer string
	// Name of the state; the others are what the inputs do not say.
	Name, Version, Namespace, TrustDomain string
	// Scheme is the issuer scheme of a new mesh.
	Scheme string
	// KeysDir is the directory of key files, relative to the state file.
	KeysDir string
	// Custody is where private keys live.
	Custody state.Custody
	// New: the first PKI is made, and nothing is adopted.
	New bool
	// Force: an existing state file is replaced.
	Force bool
	// Verify: the stream is rendered with the state, and compared.
	Verify bool
}

// settleKeys makes custody and directory fit each other.
func (o *Options) settleKeys() error {
	kind := &o.Custody.Kind
	switch {
	case *kind != "":
	case len(o.Custody.Recipients) > 0 || o.Custody.Passphrase:
		*kind = state.CustodyAge
	case o.Custody.Certificate != "":
		*kind = state.CustodySealedSecret
	case o.Custody.Store != "":
		*kind = state.CustodyExternalSecret
	}
	if o.Scheme != "" && !o.New {
		return problem.AdoptScheme.With()
	}
	if o.New && o.KeysDir == "" && !o.elsewhere() {
		o.KeysDir = "keys"
	}
	if o.KeysDir == "" {
		return nil
	}
	if *kind == "" {
		*kind = state.CustodyFile
	}
	if o.elsewhere() {
		return problem.AdoptCustody.With(*kind)
	}
	return nil
}

// elsewhere reports whether the custody keeps no key files.
func (o *Options) elsewhere() bool {
	kind, known := custody.Kinds[o.Custody.Kind]
	return known && kind.Seal == nil
}

// keyPath is how the state names a key; nil when keys stay where they are.
func (o *Options) keyPath() func(string) string {
	if o.KeysDir == "" && o.New {
		return func(name string) string { return "linkerd/" + name } // in the store
	}
	if o.KeysDir == "" {
		return nil
	}
	return func(name string) string {
		return path.Join(filepath.ToSlash(o.KeysDir), name+custody.Kinds[o.Custody.Kind].Suffix)
	}
}
