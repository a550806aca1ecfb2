package secret

import "bytes"

// wordPriv begins the names that OpenSSL and GnuTLS give the secret number of a key.
var wordPriv = newWord("priv", "iv")

// secretNames follow "priv" in what "openssl pkey -text" prints.
var secretNames = []string{":", "ateExponent:", "ate exponent:", "ate-key:", "ate key:", "ateKey:", "ate_key:"}

// printedNames begin the numbers that follow.
var printedNames = []string{"publicExponent", "prime", "exponent", "coefficient", "pub", "priv"}

const printedByOpenSSL = "private key printed by OpenSSL"

const (
	minPairs    = 16 // bytes of the shortest secret number
	minLinePair = 8  // of a line of one: OpenSSL prints 15, a time has three
	pairLines   = 4
)

// printed finds keys as "openssl rsa -text" prints them: bytes in hexadecimal
// digits with colons between them.
func (s *search) printed(l *layer) {
	places := append(l.all(wordPriv), len(l.text))
	for i, at := range places[:len(places)-1] {
		name := nameLength(l.text[at+len(wordPriv.text):])
		if name == 0 {
			continue
		}
		from := at + len(wordPriv.text) + name
		if countPairs(l.text[from:min(places[i+1], from+maxJWK)]) >= minPairs && !l.isFound(at) {
			s.say(l, at, from+printedLength(l.text[from:min(len(l.text), from+maxJWK)]), printedByOpenSSL)
		}
	}
}

func nameLength(text []byte) int {
	for _, name := range secretNames {
		if bytes.HasPrefix(text, []byte(name)) {
			return len(name)
		}
	}
	return 0
}

// countPairs counts the pairs of digits in the rest of the line of a name, and in
// the next lines.
func countPairs(text []byte) (n int) {
	for range pairLines {
		var line []byte
		line, text = cutLine(text)
		if pairs := pairsIn(line); pairs >= minLinePair {
			n += pairs
		}
	}
	return n
}

// printedLength is how far the numbers of a key go.
func printedLength(text []byte) int {
	rest := text
	for first := true; len(rest) > 0; first = false {
		line, next := cutLine(rest)
		if !first && pairsIn(line) < 1 && !isPrintedName(line) {
			break
		}
		rest = next
	}
	return len(text) - len(rest)
}

func isPrintedName(line []byte) bool {
	for _, name := range printedNames {
		if bytes.Contains(line, []byte(name)) {
			return true
		}
	}
	return false
}

// cutLine parts the first line, which an escaped line end may end too.
func cutLine(text []byte) (line, rest []byte) {
	end := bytes.IndexByte(text, '\n')
	if end < 0 {
		end = len(text)
	}
	if i := bytes.Index(text[:end], []byte(`\n`)); i >= 0 {
		return text[:i], text[i+2:]
	}
	return text[:end], text[min(len(text), end+1):]
}

// pairsIn is how many pairs of digits the longest row of them in a line has.
func pairsIn(line []byte) (most int) {
	for at := 0; at+1 < len(line); {
		n := 0
		for at+1 < len(line) && hexKinds[line[at]] == hexDigit && hexKinds[line[at+1]] == hexDigit {
			n++
			if at += 2; at < len(line) && line[at] == ':' {
				at++
				continue
			}
			break
		}
		most = max(most, n)
		if n == 0 {
			at++
		}
	}
	return most
}
