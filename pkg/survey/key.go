package survey

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"unicode/utf8"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// clearKey is a PEM private key that has a body: the header alone, in source
// code or a page, is none. Encrypted keys say so in their type (PKCS #8) or in
// a header where the body would begin (Proc-Type, RFC 1421), and do not match;
// of OpenSSH's only the ones with cipher "none" do.
var clearKey = regexp.MustCompile(`-----BEGIN (?:(?:RSA |EC |DSA )?PRIVATE KEY-----(?:\s|\\n|\\r|["'+,#])*[A-Za-z0-9+/]{32}` +
	`|OPENSSH PRIVATE KEY-----(?:\s|\\n|\\r|["'+,#])*b3BlbnNzaC1rZXktdjEAAAAABG5vbmU)`)

// keyWords stand in every clear key; a search for them is cheap.
var keyWords = []byte("PRIVATE KEY-----")

// encodedBegin is how base64 writes the end of "-----BEGIN ", at each of the
// three places that it can have in a group of three bytes.
var encodedBegin = [][]byte{[]byte("LS0tQkVHSU4g"), []byte("LS1CRUdJTi"), []byte("tLUJFR0lOI")}

// ageIdentity is the secret half of an age key, as age-keygen(1) writes it.
var ageIdentity = regexp.MustCompile(`AGE-SECRET-KEY-1[0-9A-Z]{58}`)

// ClearKey tells whether a private key stands in a text in clear, and in which
// form: as PEM, in base64 of it, or as an identity of age.
func ClearKey(text []byte) (form string, is bool) {
	if all := clearKeys(text); len(all) > 0 {
		return all[0].form, true
	}
	if ageIdentity.Match(text) {
		return "an identity of age", true
	}
	return "", false
}

// keys looks for private keys in any file. Only the place is told.
func (s *Survey) keys(name string, text []byte) {
	if s.allow.match(name) {
		return
	}
	for _, k := range clearKeys(text) {
		s.say(placeIn(name, text, k.at), pki.Error, problem.SurveyPrivateKey, k.form)
	}
}

// foundKey is the offset of a private key, and what it is written in.
type foundKey struct {
	at   int
	form string
}

func clearKeys(text []byte) (found []foundKey) {
	if bytes.Contains(text, keyWords) {
		for _, at := range clearKey.FindAllIndex(text, -1) {
			found = append(found, foundKey{at[0], "PEM"})
		}
	}
	for _, begin := range encodedBegin {
		for from := 0; ; {
			i := bytes.Index(text[from:], begin)
			if i < 0 {
				break
			}
			start, end := base64Run(text, from+i, from+i+len(begin))
			if holdsKey(text[start:end]) {
				found = append(found, foundKey{start, "base64 of PEM"})
			}
			from = max(end, from+i+1)
		}
	}
	return found
}

// base64Run widens a match to the whole run of base64, to the left on its line,
// to the right over line ends and indentation.
func base64Run(text []byte, start, end int) (int, int) {
	for start > 0 && isBase64(text[start-1]) {
		start--
	}
	for end < len(text) && (isBase64(text[end]) || bytes.IndexByte([]byte(" \t\r\n"), text[end]) >= 0) {
		end++
	}
	return start, end
}

func isBase64(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}

func holdsKey(run []byte) bool {
	packed := make([]byte, 0, len(run))
	for _, c := range run {
		if isBase64(c) {
			packed = append(packed, c)
		}
	}
	packed = packed[:len(packed)/4*4] // the rest of a run is padding, or the next word
	plain := make([]byte, base64.StdEncoding.DecodedLen(len(packed)))
	n, err := base64.StdEncoding.Decode(plain, packed)
	return err == nil && clearKey.Match(plain[:n])
}

// placeIn is the place of a byte in a file.
func placeIn(name string, text []byte, offset int) spot {
	line := bytes.Count(text[:offset], []byte("\n")) + 1
	begin := bytes.LastIndexByte(text[:offset], '\n') + 1
	return spot{file: name, line: line, column: utf8.RuneCount(text[begin:offset]) + 1}
}
