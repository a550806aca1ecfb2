package rotation

import (
	"fmt"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// hookCA says what the API server does not trust yet of one webhook.
func hookCA(w state.Webhook, seen Hook) string {
	for _, text := range []string{w.CABundle, w.Incoming.CABundle} {
		chain, err := pki.ParseChain([]byte(text))
		if err != nil {
			return "its caBundle in the state file cannot be read"
		}
		for _, c := range chain {
			if !slices.Contains(seen.CABundle, c.Fingerprint()) {
				return fmt.Sprintf("the API server's caBundle has %s and lacks %s", shortened(seen.CABundle), c.Fingerprint()[:8])
			}
		}
	}
	return ""
}

// hookCert says what one webhook serves instead of its incoming certificate. A
// webhook whose Secret is someone else's is not asked.
func hookCert(w state.Webhook, seen Hook) string {
	if w.Incoming.Certificate == "" {
		return ""
	}
	chain, err := pki.ParseChain([]byte(w.Incoming.Certificate))
	if err != nil {
		return "its certificate in the state file cannot be read"
	}
	if seen.Served == nil {
		return hookPods(chain[0].Fingerprint(), seen)
	}
	if len(seen.Served) == 0 || seen.Served[0] != chain[0].Fingerprint() {
		return fmt.Sprintf("it serves %s, not %s", shortened(seen.Served), chain[0].Fingerprint()[:8])
	}
	return ""
}

// hookPods says which pods of a webhook were not seen serving the certificate.
func hookPods(want string, seen Hook) string {
	serving := 0
	for _, s := range seen.Serving {
		if s.Chain == nil {
			continue
		}
		if s.Chain[0] != want {
			return fmt.Sprintf("%d of %d pods serve %s, not %s", s.Count, seen.Pods, shortened(s.Chain), want[:8])
		}
		serving += s.Count
	}
	if serving == 0 || serving != seen.Pods {
		return fmt.Sprintf("%d of %d pods were seen to serve %s", serving, seen.Pods, want[:8])
	}
	return ""
}

// webhooks asks the newest observation about every webhook under rotation.
func (t target) webhooks(ask func(state.Webhook, Hook) string) []string {
	return t.observed(func(o *Observation) []string {
		var missing []string
		for _, name := range state.WebhookKeys {
			w, listed := t.scene.state.Status.Webhooks[name]
			if !listed || w.Incoming == nil {
				continue
			}
			i := slices.IndexFunc(o.Webhooks, func(h Hook) bool { return h.Name == name })
			if i < 0 {
				missing = append(missing, fmt.Sprintf("webhook %q was not seen", name))
			} else if lacks := ask(w, o.Webhooks[i]); lacks != "" {
				missing = append(missing, fmt.Sprintf("webhook %q: %s", name, lacks))
			}
		}
		return missing
	})
}
