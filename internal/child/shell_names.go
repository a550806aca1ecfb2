package child

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// keywords stand before a command, and printers have arguments that are no names of files.
var (
	keywords = []string{"!", "{", "}", "if", "then", "elif", "else", "fi", "while", "until", "do", "done", "esac", "time"}
	printers = []string{"echo", "printf", "test", "[", ":", "true", "false", "exit", "return", "shift", "sleep", "export", "local",
		"readonly", "unset", "read", "case", "for"}
	shells = []string{"sh", "bash", "dash", "ash", "ksh", "zsh", "eval"}
)

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
