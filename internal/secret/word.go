package secret

import (
	"bytes"
	"encoding/binary"
)

// word is what a search looks for: by the byte of it that is rare in text, since
// a search for one byte is fast.
type word struct {
	text  []byte
	pivot int // index of the rare byte
}

func newWord(text string, rare byte) word {
	return word{[]byte(text), bytes.IndexByte([]byte(text), rare)}
}

// next is the first place of the word at an offset or behind it, or -1.
func (w word) next(text []byte, from int) int {
	for at := from + w.pivot; at < len(text); at++ {
		i := bytes.IndexByte(text[at:], w.text[w.pivot])
		if i < 0 {
			return -1
		}
		at += i
		if bytes.HasPrefix(text[at-w.pivot:], w.text) {
			return at - w.pivot
		}
	}
	return -1
}

// all are the places of the word.
func (w word) all(text []byte) (places []int) {
	for at := w.next(text, 0); at >= 0; at = w.next(text, at+len(w.text)) {
		places = append(places, at)
	}
	return places
}

// minText is how many characters of text in a row the shortest key in text has at
// least: a line of a marker, or an encoding.
const minText = 24

// hasText reports whether so much text stands in some bytes. One byte of so many
// is looked at first.
func hasText(text []byte) bool {
	for at := minText - 1; at < len(text); at += minText {
		if !isASCII(text[at]) {
			continue
		}
		from := at
		for from > 0 && at-from < minText && isASCII(text[from-1]) {
			from--
		}
		end := at + 1
		for end < len(text) && end-from < minText && isASCII(text[end]) {
			end++
		}
		if end-from >= minText {
			return true
		}
	}
	return false
}

// hasControls reports whether a byte is not ASCII or below the tab.
func hasControls(text []byte) bool {
	const high, tabs = 0x8080808080808080, 0x0909090909090909
	for ; len(text) >= 8; text = text[8:] {
		x := binary.LittleEndian.Uint64(text)
		if (x|(x-tabs)&^x)&high != 0 {
			return true
		}
	}
	for _, c := range text {
		if c < '\t' || c > 127 {
			return true
		}
	}
	return false
}

// pairs are the first bytes of binary keys, of what each of them has near its
// begin, and of compressed data.
var pairs = func() (second [256][]byte) {
	for _, pair := range []string{
		"\x02\x01", "\x2a\x86", "\x1f\x8b", "PK", "BZ", "\x78\x01", "\x78\x5e", "\x78\x9c", "\x78\xda", "op", "\xfe\xed", "\xce\xce",
		"\x07\x02", "\x1e\xf1", "\xfd7", "7z", "\x28\xb5", "\x04\x22", "Ra", "\x5d\x00", "\x96\x00",
	} {
		second[pair[0]] = append(second[pair[0]], pair[1])
	}
	for n := range 256 { // packets of OpenPGP have their length there
		second[0x94], second[0xc5] = append(second[0x94], byte(n)), append(second[0xc5], byte(n))
		if n < 0x20 {
			second[0x95] = append(second[0x95], byte(n))
		}
	}
	return second
}()

// hasBinary reports whether binary data may stand in some bytes: in many, if one
// is no text.
func hasBinary(text []byte) bool {
	if len(text) > 4<<10 {
		return hasControls(text)
	}
	for i, c := range text {
		if pairs[c] != nil && i+1 < len(text) && bytes.IndexByte(pairs[c], text[i+1]) >= 0 {
			return true
		}
	}
	return false
}
