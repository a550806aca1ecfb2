package secret

import (
	"bytes"
	"encoding/binary"
	"slices"
)

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

// pack makes bytes of values of six bits, and appends them. Bits that make no whole
// byte are dropped.
func pack(plain, joined []byte) []byte {
	plain = slices.Grow(plain, len(joined)+8)
	for len(joined) >= 8 { // eight values make six bytes
		v := binary.BigEndian.Uint64(joined)
		v = v&0x003f003f003f003f | v>>2&0x0fc00fc00fc00fc0
		v = v&0x00000fff00000fff | v>>4&0x00fff00000fff000
		v = v&0xffffff | v>>8&0xffffff000000
		plain = binary.BigEndian.AppendUint64(plain, v<<16)
		plain = plain[:len(plain)-2]
		joined = joined[8:]
	}
	var v uint32
	for i, six := range joined {
		if v = v<<6 | uint32(six); i%4 != 0 {
			plain = append(plain, byte(v>>(6-2*(i%4))))
		}
	}
	return plain
}

// run is base64 that stands in pieces: lines, or strings that are joined.
type run struct {
	from, to int // in the text
	pieces   int
	last     int          // length of the last piece
	size     int          // of all pieces
	parts    [minRun]span // the pieces, while the run is too short to be decoded
	joined   []byte       // the values of all pieces, from then on
}

// base64 decodes each run of base64. A run is joined generously: a piece too
// many is harmless, since each run is decoded from its first four characters on.
func (s *search) base64(l *layer) {
	l.runs(&base64Bytes, minRun, func(from, to int) { s.base64Between(l, from, to) })
}

// base64Bytes are the bytes that may stand in a run of base64 or between its pieces.
var base64Bytes = func() (is [256]bool) {
	for c := range is {
		is[c] = six[c] < 64 || separators[c] != sepBreak || c == '\\'
	}
	return is
}()

func (s *search) base64Between(l *layer, at, end int) {
	text := l.text[:end]
	r := run{joined: s.scratch[len(l.wraps)].joined[:0]}
	sep := byte(sepBreak)
	for at < len(text) {
		c := text[at]
		if six[c] < 64 {
			from := at
			for at++; at < len(text) && six[text[at]] < 64; at++ {
			}
			if at-from <= 3 && isOperator(text, from, at) && !r.isNarrow(at-from) && !isAsNext(text[at:], at-from) {
				sep |= sepOther
				continue
			}
			if !r.joins(sep, at-from) {
				if r.size >= minRun {
					s.finish(l, &r)
				}
				r.from, r.pieces, r.size = from, 0, 0
			}
			r.add(text, from, at)
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
	if r.size >= minRun {
		s.finish(l, &r)
	}
	s.scratch[len(l.wraps)].joined = r.joined[:0]
}

// isOperator reports whether a piece is no base64 but joins strings ("a" + "b"),
// or begins a line of a list, a comment or a patch: it has +, - and / only, which are not
// escaped.
func isOperator(text []byte, from, to int) bool {
	for _, c := range text[from:to] {
		if c >= '0' {
			return false
		}
	}
	return from == 0 || text[from-1] != '\\'
}

// isNarrow reports whether the run is of so short lines that a sign alone may be one.
func (r *run) isNarrow(length int) bool { return r.pieces >= 8 && r.last == length }

// isAsNext reports whether the next line has one piece, as long as the one that ends a line
// at the begin of a text.
func isAsNext(text []byte, length int) bool {
	next := bytes.TrimLeft(text, " \t\r\n")
	n := base64Behind(next)
	return n == length && bytes.IndexByte(text[:len(text)-len(next)], '\n') >= 0 && (n == len(next) || separators[next[n]] == sepLine)
}

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
	case sep&sepOther != 0: // groups with commas between them
		return length >= 4 && length == r.last || r.pieces >= 8 && r.last <= 16 && length < r.last
	}
	return r.last >= 16 || length == r.last || r.pieces >= 3 && length < r.last
}

// add adds a piece. Values are of interest only if the run becomes long enough.
func (r *run) add(text []byte, from, to int) {
	long := r.size >= minRun
	if !long {
		r.parts[r.pieces] = span{from, to}
	}
	r.to, r.last = to, to-from
	r.size += to - from
	r.pieces++
	switch {
	case long:
		r.joined = values(r.joined, text[from:to])
	case r.size >= minRun:
		r.joined = r.joined[:0]
		for _, part := range r.parts[:r.pieces] {
			r.joined = values(r.joined, text[part.from:part.to])
		}
	}
}

func values(joined, piece []byte) []byte {
	n := len(joined)
	joined = slices.Grow(joined, len(piece))[:n+len(piece)]
	for i, to := 0, joined[n:]; i < len(piece) && i < len(to); i++ {
		to[i] = six[piece[i]]
	}
	return joined
}

// finish decodes a run that is long enough. Where in a group of four its base64
// begins is not known: a word may stand before it.
func (s *search) finish(l *layer, r *run) {
	depth := len(l.wraps)
	for skip := range 4 {
		plain := pack(s.scratch[depth].plain[:0], r.joined[skip:])
		s.scratch[depth].plain = plain[:0]
		s.enter(l, "base64", plain, r.from, r.to)
	}
}
