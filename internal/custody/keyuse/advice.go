package keyuse

import (
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Advice is what becomes of a key that a state needs no more.
type Advice struct {
	// Key is the key as the state names it, Named with the prefix of a store, and Shown
	// where people find it: a file is seen as the state file is.
	Key, Named, Shown string
	// Needed are those that need what is there. It stays.
	Needed []string
	// Perhaps are states that have a key at this name, in a store that may be this one.
	Perhaps []string
	// Copies are files of the same key, which are needed.
	Copies []string
	// Looked is where others were looked for, Unseen what could not be looked at.
	Looked, Unseen string
	custody        string
}

// Judge says what becomes of keys that a move of a state at a path gives up. Nothing is
// read where there are none.
func Judge(statePath string, was, next *state.Rotation, keys []string) (all []Advice) {
	if len(keys) == 0 {
		return nil
	}
	k := Look(statePath, next)
	for _, key := range keys {
		gone := slices.DeleteFunc(append(Held(was), Retired(was)...), func(o render.NamedKey) bool { return o.Path != key })
		all = append(all, k.Advise(statePath, key, gone, append(Held(next), Retired(next)...)))
	}
	return all
}

// Advise says what becomes of a key that a state needs no more: of whom it was, and what
// the state still names.
func (k *Known) Advise(statePath, key string, of, own []render.NamedKey) Advice {
	a := Advice{Key: key, Named: key, Shown: key, Looked: k.Looked(), Unseen: k.Unseen(), custody: k.own.WithDefaults().Spec.Custody.Kind}
	_, stored := StoreOf(k.own.Rotation)
	switch {
	case stored:
		a.Named = k.own.Spec.Custody.RemotePrefix + key
		a.Shown = a.Named
	case isFile(k.own.Rotation) && !path.IsAbs(key):
		a.Shown = path.Join(path.Dir(statePath), key)
	}
	for _, o := range own {
		a.needs(k.own, o, key, k.own, of, "")
	}
	for _, other := range k.Others {
		a.neededBy(k.own, other, key, of)
	}
	for _, o := range k.older {
		if b := (Advice{Shown: a.Shown}); b.neededBy(k.own, o, key, of) {
			a.Looked += "; " + sink.Name(o.Name) + " names it, too, and is taken for an older version of this state: if it is of another mesh, leave the key"
		}
	}
	return a
}

// neededBy adds what another state needs of a key of the own one, and reports whether it
// needs something.
func (a *Advice) neededBy(own, other Other, key string, of []render.NamedKey) bool {
	at, stored := StoreOf(own.Rotation)
	theirs, isStored := StoreOf(other.Rotation)
	from := " of " + sink.Name(other.Name)
	for _, o := range Held(other.Rotation) {
		switch {
		case stored && isStored && at.Name == theirs.Name:
			name := other.Spec.Custody.RemotePrefix + o.Path
			same := o.Path != "" && SameInStore(name, a.Shown) &&
				!Prefixed(own.Rotation, a.Shown, name) && !Prefixed(other.Rotation, name, a.Shown)
			if same && slices.ContainsFunc(of, func(g render.NamedKey) bool { return SameKey(g, o) }) {
				a.Needed = append(a.Needed, sink.Line(o.Name)+from)
			} else if same {
				a.Perhaps = append(a.Perhaps, sink.Line(o.Name)+from)
			}
		case isFile(own.Rotation) && isFile(other.Rotation):
			a.needs(own, o, key, other, of, from)
		}
	}
	return len(a.Needed)+len(a.Perhaps)+len(a.Copies) > 0
}

// needs adds a use of a key of a state: of the same file, or of the same key elsewhere.
func (a *Advice) needs(own Other, o render.NamedKey, key string, by Other, of []render.NamedKey, from string) {
	inFile := isFile(own.Rotation)
	use := sink.Line(o.Name) + from
	switch same := slices.ContainsFunc(of, func(g render.NamedKey) bool { return SameKey(g, o) }); {
	case o.Path == "":
	case o.Path == key && own.file == by.file, inFile && own.place(key) == by.place(o.Path):
		a.Needed = append(a.Needed, use)
	case same && inFile && files.IsFile(by.place(o.Path)):
		a.Copies = append(a.Copies, sink.Name(o.Path)+" ("+use+")")
	case same:
		a.Needed = append(a.Needed, use)
	}
}

// Destroyed reports whether nothing that is known needs what is there.
func (a Advice) Destroyed() bool { return len(a.Needed) == 0 && len(a.Perhaps) == 0 }

// Reason says who needs a key that stays, or what has to be known before it is destroyed.
func (a Advice) Reason() string {
	var said []string
	if len(a.Needed) > 0 {
		said = append(said, "the key of "+list(a.Needed))
	}
	if len(a.Perhaps) > 0 {
		said = append(said, "a store of the same name has the key of "+list(a.Perhaps)+" at this name: only if that is another store does this key go")
	}
	return strings.Join(said, "; ")
}

// Line is the advice for a terminal.
func (a Advice) Line() string {
	where := a.Looked
	if len(a.Copies) > 0 {
		where += "; leave " + list(a.Copies) + ", which has the same key"
	}
	switch {
	case !a.Destroyed():
		return "leave this key, which this state needs no more: " + a.Shown + ": " + a.Reason()
	case a.custody == state.CustodyExternalSecret:
		if a.Unseen != "" {
			where += "; not at " + a.Unseen
		}
		return "this state needs this key no more; destroy it in the store, unless another state names it: " + a.Shown + " (" + where + ")"
	case a.custody == state.CustodyCertManager:
		return "this state needs this key no more, destroy its Secret and Certificate in the cluster of this state: " + a.Shown
	case a.Unseen != "":
		where += "; not at " + a.Unseen
		return "nothing that was looked at needs this key any more; unless one of these does, destroy it: " + a.Shown + " (" + where + ")"
	}
	return "nothing needs this key any more, destroy it: " + a.Shown + " (" + where + ")"
}

func list(names []string) string {
	const most = 3
	if len(names) > most {
		return strings.Join(names[:most], ", ") + " and others"
	}
	return strings.Join(names, ", ")
}
