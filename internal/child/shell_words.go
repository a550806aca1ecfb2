package child

import "strings"

// shellWord is a word of a command as the program gets it.
type shellWord struct {
	text string
	// dirs are where the command may be when it uses the word.
	dirs    []string
	program bool // it is what runs, not an argument
}

// shellWords splits a command as a POSIX shell does, by the variables of an environment, and
// starts nothing. What only a shell knows, as the output of a program, is the second result,
// "" if no name depends on it.
func shellWords(dir, command string, env []string) (words []shellWord, unknown string) {
	s := shell{text: strings.TrimPrefix(command, "!"), whole: command, env: env, dirs: []string{dir}}
	s.commands(0)
	return s.words, s.unknown
}

// shell reads commands.
type shell struct {
	text    string // what is left to read
	whole   string
	env     []string
	dirs    []string
	words   []shellWord
	unknown string
	depth   int // of commands in commands
	nested  int // of texts that are commands, too
}

// What else only a shell knows.
const (
	noEnd   = "a quote or bracket without an end"
	tooDeep = "a command that is nested too deeply"
)

// Limits of what is read; beyond, names are not known.
const (
	deepest    = 50
	mostNested = 4
	mostDirs   = 16 // that a command goes to
)

// field is a word that is being read, or a part of one that a variable had several of.
type field struct {
	text    string
	pattern string // the same for [filepath.Glob]
	globs   bool
	unknown string // what of it only a shell knows
	given   string // a parameter of a function or script in it, such as $1
	input   bool   // it is what the command reads, no argument
}

func (f *field) literal(text string) {
	f.text += text
	for _, c := range []byte(text) {
		if strings.IndexByte(`*?[\`, c) >= 0 {
			f.pattern += `\`
		}
		f.pattern += string([]byte{c})
	}
}

func (f *field) glob(text, pattern string) {
	f.text, f.pattern, f.globs = f.text+text, f.pattern+pattern, true
}

const (
	shellBlanks = " \t\n"
	shellEnds   = shellBlanks + ";&|()<>"
)

// commands reads up to an end that is not in brackets of its own, 0 for that of the text.
func (s *shell) commands(end byte) {
	if s.depth++; s.depth > deepest {
		s.text, s.unknown = "", tooDeep
	}
	var now []field
	open := 0
	for s.text != "" {
		c := s.text[0]
		switch {
		case c == end && open == 0:
			s.text = s.text[1:]
			s.simple(now)
			s.depth--
			return
		case c == '#':
			_, s.text, _ = strings.Cut(s.text, "\n")
			s.simple(now)
			now = nil
		case c == ' ' || c == '\t':
			s.text = s.text[1:]
		case c == ')' && open == 0: // what was before is a pattern of "case"
			s.text, now = s.text[1:], nil
		case strings.IndexByte("\n;&|()", c) >= 0:
			s.text = s.text[1:]
			s.simple(now)
			now = nil
			if c == '(' {
				open++
			} else if c == ')' {
				open--
			}
		case c == '<' || c == '>':
			now = append(now, s.redirection()...)
		default:
			now = append(now, s.word()...)
		}
	}
	if end != 0 {
		s.unknown = noEnd
	}
	s.simple(now)
	s.depth--
}

// redirection reads where a command reads from; a file that it writes is none that it uses.
func (s *shell) redirection() []field {
	rest := strings.TrimLeft(s.text, "<>&|")
	operator := s.text[:len(s.text)-len(rest)]
	s.text = strings.TrimLeft(rest, " \t")
	if strings.HasPrefix(s.text, "(") {
		s.unknown = operator + "(...)"
	}
	switch {
	case operator == "<<":
		return []field{s.document()}
	case operator == "<<<":
		fields := s.word()
		for i := range fields {
			fields[i].input = true
		}
		return fields
	case operator[0] == '>':
		s.word()
		return nil
	}
	return s.word()
}

// document reads what a command has for its input up to a line of its own (<<END).
func (s *shell) document() (f field) {
	f.input = true
	tabs := strings.HasPrefix(s.text, "-")
	s.text = strings.TrimLeft(strings.TrimPrefix(s.text, "-"), " \t")
	quote := strings.IndexAny(s.text, "'\"\\")
	quoted := quote >= 0 && quote < strings.IndexAny(s.text+"\n", shellEnds)
	var end string
	for _, part := range s.word() {
		end += part.text
	}
	line, rest, _ := strings.Cut(s.text, "\n")
	var text strings.Builder
	for {
		if rest == "" {
			s.unknown, s.text = noEnd, line
			break
		}
		var next string
		next, rest, _ = strings.Cut(rest, "\n")
		if next == end || tabs && strings.TrimLeft(next, "\t") == end {
			s.text = line + "\n" + rest
			break
		}
		text.WriteString(next + "\n")
	}
	if quoted {
		f.literal(text.String())
		return f
	}
	left := s.text
	s.text = text.String()
	s.quoted(&f, "")
	s.text = left
	return f
}

// word reads a word, which can be several or none where a variable stands without quotes.
func (s *shell) word() (fields []field) {
	var f field
	next := func() {
		if f.given != "" && f.text != "" {
			f.unknown = f.given
		}
		if f.text != "" || f.unknown != "" {
			fields = append(fields, f)
		}
		f = field{}
	}
	s.home(&f)
	for s.text != "" && strings.IndexByte(shellEnds, s.text[0]) < 0 {
		c := s.text[:1]
		rest := s.text[1:]
		switch {
		case strings.HasPrefix(s.text, "\\\n"):
			s.text = s.text[2:]
		case c == `\` && rest != "":
			f.literal(rest[:1])
			s.text = rest[1:]
		case c == "'":
			text, after, found := strings.Cut(rest, "'")
			if !found {
				s.unknown = noEnd
			}
			f.literal(text)
			s.text = after
		case c == `"`:
			s.text = rest
			s.quoted(&f, c)
		case c == "`":
			s.backquoted(&f)
		case c == "$":
			value, split := s.expanded(&f, false)
			for i := range len(value) {
				switch letter := value[i : i+1]; {
				case split && strings.Contains(shellBlanks, letter):
					next()
				case split && strings.Contains("*?[", letter):
					f.glob(letter, letter)
				default:
					f.literal(letter)
				}
			}
		case strings.HasPrefix(s.text, "[!"):
			f.glob("[!", "[^")
			s.text = s.text[2:]
		case strings.Contains("*?[", c):
			if strings.HasPrefix(s.text, "[[:") {
				f.unknown = "[[:...:]]"
			}
			f.glob(c, c)
			s.text = rest
		case c == "{":
			if inside, _, found := strings.Cut(rest, "}"); found && !strings.ContainsAny(inside, shellBlanks) &&
				(strings.Contains(inside, ",") || strings.Contains(inside, "..")) {
				f.unknown = "{...}"
			}
			fallthrough
		default:
			f.literal(c)
			s.text = rest
		}
	}
	next()
	return fields
}

