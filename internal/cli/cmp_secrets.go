package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// cmpStandIns reads what the custody has in the Secrets' places, unless the
// Application says what becomes of them.
func (a *app) cmpStandIns(c *cmpCall) error {
	kind := custody.Kinds[c.phase.state.Spec.Custody.Kind]
	if c.secrets.withKeys || c.secrets.apart || kind.Emits[custody.CMP] != custody.StandIn {
		return nil
	}
	if kind.Seal != nil { // its objects are made from key files
		if err := c.holdKeys(c.phase.state); err != nil {
			return err
		}
	}
	how, err := a.loadSecrets(c.chartCall.state, c.phase.state, custody.CMP, c.phase.layout, c.secrets)
	c.phase.standIns, c.beside = how.apart, how.beside
	return err
}

// settleSecrets adds the Secrets that charts leave to others, or what the custody
// has in their places, and refuses to leave Secrets out in silence: Argo CD
// removes from the cluster what an application had and has no longer, the
// issuer's key with it. groups are those whose charts were fed.
func (a *app) settleSecrets(c *cmpCall, out render.Output, groups []render.Group) (render.Output, error) {
	if !c.phase.apart {
		groups = nil
	}
	add, err := c.secretsOf(groups, out.Stream)
	if err != nil {
		return render.Output{}, err
	}
	out.Stream = append(out.Stream, newDocuments(out.Stream, add)...)
	if c.secrets.withKeys {
		return out, c.keysInPlace(out.Stream)
	}
	left := c.phase.leftOut
	if len(groups) > 0 && c.phase.standIns == nil {
		left = append(slices.Clone(left), "those that the chart leaves to others (issuer, webhooks)")
	}
	if len(left) > 0 && !c.secrets.apart {
		return render.Output{}, problem.ArgoCDSecrets.With(strings.Join(left, ", "))
	}
	if len(left) > 0 {
		fmt.Fprintf(&a.talk, "note: left out, as secrets-apart says: %s\n", strings.Join(left, ", "))
	}
	return out, keyless(out.Stream)
}

// secretsOf gives what the charts of some groups leave to others: Secrets with
// keys where they are asked for, else the custody's objects. Those that stand in
// no Secret's place come with the issuer's.
func (c *cmpCall) secretsOf(groups []render.Group, stream []byte) (text []byte, err error) {
	if c.secrets.withKeys {
		return c.phase.material.LeftSecrets(c.phase.layout, groups)
	}
	for _, s := range c.phase.material.SealedSecrets(c.phase.layout) {
		standIn := c.phase.standIns[s.SecretID]
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

// newDocuments are those whose object does not stand in the stream yet.
func newDocuments(stream, documents []byte) (text []byte) {
	there := map[string]bool{}
	for _, d := range splitStream(stream) {
		if o, err := objectOf(d); err == nil {
			there[o.String()] = true
		}
	}
	for _, d := range splitStream(documents) {
		if o, err := objectOf(d); err != nil || !there[o.String()] {
			text = append(append(text, "---\n"...), strings.TrimPrefix(d, "---\n")...)
		}
	}
	return text
}
