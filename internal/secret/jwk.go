package secret

import (
	"bytes"
	"strings"
)

// Bounds of a JWK, in bytes: RSA keys of 16,384 bits fit.
const (
	maxJWK    = 16 << 10
	minScalar = 20
)

var wordKty, wordKTY = newWord("kty", "kt"), newWord("KTY", "KT")

// jwk finds JSON Web Keys (RFC 7517) that have the member "d": in JSON of any
// escaping, in YAML, and with their members as the fields of TOML, INI, XML and others.
func (s *search) jwk(l *layer) {
	s.jwkBy(l, wordKty, 'd')
	s.jwkBy(l, wordKTY, 'D')
}

// jwkBy finds those whose member "kty" is written so.
func (s *search) jwkBy(l *layer, kty *word, d byte) {
	done := 0
	for _, at := range l.all(kty) {
		if at < done {
			continue
		}
		from, end := objectAround(l.text, at, max(0, done-jwkOverlap))
		done = end
		if hasScalar(l.text[from:end], d) {
			s.say(l, from, end, "JSON Web Key with its private part")
		}
	}
}

// jwkOverlap is how far objects that follow one another are read again, in bytes.
const jwkOverlap = 2 << 10

// objectAround is the object that has a member at a place: between its braces,
// which do not count in strings, or as far as a key may reach.
func objectAround(text []byte, at, low int) (from, end int) {
	quote := byte('"')
	if at > 0 && text[at-1] == '\'' {
		quote = '\''
	}
	isQuoted := at > 0 && text[at-1] == quote
	from = max(low, at-maxJWK)
	depth, inside := 0, isQuoted
	for i := at - 1; i >= from; i-- {
		switch c := text[i]; {
		case c == quote:
			inside = !inside
		case inside:
		case c == '}':
			depth++
		case c == '{':
			if depth--; depth < 0 {
				from = i
			}
		}
	}
	end = min(len(text), at+maxJWK)
	depth, inside = 0, isQuoted
	for i := at; i < end; i++ {
		switch c := text[i]; {
		case c == quote:
			inside = !inside
		case inside:
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth < 0 {
				end = i
			}
		}
	}
	return from, end
}

// hasScalar reports whether an object has a member d of base64.
func hasScalar(object []byte, d byte) bool {
	for i, c := range object {
		if c != d {
			continue
		}
		isVariable := d == 'D' && i > 0 && object[i-1] == '_' // JWK_D=
		if (isVariable || !isWordEnd(object[:i])) && (d == 'd' && scalarLength(object[i+1:]) >= minScalar || isField(object[i+1:])) {
			return true
		}
	}
	return false
}

// isWordEnd reports whether a text ends within a word. An escaped line end is none, and
// nor is the + of a patch.
func isWordEnd(text []byte) bool {
	n := len(text)
	if n > 1 && text[n-1] == '+' && text[n-2] == '\n' {
		return false
	}
	if n == 0 || n > 1 && text[n-1] == 'n' && text[n-2] == '\\' {
		return false
	}
	return text[n-1] != '-' && six[text[n-1]] < 64
}

// scalarLength is the length of the base64 that a colon, quotes and white space
// stand before.
func scalarLength(text []byte) int {
	value := bytes.TrimLeft(text, "\"'\\: \t\r\n")
	if bytes.Count(text[:len(text)-len(value)], []byte(":")) != 1 {
		return 0
	}
	for n := 0; n < 4 && len(value) > 0; n++ { // what YAML has before a value
		stop := ""
		switch value[0] {
		case '!', '&':
			stop = " \t\r\n"
		case '>', '|', '#':
			stop = "\n"
		}
		i := bytes.IndexAny(value[:min(len(value), 128)], stop)
		if i < 0 {
			break
		}
		value = bytes.TrimLeft(value[i:], "\"' \t\r\n")
	}
	return len(value) - len(bytes.TrimLeft(value, alphabet))
}

// minField is the length of the shortest member d, in base64: of 32 bytes, less one
// for those who leave out zeros in front.
const minField = 42

// signs stand between the name of a field and its value, and nothing else may.
const signs = "=:>"

// isField reports whether the value of a field follows: "= VALUE" of TOML and INI,
// "=> VALUE" of Ruby, ">VALUE<" of XML, and the member "value" of a list of names and
// values. Source has names behind such a sign, so the value has digits and letters of
// both cases, and it ends as no call does.
func isField(text []byte) bool {
	const blanks = " \t\r\n\"'\\"
	text = text[:min(len(text), 128)]
	sign := bytes.TrimLeft(text, blanks+signs)
	if between := text[:len(text)-len(sign)]; !bytes.ContainsAny(between, signs) {
		rest, isPair := bytes.CutPrefix(bytes.TrimLeft(sign, blanks+",-"), []byte("value"))
		sign = bytes.TrimLeft(rest, blanks+signs)
		if !isPair || !bytes.ContainsAny(rest[:len(rest)-len(sign)], signs) {
			return false
		}
	}
	behind := bytes.TrimLeft(sign, alphabet)
	value := string(sign[:len(sign)-len(behind)])
	return len(value) >= minField && isEncoded(value) && (len(behind) == 0 || strings.ContainsRune(blanks+"=&<,;})]", rune(behind[0])))
}
