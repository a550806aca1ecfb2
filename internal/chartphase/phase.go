// Package chartphase is what a phase does to a Helm chart: its values go in, and
// what the chart renders is post-rendered.
package chartphase

import (
	"bytes"
	"cmp"
	"errors"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"sigs.k8s.io/yaml"
)

// Options say how a chart gets its phase.
type Options struct {
	// StatePath is the path of the state file.
	StatePath string
	Layout    render.Layout
	// WithKeys keeps Secrets with private keys.
	WithKeys bool
	Annotate bool
	// Custody is what keys are opened with; its state is filled in.
	Custody custody.World
}

// Phase is what the phase does to a chart: its values, then its post-render.
type Phase struct {
	state    *state.Rotation
	keys     render.Keys
	material *render.Material
	layout   render.Layout
	withKeys bool
	annotate bool
	// Require are groups that the user wants to be there.
	Require []render.Group
	// Replacements, if not nil, replace Secrets with private keys.
	Replacements render.Apart
	// LeftOut names the Secrets that were taken out of the stream.
	LeftOut []string
	// Apart: something that the chart refers to is delivered by other means.
	Apart bool
}

// New puts the phase's values into a request for a chart.
func New(s *state.Rotation, o Options, request *exchange.Request) (*Phase, error) {
	var err error
	p := &Phase{withKeys: o.WithKeys, annotate: o.Annotate, layout: o.Layout}
	if p.layout, err = render.LayoutOf(s, p.layout); err != nil {
		return nil, statefile.Named(err, o.StatePath, o.StatePath)
	}
	p.state = s.WithDefaults()
	if p.withKeys {
		how, err := p.Secrets(o, custody.Chart, keyfile.Wanted{WithKeys: true})
		if err != nil {
			return nil, err
		}
		p.keys = how.Keys
	}
	if p.material, err = render.NewMaterial(p.state, p.keys); err != nil {
		return nil, statefile.Named(err, o.StatePath, o.StatePath)
	}
	request.Namespaces, request.Engine = Namespaces(p.state), cmp.Or(request.Engine, Engine(p.state))
	if request.Phase, err = p.values(); err != nil {
		return nil, statefile.Named(err, o.StatePath, o.StatePath)
	}
	return p, nil
}

// Secrets reads what the custody has for a command in the phase.
func (p *Phase) Secrets(o Options, command custody.Command, wanted keyfile.Wanted) (keyfile.Secrets, error) {
	world := o.Custody
	world.State, world.StatePath = p.state, o.StatePath
	c, err := custody.New(world)
	if err != nil {
		return keyfile.Secrets{}, err
	}
	return keyfile.Load(c, command, p.layout, wanted)
}

// Wipe ends the keys, once they are written.
func (p *Phase) Wipe() { keyfile.Secrets{Keys: p.keys}.Wipe() }

// State is the state with defaults, in the phase's layout.
func (p *Phase) State() *state.Rotation { return p.state }

// Keys are the private keys that were opened.
func (p *Phase) Keys() render.Keys { return p.keys }

// KeySecrets are the Secrets of the phase that hold private keys.
func (p *Phase) KeySecrets() []render.KeySecret { return p.material.SealedSecrets(p.layout) }

// Foreign names the Secrets that were taken out of the stream and are none of the phase:
// nothing of this tool delivers them.
func (p *Phase) Foreign() []string {
	ours := map[string]bool{}
	for _, s := range p.KeySecrets() {
		ours["Secret "+s.Name], ours["Secret "+s.Namespace+"/"+s.Name] = true, true
	}
	return slices.DeleteFunc(slices.Clone(p.LeftOut), func(name string) bool { return ours[name] })
}

// LeftSecrets are the Secrets that charts of some groups leave to others, with keys.
func (p *Phase) LeftSecrets(groups []render.Group) ([]byte, error) {
	return p.material.LeftSecrets(p.layout, groups)
}

// values of every chart that the phase has some for, by the chart's name.
func (p *Phase) values() (map[string][]byte, error) {
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
func (p *Phase) valuesOf(group render.Group) ([]byte, error) {
	in := render.ValuesInput{State: p.state, Keys: p.keys, Layout: p.layout, Chart: group}
	if !p.withKeys { // keepScheme puts the scheme right
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
		p.Apart = p.Apart || out.NeedsManifests
	default:
		p.Apart = true
		p.keepScheme(values)
	}
	return yaml.Marshal(values)
}

// leaveWebhooks drops the pins of those webhooks whose Secret the chart would
// not render with them: it makes one up, and post-rendering sets it right.
func (p *Phase) leaveWebhooks(values map[string]any) {
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
func (p *Phase) keepScheme(values map[string]any) {
	identity, ok := values["identity"].(map[string]any)
	if !ok || p.layout == render.External {
		return
	}
	issuer := identity["issuer"].(map[string]any) // render.Values always writes it
	issuer["scheme"] = state.SchemeLinkerd
	issuer["tls"] = map[string]any{"crtPEM": string(p.material.Issuer.Marshal()), "keyPEM": keyHeld}
}

// PostRender post-renders every render of the chart and refuses those that still
// differ, unless random ones are allowed.
func (p *Phase) PostRender(answer exchange.Answer, allowRandom bool) (render.Output, error) {
	var first render.Output
	for i, documents := range answer.Renders {
		if i > 0 && allowRandom {
			break
		}
		if i > 0 && len(documents) == 0 {
			return render.Output{}, problem.ChartRandom.With("all objects: at another date it cannot be rendered")
		}
		out, err := p.one(answer, documents)
		if err != nil {
			return render.Output{}, err
		}
		if i == 0 {
			first = out
		} else if !bytes.Equal(out.Stream, first.Stream) {
			return render.Output{}, problem.ChartRandom.With(difference(first.Stream, out.Stream))
		}
	}
	return first, nil
}

// one post-renders one render of the chart.
func (p *Phase) one(answer exchange.Answer, documents []exchange.Document) (render.Output, error) {
	return p.Render(render.Input{AllowNothing: len(answer.Fed) == 0, Require: GroupsFed(answer)}, documents)
}

// GroupsFed are the groups whose charts were fed with the phase's values.
func GroupsFed(answer exchange.Answer) (groups []render.Group) {
	for _, group := range render.Groups {
		for _, name := range chartsOf[group] {
			if slices.Contains(answer.Fed, name) {
				groups = append(groups, group)
			}
		}
	}
	return groups
}

// Render post-renders documents, without keys unless they were asked for.
func (p *Phase) Render(in render.Input, documents []exchange.Document) (render.Output, error) {
	in.State, in.Keys, in.Annotate = p.state, p.keys, p.annotate
	in.Require = append(in.Require, p.Require...)
	if p.withKeys {
		in.Stream = exchange.Stream(documents)
		return render.PostRender(in)
	}
	documents, p.LeftOut = withoutKeys(documents, p.Replacements)
	in.Stream, in.SecretsApart, in.Apart = exchange.Stream(documents), true, p.Replacements
	out, err := render.PostRender(in)
	if err != nil {
		return render.Output{}, err
	}
	return out, Keyless(out.Stream)
}
