package state

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// shape compares a document with the Go types of the state file, key by key.
// It reads every value twice, as YAML 1.2 (the node) and as Kubernetes does
// (seen), and takes only what both agree on.
type shape struct {
	problems problem.List
	bad      []manifest.Path // values that were not taken
	legacy   bool            // old log entries are taken
	old      []manifest.Path // those that were
}

// rotation checks the whole document. Here and below the result is the value
// in the types of encoding/json, without what was refused.
func (s *shape) rotation(root *manifest.Node, seen any) any {
	return s.value(root, seen, reflect.TypeFor[Rotation](), nil)
}

// full reports whether enough is wrong to stop looking.
func (s *shape) full() bool { return len(s.problems) >= maxProblems }

// refuse notes a problem with the value at p.
func (s *shape) refuse(n *manifest.Node, p manifest.Path, what *problem.Problem) {
	s.bad = append(s.bad, p)
	s.problems = append(s.problems, what.At(n.Line(), n.Column()).On(p.String()))
}

// concerns reports whether f is about a value that was refused already, one
// inside of it or one around it: its cause is known, so f would be noise.
func (s *shape) concerns(f finding) bool {
	return slices.ContainsFunc(s.bad, func(bad manifest.Path) bool {
		return related(bad, f.at) || slices.ContainsFunc(f.about, func(p manifest.Path) bool { return related(bad, p) })
	})
}

// related reports whether one path leads through the other.
func related(p, q manifest.Path) bool {
	n := min(len(p), len(q))
	return slices.Equal(p[:n], q[:n])
}

func (s *shape) value(n *manifest.Node, seen any, t reflect.Type, p manifest.Path) any {
	switch {
	case t == reflect.TypeFor[Duration]():
		return s.duration(n, seen, p)
	case t == reflect.TypeFor[LogEntry]():
		return s.logEntry(n, seen, p)
	case t.Kind() == reflect.String:
		return s.text(n, seen, p)
	case t.Kind() == reflect.Bool:
		return s.boolean(n, seen, p)
	case t.Kind() == reflect.Int64:
		return s.integer(n, seen, p)
	case t.Kind() == reflect.Pointer:
		if n.Kind() == manifest.Mapping && n.Len() == 0 {
			return nil // "wave: {}" says that there is none
		}
		return s.value(n, seen, t.Elem(), p)
	case t.Kind() == reflect.Slice:
		return s.list(n, seen, t.Elem(), p)
	}
	return s.mapping(n, seen, t, p)
}

func (s *shape) list(n *manifest.Node, seen any, item reflect.Type, p manifest.Path) any {
	items, ok := seen.([]any)
	if n.Kind() != manifest.Sequence || !ok || len(items) != n.Len() {
		s.wrongType(n, p, "a list")
		return nil
	}
	taken := make([]any, len(items))
	for i, node := range n.Items() {
		if s.full() {
			break
		}
		taken[i] = s.value(node, items[i], item, p.With(i))
	}
	return taken
}

// mapping reads a struct, whose keys are known, or a map, whose keys are free.
func (s *shape) mapping(n *manifest.Node, seen any, t reflect.Type, p manifest.Path) any {
	entries, ok := seen.(map[string]any)
	if n.Kind() != manifest.Mapping || !ok {
		s.wrongType(n, p, "a mapping")
		return nil
	}
	known := keysOf(t)
	taken, first := map[string]any{}, map[string]int{}
	count := countKeys(n)
	for k, v := range n.Pairs() {
		if s.full() {
			break
		}
		key, at := k.Value(), p.With(k.Value())
		inner, isKnown := known.find(t, key)
		value, isSeen := entries[key]
		switch line, twice := first[key]; {
		case twice:
			s.refuse(k, at, problem.StateDuplicateKey.With(shown(key), line))
		case !isKnown:
			s.unknownKey(k, p, known)
		case k.Tag() != "!!str" || !isSeen:
			s.refuse(k, at, problem.StateUnquoted.With(shown(key), "something else"))
		case count[key] > 1: // the other one is refused; which of them Kubernetes sees is its own affair
			s.bad = append(s.bad, at)
		default:
			taken[key] = s.value(v, value, inner, at)
		}
		if _, twice := first[key]; !twice {
			first[key] = k.Line()
		}
	}
	s.missingKeys(n, p, known, first)
	return taken
}

func countKeys(n *manifest.Node) map[string]int {
	count := map[string]int{}
	for k := range n.Pairs() {
		count[k.Value()]++
	}
	return count
}

