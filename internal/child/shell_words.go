package child

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

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

// keywords stand before a command, and printers have arguments that are no names of files.
var (
	keywords = []string{"!", "{", "}", "if", "then", "elif", "else", "fi", "while", "until", "do", "done", "esac", "time"}
	printers = []string{"echo", "printf", "test", "[", ":", "true", "false", "exit", "return", "shift", "sleep", "export", "local",
		"readonly", "unset", "read", "case", "for"}
	shells = []string{"sh", "bash", "dash", "ash", "ksh", "zsh", "eval"}
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
	if strings.HasPrefix(s.text, "~") {
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

// assigned is the name of the variable that a word sets, "" if it sets none.
func assigned(word string) string {
	name, _, is := strings.Cut(word, "=")
	if !is || nameAt(name) != name {
		return ""
	}
	return name
}

// leads reports whether programs look for files by the value of a variable.
func leads(name string) bool {
	return endsIn(name, fileNames) || endsIn(name, commandNames) || isLoader(name)
}

// simple judges one command with its arguments.
func (s *shell) simple(fields []field) {
	var before []field
	for len(fields) > 0 && (assigned(fields[0].text) != "" || slices.Contains(keywords, fields[0].text)) {
		before, fields = append(before, fields[0]), fields[1:]
	}
	printed := len(fields) == 0 || slices.Contains(printers, filepath.Base(fields[0].text))
	for _, f := range before {
		s.use(f, false)
		s.depends(f, !printed || leads(assigned(f.text)))
	}
	if len(fields) == 0 {
		return
	}
	program := filepath.Base(fields[0].text)
	scripts := false
	for i, f := range fields {
		s.depends(f, (i == 0 || !printed || leads(assigned(f.text))) && (!f.input || scripts))
		s.use(f, i == 0)
		_, value, _ := strings.Cut(f.text, "=") // of an option
		for _, text := range []string{f.text, value} {
			if i > 0 && strings.ContainsAny(text, shellBlanks+"'\"\\$`") && s.nested < mostNested {
				why := s.inside(text, s.unknown)
				if scripts || strings.Contains(strings.ToLower(f.text), "command") {
					s.unknown = why
				}
			}
		}
		scripts = scripts || !f.input && slices.Contains(shells, filepath.Base(f.text))
	}
	if program == "cd" || program == "pushd" {
		s.goTo(fields[1:])
	}
}

// depends notes what only a shell knows of a word that can be a name.
func (s *shell) depends(f field, name bool) {
	if name && s.unknown == "" {
		s.unknown = f.unknown
	}
}

// goTo notes that the commands behind may be in another directory.
func (s *shell) goTo(fields []field) {
	for _, f := range fields {
		for _, dir := range s.dirs {
			if !filepath.IsAbs(f.text) {
				dir = filepath.Join(dir, f.text)
			} else {
				dir = f.text
			}
			if !slices.Contains(s.dirs, dir) {
				s.dirs = append(slices.Clip(s.dirs), dir)
			}
		}
	}
	if len(s.dirs) > mostDirs {
		s.unknown = "cd"
	}
}

// use notes a word, or the names that it is a pattern for.
func (s *shell) use(f field, program bool) {
	texts := []string{f.text}
	below := strings.TrimRight(f.pattern, "/")
	for _, dir := range s.dirs {
		pattern := below
		if dir != "" && !filepath.IsAbs(pattern) {
			at := field{}
			at.literal(dir + string(os.PathSeparator))
			pattern = at.pattern + pattern
		}
		if !f.globs {
			continue
		}
		matches, _ := filepath.Glob(pattern) // a pattern that is none stays as it is
		for _, match := range matches {
			texts = append(texts, match+f.pattern[len(below):])
		}
	}
	for _, text := range texts {
		s.words = append(s.words, shellWord{text, s.dirs, program})
	}
}
