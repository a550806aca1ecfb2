package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// custodyFlags say what opens key files.
type custodyFlags struct{ identity, passphraseFile, keyOut string }

func (f *custodyFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.identity, "identity", "", "file with the identity that opens key files (default: env L5D_PKI_AGE_IDENTITY, SOPS_AGE_KEY, SOPS_AGE_KEY_FILE)")
	cmd.Flags().StringVar(&f.passphraseFile, "passphrase-file", "", "file with the passphrase of key files (default: env L5D_PKI_AGE_PASSPHRASE)")
}

// custodyOf is the state's custody in the world of this call.
func (a *app) custodyOf(statePath string, s *state.Rotation, f custodyFlags) (*custody.Custody, error) {
	return a.custodyWorld(f).Of(statePath, s)
}

// custodyWorld is what key files are made and opened with, without a state.
func (a *app) custodyWorld(f custodyFlags) custody.World {
	return custody.World{
		Getenv: a.Getenv, Random: a.Random,
		ReadFile: a.readOnce, PassphraseWork: a.PassphraseWork,
		Identity: f.identity, PassphraseFile: f.passphraseFile, KeyOut: f.keyOut, SSH: a.SSH,
	}
}

// secretsFlags say how a command writes the Secrets of a phase.
type secretsFlags struct {
	custodyFlags
	withKeys bool
	// apart: Secrets with keys are delivered by other means, and left out.
	apart bool
}

func (f *secretsFlags) add(cmd *cobra.Command, withKeys string) {
	cmd.Flags().BoolVar(&f.withKeys, "with-keys", false, withKeys)
	f.custodyFlags.add(cmd)
}
