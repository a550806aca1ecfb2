package linkerd

import (
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// Container is what the kubelet starts a program from, as far as its flags depend on it.
type Container struct {
	Name string
	// Words are its command and its args.
	Words []string
	Env   []Variable
}

// Variable is one of a container's environment. The value of one with a source (valueFrom) is
// known in the cluster only.
type Variable struct {
	Name, Value string
	Sourced     bool
}

// Flag is one by which the control plane and its extensions name their mesh or the life of leaves.
type Flag struct {
	// Word is its index in the container's words.
	Word int
	// Name begins with one dash, Value is what its program gets.
	Name, Value string
	// Unread is why Value is not known, or whether there is such a flag at all: Name is then the one that
	// there may be, or what is written.
	Unread string
}

// Flags finds them in the forms that programs read: -flag=value, --flag=value, and both with the value apart.
func (c Container) Flags() (flags []Flag) {
	known := c.variables(func(int, word) {})
	words := make([]word, len(c.Words))
	for i, text := range c.Words {
		words[i] = known.expand(text)
	}
	add := func(i int, name, value, unread string) {
		flags = append(flags, Flag{Word: i, Name: name, Value: value, Unread: unread})
	}
	if i := slices.IndexFunc(words, word.isShell); i >= 0 && c.Name == IdentityContainer {
		add(i, words[i].text, "", "it starts a shell, whose flags cannot be read")
	}
	apart := false // the word before was a flag that takes this one as its value
	for i, w := range words {
		name, value, whole := strings.Cut(w.text, "=")
		name = oneDash(name)
		isFlag := slices.Contains(meshFlags, name) && (w.reference == "" || w.from > len(name))
		switch {
		case isFlag && whole:
			add(i, name, value, w.unread())
		case isFlag && i+1 < len(words):
			add(i, name, words[i+1].text, words[i+1].unread())
		case isFlag:
			add(i, name, "", "")
		case apart:
		case w.mayBeFlag():
			add(i, w.text, "", w.unread())
		default:
			if inside := slices.IndexFunc(meshFlags, w.mentions); inside >= 0 {
				add(i, meshFlags[inside], "", "it is in the text of another argument")
			}
		}
		apart = isFlag && !whole
	}
	return flags
}

// Values are the variables with their values as the kubelet expands them: what it does not know stays.
func (c Container) Values() []Variable {
	values := slices.Clone(c.Env)
	c.variables(func(i int, value word) { values[i].Value = value.text })
	return values
}

// variables are what the words of the container can refer to: of equal names the last. A value refers to the
// variables before it.
func (c Container) variables(each func(int, word)) *scope {
	s := &scope{known: map[string]word{}, room: maxExpanded}
	for i, v := range c.Env {
		value := word{text: reference(v.Name), reference: v.Name}
		if v.Value != "" || !v.Sourced {
			value = s.expand(v.Value)
		}
		s.known[v.Name] = value
		each(i, value)
	}
	return s
}

// scope is what is known of a container's variables.
type scope struct {
	known map[string]word
	room  int // what may still be put in the place of references, in bytes
}

// maxExpanded bounds what references may bring: no program is started with that much (ARG_MAX of Linux).
const maxExpanded = 2 << 20

// word is a text in which references are replaced.
type word struct {
	text string
	// reference is the first variable whose value is not known, and from where it stands.
	reference string
	from      int
}

func (w word) unread() string {
	if w.reference == "" {
		return ""
	}
	return "it refers to " + reference(w.reference) + ", which is no literal variable of the container"
}

// mayBeFlag reports whether the word becomes one of the flags, for some value of what it refers to.
func (w word) mayBeFlag() bool {
	if w.reference == "" {
		return false
	}
	begin := oneDash(w.text[:w.from])
	return slices.ContainsFunc(meshFlags, func(flag string) bool { return strings.HasPrefix(flag, begin) }) || begin == "-"
}

var shells = []string{"sh", "bash", "ash", "dash", "ksh", "zsh", "busybox"}

func (w word) isShell() bool { return slices.Contains(shells, path.Base(w.text)) }

// expand replaces references as the kubelet does (k8s.io/kubernetes, third_party/forked/golang/expansion): $(NAME)
// by what is known, $$ by $. A reference to what is not known stays.
func (s *scope) expand(text string) word {
	w := word{}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "$")
		out.WriteString(before)
		if !found {
			break
		}
		name, behind, closed := strings.Cut(strings.TrimPrefix(rest, "("), ")")
		switch {
		case rest == "":
			out.WriteByte('$')
			text = rest
		case rest[0] == '$':
			out.WriteByte('$')
			text = rest[1:]
		case rest[0] == '(' && closed:
			value, is := s.known[name]
			if s.room -= len(value.text); !is || s.room < 0 {
				value = word{text: reference(name), reference: name}
			}
			if w.reference == "" && value.reference != "" {
				w.reference, w.from = value.reference, out.Len()+value.from
			}
			out.WriteString(value.text)
			text = behind
		default:
			_, size := utf8.DecodeRuneInString(rest)
			out.WriteString("$" + rest[:size])
			text = rest[size:]
		}
	}
	w.text = out.String()
	return w
}

func reference(name string) string { return "$(" + name + ")" }

// oneDash is a flag with one dash where it has two.
func oneDash(flag string) string {
	if strings.HasPrefix(flag, "--") {
		return flag[1:]
	}
	return flag
}

// mentions reports whether a flag is in the word, as in the text of a shell.
func (w word) mentions(flag string) bool {
	for rest := w.text; ; {
		before, behind, found := strings.Cut(rest, flag)
		if !found {
			return false
		}
		before = strings.TrimSuffix(before, "-")
		if !slices.ContainsFunc([]string{before[max(0, len(before)-1):], behind[:min(1, len(behind))]}, isPartOfFlag) {
			return true
		}
		rest = behind
	}
}

func isPartOfFlag(s string) bool {
	return s != "" && (s == "-" || s == "_" || strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))
}
