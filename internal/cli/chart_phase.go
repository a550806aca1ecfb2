package cli

import (
	"errors"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"sigs.k8s.io/yaml"
)

// chartPhase is what the phase does to a chart: its values, then its post-render.
type chartPhase struct {
	state    *state.Rotation
	keys     render.Keys
	material *render.Material
	layout   render.Layout
	withKeys bool
	annotate bool
	// require are groups that the user wants to be there.
	require []render.Group
	// standIns, if not nil, stand in the places of Secrets with private keys.
	standIns render.Apart
	// leftOut names the Secrets that were taken out of the stream.
	leftOut []string
	// apart: something that the chart refers to is delivered by other means.
	apart bool
}

// chartPhase resolves the state and puts the phase's values into the request.
func (a *app) chartPhase(c *chartCall) (*chartPhase, error) {
	s, err := a.loadState(c.state)
	if err != nil {
		return nil, err
	}
	return a.phaseOf(s, c)
}

// phaseOf is chartPhase for a state that was read already.
func (a *app) phaseOf(s *state.Rotation, c *chartCall) (*chartPhase, error) {
	var err error
	p := &chartPhase{withKeys: c.secrets.withKeys, annotate: c.annotate, layout: render.Layout(c.layout)}
	if p.layout, err = render.LayoutOf(s, p.layout); err != nil {
		return nil, named(err, c.state, c.state)
	}
	p.state = s.WithDefaults()
	if p.withKeys {
		how, err := a.loadSecrets(c.state, p.state, custody.Chart, p.layout, c.secrets)
		if err != nil {
			return nil, err
		}
		p.keys = how.keys
	}
	if p.material, err = render.NewMaterial(p.state, p.keys); err != nil {
		return nil, named(err, c.state, c.state)
	}
	c.Namespaces = namespacesOf(p.state)
	if c.Phase, err = p.values(); err != nil {
		return nil, named(err, c.state, c.state)
	}
	return p, nil
}

// wipe ends the keys, once they are written.
func (p *chartPhase) wipe() { secretsAs{keys: p.keys}.wipe() }

// values of every chart that the phase has some for, by the chart's name.
func (p *chartPhase) values() (map[string][]byte, error) {
	phase := map[string][]byte{}
	for group, charts := range chartsOf {
		text, err := p.valuesOf(group)
		if isNoValues(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, name := range charts {
			phase[name] = text
		}
	}
	return phase, nil
}

// isNoValues: the state lists nothing of that chart.
func isNoValues(err error) bool {
	var p *problem.Problem
	return errors.As(err, &p) && p.Code == problem.RenderNoValues.Code
}

// keyHeld stands where a chart requires the issuer's key and none is there; the
// Secret that carries it is left out.
const keyHeld = "delivered apart"

// valuesOf gives one chart's values. With keys, webhooks that the chart refuses
// as values are left to post-rendering; without, they are externalSecret and the
// issuer keeps its scheme with a placeholder for its key.
func (p *chartPhase) valuesOf(group render.Group) ([]byte, error) {
	in := render.ValuesInput{State: p.state, Keys: p.keys, Layout: p.layout, Chart: group}
	if !p.withKeys { // the scheme is put right by keepScheme
		in.State, in.Layout = p.state.Clone(), render.External
		in.State.Spec.Linkerd.IssuerScheme = state.SchemeKubernetes
	}
	out, err := render.Values(in)
	if err != nil {
		return nil, err
	}
	values := map[string]any{}
	if err := yaml.Unmarshal(out.YAML, &values); err != nil {
		return nil, err
	}
	switch {
	case p.withKeys && p.layout == render.Embedded:
		p.leaveWebhooks(values)
	case p.withKeys:
		p.apart = p.apart || out.NeedsManifests
	default:
		p.apart = true
		p.keepScheme(values)
	}
	return yaml.Marshal(values)
}

// leaveWebhooks drops the pins of those webhooks whose Secret the chart would
// not render with them: it makes one up, and post-rendering sets it right.
func (p *chartPhase) leaveWebhooks(values map[string]any) {
	for key, material := range p.material.Webhooks {
		if key == "jaeger" {
			key = "webhook" // the chart's own name for it
		}
		pin, ok := values[key].(map[string]any)
		if ok && pin["externalSecret"] == true && material.Certificate != "" {
			delete(values, key)
		}
	}
}

// keepScheme gives a chart without keys the issuer that it shows in linkerd-config.
func (p *chartPhase) keepScheme(values map[string]any) {
	identity, ok := values["identity"].(map[string]any)
	if !ok || p.layout == render.External {
		return
	}
	issuer := identity["issuer"].(map[string]any) // render.Values always writes it
	issuer["scheme"] = state.SchemeLinkerd
	issuer["tls"] = map[string]any{"crtPEM": string(p.material.Issuer.Marshal()), "keyPEM": keyHeld}
}

// one post-renders one render of the chart.
func (p *chartPhase) one(answer exchange.Answer, documents []exchange.Document) (render.Output, error) {
	return p.render(render.Input{AllowNothing: len(answer.Fed) == 0, Require: groupsFed(answer)}, documents)
}

// groupsFed are the groups whose charts were fed with the phase's values.
func groupsFed(answer exchange.Answer) (groups []render.Group) {
	for _, group := range render.Groups {
		for _, name := range chartsOf[group] {
			if slices.Contains(answer.Fed, name) {
				groups = append(groups, group)
			}
		}
	}
	return groups
}

// render post-renders documents, without keys unless they were asked for.
func (p *chartPhase) render(in render.Input, documents []exchange.Document) (render.Output, error) {
	in.State, in.Keys, in.Annotate = p.state, p.keys, p.annotate
	in.Require = append(in.Require, p.require...)
	if p.withKeys {
		in.Stream = exchange.Stream(documents)
		return render.PostRender(in)
	}
	documents, p.leftOut = withoutKeys(documents, p.standIns)
	in.Stream, in.SecretsApart, in.Apart = exchange.Stream(documents), true, p.standIns
	out, err := render.PostRender(in)
	if err != nil {
		return render.Output{}, err
	}
	return out, keyless(out.Stream)
}
