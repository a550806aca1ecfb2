package krm

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// transform does to the items what post-render does to a stream. It has no
// private keys: the issuer's Secret is delivered by other means.
func (l *list) transform(c *config) ([]byte, []Result, error) {
	if l.items.Len() == 0 || l.onlyConfig() {
		return nil, nil, problem.KRMNoItems.With()
	}
	out, err := render.PostRender(render.Input{
		State: c.state, Stream: l.items.Stream(), SecretsApart: true, Keyless: true,
		AllowNothing: c.allowNothing, Require: c.require,
	})
	if err != nil {
		return nil, nil, named(err)
	}
	documents := manifest.Split(out.Stream)
	if len(documents) != l.items.Len() {
		return nil, nil, problem.Internal.With(fmt.Errorf("%d items became %d documents", l.items.Len(), len(documents)))
	}
	changed := map[int][]byte{}
	for n, d := range documents {
		if changed[n], err = l.marked(n, c, d.Text[len(manifest.Separator):]); err != nil {
			return nil, nil, err
		}
	}
	return l.items.Join(changed), l.ofReport(out.Report), nil
}

// ProbeKey is what the function adds to the data of its probe: a ConfigMap by
// which a kustomization tells whether the function ran, since kustomize skips
// functions in silence when they are not enabled. The probe carries
// config.kubernetes.io/local-config and never leaves the build.
const ProbeKey = "the-function-ran"

// ProbeName is the probe of the state with that name.
func ProbeName(state string) string { return "l5d-pki-render-" + state }

// marked gives the text of an item, with the probe answered if it is one.
func (l *list) marked(n int, c *config, text []byte) ([]byte, error) {
	item := l.item(n)
	if head := item.Head(); head.APIVersion != "v1" || head.Kind != "ConfigMap" || head.Name != ProbeName(c.state.Metadata.Name) || item.Lookup(localConfig).Value() != "true" {
		return text, nil
	}
	return manifest.Splice(text, manifest.Put(manifest.At("data", ProbeKey), "yes"))
}

// localConfig marks what serves the build and is not applied.
var localConfig = manifest.At("metadata", "annotations", "config.kubernetes.io/local-config")

// named calls the problems of the state by where it stands. Lines are left out:
// they count in a stream that nobody has.
func named(err error) error {
	problems := problem.Of(err)
	for _, p := range problems {
		p.At(0, 0)
	}
	return problems.Err()
}
