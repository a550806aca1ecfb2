package secret

import "bytes"

// isBeginOfKey reports whether a text is nearly the first half of a private key in DER, or more
// of it: of a key that somebody cut into two values, or that was cut off. Of the secret
// number the text has most then.
func isBeginOfKey(text []byte) bool {
	const least, most = 48, 16 << 10
	rest, ok := header(text, tagSeq)
	if !ok || len(text) < least {
		return false
	}
	length, _, ok := definite(text)
	if !ok || length > most || length <= len(rest) || length*9 > len(rest)*20 {
		return false
	}
	if isBeginOfRSA(rest) || isBeginOfRSA(wrappedRSA(rest)) {
		return true
	}
	_, _, ok = derKey(append(bytes.Clone(text), make([]byte, length-len(rest))...))
	return ok
}

// wrappedRSA is where the key of PKCS #8 begins, behind the version and the algorithm.
func wrappedRSA(rest []byte) []byte {
	for range 2 {
		_, _, behind, ok := element(rest)
		if !ok {
			return nil
		}
		rest = behind
	}
	for _, tag := range []byte{tagOctets, tagSeq} {
		inner, ok := header(rest, tag)
		if !ok {
			return nil
		}
		rest = inner
	}
	return rest
}

// isBeginOfRSA reports whether a text has the version, the modulus and the exponent of a
// key of PKCS #1, and at least half of the secret exponent.
func isBeginOfRSA(text []byte) bool {
	modulus := 0
	for i := range 3 {
		tag, value, rest, ok := element(text)
		if !ok || tag != tagInteger {
			return false
		}
		if i == 1 {
			modulus = len(value)
		}
		text = rest
	}
	secret, ok := header(text, tagInteger)
	return ok && modulus >= 64 && len(secret) >= modulus/2
}

// pemTails finds the end of a PEM private key whose begin is not in the text: in what
// tail prints, and in a patch of the last lines.
func (s *search) pemTails(l *layer) {
	behind, last := 0, 0
	for _, at := range l.all(wordPrivate) {
		low := max(behind, at-maxLabel)
		behind = at
		begin := bytes.LastIndex(l.text[low:at], wordEnd)
		end, ok := labelEnd(l.text, at+len(wordPrivate.text))
		if begin < 0 || !ok || l.isFound(at) || bytes.IndexByte(l.text[low+begin:at], '-') >= 0 {
			continue
		}
		begin += low
		body := l.text[max(last, begin-maxBody):begin]
		if from := tailFrom(body); from >= 0 {
			s.say(l, begin-len(body)+from, end, nounOf(string(l.text[begin:end]), false))
		}
		last = end
	}
}

// tailFrom is where the last lines of a body that are base64 begin, or -1 if they are too
// few. The last one is the line of the marker, and the one before it may be short.
func tailFrom(body []byte) int {
	from, count := len(body), 0
	for n := 0; from > 0; n++ {
		low := bytes.LastIndexByte(body[:from-1], '\n') + 1
		line := body[low:from]
		word := longest(tokens(string(line)), "")
		if n > 1 && !isEncoded(word) || n == 1 && (bytes.Contains(line, threeDashes) || isPlaceholder(line)) {
			break
		}
		if isEncoded(word) {
			count += len(word)
		}
		from = low
	}
	if count < minEncodedBody {
		return -1
	}
	return from
}
