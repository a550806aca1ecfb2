package cli

import (
	"os"

	"github.com/l5d-pki/l5d-pki-render/internal/adopt"
	"github.com/l5d-pki/l5d-pki-render/internal/terminal"

	"github.com/spf13/cobra"
)

// initFlags say which mesh a new state file is for, and what opens and keeps its keys.
type initFlags struct {
	adopt.Options
	keys custodyFlags
	// quiet: nothing is asked.
	quiet bool
}

// initialize writes the first state file of a mesh.
func (a *app) initialize() *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use:   "init",
		Short: "write the state file of a running mesh, or of a new one",
		Long: `init writes the state file of a mesh that runs already, from a rendered chart, a
kubectl dump, Helm values, or the certificates themselves. It keeps the bytes of
the trust bundle, so that adopting restarts nothing, and says what rendering the
adopted stream would change. On a terminal it asks for an input that no flag
names (--non-interactive: it does not). With --new it makes a first PKI instead. With --verify
it then renders the stream with the state that was written and prints a summary,
never a manifest; where the state file exists already, that is all it does.

Private keys in the input are never written into the state. With
--keys-dir they become files that the state names, in the custody that you choose:
encrypted ones that Git may hold (--recipient: custody age; --custody sops), or
plain ones that only their owner reads and Git must not see (custody file). An
existing state file is not replaced without --force, an existing key never.`,
		Example: `  helm template linkerd-control-plane linkerd/linkerd-control-plane -n linkerd -f values.yaml | l5d-pki-render init --stream -
  kubectl get configmap,secret,deployment,cronjob,mutatingwebhookconfiguration,validatingwebhookconfiguration -n linkerd -o yaml | l5d-pki-render init --stream - --keys-dir keys
  l5d-pki-render init --verify --stream before.yaml
  l5d-pki-render init --from-values values.yaml --linkerd-version 2.18
  l5d-pki-render init --anchors ca.crt --issuer issuer.crt --linkerd-version 2.18
  l5d-pki-render init --new --linkerd-version 2.18 --recipient age1...
  l5d-pki-render init --new --linkerd-version 2.18 --custody file --keys-dir ../keys`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			if _, err := os.Lstat(f.StatePath); f.Verify && err == nil {
				return a.doInit(&f) // nothing is begun
			}
			if !f.quiet && f.Lacks() && terminal.Talks(a.Stdin, a.Stderr) {
				adopt.Ask(a.Stdin, a.Stderr, &f.Options)
			}
			return a.afterInit(f.StatePath, a.doInit(&f))
		}),
	}
	f.add(cmd)
	return cmd
}

func (f *initFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&f.StatePath, "state", "s", "rotation.yaml", "state file to write, - for stdout (env L5D_PKI_STATE)")
	flags.StringVar(&f.Stream, "stream", "", "manifests of the control plane, rendered or dumped, - for stdin")
	flags.StringVar(&f.Values, "from-values", "", "Helm values of the control plane")
	flags.StringVar(&f.Anchors, "anchors", "", "trust bundle (PEM), where the input has none")
	flags.StringVar(&f.Issuer, "issuer", "", "issuer certificate (PEM), where the input has none")
	flags.BoolVar(&f.New, "new", false, "make a first PKI: anchor, issuer and webhook certificates")
	flags.StringVar(&f.Name, "name", "linkerd", "metadata.name of the state")
	flags.StringVar(&f.Version, "linkerd-version", "", "Linkerd release, where the input does not tell it")
	flags.StringVar(&f.Namespace, "namespace", "", "namespace of the control plane, where the input does not tell it")
	flags.StringVar(&f.Scheme, "issuer-scheme", "", "of a new mesh: linkerd.io/tls, or kubernetes.io/tls where the issuer's Secret is not the chart's (docs/delivery.md)")
	flags.StringVar(&f.TrustDomain, "trust-domain", "", "trust domain, where the input does not tell it")
	flags.StringVar(&f.KeysDir, "keys-dir", "", "store private keys in this folder, relative to the state file (with --new: keys)")
	flags.StringVar(&f.Custody.Kind, "custody", "", "where private keys live: age, sops, sealed-secret, external-secret, cert-manager or file")
	flags.StringArrayVar(&f.Custody.Recipients, "recipient", nil, "of custody age: encrypt keys to this public key (age1..., ssh-ed25519 ..., ssh-rsa ...); may be repeated")
	flags.BoolVar(&f.Custody.Passphrase, "passphrase", false, "of custody age: encrypt keys with a passphrase (env L5D_PKI_AGE_PASSPHRASE or --passphrase-file)")
	flags.StringVar(&f.Custody.Certificate, "seal-to", "", "of custody sealed-secret: the controller's certificate (kubeseal --fetch-cert), relative to the state file")
	flags.StringVar(&f.Custody.Store, "store", "", "of custody external-secret: the SecretStore that has the keys")
	f.keys.add(cmd)
	flags.StringVar(&f.keys.keyOut, "key-out", "", "of custody external-secret, with --new: write minted keys into this folder, outside of Git, for you to put into the store")
	flags.BoolVar(&f.Verify, "verify", false, "say what rendering the stream with the state would change (exit 1 if anything); an existing state file is only verified")
	flags.BoolVar(&f.quiet, "non-interactive", false, "ask nothing on a terminal where no input is named")
	flags.BoolVar(&f.Force, "force", false, "replace an existing state file")
	for _, source := range []string{"stream", "from-values", "anchors", "issuer"} {
		cmd.MarkFlagsMutuallyExclusive("new", source)
	}
	cmd.MarkFlagsMutuallyExclusive("stream", "from-values")
	cmd.MarkFlagsMutuallyExclusive("new", "verify")
}

func (a *app) doInit(f *initFlags) error {
	w := adopt.World{Custody: a.custodyWorld(f.keys), Files: a.files(), Stdin: a.Stdin, Now: a.Now, Notes: &a.talk}
	r, err := adopt.Init(w, f.Options)
	a.data, a.onStdout = r.Text, r.Printed
	if err == nil && r.Differs {
		err = errFound
	}
	return err
}
