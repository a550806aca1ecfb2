package cli

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// custodyIncoming prints what makes a new anchor in the cluster.
func (a *app) custodyIncoming() *cobra.Command {
	var statePath, name string
	cmd := &cobra.Command{
		Use:   "incoming",
		Short: "with custody cert-manager: print the objects that make a new anchor in the cluster",
		Long: `incoming prints the objects with which cert-manager makes a new anchor and a
first issuer under it. It changes nothing: apply them, read both certificates back
from their Secrets, and bring them to "start anchor" under the same name.`,
		Example: `  l5d-pki-render custody incoming --name 2027 | kubectl apply -f -`,
		Args:    cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			s, err := a.loadState(statePath)
			if err != nil {
				return err
			}
			c, err := a.custodyOf(statePath, s, custodyFlags{})
			if err != nil {
				return err
			}
			if err := state.CheckName(name); err != nil {
				return err
			}
			a.data, err = c.Incoming(name)
			return err
		}),
	}
	stateFlag(cmd, &statePath)
	cmd.Flags().StringVar(&name, "name", "", "name of the new anchor in the state")
	_ = cmd.MarkFlagRequired("name")
	return cmd
}

// custodyReadBack takes down an issuer that the cluster made anew.
func (a *app) custodyReadBack() *cobra.Command {
	var statePath, issuer, why string
	cmd := &cobra.Command{
		Use:   "read-back",
		Short: "with a custody in the cluster: take down the issuer that was made anew",
		Long: `read-back writes the certificate of an issuer that the cluster made into the
state, in the place of the one in force: after a phase that switches the issuer,
and after each renewal by cert-manager. It must have the name of the one in force
and come from the same anchor. The phase stays; the log says what happened.`,
		Example: `  kubectl get secret linkerd-identity-issuer -n linkerd -o jsonpath='{.data.tls\.crt}' | base64 -d > issuer.pem
  l5d-pki-render custody read-back --issuer issuer.pem`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error { return a.readBack(statePath, issuer, why) }),
	}
	stateFlag(cmd, &statePath)
	cmd.Flags().StringVar(&issuer, "issuer", "", "the certificate (PEM) that the issuer's Secret has now")
	cmd.Flags().StringVar(&why, "why", "", "a sentence for the log")
	_ = cmd.MarkFlagRequired("issuer")
	return cmd
}

func (a *app) readBack(statePath, issuer, why string) error {
	certificate, err := a.moves(custodyFlags{}).ReadBack(statePath, issuer, why)
	if err == nil {
		a.data = fmt.Appendf(nil, "the issuer in force is now %s\n", certificate.Fingerprint())
	}
	return err
}
