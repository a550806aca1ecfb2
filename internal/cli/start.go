package cli

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
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
	answers                    string // the request that --signed answers
	signer, anchorSigner       string // URIs of keys that live elsewhere
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
				return a.requestIssuer(&f)
			}
			return a.move(&f.moveFlags, func(s *state.Rotation, e rotation.Evidence) (*rotation.Move, error) {
				options, err := a.material(&f, args[0], s)
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
	f.custody.add(cmd)
	cmd.Flags().StringVar(&f.strategy, "strategy", "", "of an anchor rotation: bundle or cross-sign (default: chosen by what the outgoing anchor allows)")
	cmd.Flags().StringVar(&f.name, "name", "", "label of the incoming anchor or issuer (default: the year)")
	cmd.Flags().StringVar(&f.anchor, "anchor", "", "bring the incoming anchor (PEM)")
	cmd.Flags().StringVar(&f.anchorKey, "anchor-key", "", "its key, if the issuer is to be minted; without --anchor, a new anchor is made for it")
	cmd.Flags().StringVar(&f.signed, "signed", "", "bring the incoming issuer (PEM: issuer, then cross certificate)")
	cmd.Flags().StringVar(&f.issuerKey, "issuer-key", "", "path of the brought issuer's key, relative to the state file; of custody external-secret: its name in the store")
	cmd.Flags().StringVar(&f.request, "csr-out", "", "make the issuer's key at --issuer-key, write a certificate request here, change nothing else")
	cmd.Flags().StringVar(&f.answers, "csr", "", "the certificate request that --signed answers, where the issuer's key is not at hand")
	cmd.Flags().StringVar(&f.outgoingKey, "outgoing-key", "", "key of the anchor in force (cross-sign, issuer, renew); default: what the state names")
	cmd.Flags().StringVar(&f.signer, "signer", "", "--outgoing-key as the URI of a key that lives elsewhere (pkcs11:, tpmkms:, awskms:, sshagentkms:, ...)")
	cmd.Flags().StringVar(&f.anchorSigner, "anchor-signer", "", "--anchor-key as such an URI; without --anchor, a new anchor is made for it")
	cmd.Flags().StringVar(&f.custody.keyOut, "key-out", "", "of custody external-secret: write minted keys into this folder, outside of Git, for you to put into the store")
	cmd.Flags().StringVar(&f.keysDir, "keys-dir", "", "folder of minted keys, relative to the state file (default: keys; outside of its folder, where the issuer's key is outside)")
}

// material reads what the flags bring.
func (a *app) material(f *startFlags, kind string, s *state.Rotation) (rotation.StartOptions, error) {
	c, err := a.custodyOf(f.statePath, s, f.custody)
	if err != nil {
		return rotation.StartOptions{}, err
	}
	o := rotation.StartOptions{
		Options: f.options, Kind: kind, Strategy: f.strategy, Name: f.name,
		IssuerKeyPath: f.issuerKey,
		KeyPath:       func(name string) string { return path.Join(f.keyFolder(c, s), name+c.Suffix) },
	}
	var problems problem.List
	if f.anchor != "" {
		var err error
		o.Anchor, err = keyfile.ReadAnchor(f.anchor)
		problems.Add(err)
	}
	if f.anchorKey != "" {
		key, err := keyfile.ReadKey(f.anchorKey)
		problems.Add(err)
		o.AnchorKey = key
	}
	if f.signed != "" {
		problems.Add(f.bringIssuer(c, &o))
	} else if f.answers != "" {
		problems.Add(problem.CLIRequestAnswer.With())
	}
	if f.signer == "" {
		problems.Add(a.outgoing(f, c, &o))
	}
	problems.Add(a.openSigners(f, &o))
	problems.Add(nameAnchor(c, f, &o))
	return o, problems.Err()
}

// keyFolder is where minted keys go, as the state names it: outside of the
// state's folder, where the issuer in force has its key outside (custody file).
// Names in a store have no folder of their own: they have a prefix.
func (f *startFlags) keyFolder(c *custody.Custody, s *state.Rotation) string {
	switch key := s.Issuing().Key; {
	case f.keysDir != "":
		return filepath.ToSlash(f.keysDir)
	case path.IsAbs(key), strings.HasPrefix(key, "../"):
		return path.Dir(key)
	case c.Refers():
		return ""
	}
	return "keys"
}

// bringIssuer reads a brought issuer and proves that it is the answer to the
// request, and that its key is the one named, as far as they are at hand.
func (f *startFlags) bringIssuer(c *custody.Custody, o *rotation.StartOptions) error {
	chain, err := keyfile.ReadChain(f.signed)
	if err != nil {
		return err
	}
	o.Issuer = chain
	if f.answers != "" {
		request, err := files.Read(f.answers, statefile.MaxSize)
		if err != nil {
			return err
		}
		if err := pki.AcceptSigned(request, chain); err != nil {
			return problem.Of(err).In(f.signed).Err()
		}
		return nil
	}
	if f.issuerKey == "" || c.Refers() {
		return nil
	}
	file, err := keyfile.Read(c, f.issuerKey)
	if err != nil {
		return err
	}
	defer clear(file)
	belongs, err := c.Belongs(file, f.issuerKey, chain[0])
	if err == nil && !belongs {
		err = problem.RenderForeignKey.With(f.issuerKey, chain[0].Fingerprint()[:16]).In(f.signed)
	}
	return err
}

// outgoing reads the key of the anchor in force: the one that a flag names, in
// clear, or the one that the state names, where it is there and can be opened.
func (a *app) outgoing(f *startFlags, c *custody.Custody, o *rotation.StartOptions) (err error) {
	if f.outgoingKey != "" {
		o.OutgoingKey, err = keyfile.ReadKey(f.outgoingKey)
		return err
	}
	if c.CanOpen() != nil || !f.signs(o) {
		return nil
	}
	all, err := render.NamedKeys(c.State)
	if err != nil {
		return statefile.Named(err, f.statePath, f.statePath)
	}
	for i, anchor := range c.State.Status.Anchors {
		if anchor.Role != state.RoleCurrent || anchor.Key == "" {
			continue
		}
		for _, k := range all {
			if k.Where == fmt.Sprintf("status.anchors[%d]", i) {
				o.OutgoingKey, err = keyfile.Open(c, k)
			}
		}
	}
	if code := problem.Of(err); len(code) == 1 && code[0].Code == problem.CustodyNoIdentity.Code && o.Kind == state.KindAnchor && f.strategy == "" {
		fmt.Fprintln(&a.talk, "note: no identity is at hand to open the outgoing anchor's key, so it signs nothing: strategy bundle")
		return nil
	}
	return err
}

// signs says whether this start may sign with the outgoing anchor's key: only
// then is it opened. An anchor rotation takes cross-sign where the key is had.
func (f *startFlags) signs(o *rotation.StartOptions) bool {
	switch o.Kind {
	case state.KindIssuer:
		return o.Issuer == nil
	case state.KindRenew:
		return o.Anchor.Certificate == nil
	case state.KindAnchor:
		return f.strategy != state.StrategyBundle
	}
	return false
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
	c, err := a.custodyOf(f.statePath, s, f.custody)
	if err != nil {
		return err
	}
	if err := keyfile.Recover(a.files(), f.request, keyfile.NamedBy(f.statePath, s)); err != nil {
		return err
	}
	spec := c.State.Spec.Linkerd
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
	of, err := render.RequestedKey(s, id.IssuerName(), f.issuerKey)
	if err != nil {
		return statefile.Named(err, f.statePath, f.statePath)
	}
	sealed, err := keyfile.SealAll(c, []rotation.Minted{{Name: of.Name, Path: of.Path, Key: key}}, []render.NamedKey{of})
	if err != nil {
		return err
	}
	first, err := keyfile.Store(a.files(), f.request, sealed)
	if err != nil {
		return err
	}
	err = a.writeFile(f.request, request, 0o644, false)
	first.Ending(err)
	return err
}
