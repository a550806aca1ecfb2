package argocd

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/chartphase"
	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// readReplacements reads what the custody has in the Secrets' places, unless the
// Application says what becomes of them.
func (c *call) readReplacements() error {
	kind := custody.Kinds[c.phase.State().Spec.Custody.Kind]
	if c.withKeys || c.apart || kind.Emits[custody.CMP] != custody.StandIn {
		return nil
	}
	if kind.Seal != nil { // its objects are made from key files
		if err := c.holdKeys(c.phase.State()); err != nil {
			return err
		}
	}
	how, err := c.phase.Secrets(c.phaseOptions(), custody.CMP, keyfile.Wanted{})
	c.phase.Replacements, c.beside = how.Apart, how.Beside
	return err
}

// settleSecrets adds the Secrets that charts leave to others, or what the custody
// has in their places, and refuses to leave Secrets out in silence: Argo CD
// removes from the cluster what an application had and has no longer, the
// issuer's key with it. groups are those whose charts were fed.
func (c *call) settleSecrets(out render.Output, groups []render.Group) (render.Output, error) {
	if !c.phase.Apart {
		groups = nil
	}
	add, err := c.secretsOf(groups, out.Stream)
	if err != nil {
		return render.Output{}, err
	}
	out.Stream = append(out.Stream, newDocuments(out.Stream, add)...)
	if c.withKeys {
		return out, c.keysInPlace(out.Stream)
	}
	if foreign := c.phase.Foreign(); len(foreign) > 0 {
		return render.Output{}, problem.ArgoCDForeignSecrets.With(strings.Join(foreign, ", "))
	}
	left := c.phase.LeftOut
	if len(groups) > 0 && c.phase.Replacements == nil {
		left = append(slices.Clone(left), "those that the chart leaves to others (issuer, webhooks)")
	}
	if len(left) > 0 && !c.apart {
		return render.Output{}, problem.ArgoCDSecrets.With(strings.Join(left, ", "))
	}
	if len(left) > 0 {
		sink.Note(c.Notes, "left out, as secrets-apart says: %s; they are delivered by `%s`", strings.Join(left, ", "), delivery.CommandsOf(c.phase.State(), c.path).Secrets())
	}
	return out, chartphase.Keyless(out.Stream)
}

// secretsOf gives what the charts of some groups leave to others: Secrets with
// keys where they are asked for, else the custody's objects. Those that stand in
// no Secret's place come with the issuer's.
func (c *call) secretsOf(groups []render.Group, stream []byte) (text []byte, err error) {
	if c.withKeys {
		return c.phase.LeftSecrets(groups)
	}
	for _, s := range c.phase.KeySecrets() {
		standIn := c.phase.Replacements[s.SecretID]
		fed := slices.Contains(groups, s.Group())
		if fed && standIn.Err != nil {
			return nil, standIn.Err
		}
		if fed {
			text = append(text, standIn.Text...)
		}
		if s.Webhook == "" && (fed || len(newDocuments(stream, standIn.Text)) == 0) {
			text = append(text, c.beside...)
		}
	}
	return text, nil
}

// newDocuments are those whose object does not stand in the stream yet. One that names no
// namespace is in that of the application, so it is the same.
func newDocuments(stream, documents []byte) (text []byte) {
	there := map[string]bool{}
	for _, d := range chartphase.Split(stream) {
		if o, err := chartphase.ObjectOf(d); err == nil {
			there[o.String()] = true
		}
	}
	for _, d := range chartphase.Split(documents) {
		o, err := chartphase.ObjectOf(d)
		bare := o
		bare.Metadata.Namespace = ""
		if err != nil || !there[o.String()] && !there[bare.String()] {
			text = append(append(text, "---\n"...), strings.TrimPrefix(d, "---\n")...)
		}
	}
	return text
}
