// Package keyuse finds who else needs a key before a person is told to destroy it, to
// remove it or to write over it: the state itself, the other states of the repository,
// linked clusters and members of a fleet. What could not be looked at is named.
package keyuse

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Held are all keys that a state names, those included that share a path
// by mistake or malice. Retired anchors are not among them: their keys go.
func Held(s *state.Rotation) (all []render.NamedKey) {
	add := func(kind, name, certificate, path, where string) {
		if chain, err := pki.ParseChain([]byte(certificate)); err == nil {
			all = append(all, render.NamedKey{Name: kind + " " + name, Path: path, Where: where, Certificate: chain[0]})
		}
	}
	for i, a := range s.Status.Anchors {
		add("anchor", a.Name, a.Certificate, a.Key, fmt.Sprintf("status.anchors[%d]", i))
	}
	for i, is := range s.Status.Issuers {
		add("issuer", is.Name, is.Certificate, is.Key, fmt.Sprintf("status.issuers[%d]", i))
	}
	for _, w := range slices.Sorted(maps.Keys(s.Status.Webhooks)) {
		hook := s.Status.Webhooks[w]
		add("webhook", w, hook.Certificate, hook.Key, "status.webhooks."+w)
		if hook.Incoming != nil {
			add("incoming webhook", w, hook.Incoming.Certificate, hook.Incoming.Key, "status.webhooks."+w+".incoming")
		}
	}
	return all
}

// Retired are the keys of retired anchors: the next start has a person destroy them.
func Retired(s *state.Rotation) (all []render.NamedKey) {
	for i, a := range s.Status.Retired {
		if chain, err := pki.ParseChain([]byte(a.Certificate)); err == nil {
			where := fmt.Sprintf("status.retired[%d]", i)
			all = append(all, render.NamedKey{Name: "retired anchor " + a.Name, Path: a.Key, Where: where, Certificate: chain[0]})
		}
	}
	return all
}

// SameKey reports whether two certificates have one key. A key without one is its own.
func SameKey(a, b render.NamedKey) bool {
	return a.Certificate.Certificate != nil && b.Certificate.Certificate != nil &&
		bytes.Equal(a.Certificate.RawSubjectPublicKeyInfo, b.Certificate.RawSubjectPublicKeyInfo)
}

// Store is where a custody reads keys: a SecretStore or ClusterSecretStore, and the
// property of each of its secrets.
type Store struct{ Kind, Name, Property string }

// StoreOf is the store of a state; none where its custody is another one.
func StoreOf(s *state.Rotation) (at Store, is bool) {
	c := s.WithDefaults().Spec.Custody
	return Store{c.StoreKind, c.Store, c.RemoteProperty}, c.Kind == state.CustodyExternalSecret
}

// Stored are the keys that a state names in a store, by their whole names there, and
// the store; none where its custody is another one.
func Stored(s *state.Rotation) (keys []render.NamedKey, at Store) {
	at, is := StoreOf(s)
	if !is {
		return nil, Store{}
	}
	for _, k := range append(Held(s), Retired(s)...) {
		if k.Path != "" {
			k.Path = s.Spec.Custody.RemotePrefix + k.Path
			keys = append(keys, k)
		}
	}
	return keys, at
}

// Prefixed reports whether a name is another one behind the prefix that a state has for
// all of its names.
func Prefixed(s *state.Rotation, name, other string) bool {
	prefix := s.Spec.Custody.RemotePrefix
	return prefix != "" && storeName(name) == storeName(prefix+other)
}

// Taken is the key of a state in a store that another one would get the same name as.
func Taken(k render.NamedKey, of *state.Rotation, theirs []render.NamedKey, other *state.Rotation) (render.NamedKey, bool) {
	i := slices.IndexFunc(theirs, func(o render.NamedKey) bool {
		return !SameKey(o, k) && SameInStore(o.Path, k.Path) && !Prefixed(of, k.Path, o.Path) && !Prefixed(other, o.Path, k.Path)
	})
	if i < 0 {
		return render.NamedKey{}, false
	}
	return theirs[i], true
}

// Apart reports whether the stores of two states are two, whatever their names: there are
// different keys at the same name.
func Apart(keys, theirs []render.NamedKey) bool {
	return slices.ContainsFunc(keys, func(k render.NamedKey) bool {
		return slices.ContainsFunc(theirs, func(o render.NamedKey) bool { return o.Path == k.Path && !SameKey(o, k) })
	})
}
