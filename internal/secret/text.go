package secret

import (
	"bytes"
	"encoding/base32"
)

var wordSexp = newWord("private-key", "-k")

// gnupg finds private keys of GnuPG: S-expressions in files of private-keys-v1.d,
// protected by a passphrase or not. One that is "shadowed" is on a card.
func (s *search) gnupg(l *layer) {
	for _, at := range l.all(wordSexp) {
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

var wordKeyValue = newWord("KeyValue", "yV")

// xmlKeys finds keys in XML as .NET writes them: <RSAKeyValue> with the private
// exponent or a prime.
func (s *search) xmlKeys(l *layer) {
	for _, at := range l.all(wordKeyValue) {
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
	l.runs(&decimalBytes, 2*minDecimal-1, func(from, to int) { s.decimalRun(l, from, to) })
}

var decimalBytes = bytesOf("0123456789 ,-\t\n\r")

func bytesOf(chars string) (is [256]bool) {
	for i := range len(chars) {
		is[chars[i]] = true
	}
	return is
}

// decimalRun decodes numbers with commas between them. A number that is no byte
// ends one array and begins the next.
func (s *search) decimalRun(l *layer, from, to int) {
	plain := make([]byte, 0, (to-from)/2)
	var octal []byte // the same, while each number may be octal: 060
	flushOctal := func() {
		if len(octal) >= minDecimal {
			s.enter(l, "octal numbers", octal, from, to)
		}
		octal = octal[:0]
	}
	flush := func() {
		if len(plain) >= minDecimal {
			s.enter(l, "decimal numbers", plain, from, to)
		}
		plain = plain[:0]
	}
	for field := range bytes.FieldsFuncSeq(l.text[from:to], func(r rune) bool { return r != '-' && (r < '0' || r > '9') }) {
		digits := bytes.TrimPrefix(field, []byte("-"))
		if value, ok := octalByte(field); ok {
			octal = append(octal, value)
		} else {
			flushOctal()
		}
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
	flushOctal()
}

// octalByte is a byte in octal digits, of which there is one, or the first is 0, as in C.
func octalByte(digits []byte) (value byte, ok bool) {
	if len(digits) > 4 || len(digits) > 1 && digits[0] != '0' {
		return 0, false
	}
	n := 0
	for _, c := range digits {
		if c < '0' || c > '7' {
			return 0, false
		}
		n = 8*n + int(c-'0')
	}
	return byte(n), n <= 255
}

// minBase32 is how many characters of base32 are decoded: an Ed25519 key in DER
// has 77.
const minBase32 = 76

// base32 searches runs of base32 (RFC 4648 section 6), in lines or not.
func (s *search) base32(l *layer) {
	l.runs(&base32Bytes, minBase32, func(from, to int) {
		text := bytes.Join(bytes.Fields(l.text[from:to]), nil)
		if len(text) < minBase32 {
			return
		}
		plain := make([]byte, len(text))
		if rest := len(text) % 8; rest == 1 || rest == 3 || rest == 6 {
			text = text[:len(text)-1] // no group ends so
		}
		n, _ := base32.StdEncoding.WithPadding(base32.NoPadding).Decode(plain, text)
		s.enter(l, "base32", plain[:n], from, to)
	})
}

var base32Bytes = bytesOf("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567\n\r")
