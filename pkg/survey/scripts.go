package survey

import (
	"bytes"
	"encoding/base64"
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// scripted is a trust bundle that a program text hands to Linkerd: Terraform, a shell
// script, a job of CI. Such texts are not run; what says where the bundle comes from is
// the next certificate, or the next name of a file, behind the setting.
type scripted struct {
	at    spot
	value []string // lines from the setting on
}

// programs are the kinds of files that deploy things and are no objects of Kubernetes.
var programs = lazy.New(`(?i)(\.(tf|tfvars|tofu|hcl|sh|bash|zsh|fish|ps1|psm1|bat|cmd|mk|just|groovy|jenkinsfile|dockerfile|containerfile|py|rb|ts|js|mjs|nix|jsonnet|libsonnet|cue|star|bzl|tftpl|ya?ml\.tpl|j2|env|envrc|toml|ini|properties|conf)|(^|/)(\.?env|\.envrc|gnumakefile|makefile|justfile|jenkinsfile|dockerfile|containerfile|tiltfile|earthfile|vagrantfile))$`)

// assigning are words of any text that hand a bundle over as an argument; in a program
// the name of the value or of the object's field does, too.
var (
	assigning = lazy.New(`identity-trust-anchors-file|set(-file|-string|-literal|-json)?["',= ]+[^\s=]*` + linkerd.AnchorsValue + `=|(create|replace|patch)\s+(configmap|cm)\s+["']?linkerd-identity-trust-roots`)
	inProgram = lazy.New(`identity-trust-anchors-file|` + linkerd.AnchorsValue + `|ca-bundle\.crt|(create|replace|patch)\s+(configmap|cm)\s+["']?linkerd-identity-trust-roots`)
)

const (
	maxScript = 1 << 20
	// maxSpan is how many lines a value may be away from its setting.
	maxSpan = 4
	// maxValue is how many lines a value may have: a bundle of a dozen anchors.
	maxValue = 400
	// maxLooked bounds the lines that are searched for definitions, in all programs
	// together: names may lead in circles. What is left then counts as unread.
	maxLooked = 2_000_000
	// maxDefinitions is how many definitions of one name are followed.
	maxDefinitions = 20
	// maxScripted bounds the settings of one program.
	maxScripted = 200
)

// scripts collects where a text sets the bundle.
func (s *Survey) scripts(name string, text []byte) {
	program := programs.MatchString(name) || bytes.HasPrefix(text, []byte("#!"))
	if len(text) > maxScript || !program && !isYAML(name) {
		return
	}
	find := assigning
	if program {
		s.programs[name] = linesOf(text)
		find = inProgram
	}
	if !find.Match(text) && !carries(text) && !bytes.Contains(text, []byte("--identity-")) {
		return
	}
	roots := bytes.Contains(text, []byte(linkerd.TrustRoots))
	lines := linesOf(text)
	s.assignments(name, lines, program)
	before := len(s.scripted)
	for i, line := range lines {
		if len(s.scripted) >= before+maxScripted {
			break
		}
		where := find.Regexp().FindStringIndex(line)
		if where == nil || isComment(line) || (line[where[0]:where[1]] == linkerd.TrustRootsKey && !roots) {
			continue
		}
		rest := slices.Clone(lines[i:min(i+maxValue, len(lines))])
		rest[0] = line[where[1]:]
		column := len([]rune(line[:where[0]])) + 1
		s.scripted = append(s.scripted, scripted{at: spot{file: name, line: i + 1, column: column}, value: rest})
	}
}

func linesOf(text []byte) []string {
	return strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
}

func isComment(line string) bool {
	line = strings.TrimSpace(line)
	return strings.HasPrefix(line, "#") || strings.HasPrefix(line, "//") || strings.HasPrefix(line, "*") || strings.HasPrefix(strings.ToUpper(line), "REM ")
}

// judgeScripts compares what can be read, and names what cannot.
func (s *Survey) judgeScripts() {
	seen := map[spot]bool{}
	for _, b := range s.scripted {
		text, expression := s.follow(b.at.file, b.value, 0)
		have := fingerprints(text)
		if expression == "" && len(have) == 0 || seen[b.at] {
			continue // no value here: a declaration, a name in a list
		}
		seen[b.at] = true
		same := slices.Equal(have, s.want.bundle) || slices.ContainsFunc(s.others, func(m material) bool { return slices.Equal(have, m.bundle) })
		switch {
		case len(have) == 0:
			s.say(b.at, pki.Warning, problem.SurveyBundleUnread, expression, described(s.want.bundle))
		case !same:
			s.say(b.at, pki.Error, problem.SurveyOtherBundle, described(have), described(s.want.bundle))
		}
	}
}

// follow is the text of certificates at the beginning of lines, or the expression that
// was not read; depth counts names that were followed to their definitions.
func (s *Survey) follow(file string, lines []string, depth int) (text, expression string) {
	for i, line := range lines[:min(maxSpan, len(lines))] {
		if i > 0 && isComment(line) {
			continue
		}
		if pem := certificatesFrom(lines[i:]); pem != "" {
			return pem, ""
		}
		var words []string
		for _, word := range wordsOf(command.FindString(line)) {
			if len(words) > 0 && strings.HasPrefix(word, "--") {
				break // the next flag
			}
			if !fillers[strings.ToLower(word)] {
				words = append(words, word)
			}
		}
		for _, word := range words {
			if pem := s.standsFor(file, word, depth); pem != "" {
				return pem, ""
			}
		}
		if len(words) > 0 {
			if opensBlock(line) {
				continue // a heredoc whose text comes next
			}
			return "", shortened(strings.Join(words, " "))
		}
	}
	return "", ""
}

// fillers are words between a setting and its value.
var fillers = map[string]bool{
	"value": true, "name": true, "type": true, "file": true, "cat": true, "set": true, "string": true, "data": true, "default": true,
	"from-file": true, "--from-file": true, "from-literal": true, "--from-literal": true,
	"-n": true, "--namespace": true, "linkerd": true, linkerd.TrustRootsKey: true,
}

// command is a line up to the next command of a shell.
var command = lazy.New(`^([^|;&]|&[^&])*`)

var wordPattern = lazy.New(`[A-Za-z0-9_$@~+/\\:.{}-]+`)

// wordsOf are what may be names of files, variables or base64 in a line of a program.
func wordsOf(line string) (words []string) {
	for _, word := range wordPattern.Regexp().FindAllString(line, -1) {
		if word = strings.TrimLeft(strings.TrimRight(word, `:\{}$`), `:\{}`); strings.Trim(word, "-./$") != "" {
			words = append(words, word)
		}
	}
	return words
}

// shortened is an expression for people.
func shortened(expression string) string {
	if most := 60; len(expression) > most {
		return strings.ToValidUTF8(expression[:most], "") + "…"
	}
	return expression
}

// opensBlock reports whether a line ends in the beginning of a heredoc, a raw string or
// an open bracket.
func opensBlock(line string) bool {
	line = strings.TrimSpace(line)
	return strings.Contains(line, "<<") || strings.HasSuffix(line, "|") || strings.HasSuffix(line, "|-") ||
		strings.HasSuffix(line, "(") || strings.HasSuffix(line, "{") || strings.HasSuffix(line, "[") ||
		strings.HasSuffix(line, "`") || strings.HasSuffix(line, `"""`)
}

// certificatesFrom is the run of certificates that begins in the first line.
func certificatesFrom(lines []string) string {
	const begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
	if !strings.Contains(lines[0], begin) {
		return ""
	}
	var run []string
	inside := false
	for _, line := range strings.Split(strings.ReplaceAll(strings.Join(lines, "\n"), `\n`, "\n"), "\n") {
		line = strings.Trim(line, " \t\"'`,+;)\\")
		if at := strings.Index(line, begin); at >= 0 {
			line, inside = line[at:], true
		}
		if inside {
			if at := strings.Index(line, end); at >= 0 {
				line, inside = line[:at+len(end)], false
			}
			run = append(run, line)
		} else if line != "" {
			break
		}
	}
	return strings.Join(run, "\n") + "\n"
}

// standsFor is what a word stands for: base64, a file of the repository, a file that the
// same program writes, or a name that it defines.
func (s *Survey) standsFor(file, word string, depth int) string {
	if raw, err := base64.RawStdEncoding.DecodeString(word); err == nil && bytes.Contains(raw, []byte("-----BEGIN CERTIFICATE")) {
		return string(raw)
	}
	if name := s.fileNamed(file, word); name != "" {
		return s.pems[name]
	}
	if depth >= 3 {
		return ""
	}
	key := file + "\x00" + word
	if text, known := s.followed[key]; known {
		return text
	}
	s.followed[key] = "" // names may lead in circles
	text := s.defined(file, word, depth)
	s.followed[key] = text
	return text
}

// defined is the text where a program beside this one defines the name, or writes the
// file.
func (s *Survey) defined(file, word string, depth int) string {
	bare := strings.Trim(word[strings.LastIndexAny(word, "./{")+1:], "{}$")
	if strings.Contains(word, "/") || strings.Contains(word, ".") && isCertificateName(word) {
		bare = "" // a file; where the program writes it is looked for next
	}
	definitions := 0
	for _, name := range s.programsBeside(file) {
		lines := s.programs[name]
		if s.looked += len(lines); s.looked > maxLooked {
			return ""
		}
		for i, line := range lines {
			if rest, ok := definition(line, bare, path.Base(word)); ok && !isComment(line) {
				if definitions++; definitions > maxDefinitions {
					return ""
				}
				after := slices.Clone(lines[i:min(i+maxValue, len(lines))])
				after[0] = rest
				if text, _ := s.follow(name, after, depth+1); text != "" {
					return text
				}
			}
		}
	}
	return ""
}

// definition is what follows where a line defines a name ("ca = ...", `variable "ca" {`)
// or writes a file ("cat > ca.crt <<EOF").
func definition(line, name, file string) (rest string, ok bool) {
	if name != "" {
		trimmed := strings.TrimLeft(strings.TrimSpace(line), "$")
		for _, head := range []string{"export ", "local ", "readonly ", "declare ", "const ", "let ", "var ", "set ",
			"ARG ", "ENV ", "variable \"", "env:"} {
			trimmed = strings.TrimPrefix(trimmed, head)
		}
		if after, cut := strings.CutPrefix(trimmed, name); cut {
			after = strings.TrimLeft(after, `" 	`)
			if strings.HasPrefix(after, "=") || strings.HasPrefix(after, ":") || strings.HasPrefix(after, "{") {
				return strings.TrimLeft(after, ":= "), true
			}
		}
	}
	has := func(mark string) bool { return strings.Contains(line, mark) }
	if isCertificateName(file) && slices.ContainsFunc([]string{"<<", "@'", `@"`, "-----BEGIN"}, has) && strings.Contains(line, file) {
		return strings.ReplaceAll(line, file, ""), true
	}
	return "", false
}

func isCertificateName(word string) bool {
	switch strings.ToLower(path.Ext(word)) {
	case ".crt", ".pem", ".cer", ".cert", ".ca", ".txt":
		return true
	}
	return false
}

// programsBeside are this program and those of its directory, in order.
func (s *Survey) programsBeside(file string) []string {
	list := []string{}
	for name := range s.programs {
		if name != file && path.Dir(name) == path.Dir(file) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	if _, ok := s.programs[file]; ok {
		list = slices.Insert(list, 0, file)
	}
	return list
}

// fileNamed is the file of certificates that a word of a program names: beside the
// program, from the top of the repository, or the only one whose path ends so. What
// stands before the last variable ("${path.module}/ca.crt") is not known here.
func (s *Survey) fileNamed(program, word string) string {
	word = strings.ReplaceAll(word, `\`, "/")
	if at := strings.LastIndexAny(word, "}@"); at >= 0 {
		word = word[at+1:]
	}
	if strings.HasPrefix(word, "$") {
		_, word, _ = strings.Cut(word, "/")
	}
	word = strings.TrimPrefix(path.Clean("/"+strings.TrimLeft(word, "./~")), "/")
	if word == "" || path.Ext(word) == "" && !strings.Contains(word, "/") && s.pems[path.Join(path.Dir(program), word)] == "" {
		return ""
	}
	for _, name := range []string{path.Join(path.Dir(program), word), word} {
		if s.pems[name] != "" {
			return name
		}
	}
	var found []string
	for name := range s.pems {
		if strings.HasSuffix(name, "/"+word) {
			found = append(found, name)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return ""
}
