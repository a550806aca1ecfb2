package render

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// keyFound is a private key of the input, where it stands, and the certificate
// that it must belong to. It never reaches the state.
type keyFound struct {
	webhook string // values key; "" for the issuer's
	where   string
	pem     string
	chain   pki.Chain
}

// ownedKey is a key that proved to be its certificate's.
type ownedKey struct {
	webhook string
	AdoptedKey
}

// keepKeys hands the keys found to the custody, or says what is to be done
// about them. A key that is not its certificate's is refused.
func (a *adoption) keepKeys() {
	for _, f := range a.keys {
		otherIssuer := f.webhook == "" && string(f.chain.Marshal()) != trim(a.state.Status.Issuers[0].Certificate)
		if f.pem != "" && !otherIssuer {
			a.ownKey(f)
		}
	}
	if a.in.KeyPath == nil {
		a.leaveKeys()
		return
	}
	for _, o := range a.owned {
		nameKey(a.state, o)
		a.adopted.Keys = append(a.adopted.Keys, o.AdoptedKey)
	}
	if issuer := a.state.Status.Issuers[0]; issuer.Key == "" {
		a.note(fmt.Sprintf("the key of issuer %q does not stand in the input: put it into your custody and name it by `key:`", issuer.Name))
	}
}

// ownKey reads a key and proves that it belongs to its certificate.
func (a *adoption) ownKey(f keyFound) {
	key, err := pki.ParseKey([]byte(f.pem))
	switch {
	case err != nil:
		a.fail(problem.Of(err).Under(f.where).In(a.sourceName()).Err())
		return
	case !key.Matches(f.chain[0]):
		a.fail(problem.RenderForeignKey.With(f.where, f.chain[0].Fingerprint()[:16]).In(a.sourceName()))
		return
	}
	o := ownedKey{f.webhook, AdoptedKey{Name: linkerd.ServiceOf(f.webhook), Key: key}}
	if f.webhook == "" {
		o.Name = a.state.Status.Issuers[0].Name
	}
	o.Path = o.Name
	if a.in.KeyPath != nil {
		o.Path = a.in.KeyPath(o.Name)
	}
	a.owned = append(a.owned, o)
}

// leaveKeys says which keys the state does not name.
func (a *adoption) leaveKeys() {
	var names []string
	for _, o := range a.owned {
		names = append(names, o.Name)
	}
	if len(names) > 0 {
		a.note("private keys stand in the input and were left there (" + strings.Join(names, ", ") +
			"): take them with --keys-dir DIR, or put them into your custody and name each by `key:`")
	}
}

// nameKey makes the state name a key by its path.
func nameKey(s *state.Rotation, o ownedKey) {
	if o.webhook == "" {
		s.Status.Issuers[0].Key = o.Path
		return
	}
	w := s.Status.Webhooks[o.webhook]
	w.Key = o.Path
	s.Status.Webhooks[o.webhook] = w
}

// compare proves the state's structure and renders the adopted stream under it,
// with the stream's own keys, to know what would change: nothing, if all is well.
func (a *adoption) compare() {
	s, keys := a.state.Clone(), Keys{}
	for _, o := range a.owned {
		nameKey(s, o)
		keys[o.Path] = Key{PEM: o.Key.PEM()}
	}
	if _, err := NewMaterial(s, keys); err != nil || a.stream == nil {
		a.fail(problem.Of(err).In(a.sourceName()).Err())
		return
	}
	out, err := PostRender(Input{State: s, Keys: keys, Stream: a.in.Stream.Data, SecretsApart: len(a.adopted.Missing) > 0})
	a.adopted.Unrendered = problem.Of(err).In(a.in.Stream.Name).Err()
	for _, l := range out.Report.Lines {
		if l.Outcome == Changed {
			a.adopted.Changes = append(a.adopted.Changes, l)
		}
	}
}
