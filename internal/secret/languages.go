package secret

import "bytes"

// What programs print of the numbers of a key: Go of the struct with %+v, Python of
// cryptography's numbers, .NET of its parameters as JSON, and BIND of a key of DNSSEC.
var (
	wordGo     = newWord("D:+", ":+")
	wordPython = newWord("private_value=", "_v")
	wordDotNet = newWord(`"D"`, `"D`)
	wordBIND   = newWord("Private-key-format", "-f")
)

// minPrinted is how many decimal digits the secret number of a key has at least.
const minPrinted = 60

func (s *search) languages(l *layer) {
	for _, w := range []*word{wordGo, wordPython} {
		for _, at := range l.all(w) {
			value := l.text[at+len(w.text):]
			if n := len(value) - len(bytes.TrimLeft(value[:min(len(value), maxJWK)], "0123456789")) - max(0, len(value)-maxJWK); n >= minPrinted {
				s.say(l, at, at+len(w.text)+n, "private key printed as numbers")
			}
		}
	}
	for _, at := range l.all(wordDotNet) {
		from, end := objectAround(l.text, at, 0)
		object := l.text[from:end]
		isKey := bytes.Contains(object, []byte(`"Curve"`)) || bytes.Contains(object, []byte(`"Modulus"`))
		if isKey && scalarLength(l.text[at+2:]) >= minScalar {
			s.say(l, at, end, "parameters of a private key in JSON")
		}
	}
	for _, at := range l.all(wordBIND) {
		text := l.text[at:min(len(l.text), at+maxJWK)]
		for _, name := range []string{"PrivateKey:", "PrivateExponent:"} {
			if i := bytes.Index(text, []byte(name)); i >= 0 && scalarLength(text[i+len(name)-1:]) >= minScalar {
				s.say(l, at, at+i+len(name), "private key of DNSSEC")
				break
			}
		}
	}
}