// home reads the home directory of somebody (~, ~name) that a word begins with.
func (s *shell) home(f *field) {
	if !strings.HasPrefix(s.text, "~") {
		return
	}
	name := s.text[1:]
	if end := strings.IndexAny(name, shellEnds+"/"); end >= 0 {
		name = name[:end]
	}
	if s.text = s.text[1+len(name):]; name == "" {
		f.literal(valueOf(s.env, "HOME"))
	} else {
		f.unknown = "~" + name
	}
}

// quoted reads up to the end of double quotes, or of the text where none is named.
func (s *shell) quoted(f *field, end string) {
	for s.text != "" {
		c := s.text[:1]
		switch {
		case c == end:
			s.text = s.text[1:]
			return
		case strings.HasPrefix(s.text, "\\\n"):
			s.text = s.text[2:]
		case c == `\` && len(s.text) > 1 && strings.IndexByte("$`\"\\", s.text[1]) >= 0:
			f.literal(s.text[1:2])
			s.text = s.text[2:]
		case c == "`":
			s.backquoted(f)
		case c == "$":
			value, _ := s.expanded(f, true)
			f.literal(value)
		default:
			f.literal(c)
			s.text = s.text[1:]
		}
	}
	if end != "" {
		s.unknown = noEnd
	}
}

// backquoted reads a command between backquotes.
func (s *shell) backquoted(f *field) {
	var inside strings.Builder
	i := 1
	for ; i < len(s.text) && s.text[i] != '`'; i++ {
		if s.text[i] == '\\' && i+1 < len(s.text) && strings.IndexByte("$`\\", s.text[i+1]) >= 0 {
			i++
		}
		inside.WriteByte(s.text[i])
	}
	s.text = s.text[min(i+1, len(s.text)):]
	f.unknown = "`...`"
	s.unknown = s.inside(inside.String(), s.unknown)
}

// inside reads commands in a text of their own.
func (s *shell) inside(text, unknown string) string {
	if s.nested == mostNested {
		return tooDeep
	}
	in := shell{text: text, whole: s.whole + "\n" + text, env: s.env, dirs: s.dirs, depth: s.depth, nested: s.nested + 1}
	in.commands(0)
	s.words = append(s.words, in.words...)
	if unknown == "" {
		unknown = in.unknown
	}
	return unknown
}
