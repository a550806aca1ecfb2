package cli

import (
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// startFlags say what to begin and with what material.
type startFlags struct {
	moveFlags
	strategy, name             string
	anchor, anchorKey          string
	signed, issuerKey, request string
	outgoingKey, keysDir       string
}

// start begins a rotation.
func (a *app) start() *cobra.Command {
	var f startFlags
	cmd := &cobra.Command{
		Use:   "start {anchor|issuer|webhooks|replace|renew}",
		Short: "begin a rotation and enter its first phase",
		Long: `start begins a rotation: it mints the incoming material, or takes what you bring,
and enters the first phase. A second rotation is refused.

  anchor    a new trust anchor and issuer. By bundle, or by cross-sign (one
            restart wave) where the outgoing anchor's key can be used once.
  issuer    a new issuer under the same anchor
  webhooks  new webhook certificates
  replace   a new anchor for dead material; needs --accept-downtime
  renew     the same anchor name and key with new dates

For keys that live in an HSM, a KMS or another CA: --csr-out FILE writes a
certificate request for a new issuer key and changes nothing else; when it is
signed, --signed FILE begins with the answer.`,
		Example: `  l5d-pki-render start anchor
  l5d-pki-render start anchor --strategy cross-sign --outgoing-key keys/2025.key
  l5d-pki-render start issuer --issuer-key keys/2026-2.key --csr-out 2026-2.csr
  l5d-pki-render start issuer --issuer-key keys/2026-2.key --signed 2026-2.pem`,
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{state.KindAnchor, state.KindIssuer, state.KindWebhooks, state.KindReplace, state.KindRenew},
		RunE: a.run(func(_ *cobra.Command, args []string) error {
			if f.request != "" {
				return a.requestIssuer(&f)
			}
			return a.move(&f.moveFlags, func(s *state.Rotation, e rotation.Evidence) (*rotation.Move, error) {
				options, err := f.material(args[0], s)
				if err != nil {
					return nil, err
				}
				return rotation.Start(s, options, e, a.Now(), a.Random)
			})
		}),
	}
	f.addStart(cmd)
	return cmd
}

func (f *startFlags) addStart(cmd *cobra.Command) {
	f.add(cmd)
	cmd.Flags().StringVar(&f.strategy, "strategy", "", "of an anchor rotation: bundle or cross-sign (default: chosen by what the outgoing anchor allows)")
	cmd.Flags().StringVar(&f.name, "name", "", "label of the incoming anchor or issuer (default: the year)")
	cmd.Flags().StringVar(&f.anchor, "anchor", "", "bring the incoming anchor (PEM)")
	cmd.Flags().StringVar(&f.anchorKey, "anchor-key", "", "its key, if the issuer is to be minted")
	cmd.Flags().StringVar(&f.signed, "signed", "", "bring the incoming issuer (PEM: issuer, then cross certificate)")
	cmd.Flags().StringVar(&f.issuerKey, "issuer-key", "", "path of the brought issuer's key, relative to the state file")
	cmd.Flags().StringVar(&f.request, "csr-out", "", "make the issuer's key at --issuer-key, write a certificate request here, change nothing else")
	cmd.Flags().StringVar(&f.outgoingKey, "outgoing-key", "", "key of the anchor in force (cross-sign, issuer, renew); default: what the state names")
	cmd.Flags().StringVar(&f.keysDir, "keys-dir", "keys", "folder of minted keys, relative to the state file")
}

// material reads what the flags bring.
func (f *startFlags) material(kind string, s *state.Rotation) (rotation.StartOptions, error) {
	o := rotation.StartOptions{
		Options: f.options, Kind: kind, Strategy: f.strategy, Name: f.name,
		IssuerKeyPath: f.issuerKey,
		KeyPath:       func(name string) string { return f.keysDir + "/" + name + ".key" },
	}
	var problems problem.List
	if f.anchor != "" {
		chain, err := readChain(f.anchor)
		problems.Add(err)
		if err == nil {
			o.Anchor = chain[0]
		}
	}
	if f.anchorKey != "" {
		key, err := readKey(f.anchorKey)
		problems.Add(err)
		o.AnchorKey = key
	}
	if f.signed != "" {
		problems.Add(f.bringIssuer(&o))
	}
	problems.Add(f.outgoing(&o, s))
	return o, problems.Err()
}

// bringIssuer reads a brought issuer and proves that its key is the one named.
func (f *startFlags) bringIssuer(o *rotation.StartOptions) error {
	chain, err := readChain(f.signed)
	if err != nil {
		return err
	}
	o.Issuer = chain
	if f.issuerKey == "" {
		return nil
	}
	key, err := readKey(beside(f.statePath, f.issuerKey))
	if err != nil {
		return err
	}
	defer key.Wipe()
	if !key.Matches(chain[0]) {
		return problem.RenderForeignKey.With(f.issuerKey, chain[0].Fingerprint()[:16]).In(f.signed)
	}
	return nil
}

// outgoing reads the key of the anchor in force: the one that a flag names, or
// the one that the state names where custody file has it.
func (f *startFlags) outgoing(o *rotation.StartOptions, s *state.Rotation) error {
	path := f.outgoingKey
	if path == "" && s.WithDefaults().Spec.Custody.Kind == custodyFile {
		for _, anchor := range s.Status.Anchors {
			if anchor.Role == state.RoleCurrent && anchor.Key != "" {
				path = beside(f.statePath, anchor.Key)
			}
		}
	}
	if path == "" {
		return nil
	}
	key, err := readKey(path)
	o.OutgoingKey = key
	return err
}

// requestIssuer makes a key and a certificate request for a CA that signs elsewhere.
func (a *app) requestIssuer(f *startFlags) error {
	if f.issuerKey == "" {
		return problem.CLIRequestKey.With()
	}
	s, err := a.loadState(f.statePath)
	if err != nil {
		return err
	}
	spec := s.WithDefaults().Spec.Linkerd
	key, err := pki.MintKey(pki.FormSEC1, a.Random)
	if err != nil {
		return err
	}
	defer key.Wipe()
	id := pki.Identity{Namespace: spec.Namespace, TrustDomain: spec.TrustDomain}
	request, err := pki.CreateRequest(key, id.IssuerName())
	if err != nil {
		return err
	}
	if err := a.storeKey(beside(f.statePath, f.issuerKey), rotation.Minted{Name: id.IssuerName(), Path: f.issuerKey, Key: key}); err != nil {
		return err
	}
	return a.writeFile(f.request, request, 0o644, false)
}
