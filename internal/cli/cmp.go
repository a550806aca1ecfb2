package cli

import (
	"errors"
	"io/fs"

	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// cmp is what Argo CD's plugin server runs in a sidecar (config management plugin).
func (a *app) cmp() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cmp",
		Short: "run as Argo CD's config management plugin",
		Long: `cmp is the plugin side of Argo CD. Its plugin server runs these commands in the
application's folder, in a copy of the repository; docs/hosts/argocd.md sets it
up. Parameters come from the Application (spec.source.plugin.parameters), then
from its environment (spec.source.plugin.env), then from L5D_PKI_ variables of
the sidecar. ` + "`cmp parameters`" + ` lists them.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.cmpDiscover(), a.cmpGenerate(), a.cmpParameters(), a.cmpPlugin(), a.cmpInstall())
	return cmd
}

// cmpDiscover says whether the application is one of ours.
func (a *app) cmpDiscover() *cobra.Command {
	return &cobra.Command{
		Use:   "discover",
		Short: "print the application's state file, or nothing",
		Long: `discover prints the path of the application's state file. Without one it prints
nothing; both are a success, as Argo CD wants it. It looks at the beginning of
one file and at nothing else.`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			c, err := a.newCMPCall()
			if err != nil {
				return err
			}
			_ = a.cmpParametersInto(c) // generate says what is wrong with them
			if path, err := c.checkout.file(c.state); err == nil && statefile.Is(path) {
				a.data = []byte(path + "\n")
			}
			return nil
		}),
	}
}

// cmpGenerate prints the application's objects.
func (a *app) cmpGenerate() *cobra.Command {
	return &cobra.Command{
		Use:   "generate",
		Short: "print the application's objects with the PKI of the current phase",
		Long: `generate renders the application's folder and post-renders it: the chart that the
parameter chart names, or that lies in the folder (Chart.yaml), or the
kustomization there, or else all manifests in it and below.

Nothing is read outside of the repository, and nothing over the network unless
the chart lies there. Private keys are printed only with the parameter with-keys.`,
		Args: cobra.NoArgs,
		RunE: a.runForStdout(func(*cobra.Command, []string) error {
			switch confined := a.Getenv(confinedVariable) != ""; {
			case confined:
				a.enterConfinement()
			case a.Confine:
				return a.confine()
			}
			c, err := a.newCMPCall()
			if err != nil {
				return err
			}
			if err := a.cmpParametersInto(c); err != nil {
				return err
			}
			return a.generate(c)
		}),
	}
}

// generate loads the state, then the application's objects, and post-renders them.
func (a *app) generate(c *cmpCall) error {
	if err := a.cmpState(c); err != nil {
		return err
	}
	defer c.phase.wipe()
	source := c.source()
	if c.Chart == "" {
		if err := a.withoutChart(); err != nil {
			return err
		}
	}
	out, err := source.generate(a, c)
	if err != nil {
		return named(err, c.chartCall.state, source.name)
	}
	a.data = out.Stream
	return nil
}

// cmpState reads the state and prepares the phase. Every file that it names is
// held against the repository first.
func (a *app) cmpState(c *cmpCall) error {
	path, err := c.checkout.file(c.state)
	if err != nil {
		return err
	}
	c.chartCall.state = path
	s, err := a.loadState(path)
	if errors.Is(err, fs.ErrNotExist) {
		return problem.ArgoCDNoState.With().In(path).Because(err)
	}
	if err != nil {
		return err
	}
	if err := a.mayOpenKeys(c, s); err != nil {
		return err
	}
	if c.secrets.withKeys {
		if err := c.holdKeys(s); err != nil {
			return err
		}
	}
	if c.phase, err = a.phaseOf(s, &c.chartCall); err != nil {
		return err
	}
	if err := a.cmpStandIns(c); err != nil {
		return err
	}
	for _, name := range c.require {
		group, err := render.ParseGroup(name)
		if err != nil {
			return err
		}
		c.phase.require = append(c.phase.require, group)
	}
	return nil
}

// holdKeys holds the key files of the phase against the repository.
func (c *cmpCall) holdKeys(s *state.Rotation) error {
	for _, key := range render.KeyPaths(s) {
		if err := c.checkout.key(c.chartCall.state, key); err != nil {
			return problem.Of(err).In(c.chartCall.state).Err()
		}
	}
	return nil
}
