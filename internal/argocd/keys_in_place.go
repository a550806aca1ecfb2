package argocd

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/chartphase"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"sigs.k8s.io/yaml"
)

// keysInPlace refuses a stream in which an opened key is anywhere but in the
// state's own Secrets: templates get keys as values and may write them into any
// object.
func (c *call) keysInPlace(stream []byte) error {
	own := render.Apart{}
	for _, s := range c.phase.KeySecrets() {
		own[s.SecretID] = render.StandIn{}
	}
	known := knownKeys(c.phase.Keys())
	for number, text := range chartphase.Split(stream) {
		for _, text := range itemsOf(text) {
			o, err := chartphase.ObjectOf(text)
			if err == nil && o.Kind == "Secret" && o.GivesWay(own) {
				if err := c.inItsNamespace(o, own); err != nil {
					return err
				}
				text = withoutData(text)
			}
			if known.In([]byte(text)) {
				// The name of an object may be made of the key.
				return problem.ArgoCDKeyElsewhere.With(fmt.Sprintf("document %d (%s)", number+1, secret.Redact(sink.OneLine(o.Kind))))
			}
		}
	}
	return nil
}

// inItsNamespace refuses a Secret that names no namespace, so that Argo CD would put it
// into another one than its own: the destination is the application's author's choice.
func (c *call) inItsNamespace(o chartphase.Object, own render.Apart) error {
	o.Metadata.Namespace = cmp.Or(o.Metadata.Namespace, c.Getenv("ARGOCD_APP_NAMESPACE"))
	if o.GivesWay(own) {
		return nil
	}
	return problem.ArgoCDKeysNamespace.With(o.Metadata.Namespace, chartphase.Namespaces(c.phase.State())[""])
}

// withoutData is a Secret without what Argo CD masks: keys are allowed there only,
// and not in annotations or comments.
func withoutData(text string) string {
	var object map[string]any
	if yaml.Unmarshal([]byte(text), &object) != nil {
		return text
	}
	delete(object, "data")
	delete(object, "stringData")
	rest, err := yaml.Marshal(object)
	if err != nil {
		return text
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			rest = append(rest, line...)
		}
	}
	return string(rest)
}

// itemsOf are the items of an object that has some, which Argo CD takes for a list
// whatever its kind, and what else stands in it; or the one object.
func itemsOf(text string) []string {
	var list map[string]any
	if yaml.Unmarshal([]byte(text), &list) != nil {
		return []string{text}
	}
	items, isList := list["items"].([]any)
	if !isList {
		return []string{text}
	}
	delete(list, "items")
	delete(list, "kind") // the list is no Secret, whatever it says
	var objects []string
	for _, one := range append(items, list) {
		object, _ := yaml.Marshal(one) // it was YAML
		objects = append(objects, string(object))
	}
	return objects
}

func knownKeys(keys render.Keys) *secret.Known {
	var pems [][]byte
	for _, key := range keys {
		pems = append(pems, key.PEM)
	}
	return secret.NewKnown(pems...)
}
