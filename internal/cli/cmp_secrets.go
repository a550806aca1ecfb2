package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// settleSecrets refuses to leave Secrets out in silence: Argo CD removes from the
// cluster what an application had and has no longer, the issuer's key with it.
// What the custody has for the cluster comes with the application. groups are
// those whose chart was told that others deliver its Secrets.
func (a *app) settleSecrets(c *cmpCall, out render.Output, groups []render.Group) (render.Output, error) {
	if !c.phase.apart {
		groups = nil
	}
	left := c.phase.leftOut
	if c.secrets.withKeys || len(left)+len(groups) == 0 {
		return out, nil
	}
	if !c.secrets.apart {
		covered, err := a.addStandIns(c, &out, groups)
		if err != nil {
			return render.Output{}, err
		}
		left = slices.DeleteFunc(slices.Clone(left), func(name string) bool { return slices.Contains(covered, name) })
		if len(covered) > 0 {
			groups = nil
		}
	}
	if len(groups) > 0 {
		left = append(left, "those that the chart leaves to others (issuer, webhooks)")
	}
	if len(left) > 0 && !c.secrets.apart {
		return render.Output{}, problem.ArgoCDSecrets.With(strings.Join(left, ", "))
	}
	if len(left) > 0 {
		fmt.Fprintf(&a.talk, "note: left out, as secrets-apart says: %s\n", strings.Join(left, ", "))
	}
	return out, nil
}

// addStandIns puts the custody's objects behind the stream: for the Secrets that
// were taken out of it, and for all those of the groups. What stands there
// already is not put twice. It names the Secrets that are covered.
func (a *app) addStandIns(c *cmpCall, out *render.Output, groups []render.Group) (covered []string, err error) {
	kind := custody.Kinds[c.phase.state.Spec.Custody.Kind]
	if kind.Emits[custody.CMP] != custody.StandIn {
		return nil, nil
	}
	if kind.Seal != nil { // its objects are made from key files
		if err := c.holdKeys(c.phase.state); err != nil {
			return nil, err
		}
	}
	how, err := a.loadSecrets(c.chartCall.state, c.phase.state, custody.CMP, c.phase.layout, c.secrets)
	if err != nil {
		return nil, err
	}
	var text []byte
	for _, s := range c.phase.material.SealedSecrets(c.phase.layout) {
		name := fmt.Sprintf("Secret %s/%s", s.Namespace, s.Name)
		if !slices.Contains(groups, s.Group()) && !slices.Contains(c.phase.leftOut, name) {
			continue
		}
		standIn := how.apart[s.SecretID]
		if standIn.Err != nil {
			return nil, standIn.Err
		}
		if len(standIn.Text) > 0 {
			covered = append(covered, name)
			text = append(text, standIn.Text...)
		}
	}
	if len(covered) > 0 && slices.Contains(groups, render.ControlPlane) {
		text = append(text, how.beside...)
	}
	out.Stream = append(out.Stream, newDocuments(out.Stream, text)...)
	return covered, nil
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
