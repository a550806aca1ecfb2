package child

import (
	"path/filepath"
	"strings"
)

// expanded reads what begins with a dollar, and gives its value. Where that is not known the
// field says so. Without quotes it is split into words.
func (s *shell) expanded(f *field, quoted bool) (value string, split bool) {
	rest := s.text[1:]
	name := nameAt(rest)
	switch {
	case strings.HasPrefix(rest, "(("):
		_, s.text, _ = strings.Cut(rest, "))")
		f.unknown = "$((...))"
	case strings.HasPrefix(rest, "("):
		s.text = rest[1:]
		s.commands(')')
		f.unknown = "$(...)"
	case strings.HasPrefix(rest, "{"):
		inside, after, _ := strings.Cut(rest[1:], "}")
		s.text = after
		switch name = nameAt(inside); {
		case name == inside && name != "":
			return s.valueOf(f, name), !quoted
		case len(inside) == 1:
			f.given = "${" + inside + "}"
		default:
			f.unknown = "${...}"
		}
	case name != "":
		s.text = rest[len(name):]
		return s.valueOf(f, name), !quoted
	case rest != "" && strings.IndexByte("@*#?$!-0123456789", rest[0]) >= 0:
		s.text = rest[1:]
		f.given = "$" + rest[:1]
	case !quoted && rest != "" && strings.IndexByte("'\"", rest[0]) >= 0: // shells differ
		s.text = rest
		f.unknown = "$" + rest[:1] + "..." + rest[:1]
	default:
		s.text = rest
		return "$", false
	}
	return "", false
}

// nameAt is the name of a variable that a text begins with.
func nameAt(text string) string {
	end := 0
	for end < len(text) && (isLetter(text[end]) || end > 0 && text[end] >= '0' && text[end] <= '9') {
		end++
	}
	return text[:end]
}

func isLetter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }

// valueOf is the value of a variable, which is not known where the command may set it, or git.
func (s *shell) valueOf(f *field, name string) string {
	value := valueOf(s.env, name)
	switch {
	case name == "PWD" && len(s.dirs) == 1:
		if full, err := filepath.Abs(s.dirs[0]); err == nil {
			return full
		}
	case name == "PWD", name == "OLDPWD", value == "" && strings.HasPrefix(name, "GIT_"), s.sets(name):
		f.unknown = "$" + name
		return ""
	}
	return value
}

// sets reports whether the command has the name of a variable other than for its value.
func (s *shell) sets(name string) bool {
	for at, rest := 0, s.whole; ; {
		i := strings.Index(rest[at:], name)
		if i < 0 {
			return false
		}
		before, after := rest[:at+i], rest[at+i+len(name):]
		at += i + len(name)
		inName := after != "" && nameAt("_"+after[:1]) != "_"
		if before != "" {
			last := before[len(before)-1]
			inName = inName || last == '$' || nameAt("_"+string([]byte{last})) != "_" || strings.HasSuffix(before, "${")
		}
		if !inName {
			return true
		}
	}
}
