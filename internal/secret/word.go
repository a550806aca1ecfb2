package secret

import (
	"bytes"
	"encoding/binary"
	"slices"
	"sync"
)

// word is what a search looks for: the first bytes of a format, or a part of a
// marker. All words are found in one pass over a text, by two pairs of bytes of each
// that are rare in text: one begins at an even place of the text, wherever the word does.
type word struct {
	id     int // index in dictionary.words
	text   []byte
	rare   string // the pair of bytes in it that is rare in text
	binary bool
	is     func(text []byte) bool // judges the text from the word on; nil for any
}

func newWord(text, rare string) *word { return dictionary.add(&word{text: []byte(text), rare: rare}) }

// newMagic is a word of a binary format.
func newMagic(text, rare string, is func(text []byte) bool) *word {
	return dictionary.add(&word{text: []byte(text), rare: rare, binary: true, is: is})
}

// next is the first place of the word at an offset or behind it, or -1.
func (w *word) next(text []byte, from int) int {
	i := bytes.Index(text[from:], w.text)
	if i < 0 {
		return -1
	}
	return from + i
}

// all are the places of the word.
func (w *word) all(text []byte) (places []int) {
	for at := w.next(text, 0); at >= 0; at = w.next(text, at+len(w.text)) {
		places = append(places, at)
	}
	return places
}

// wordTable finds words by their pairs. These are noted at the first search: most
// commands make none.
type wordTable struct {
	words []*word
	once  sync.Once
	pairs [1 << 16 / 64]uint64 // one bit for each pair of bytes
	of    [256][]pair          // by the first byte of the pair
}

// pair is where a pair of bytes is in a word.
type pair struct {
	word   *word
	at     int
	second int // the second byte, or anyByte
}

const anyByte = -1

var dictionary = new(wordTable)

func (t *wordTable) add(w *word) *word {
	w.id = len(t.words)
	t.words = append(t.words, w)
	return w
}

func (t *wordTable) notePairs() {
	for _, w := range t.words {
		at := bytes.Index(w.text, []byte(w.rare))
		t.addPair(w, at)
		if at+2 < len(w.text) || at == 0 {
			t.addPair(w, at+1)
		} else {
			t.addPair(w, at-1)
		}
	}
}

// addPair adds a pair of a word. Any byte may stand beside the last one of a word and,
// if it is the only one, before it.
func (t *wordTable) addPair(w *word, at int) {
	switch {
	case at == len(w.text): // a word of one byte
		for first := range 256 {
			t.mark(byte(first), pair{w, at - 2, int(w.text[0])})
		}
	case at+1 < len(w.text):
		t.mark(w.text[at], pair{w, at, int(w.text[at+1])})
	default:
		t.mark(w.text[at], pair{w, at, anyByte})
	}
}

func (t *wordTable) mark(first byte, p pair) {
	t.of[first] = append(t.of[first], p)
	from, to := p.second, p.second
	if p.second == anyByte {
		from, to = 0, 255
	}
	for second := from; second <= to; second++ {
		both := uint16(first)<<8 | uint16(second)
		t.pairs[both>>6] |= 1 << (both & 63)
	}
}

// hits are the words in a text.
type hits struct {
	list []hit
	seen uint64 // one bit for each word
}

type hit struct {
	word int32
	at   int32 // texts are no larger than a window
}

// find finds the words in a text. It uses the memory of other hits.
func (t *wordTable) find(text []byte, memory []hit) hits {
	t.once.Do(t.notePairs)
	h := hits{list: memory[:0]}
	for i := 0; i+1 < len(text); i += 2 {
		both := uint16(text[i])<<8 | uint16(text[i+1])
		if t.pairs[both>>6]>>(both&63)&1 != 0 {
			h.match(t.of[text[i]], text, i)
		}
	}
	return h
}

// match adds the words of some pairs that are at a place.
func (h *hits) match(pairs []pair, text []byte, at int) {
	second := int(text[at+1])
	for i := range pairs {
		p := &pairs[i]
		if p.second != second && p.second != anyByte {
			continue
		}
		w, from := p.word, at-p.at
		if from < 0 || !bytes.HasPrefix(text[from:], w.text) || w.is != nil && !w.is(text[from:]) {
			continue
		}
		h.seen |= 1 << w.id
		h.list = append(h.list, hit{int32(w.id), int32(from)})
	}
}

func (h hits) has(w *word) bool { return h.seen>>w.id&1 != 0 }

// all are the places of one word.
func (h hits) all(w *word) (places []int) {
	if !h.has(w) {
		return nil
	}
	for _, hit := range h.list {
		if int(hit.word) == w.id {
			places = append(places, int(hit.at))
		}
	}
	return places
}

// hasBinary reports whether a word of a binary format is among the hits.
func (h hits) hasBinary() bool {
	return slices.ContainsFunc(h.list, func(hit hit) bool { return dictionary.words[hit.word].binary })
}

// isBinary reports whether binary formats may stand in a layer: in a large one if it
// is no text.
func (l *layer) isBinary() bool {
	return l.hasBinary() && (len(l.text) <= 4<<10 || hasControls(l.text))
}

// minText is how many characters of text in a row the shortest key in text has at
// least: a line of a marker, or an encoding.
const minText = 24

var textBytes = func() (is [256]bool) {
	for c := range is {
		is[c] = isASCII(byte(c))
	}
	return is
}()

// hasText reports whether so much text stands in some bytes.
func hasText(text []byte) bool {
	for low := 0; low+minText <= len(text); {
		at := low + minText - 1
		for at >= low && textBytes[text[at]] {
			at--
		}
		if at < low {
			return true
		}
		low = at + 1
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

// runs calls f with the parts of the text in which so many bytes of a class, and
// no others, follow one another; without those in which a key was found.
func (l *layer) runs(class *[256]bool, least int, f func(from, to int)) {
	l.gaps(func(from, to int) {
		runsIn(l.text[:to], from, class, least, f)
	})
}

// runsIn calls f with those parts of a text from a place on. It looks back from where such
// a part would have to reach, so it reads a few bytes of most texts only.
func runsIn(text []byte, low int, class *[256]bool, least int, f func(from, to int)) {
	for low+least <= len(text) {
		at := low + least - 1
		for at >= low && class[text[at]] {
			at--
		}
		if at >= low {
			low = at + 1
			continue
		}
		at = low + least
		for at < len(text) && class[text[at]] {
			at++
		}
		f(low, at)
		low = at + 1
	}
}
