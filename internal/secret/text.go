package secret

import (
	"bytes"
	"encoding/base32"
)

var wordSexp = newWord("private-key", 'v')

// gnupg finds private keys of GnuPG: S-expressions in files of private-keys-v1.d,
// protected by a passphrase or not. One that is "shadowed" is on a card.
func (s *search) gnupg(l *layer) {
	for _, at := range wordSexp.all(l.text) {
		before := l.text[max(0, at-16):at]
		before = bytes.TrimSuffix(before, []byte("protected-"))
		before = bytes.TrimRight(before, "0123456789:")
		rest := bytes.TrimLeft(l.text[at+len(wordSexp.text):], " \t\r\n")
		if bytes.HasSuffix(before, []byte("(")) && isSexpKey(rest) && !l.isFound(at) {
			s.say(l, at, min(len(l.text), at+maxJWK), "GnuPG private key")
		}
	}
}

// isSexpKey reports whether a text begins with an algorithm and a number of it.
func isSexpKey(text []byte) bool {
	if len(text) < 8 || text[0] != '(' {
		return false
	}
	text = bytes.TrimLeft(text[1:], "0123456789:")
	for _, name := range []string{"rsa", "dsa", "elg", "ec", "ed", "openpgp-"} {
		if bytes.HasPrefix(text, []byte(name)) {
			return bytes.IndexByte(text[:min(len(text), 32)], '(') > 0
		}
	}
	return false
}

var wordKeyValue = newWord("KeyValue", 'V')

// xmlKeys finds keys in XML as .NET writes them: <RSAKeyValue> with the private
// exponent or a prime.
func (s *search) xmlKeys(l *layer) {
	for _, at := range wordKeyValue.all(l.text) {
		before := l.text[max(0, at-12):at]
		if !bytes.HasSuffix(before, []byte("RSA")) && !bytes.HasSuffix(before, []byte("EC")) && !bytes.HasSuffix(before, []byte("DSA")) {
			continue
		}
		object := l.text[at:min(len(l.text), at+maxJWK)]
		if i := wordKeyValue.next(object, 1); i >= 0 {
			object = object[:i]
		}
		for _, name := range []string{"<D>", "<X>", "<InverseQ>"} {
			_, value, _ := bytes.Cut(object, []byte(name))
			value = bytes.TrimLeft(value, " \t\r\n")
			if len(value)-len(bytes.TrimLeft(value, alphabet)) >= minScalar && !l.isFound(at) {
				s.say(l, at, at+len(object), "XML private key")
			}
		}
	}
}

// minDecimal is how many numbers are decoded: less than an Ed25519 key in DER has.
const minDecimal = 44

// decimal searches arrays of bytes in decimal numbers: those of Go and Rust, of
// Node's Buffer in JSON, and those of Java, which are negative from 128 on.
func (s *search) decimal(l *layer) {
	l.gaps(func(low, end int) {
		for at := low + hexProbe; at < end; at += hexProbe {
			if !isDecimal(l.text[at]) {
				continue
			}
			from := at
			for from > low && isDecimal(l.text[from-1]) {
				from--
			}
			for at < end && isDecimal(l.text[at]) {
				at++
			}
			s.decimalRun(l, from, at)
			low = at
		}
	})
}

func isDecimal(c byte) bool {
	return c >= '0' && c <= '9' || c == ' ' || c == ',' || c == '-' || c == '\t' || c == '\n' || c == '\r'
}

// decimalRun decodes numbers with commas between them. A number that is no byte
// ends one array and begins the next.
func (s *search) decimalRun(l *layer, from, to int) {
	plain := make([]byte, 0, (to-from)/2)
	flush := func() {
		if len(plain) >= minDecimal {
			s.enter(l, "decimal numbers", plain, from, to)
		}
		plain = plain[:0]
	}
	for field := range bytes.FieldsFuncSeq(l.text[from:to], func(r rune) bool { return r != '-' && (r < '0' || r > '9') }) {
		digits := bytes.TrimPrefix(field, []byte("-"))
		n := 0
		for _, c := range digits {
			n = min(10*n+int(c-'0'), 1000)
		}
		if len(digits) == 0 || len(digits) > 3 || n > 255 || bytes.IndexByte(digits, '-') >= 0 || len(digits) < len(field) && n > 128 {
			flush()
			continue
		}
		if len(digits) < len(field) {
			n = -n
		}
		plain = append(plain, byte(n))
	}
	flush()
}

// minBase32 is how many characters of base32 are decoded: an Ed25519 key in DER
// has 77.
const minBase32 = 76

// base32 searches runs of base32 (RFC 4648 section 6), in lines or not.
func (s *search) base32(l *layer) {
	l.gaps(func(low, end int) {
		for at := low + minBase32/2; at < end; at += minBase32 / 2 {
			if !isBase32(l.text[at]) {
				continue
			}
			from := at
			for from > low && isBase32(l.text[from-1]) {
				from--
			}
			for at < end && isBase32(l.text[at]) {
				at++
			}
			low = at
			text := bytes.Join(bytes.Fields(l.text[from:at]), nil)
			if len(text) < minBase32 {
				continue
			}
			plain := make([]byte, len(text))
			if rest := len(text) % 8; rest == 1 || rest == 3 || rest == 6 {
				text = text[:len(text)-1] // no group ends so
			}
			n, _ := base32.StdEncoding.WithPadding(base32.NoPadding).Decode(plain, text)
			s.enter(l, "base32", plain[:n], from, at)
		}
	})
}

func isBase32(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= '2' && c <= '7' || c == '\n' || c == '\r'
}
