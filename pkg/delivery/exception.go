package delivery

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Exception is a way to call a host in which a person delivers what the host
// delivers otherwise. The state does not show how its host is called.
type Exception struct {
	// When says how the host is called.
	When string `json:"when"`
	// Command is what a person runs then.
	Command string `json:"command"`
}

// exceptions are those of a Secret that whatever calls `post-render` writes.
func (l router) exceptions(k Kind) []Exception {
	if !l.commands.opens() {
		return nil // the object of the custody holds no key, so no host leaves it out
	}
	list := []Exception{{"where the host leaves Secrets out (`post-render --secrets-apart`, the parameter secrets-apart of Argo CD's plugin)", l.commands.Secrets()}}
	if k == WebhookSecret && l.Linkerd.IssuerScheme == state.SchemeLinkerd && l.withoutPins() {
		list = append(list, Exception{"where the chart gets its values from `l5d-pki-render values` or an l5d-pki:// URL", l.commands.Webhooks()})
	}
	return list
}

// withoutPins reports whether the chart takes no webhook certificates from values
// that somebody else signed, and so renders no Secrets of the webhooks with ours.
func (l router) withoutPins() bool {
	version, err := linkerd.ParseVersion(l.Linkerd.Version)
	return err == nil && !version.Traits().FreePins
}

// Notes say in one line each what a person delivers where the host is called in
// another way, and what has to be run once the cluster has made an object.
func Notes(objects []Object) []string {
	names := map[Exception][]string{}
	var order []Exception
	var after []string
	for _, o := range objects {
		for _, e := range o.Exceptions {
			if names[e] == nil {
				order = append(order, e)
			}
			names[e] = append(names[e], o.Name)
		}
		if line := fmt.Sprintf("%s: once the cluster has made it, write its certificate into the state: `%s`", o.Name, o.After); o.After != "" && !slices.Contains(after, line) {
			after = append(after, line)
		}
	}
	var lines []string
	for _, e := range order {
		lines = append(lines, fmt.Sprintf("%s: %s, apply it by hand after the merge of a phase that changes it: `%s`", strings.Join(names[e], ", "), e.When, e.Command))
	}
	return append(lines, after...)
}
