package secret

// alphabet has the characters of base64, of both kinds (RFC 4648 sections 4 and 5).
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"

// minRun is how many characters of base64 may be a key: an Ed25519 key in DER has 64.
const minRun = 64

// six is the value of a character of base64, or 64.
var six = func() (values [256]byte) {
	for i := range values {
		values[i] = 64
	}
	for i := range len(alphabet) {
		values[alphabet[i]] = byte(i)
	}
	values['-'], values['_'] = 62, 63
	return values
}()

// What stands between two pieces of base64, as bits.
const (
	sepSpace = 1 << iota // white space in a line
	sepLine              // the end of a line, also an escaped one
	sepQuote             // the end of a string, or its begin
	sepOther             // what joins strings, or begins lines of a comment or a list
	sepSlash             // a backslash alone, as in \/
	sepBreak             // anything else
)

var separators = func() (kinds [256]byte) {
	for i := range kinds {
		kinds[i] = sepBreak
	}
	for chars, kind := range map[string]byte{" \t": sepSpace, "\n\r": sepLine, "\"'`": sepQuote, ",.;#*|>": sepOther} {
		for i := range len(chars) {
			kinds[chars[i]] = kind
		}
	}
	return kinds
}()

// decodeLoose decodes the characters of base64 in a text, and drops others.
func decodeLoose(text string) []byte {
	joined := make([]byte, 0, len(text))
	for i := range len(text) {
		if v := six[text[i]]; v < 64 {
			joined = append(joined, v)
		} else if text[i] == '=' {
			break
		}
	}
	return pack(nil, joined)
}

// pack makes bytes of values of six bits. Bits that make no whole byte are dropped.
func pack(plain, joined []byte) []byte {
	for len(joined) >= 4 {
		v := uint32(joined[0])<<18 | uint32(joined[1])<<12 | uint32(joined[2])<<6 | uint32(joined[3])
		plain = append(plain, byte(v>>16), byte(v>>8), byte(v))
		joined = joined[4:]
	}
	switch len(joined) {
	case 3:
		plain = append(plain, joined[0]<<2|joined[1]>>4, joined[1]<<4|joined[2]>>2)
	case 2:
		plain = append(plain, joined[0]<<2|joined[1]>>4)
	}
	return plain
}

// run is base64 that stands in pieces: lines, or strings that are joined.
type run struct {
	from, to int // in the text
	pieces   int
	last     int    // length of the last piece
	joined   []byte // values of the pieces, if there is more than one
}

// base64 decodes each run of base64. A run is joined generously: a piece too
// many is harmless, since each run is decoded from its first four characters on.
func (s *search) base64(l *layer) {
	l.gaps(func(low, end int) {
		for at := low + minRun - 1; at < end; at += minRun {
			if ends[l.text[at]] {
				continue
			}
			from := at
			for from > low && !ends[l.text[from-1]] {
				from--
			}
			for at < end && !ends[l.text[at]] {
				at++
			}
			if at-from >= minRun {
				s.base64Between(l, from, at)
			}
			low = at
		}
	})
}

// ends are the bytes that a run of base64 ends at, so no run long enough goes over
// one: of text without base64 one byte of so many is looked at.
var ends = func() (ends [256]bool) {
	for c := range ends {
		ends[c] = six[c] == 64 && separators[c] == sepBreak && c != '\\'
	}
	return ends
}()

func (s *search) base64Between(l *layer, at, end int) {
	text := l.text[:end]
	r := run{joined: s.scratch[len(l.wraps)].joined[:0]}
	sep := byte(sepBreak)
	for at < len(text) {
		c := text[at]
		if six[c] < 64 {
			from := at
			for at < len(text) && six[text[at]] < 64 {
				at++
			}
			if at-from <= 3 && sep != sepSlash && !r.isNarrow(at-from) && isOperator(text[from:at]) {
				sep |= sepOther
				continue
			}
			if !r.joins(sep, at-from) {
				s.finish(l, &r)
				r.from, r.to, r.pieces, r.last = from, at, 1, at-from
			} else {
				r.add(text, from, at)
			}
			sep = 0
			continue
		}
		if c != '\\' {
			sep |= separators[c]
			at++
			continue
		}
		var kind byte
		kind, at = backslash(text, at)
		sep |= kind
	}
	s.finish(l, &r)
	s.scratch[len(l.wraps)].joined = r.joined[:0]
}

// isOperator reports whether a piece is no base64 but joins strings ("a" + "b"),
// or begins a line of a list, a comment or a patch.
func isOperator(piece []byte) bool {
	for _, c := range piece {
		if c != '+' && c != '-' && c != '/' {
			return false
		}
	}
	return true
}

// isNarrow reports whether the run is of so short lines that a sign alone may be one.
func (r *run) isNarrow(length int) bool { return r.pieces >= 8 && r.last == length }

// backslash passes over backslashes and the letter of an escaped line end.
func backslash(text []byte, at int) (kind byte, next int) {
	for at < len(text) && text[at] == '\\' {
		at++
	}
	if at == len(text) {
		return sepSlash, at
	}
	switch c := text[at]; {
	case c == 'n' || c == 'r':
		return sepLine, at + 1
	case c == 't':
		return sepSpace, at + 1
	case c == '/' || c == '\n' || c == '\r' || c == '"' || c == '\'':
		return sepSlash, at
	case six[c] < 64:
		return sepBreak, at + 1
	}
	return sepSlash, at
}

// joins reports whether a piece of so many characters continues the run. Words
// of prose do not, and lines that are one word each do.
func (r *run) joins(sep byte, length int) bool {
	switch {
	case r.pieces == 0 || sep&sepBreak != 0:
		return false
	case sep&(sepLine|sepQuote) != 0 || sep == sepSlash:
		return true
	case sep&sepOther != 0:
		return false
	}
	return r.last >= 16 || length == r.last || r.pieces >= 3 && length < r.last
}

func (r *run) add(text []byte, from, to int) {
	if r.pieces == 1 {
		r.joined = values(r.joined[:0], text[r.from:r.to])
	}
	r.joined = values(r.joined, text[from:to])
	r.to, r.last = to, to-from
	r.pieces++
}

func values(joined, piece []byte) []byte {
	for _, c := range piece {
		joined = append(joined, six[c])
	}
	return joined
}

// finish decodes a run that is long enough. Where in a group of four its base64
// begins is not known: a word may stand before it.
func (s *search) finish(l *layer, r *run) {
	if r.pieces == 1 && r.to-r.from >= minRun {
		r.joined = values(r.joined[:0], l.text[r.from:r.to])
	}
	if r.pieces > 0 && (r.pieces > 1 || r.to-r.from >= minRun) && len(r.joined) >= minRun {
		depth := len(l.wraps)
		for skip := range 4 {
			plain := pack(s.scratch[depth].plain[:0], r.joined[skip:])
			s.scratch[depth].plain = plain[:0]
			s.enter(l, "base64", plain, r.from, r.to)
		}
	}
	r.pieces = 0
}
