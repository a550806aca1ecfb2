package krm

import (
	"strconv"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// What the function can be; by default the items say it.
const (
	byItems   = ""
	transform = "transform"
	generate  = "generate"
)

// config is what the functionConfig says.
type config struct {
	state        *state.Rotation
	mode         string
	all          bool // generate: what the chart renders itself, too
	allowNothing bool // transform: let items pass that have nothing of Linkerd's
	require      []render.Group
}

// apiVersion of both kinds of configuration.
const apiVersion = "l5d-pki-render/v1alpha1"

// readConfig reads the functionConfig of a list.
func readConfig(l *list) (*config, error) {
	node := l.root.Get("functionConfig")
	head := node.Head()
	var err error
	c := &config{}
	switch {
	case node.Kind() != manifest.Mapping:
		return nil, problem.KRMNoConfig.With("there is none")
	case head.APIVersion != apiVersion:
		return nil, problem.KRMNoConfig.With("it has apiVersion " + quoted(head.APIVersion) + ", not " + apiVersion)
	case head.Kind == "Rotation":
		c.state, err = l.state(manifest.At("functionConfig"))
	case head.Kind == "L5dPkiRender":
		err = c.readSpec(l, node)
	default:
		err = problem.KRMNoConfig.With("it has kind " + quoted(head.Kind))
	}
	return c, err
}

// state reads the state that stands at a place of the list. Positions are left
// out: what the host hands over is not the file that a person wrote.
func (l *list) state(at manifest.Path) (*state.Rotation, error) {
	text, err := manifest.CutOut(l.text, l.root, at)
	if err != nil {
		return nil, err
	}
	s, err := state.Parse("", text)
	if err == nil {
		return s, nil
	}
	problems := problem.Of(err).Under(at.String())
	for _, p := range problems {
		p.At(0, 0)
	}
	return nil, problems.Err()
}

// fields of L5dPkiRender's spec.
var fields = map[string]func(*config, *list, *manifest.Node) error{
	"state": func(c *config, l *list, _ *manifest.Node) (err error) {
		c.state, err = l.state(manifest.At("functionConfig", "spec", "state"))
		return err
	},
	"mode": func(c *config, _ *list, n *manifest.Node) error {
		if c.mode = n.Value(); c.mode != transform && c.mode != generate {
			return problem.KRMConfigField.With("wants transform or generate, not " + quoted(c.mode))
		}
		return nil
	},
	"all":          func(c *config, _ *list, n *manifest.Node) error { return boolean(n, &c.all) },
	"allowNothing": func(c *config, _ *list, n *manifest.Node) error { return boolean(n, &c.allowNothing) },
	"require": func(c *config, _ *list, n *manifest.Node) error {
		for _, item := range n.Items() {
			group, err := render.ParseGroup(item.Value())
			if err != nil {
				return err
			}
			c.require = append(c.require, group)
		}
		if n.Kind() != manifest.Sequence {
			return problem.KRMConfigField.With("wants a list of groups")
		}
		return nil
	},
}

// readSpec reads an L5dPkiRender; all problems are told together.
func (c *config) readSpec(l *list, node *manifest.Node) error {
	var problems problem.List
	at := manifest.At("functionConfig")
	for key := range node.Pairs() {
		switch key.Value() {
		case "apiVersion", "kind", "metadata", "spec":
		default:
			problems.Add(problem.KRMConfigField.With("is no field of it").On(at.With(key.Value()).String()))
		}
	}
	for key, value := range node.Get("spec").Pairs() {
		read, known := fields[key.Value()]
		place := at.With("spec", key.Value()).String()
		if !known {
			problems.Add(problem.KRMConfigField.With("is no field of it").On(place))
			continue
		}
		for _, p := range problem.Of(read(c, l, value)) {
			if p.Path == "" {
				p.On(place)
			}
			problems.Add(p)
		}
	}
	if c.state == nil && len(problems) == 0 {
		problems.Add(problem.KRMNoConfig.With("spec.state is missing"))
	}
	return problems.Err()
}

func boolean(n *manifest.Node, to *bool) error {
	if n.Tag() != "!!bool" {
		return problem.KRMConfigField.With("wants true or false")
	}
	*to = n.Value() == "true" || n.Value() == "True" || n.Value() == "TRUE"
	return nil
}

func quoted(s string) string { return strconv.Quote(s) }