// unknownKey says which key was probably meant, or which ones there are.
func (s *shape) unknownKey(k *manifest.Node, p manifest.Path, known keys) {
	what := problem.StateUnknownKey.With(shown(k.Value()))
	at := p.With(k.Value())
	if meant, ok := problem.Nearest(k.Value(), known.names); ok {
		what.Hints = nil
		what.Hint("write %q", meant)
		s.bad = append(s.bad, p.With(meant))
	} else {
		what.Hint("the keys here are %s", strings.Join(known.names, ", "))
	}
	if shown(k.Value()) != `"`+k.Value()+`"` {
		at = p // an odd key may be key material: it stands in no path either
	}
	s.refuse(k, at, what)
}

func (s *shape) missingKeys(n *manifest.Node, p manifest.Path, known keys, present map[string]int) {
	for _, key := range known.required {
		at := p.With(key)
		misspelt := slices.ContainsFunc(s.bad, func(bad manifest.Path) bool { return slices.Equal(bad, at) })
		if _, ok := present[key]; !ok && !misspelt {
			s.refuse(n, at, problem.StateMissingKey.With(key))
		}
	}
}

// keys are the keys of a mapping: those of a struct in its order, or none in
// particular for a map.
type keys struct {
	names, required []string
	types           map[string]reflect.Type
}

func keysOf(t reflect.Type) keys {
	k := keys{types: map[string]reflect.Type{}}
	if t.Kind() != reflect.Struct {
		return k
	}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		k.names = append(k.names, name)
		k.types[name] = f.Type
		if options == "" {
			k.required = append(k.required, name)
		}
	}
	return k
}

// find gives the type of the value under key in a mapping of type t.
func (k keys) find(t reflect.Type, key string) (reflect.Type, bool) {
	if t.Kind() == reflect.Map {
		return t.Elem(), true
	}
	inner, ok := k.types[key]
	return inner, ok
}

// plainInteger is the form of numbers on which every YAML version agrees.
var plainInteger = lazy.New(`^-?(0|[1-9][0-9]{0,17})$`)

func (s *shape) integer(n *manifest.Node, seen any, p manifest.Path) any {
	number, ok := seen.(json.Number)
	if n.Kind() != manifest.Scalar || n.IsNull() {
		s.wrongType(n, p, "a whole number")
		return nil
	}
	if !ok || number.String() != n.Value() || !plainInteger.MatchString(n.Value()) {
		s.refuse(n, p, problem.StateInteger.With(shown(n.Value())))
		return nil
	}
	return number
}

func (s *shape) boolean(n *manifest.Node, seen any, p manifest.Path) any {
	b, ok := seen.(bool)
	if !ok || n.Tag() != "!!bool" || (n.Value() == "true") != b {
		s.wrongType(n, p, "true or false")
		return nil
	}
	return b
}

func (s *shape) duration(n *manifest.Node, seen any, p manifest.Path) any {
	text, ok := s.text(n, seen, p).(string)
	if !ok {
		return nil
	}
	if _, err := ParseDuration(text); err != nil {
		s.refuse(n, p, problem.Of(err)[0])
		return nil
	}
	return text
}

// text takes a string that is one for both readers, and the same one.
func (s *shape) text(n *manifest.Node, seen any, p manifest.Path) any {
	if n.Kind() != manifest.Scalar || n.IsNull() {
		s.wrongType(n, p, "text")
		return nil
	}
	value, isText := seen.(string)
	switch {
	case n.Tag() != "!!str":
		s.refuse(n, p, problem.StateUnquoted.With(shown(n.Value()), tagNames[n.Tag()]))
	case !isText:
		s.refuse(n, p, problem.StateUnquoted.With(shown(n.Value()), seenName(seen)))
	case value != n.Value():
		s.refuse(n, p, problem.StateReader.With())
	default:
		return value
	}
	return nil
}

func (s *shape) wrongType(n *manifest.Node, p manifest.Path, wanted string) {
	s.refuse(n, p, problem.StateWrongType.With(wanted, tagNames[n.Tag()]))
}

// tagNames is what values are called in messages.
var tagNames = map[string]string{
	"!!map": "a mapping", "!!seq": "a list", "!!str": "text", "!!int": "a number", "!!float": "a number",
	"!!bool": "a truth value", "!!null": "nothing", "!!timestamp": "a date",
}

// seenName names what Kubernetes' reader made of an unquoted text.
func seenName(seen any) string {
	switch seen.(type) {
	case bool:
		return "a truth value by Kubernetes"
	case json.Number:
		return "a number by Kubernetes"
	case nil:
		return "nothing by Kubernetes"
	}
	return "something else by Kubernetes"
}
