package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/krm"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"github.com/spf13/cobra"
)

// krm is the tool as a KRM function, as kustomize and kpt call it.
func (a *app) krm() *cobra.Command {
	return &cobra.Command{
		Use:   "krm",
		Short: "be a KRM function of kustomize or kpt (ResourceList on stdin and stdout)",
		Long: `krm reads a ResourceList (config.kubernetes.io/v1 or v1beta1) on stdin and writes
it to stdout with the PKI of the phase, and with results. The state is in the
list's functionConfig: the state file itself, or kind L5dPkiRender with the state
under spec.state. No file is read, and no private key is emitted.

A list without items, or with nothing but the functionConfig, is one to generate
into: it gets what ` + "`manifests`" + ` writes. Otherwise the items are changed as
` + "`post-render`" + ` changes a stream; none is removed. L5dPkiRender can say it:
spec.mode is transform or generate.

kustomize runs the program that the annotation config.kubernetes.io/function of
the configuration names, with --enable-alpha-plugins --enable-exec; without
--enable-exec it skips it in silence. ` + "`component --krm`" + ` writes a Component
that fails then. Called by the name l5d-pki-render-krm the program is krm: kustomize before 5.7
passes no arguments.`,
		Example: `  kustomize build --enable-alpha-plugins --enable-exec clusters/prod
  kpt fn eval manifests --exec l5d-pki-render-krm --fn-config rotation.yaml`,
		Args: cobra.NoArgs,
		RunE: a.runForStdout(func(*cobra.Command, []string) error { return a.doKRM() }),
	}
}

// doKRM writes the list in any case that it could be read: a host finds the
// errors in its results, and what it hides is on stderr.
func (a *app) doKRM() error {
	text, err := files.ReadAll(a.Stdin, "stdin", krm.MaxList)
	if err != nil {
		return err
	}
	out, err := krm.Run(text)
	if out.List == nil {
		return problem.Of(err).In("stdin").Err()
	}
	a.data = out.List
	if err != nil {
		a.printErrors(err)
		return errFound
	}
	for _, r := range out.Results {
		sink.Note(&a.talk, "krm: %s", r)
	}
	return nil
}
