// Package evidence is the signed form of an observation file: the observation,
// then an SSH signature over it in comments, so that the file stays one that every
// reader of observations reads. It is pure; internal/repo runs ssh-keygen.
package evidence

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Namespace is what signatures are made for (ssh-keygen(1), -n): one that was made
// for a commit or for another program does not count.
const Namespace = "l5d-pki-evidence"

const (
	comment = "# "
	begin   = "-----BEGIN SSH SIGNATURE-----"
	end     = "-----END SSH SIGNATURE-----"
)

// Join is the text with its signature behind it. The text ends with a newline.
func Join(text, signature []byte) []byte {
	joined := bytes.Clone(text)
	for line := range strings.Lines(strings.TrimRight(string(signature), "\r\n") + "\n") {
		joined = append(joined, comment+strings.TrimRight(line, "\r\n")+"\n"...)
	}
	return joined
}

// Line is text that ends with a newline, which the signature follows.
func Line(text []byte) []byte {
	if len(text) == 0 || text[len(text)-1] == '\n' {
		return text
	}
	return append(bytes.Clone(text), '\n')
}

// Split is the text and its signature, which is nil where it has none. Nothing
// but comments of the signature's own form may follow the text: a signature with
// something behind it, or in the middle, is refused.
func Split(file []byte) (text, signature []byte, err error) {
	head := []byte(comment + begin)
	at := bytes.LastIndex(file, append([]byte("\n"), head...))
	if at < 0 {
		if bytes.Contains(file, []byte(begin)) || bytes.Contains(file, []byte(end)) {
			return nil, nil, problem.EvidenceForm.With()
		}
		return file, nil, nil
	}
	text = file[:at+1]
	var lines []string
	for line := range strings.Lines(string(file[at+1:])) {
		body, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), comment)
		if !ok || !armor.MatchString(body) {
			return nil, nil, problem.EvidenceForm.With()
		}
		lines = append(lines, body)
	}
	whole := len(lines) > 2 && lines[0] == begin && slices.Index(lines, end) == len(lines)-1
	if !whole || bytes.Contains(text, []byte(begin)) || file[len(file)-1] != '\n' {
		return nil, nil, problem.EvidenceForm.With()
	}
	return text, []byte(strings.Join(lines, "\n") + "\n"), nil
}

// armor is a line of a signature.
var armor = lazy.New(`^(-----(BEGIN|END) SSH SIGNATURE-----|[A-Za-z0-9+/=]+)$`)

// signer is a line of an allowed_signers file up to the end of its options:
// principals, then options, in which quotes may hold anything but quotes.
var signer = lazy.New(`^[ \t]*(?:"[^"]*"|[^ \t#"]+)[ \t]+((?:[^ \t"]|"[^"]*")+)`)

// meant finds, in a line's options, the namespace in any form.
var meant = lazy.New(`(?i)namespaces=[^ \t]*[",]l5d-pki|l5d-pki-evidence`)

// NearMiss is the number of the first line of an allowed_signers file, from 1 on, that
// was meant to list a key for evidence and does not count: with a pattern, a blank,
// two options, without quotes. 0 if there is none.
func NearMiss(allowed []byte) int {
	number := 0
	for line := range strings.Lines(string(allowed)) {
		number++
		head, _, _ := strings.Cut(line, " AAAA") // behind the key is a comment
		if strings.HasPrefix(strings.TrimSpace(line), "#") || len(Signers([]byte(line))) > 0 {
			continue
		}
		if meant.MatchString(head) || matchesNamespace(line) || !utf8.ValidString(line) || strings.Contains(line, "\x00") { // UTF-16, as some shells append
			return number
		}
	}
	return 0
}

// matchesNamespace reports whether the patterns of a line's options match the namespace,
// as ssh-keygen judges them (PATTERNS of ssh_config(5)): one of them does, and none
// that begins with an exclamation mark.
func matchesNamespace(line string) (matches bool) {
	options := signer.FindStringSubmatch(line)
	if options == nil {
		return false
	}
	for _, list := range namespaces.Regexp().FindAllStringSubmatch(options[1], -1) {
		for entry := range strings.SplitSeq(list[1], ",") {
			pattern, not := strings.CutPrefix(entry, "!")
			literal := strings.NewReplacer(`\`, `\\`, "[", `\[`).Replace(pattern)
			if found, err := path.Match(literal, Namespace); err == nil && found {
				if not {
					return false
				}
				matches = true
			}
		}
	}
	return matches
}

// namespaces is the option that says what a key may sign.
var namespaces = lazy.New(`(?i)(?:^|,)namespaces="([^"]*)"`)

// Signers gives the lines of an allowed_signers file (ssh-keygen(1)) whose keys
// may sign evidence: those that name the namespace. A key without the option
// could sign anything, and was listed for its commits: it does not count here.
func Signers(allowed []byte) []byte { return SignersFor(allowed, Namespace) }

// SignersFor is Signers for the keys of another namespace.
func SignersFor(allowed []byte, namespace string) []byte {
	var lines []string
	for line := range strings.Lines(string(allowed)) {
		options := signer.FindStringSubmatch(line)
		if options == nil {
			continue
		}
		found := namespaces.Regexp().FindAllStringSubmatch(options[1], -1)
		if len(found) == 1 && slices.Contains(strings.Split(found[0][1], ","), namespace) {
			lines = append(lines, line)
		}
	}
	return []byte(strings.Join(lines, ""))
}
