// Package phase renders the current phase of a state, with what its custody has for
// each Secret: a stream made right, Helm values, and plain manifests.
package phase

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Source is a state file, and what a user wants of its Secrets.
type Source struct {
	Custody   custody.World
	StatePath string
	Wanted    keyfile.Wanted
}

// secrets reads what a command needs of the custody (see [keyfile.Load]).
func (f Source) secrets(s *state.Rotation, command custody.Command, layout render.Layout) (keyfile.Secrets, error) {
	c, err := f.Custody.Of(f.StatePath, s)
	if err != nil {
		return keyfile.Secrets{}, err
	}
	return keyfile.Load(c, command, layout, f.Wanted)
}

// PostRender makes a stream carry the PKI of the phase. read reads the stream, which
// name names in errors. note says what the stream lacks, and how it is delivered.
func (f Source) PostRender(in render.Input, name string, read func() ([]byte, error)) (out render.Output, note string, err error) {
	if in.State, err = statefile.Load(f.StatePath); err != nil {
		return out, "", err
	}
	if in.Stream, err = read(); err != nil { // first: a pipe that hangs must not find keys in memory
		return out, "", err
	}
	secrets, err := f.secrets(in.State, custody.PostRender, "")
	if err != nil {
		return out, "", err
	}
	defer secrets.Wipe()
	in.Keys, in.Apart, in.SecretsApart = secrets.Keys, secrets.Apart, f.Wanted.Apart
	keyless := in.SecretsApart || in.Apart != nil
	in.InPieces = !keyless // a key that goes over the end of a document is searched for in the whole
	out, err = render.PostRender(in)
	if err == nil && keyless {
		err = render.CheckKeyless(out.Stream, !in.SecretsApart)
	}
	if len(out.LeftOut) > 0 {
		note = fmt.Sprintf("left out, as --secrets-apart says: %s; they are delivered by `%s`", strings.Join(out.LeftOut, ", "), delivery.CommandsOf(in.State, f.StatePath).Secrets())
	}
	return out, note, statefile.Named(err, f.StatePath, name)
}

// Values renders the Helm values of the phase. Values with keys go to a live host, as
// custody file has it; another custody has to be asked in words.
// note says what has to be delivered beside the chart.
func (f Source) Values(in render.ValuesInput) (out render.ValuesOutput, note string, err error) {
	if in.State, err = statefile.Load(f.StatePath); err != nil {
		return out, "", err
	}
	if in.NeedsKeys() {
		if in.State.WithDefaults().Spec.Custody.Kind != state.CustodyFile && !f.Wanted.WithKeys {
			return out, "", problem.RenderNoKeys.With()
		}
		f.Wanted.WithKeys = true
		keys, err := f.secrets(in.State, custody.PostRender, "")
		if err != nil {
			return out, "", err
		}
		defer keys.Wipe()
		in.Keys = keys.Keys
	}
	out, err = render.Values(in)
	if err == nil && !out.HoldsKeys {
		err = render.CheckKeyless(out.YAML, false)
	}
	if out.NeedsManifests {
		note = delivery.BesideChart(in.State, f.StatePath, out.HoldsKeys)
	}
	return out, note, statefile.Named(err, f.StatePath, f.StatePath)
}

// Manifests renders the PKI objects of the phase.
func (f Source) Manifests(in render.ManifestsInput) (text []byte, err error) {
	if in.State, err = statefile.Load(f.StatePath); err != nil {
		return nil, err
	}
	secrets, err := f.secrets(in.State, custody.Manifests, in.Layout)
	if err != nil {
		return nil, err
	}
	defer secrets.Wipe()
	in.WithKeys, in.Keys, in.Apart, in.Beside = f.Wanted.WithKeys, secrets.Keys, secrets.Apart, secrets.Beside
	text, err = render.Manifests(in)
	if err == nil && !in.WithKeys {
		err = render.CheckKeyless(text, false)
	}
	return text, statefile.Named(err, f.StatePath, f.StatePath)
}
