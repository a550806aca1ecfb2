package manifest

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// scalarChange is how a scalar's text changes and how it will read then.
type scalarChange struct {
	patch
	style style
	tag   string
}

// scalarChange finds the smallest change of text that gives a scalar a value.
func (w *work) scalarChange(t target, value string) (scalarChange, *problem.Problem) {
	if t.node.style == literal {
		return w.literalChange(t, value)
	}
	if t.node.style == folded {
		return w.foldedChange(t, value)
	}
	s, ok := readFlowScalar(w.text, w.contentStart(t.node), t.node.style, t.node.value)
	if !ok {
		return scalarChange{}, problem.Unconfirmed.With("the value that stands there cannot be read exactly")
	}
	for _, c := range candidates(t.node, s, w.text, value) {
		if tag, ok := reads(c, t, value); ok {
			if t.node.style == plain && s.from == s.to {
				c.text = spaceBefore(w.text, s.from) + c.text
			}
			return scalarChange{patch: c.patch, style: c.style, tag: tag}, nil
		}
	}
	return scalarChange{}, problem.Unconfirmed.With("no style of YAML holds the value there")
}

// candidate is one way to write a scalar; whole is its full source.
type candidate struct {
	patch
	style style
	whole string
}

// candidates are the ways to write a value, best first: the source with only
// the changed part replaced, the same style anew, double quotes.
func candidates(n *Node, s flowScalar, text []byte, value string) []candidate {
	whole := func(st style, source string) candidate {
		return candidate{patch: patch{s.from, s.to, source}, style: st, whole: source}
	}
	var list []candidate
	if !n.IsNull() {
		from, to, middle := s.changedPart(value)
		if encoded, ok := encode(n.style, middle); ok {
			source := string(text[s.from:from]) + encoded + string(text[to:s.to])
			list = append(list, candidate{patch: patch{from, to, encoded}, style: n.style, whole: source})
		}
	}
	if encoded, ok := encode(n.style, value); ok {
		list = append(list, whole(n.style, quotes[n.style]+encoded+quotes[n.style]))
	}
	return append(list, whole(doubleQuoted, quoteDouble(value)))
}

var quotes = map[style]string{singleQuoted: "'", doubleQuoted: `"`}

// encode writes part of a value in a style; not ok when the style cannot.
func encode(st style, part string) (string, bool) {
	switch st {
	case doubleQuoted:
		quoted := quoteDouble(part)
		return quoted[1 : len(quoted)-1], true
	case singleQuoted:
		return strings.ReplaceAll(part, "'", "''"), isPrintable(part)
	default:
		return part, isPrintable(part)
	}
}

// isPrintable reports whether every character can stand outside double quotes
// on one line: no breaks, no control characters, no byte order mark.
func isPrintable(s string) bool {
	for _, r := range s {
		if needsEscape(r) && r != '\t' {
			return false
		}
	}
	return true
}

// needsEscape holds for C0 and C1 controls, LS, PS, the byte order mark and
// what is no character (YAML 1.2.2, section 5.1).
func needsEscape(r rune) bool {
	return r < 0x20 || r >= 0x7F && r < 0xA0 || r == 0x2028 || r == 0x2029 || r == 0xFEFF ||
		r&0xFFFE == 0xFFFE || r == utf8.RuneError
}

// quoteDouble writes a value in double quotes on one line, with escapes that
// JSON knows too.
func quoteDouble(value string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range value {
		short, ok := jsonEscapes[r]
		switch {
		case ok:
			b.WriteString(short)
		case needsEscape(r) && r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

var jsonEscapes = map[rune]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\t': `\t`, '\r': `\r`}

// reads proves that a candidate, by itself, reads as the value, with the tag
// that the field shall have. A string stays a string for readers of YAML 1.1
// too; a plain number, boolean or timestamp may become another one.
func reads(c candidate, t target, value string) (tag string, ok bool) {
	probe := "k: " + c.whole + "\n"
	if t.inFlow {
		probe = "{k: " + c.whole + "}"
	}
	root, err := Parse([]byte(probe))
	n := root.Get("k")
	if err != nil || root.Len() != 1 || n.Kind() != Scalar || n.IsAlias() || n.anchor != "" || n.tagged ||
		n.value != value || n.style != c.style {
		return "", false
	}
	old := t.node
	switch {
	case old.tagged:
		return old.tag, true
	case c.style != plain:
		return "!!str", true
	case old.tag == "!!str", old.IsNull():
		return "!!str", n.tag == "!!str" && !looksTyped(value)
	}
	return old.tag, n.tag == old.tag
}

// looksTyped reports whether some YAML 1.1 reader takes a plain value for
// something other than a string (https://yaml.org/type/: bool, int, float,
// merge, null, timestamp, value). Kubernetes reads with such a reader.
func looksTyped(value string) bool {
	if len(value) > len("false") && (value[0] >= 'a' && value[0] <= 'z' || value[0] >= 'A' && value[0] <= 'Z') {
		return false // a longer word
	}
	return typed11().MatchString(value)
}

var typed11 = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:` + strings.Join([]string{
		`|~|null|Null|NULL`,
		`y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF`,
		`[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?[0-9][0-9_]*|[-+]?0x[0-9a-fA-F_]+`,
		`[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?`,
		`[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+`,
		`[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)`,
		`<<|=`,
		`[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?[ \t]*(?:Z|[-+][0-9]{1,2}(?::?[0-9]{2})?)?)?`,
	}, `|`) + `)$`)
})

// spaceBefore is the blank that a value needs after the ":" or "-" before it.
func spaceBefore(text []byte, i int) string {
	if i > 0 && (text[i-1] == ':' || text[i-1] == '-' || text[i-1] == '?') {
		return " "
	}
	return ""
}
