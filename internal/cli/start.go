package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// startFlags say what to begin and with what material.
type startFlags struct {
	moveFlags
	material moves.Material
	request  string // file to write a certificate request to
}

// start begins a rotation.
func (a *app) start() *cobra.Command {
	var f startFlags
	cmd := &cobra.Command{
		Use:   "start {anchor|issuer|webhooks|replace|renew}",
		Short: "begin a rotation and enter its first phase",
		Long: `start begins a rotation: it mints the incoming material, or takes what you bring,
and enters the first phase. A second rotation is refused. The keys that it makes
go into the custody (spec.custody): encrypted files that Git may hold, or plain
ones outside of Git; state and key files are written all or none.

  anchor    a new trust anchor and issuer. By bundle, or by cross-sign (one
            restart wave) where the outgoing anchor's key can be used once.
  issuer    a new issuer under the same anchor
  webhooks  new webhook certificates
  replace   a new anchor for dead material; needs --accept-downtime
  renew     the same anchor name and key with new dates

For another CA: --csr-out FILE writes a certificate request for a new issuer key
and changes nothing else; when it is signed, --signed FILE begins with the
answer. Where the key is not at hand, --csr FILE proves the answer by its request.

For anchors whose keys live in an HSM, a TPM, a cloud's KMS or an ssh agent:
--signer URI signs with the key of the anchor in force, --anchor-signer URI with
that of the incoming one. The program l5d-pki-render-kms has the clients.`,
		Example: `  l5d-pki-render start anchor
  l5d-pki-render start anchor --strategy cross-sign --outgoing-key keys/2025.key
  l5d-pki-render start issuer --issuer-key keys/2026-2.key --csr-out 2026-2.csr
  l5d-pki-render start issuer --issuer-key keys/2026-2.key --signed 2026-2.pem
  l5d-pki-render start issuer --signer "pkcs11:token=pki;object=root-2025?pin-source=/run/pin"`,
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{state.KindAnchor, state.KindIssuer, state.KindWebhooks, state.KindReplace, state.KindRenew},
		RunE: a.run(func(_ *cobra.Command, args []string) error {
			if f.request != "" {
				return a.moves(f.custody).RequestIssuer(f.statePath, f.material.IssuerKey, f.request)
			}
			return a.move(&f.moveFlags, func(s *state.Rotation, e rotation.Evidence) (*rotation.Move, error) {
				options, err := a.moves(f.custody).Options(f.statePath, args[0], s, f.material)
				if err != nil {
					return nil, err
				}
				options.Options = f.options
				return rotation.Start(s, options, e, a.Now(), a.Random)
			})
		}),
	}
	f.addStart(cmd)
	return cmd
}

func (f *startFlags) addStart(cmd *cobra.Command) {
	f.add(cmd)
	f.custody.add(cmd)
	cmd.Flags().StringVar(&f.material.Strategy, "strategy", "", "of an anchor rotation: bundle or cross-sign (default: chosen by what the outgoing anchor allows)")
	cmd.Flags().StringVar(&f.material.Name, "name", "", "label of the incoming anchor or issuer (default: the year)")
	cmd.Flags().StringVar(&f.material.Anchor, "anchor", "", "bring the incoming anchor (PEM)")
	cmd.Flags().StringVar(&f.material.AnchorKey, "anchor-key", "", "its key, if the issuer is to be minted; without --anchor, a new anchor is made for it")
	cmd.Flags().StringVar(&f.material.Signed, "signed", "", "bring the incoming issuer (PEM: issuer, then cross certificate)")
	cmd.Flags().StringVar(&f.material.IssuerKey, "issuer-key", "", "path of the brought issuer's key, relative to the state file; of custody external-secret: its name in the store")
	cmd.Flags().StringVar(&f.request, "csr-out", "", "make the issuer's key at --issuer-key, write a certificate request here, change nothing else")
	cmd.Flags().StringVar(&f.material.Request, "csr", "", "the certificate request that --signed answers, where the issuer's key is not at hand")
	cmd.Flags().StringVar(&f.material.OutgoingKey, "outgoing-key", "", "key of the anchor in force (cross-sign, issuer, renew); default: what the state names")
	cmd.Flags().StringVar(&f.material.Signer, "signer", "", "--outgoing-key as the URI of a key that lives elsewhere (pkcs11:, tpmkms:, awskms:, sshagentkms:, ...)")
	cmd.Flags().StringVar(&f.material.AnchorSigner, "anchor-signer", "", "--anchor-key as such an URI; without --anchor, a new anchor is made for it")
	cmd.Flags().StringVar(&f.custody.keyOut, "key-out", "", "of custody external-secret: write minted keys into this folder, outside of Git, for you to put into the store")
	cmd.Flags().StringVar(&f.material.KeysDir, "keys-dir", "", "folder of minted keys, relative to the state file (default: keys; outside of its folder, where the issuer's key is outside)")
}
