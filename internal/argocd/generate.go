// Package argocd is Argo CD's config management plugin: it finds an application's
// state file and prints the application's objects in the current phase, for
// tenants whom the sidecar does not trust.
package argocd

import (
	"errors"
	"io"
	"io/fs"

	"github.com/l5d-pki/l5d-pki-render/internal/chartphase"
	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Options are what a call sees of the sidecar.
type Options struct {
	// Dir is the working directory: the application's, in a copy of the repository.
	Dir    string
	Getenv func(string) string
	// Environ lists the environment as NAME=VALUE; nil lists nothing.
	Environ func() []string
	// Custody is what keys are opened with; its state is filled in.
	Custody custody.World
	// Charts runs the program that renders charts and builds kustomizations, request in, reply out.
	Charts func(io.Reader, io.Writer) error
	// Notes gets lines for people.
	Notes io.Writer
}

// Discover returns the path of the application's state file, "" if there is none.
// It looks at the beginning of one file and at nothing else.
func Discover(o Options) string {
	c := newCall(o)
	_ = c.readParameters() // Generate says what is wrong with them
	if path, err := c.checkout.file(c.state); err == nil && statefile.Is(path) {
		return path
	}
	return ""
}

// Generate loads the state, then the application's objects, and post-renders them.
func Generate(o Options) ([]byte, error) {
	c := newCall(o)
	if err := c.readParameters(); err != nil {
		return nil, err
	}
	if err := c.readState(); err != nil {
		return nil, err
	}
	defer c.phase.Wipe()
	source := c.source()
	if c.request.Chart == "" {
		if err := c.withoutChart(); err != nil {
			return nil, err
		}
	}
	out, err := source.generate(c)
	if err != nil {
		return nil, statefile.Named(err, c.path, source.name)
	}
	if err := c.withinLimit(out.Stream); err != nil {
		return nil, statefile.Named(err, c.path, source.name)
	}
	for _, workload := range out.Report.Held() {
		sink.Note(c.Notes, "does not restart by itself with the wave: %s", workload)
	}
	return out.Stream, nil
}

// readState reads the state and prepares the phase. Every file that it names is
// held against the repository first.
func (c *call) readState() (err error) {
	if c.path, err = c.checkout.file(c.state); err != nil {
		return err
	}
	s, err := statefile.Load(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		return problem.ArgoCDNoState.With().In(c.path).Because(err)
	}
	if err != nil {
		return err
	}
	if err := c.mayOpenKeys(s); err != nil {
		return err
	}
	if c.withKeys {
		if err := c.holdKeys(s); err != nil {
			return err
		}
	}
	if c.phase, err = chartphase.New(s, c.phaseOptions(), &c.request); err != nil {
		return err
	}
	if err := c.readReplacements(); err != nil {
		return err
	}
	for _, name := range c.require {
		group, err := render.ParseGroup(name)
		if err != nil {
			return err
		}
		c.phase.Require = append(c.phase.Require, group)
	}
	return nil
}

func (c *call) phaseOptions() chartphase.Options {
	return chartphase.Options{
		StatePath: c.path, Layout: render.Layout(c.layout), WithKeys: c.withKeys, Annotate: c.annotate, Custody: c.Custody,
	}
}

// holdKeys holds the key files of the phase against the repository.
func (c *call) holdKeys(s *state.Rotation) error {
	for _, key := range render.KeyPaths(s) {
		if err := c.checkout.key(c.path, key); err != nil {
			return problem.Of(err).In(c.path).Err()
		}
	}
	return nil
}
