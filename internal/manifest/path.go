package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Step is one part of a path: a key of a mapping or an index of a sequence.
type Step struct {
	key     string
	index   int
	isIndex bool
}

// Path leads from the root of a document to one of its fields.
type Path []Step

// At makes a path: a string is a key, an int an index.
//
//	At("webhooks", 0, "clientConfig", "caBundle")
//
// It panics for a step of another type, since paths are written by programmers.
func At(steps ...any) Path { return Path(nil).With(steps...) }

// Dotted makes a path of keys from the name that `helm --set` gives a value: a.b.c.
func Dotted(name string) (p Path) {
	for key := range strings.SplitSeq(name, ".") {
		p = append(p, Step{key: key})
	}
	return p
}

// With is p followed by more steps; p itself does not change.
func (p Path) With(steps ...any) Path {
	longer := slices.Clip(slices.Clone(p))
	for _, s := range steps {
		switch s := s.(type) {
		case string:
			longer = append(longer, Step{key: s})
		case int:
			longer = append(longer, Step{index: s, isIndex: true})
		default:
			panic(fmt.Sprintf("manifest: a path step is a string or an int, not %T", s))
		}
	}
	return longer
}

// String writes the path as people do: webhooks[0].clientConfig.caBundle, and
// keys that are not words quoted: metadata.annotations["linkerd.io/inject"].
func (p Path) String() string {
	var b strings.Builder
	for _, s := range p {
		switch {
		case s.isIndex:
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case !isWord(s.key):
			b.WriteString("[" + strconv.Quote(s.key) + "]")
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.key)
		}
	}
	return b.String()
}

// isWord reports whether a key needs no quotes in a path.
func isWord(key string) bool {
	for _, r := range key {
		if !strings.ContainsRune("_-", r) && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return key != ""
}
