package survey

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"sync"
	"unicode/utf8"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// clearKey is a PEM private key that has a body: the header alone, in source
// code or a page, is none. Encrypted keys say so in their type (PKCS #8) or in
// a header where the body would begin (Proc-Type, RFC 1421), and do not match;
// of OpenSSH's only the ones with cipher "none" do.
var clearKey = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`-----BEGIN (?:(?:RSA |EC |DSA )?PRIVATE KEY-----(?:\s|\\n|\\r|["'+,#])*[A-Za-z0-9+/]{32}` +
		`|OPENSSH PRIVATE KEY-----(?:\s|\\n|\\r|["'+,#])*b3BlbnNzaC1rZXktdjEAAAAABG5vbmU)`)
})

// ageIdentity opens every key file of custody age (age-encryption.org/v1: Bech32
// in upper case; "PQ-1" is the hybrid one).
var ageIdentity = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`AGE-SECRET-KEY-(?:PQ-)?1[02-9AC-HJ-NP-Z]{58}`)
})

// identityWords stand in every identity of age.
var identityWords = []byte("AGE-SECRET-KEY-")

// keyWords stand in every clear key; a search for them is cheap.
var keyWords = []byte("PRIVATE KEY-----")

// encodedBegin is how base64, and base64 of base64 (a Secret inside of a Secret,
// a Helm release), write the end of "-----BEGIN ", at each of the three places
// that it can have in a group of three bytes.
var encodedBegin = encodedTwice([]string{"LS0tQkVHSU4g", "LS1CRUdJTi", "tLUJFR0lOI"})

// encodedTwice adds to texts what base64 makes of them, without the characters
// that also hold bits of what stands around.
func encodedTwice(texts []string) (all [][]byte) {
	for _, text := range texts {
		all = append(all, []byte(text))
	}
	for _, text := range texts {
		for before := range 3 {
			coded := base64.RawStdEncoding.EncodeToString([]byte("xx"[:before] + text))
			all = append(all, []byte(coded[(before*8+5)/6:(before+len(text))*8/6]))
		}
	}
	return all
}

// maxNested is how often a key may be wrapped in base64 and still be found.
const maxNested = 2

// keys looks for private keys in any file. Only the place is told.
func (s *Survey) keys(name string, text []byte) {
	if s.allow.match(name) {
		return
	}
	for _, at := range clearKeys(text, maxNested) {
		s.say(placeIn(name, text, at.offset), pki.Error, problem.SurveyPrivateKey, at.form)
	}
}

// AddPast looks for private keys in a file as a commit of the past brought it.
func (s *Survey) AddPast(commit, name string, text []byte) {
	if s.allow.match(name) || s.toldOf(name) {
		return
	}
	for _, at := range clearKeys(text, maxNested) {
		s.say(spot{file: name, line: 1, column: 1}, pki.Error, problem.SurveyKeyInPast, at.form, short(commit))
		return
	}
}

// toldOf: the key stands in the file as it is, and that was said.
func (s *Survey) toldOf(name string) bool {
	for _, f := range s.report.Findings {
		if f.File == name && f.Code == problem.SurveyPrivateKey.Code {
			return true
		}
	}
	return false
}

func short(commit string) string { return commit[:min(len(commit), 12)] }

// found is a private key in a text.
type found struct {
	offset int
	form   string
}

// ClearKey tells whether a private key stands in a text in clear, and in which
// form: as PEM, or in base64 of it.
func ClearKey(text []byte) (form string, is bool) {
	all := clearKeys(text, maxNested)
	if len(all) == 0 {
		return "", false
	}
	return all[0].form, true
}

// clearKeys finds keys that are wrapped in base64 at most so many times.
func clearKeys(text []byte, nested int) (all []found) {
	if bytes.Contains(text, keyWords) {
		for _, at := range clearKey().FindAllIndex(text, -1) {
			all = append(all, found{at[0], "PEM"})
		}
	}
	if bytes.Contains(text, identityWords) {
		for _, at := range ageIdentity().FindAllIndex(text, -1) {
			all = append(all, found{at[0], "an identity of age"})
		}
	}
	for _, begin := range encodedBegin {
		for from := 0; nested > 0; {
			i := bytes.Index(text[from:], begin)
			if i < 0 {
				break
			}
			start, end := base64Run(text, from+i, from+i+len(begin))
			if holdsKey(text[start:end], nested) {
				all = append(all, found{start, "base64 of PEM"})
			}
			from = max(end, from+i+1)
		}
	}
	return all
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

func holdsKey(run []byte, nested int) bool {
	packed := make([]byte, 0, len(run))
	for _, c := range run {
		if isBase64(c) {
			packed = append(packed, c)
		}
	}
	packed = packed[:len(packed)/4*4] // the rest of a run is padding, or the next word
	plain := make([]byte, base64.StdEncoding.DecodedLen(len(packed)))
	n, err := base64.StdEncoding.Decode(plain, packed)
	if err != nil {
		return false
	}
	return len(clearKeys(plain[:n], nested-1)) > 0
}

// placeIn is the place of a byte in a file.
func placeIn(name string, text []byte, offset int) spot {
	line := bytes.Count(text[:offset], []byte("\n")) + 1
	begin := bytes.LastIndexByte(text[:offset], '\n') + 1
	return spot{file: name, line: line, column: utf8.RuneCount(text[begin:offset]) + 1}
}
