// Package secret finds private keys in bytes of any form, and redacts them in
// text. It decodes what may be an encoding (base64, hexadecimal, UTF-16, string
// escapes, compression) and gives the result to readers of key formats, so that
// a key is found whatever it is wrapped in:
//
//	for _, f := range secret.Find(text) {
//		fmt.Println(f.Offset, f.Form) // 6 base64 of a PEM private key
//	}
//
// A marker of a private key with a body that no reader understands is reported,
// and so is an encoding that is too deep or too large to be searched: silence
// means that the bytes were searched.
package secret

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/order"
)

// Finding is one private key.
type Finding struct {
	Offset int64  // of the first byte of the outermost encoding
	Form   string // in words, such as "base64 of a PEM private key"
	// Unsearched means that no key was found, but that not all could be searched.
	Unsearched bool

	end    int64 // offset of the byte behind it
	nested bool  // inside of an encoding, whose place this is
}

// Bounds of one search.
const (
	windowSize  = 8 << 20 // bytes searched at a time
	overlapSize = 2 << 20 // bytes that two windows share: larger than the Secret of a Helm release
	maxDepth    = 8       // encodings in one another
	maxFindings = 1000

	// What hostile input can make of a byte is bounded by these, in bytes. Both
	// are far above what files have that are not made for it.
	inflateBase, inflateFactor = 128 << 20, 4
	decodeBase, decodeFactor   = 256 << 20, 32

	// The same for all files of one Searcher: a thousand files of 100 bytes that
	// decompress to 100 MiB each would take hours.
	inflateAll = 512 << 20
	decodeAll  = 1 << 30
)

// Forms that say that the search is not complete.
const (
	tooDeep  = "encodings nested too deeply to be searched for keys"
	tooLarge = "data too large to be searched for keys when it is decompressed"
	tooMuch  = "encodings too many to be searched for keys"
)

// A Searcher searches the files of one change or one repository, within bounds
// for each and for all of them. The zero value is ready.
type Searcher struct {
	read, inflated, decoded int64 // bytes of the files so far
}

// Find is [Searcher.Find] for a single text.
func Find(text []byte) []Finding { return new(Searcher).Find(text) }

// Scan is [Searcher.Scan] for a single file.
func Scan(r io.Reader) ([]Finding, error) { return new(Searcher).Scan(r) }

// Find returns the private keys in a text, by offset.
func (all *Searcher) Find(text []byte) []Finding {
	if len(text) <= windowSize {
		s := all.newSearch()
		s.bytesRead = int64(len(text))
		s.look(&layer{text: text, place: placeFrom(0)})
		return s.sorted()
	}
	found, _ := all.Scan(bytes.NewReader(text)) // it does not fail
	return found
}

// Scan returns the private keys in what r reads, whatever its size. It holds
// some windows of it in memory, less than 64 MiB; a key may begin in one and end
// in the next. The error is that of r.
func (all *Searcher) Scan(r io.Reader) ([]Finding, error) {
	s := all.newSearch()
	err := s.scan(r, layer{place: placeFrom(0)}, windowSize, overlapSize)
	return s.sorted(), err
}

// search is one call of Find or Scan.
type search struct {
	all       *Searcher // the files before this one
	found     []Finding
	seen      map[string]bool
	visit     func(text []byte) // is called with each text, decoded or not; may be nil
	bytesRead int64
	inflated  int64
	decoded   int64
	// Memory and readers that are used again.
	buffer  []byte
	unused  map[string]io.Reader
	scratch [maxDepth + 2]struct {
		joined, plain []byte
		hits          []hit
	}
}

func (all *Searcher) newSearch() *search {
	return &search{all: all, seen: map[string]bool{}, unused: map[string]io.Reader{}}
}

// inflatable is how many bytes may still be decompressed.
func (s *search) inflatable() int64 {
	return min(inflateBase+inflateFactor*s.bytesRead-s.inflated,
		inflateAll+inflateFactor*(s.all.read+s.bytesRead)-s.all.inflated-s.inflated)
}

// overDecoded reports whether more was decoded than may be.
func (s *search) overDecoded() bool {
	return s.decoded > decodeBase+decodeFactor*s.bytesRead ||
		s.all.decoded+s.decoded > decodeAll+decodeFactor*(s.all.read+s.bytesRead)
}

// sorted ends the search: what it took counts for the files that follow.
func (s *search) sorted() []Finding {
	s.all.read += s.bytesRead
	s.all.inflated += s.inflated
	s.all.decoded += s.decoded
	order.By(s.found, func(a, b Finding) int { return int(max(-1, min(1, a.Offset-b.Offset))) })
	return s.found
}

// layer is one text to be searched: the file itself, or what an encoding in it
// has.
type layer struct {
	hits  // the words in the text
	text  []byte
	wraps []string // the encodings around it, outermost first
	cut   bool     // the file goes on behind the text
	// coarse means that places are those of the encoding.
	coarse bool
	// place returns where in the file a part of the text is. A part of a decoded
	// text is where its outermost encoding is.
	place func(from, to int) (int64, int64)
	// streams take the compressed data that the text has only the begin of.
	streams *[]*stream
	spans   []span // the keys found so far
}

type span struct{ from, to int }

func placeFrom(base int64) func(from, to int) (int64, int64) {
	return func(from, to int) (int64, int64) { return base + int64(from), base + int64(to) }
}

// inside is the layer that the text from..to encodes.
func (l *layer) inside(wrap string, text []byte, from, to int) layer {
	first, end := l.place(from, to)
	return layer{
		text:   text,
		wraps:  append(slices.Clip(l.wraps), wrap),
		cut:    l.cut && to == len(l.text),
		coarse: true,
		place:  func(int, int) (int64, int64) { return first, end },
	}
}

// find finds the words in the text of a layer so deep.
func (s *search) find(text []byte, depth int) hits {
	if s.visit != nil {
		s.visit(text)
	}
	found := dictionary.find(text, s.scratch[depth].hits)
	s.scratch[depth].hits = found.list
	return found
}

// look searches one layer.
func (s *search) look(l *layer) {
	l.hits = s.find(l.text, len(l.wraps))
	s.read(l, len(l.wraps) == 0 || hasText(l.text))
}

// read reads a layer whose words are known. Readers of key formats come first: what
// they find is not decoded once more.
func (s *search) read(l *layer, text bool) {
	if text {
		s.pem(l)
		s.ageIdentities(l)
		s.putty(l)
		s.jwk(l)
		s.gnupg(l)
		s.xmlKeys(l)
		s.printed(l)
		s.parsedASN1(l)
		s.languages(l)
	}
	if l.isBinary() {
		s.binary(l)
		s.compressed(l)
	}
	s.wide(l)
	if text {
		s.pageSpaces(l)
		s.escaped(l)
		s.hex(l)
		s.numbers(l)
		s.dumps(l)
		s.rows(l)
		s.records(l)
		s.decimal(l)
		s.base32(l)
		s.armored(l)
		s.base85(l)
		s.base64(l)
	}
}

// enter searches what the text from..to of a layer encodes, within the bounds.
func (s *search) enter(l *layer, wrap string, plain []byte, from, to int) {
	text, found := hasText(plain), s.find(plain, len(l.wraps)+1)
	if !text && !found.hasBinary() && bytes.IndexByte(plain, 0) < 0 {
		return // most of what looks like base64 is none
	}
	if s.decoded += int64(len(plain)); s.overDecoded() {
		s.sayLimit(l, from, to, tooMuch)
		return
	}
	if len(l.wraps) >= maxDepth {
		if isText(plain) {
			s.sayLimit(l, from, to, tooDeep)
		}
		return
	}
	inner := l.inside(wrap, plain, from, to)
	inner.hits = found
	s.read(&inner, text)
}

// isText reports whether a text begins like one that a person or a program wrote.
func isText(text []byte) bool {
	head := text[:min(len(text), 32)]
	for _, c := range head {
		if (c < ' ' || c > '~') && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
	}
	return len(head) >= 16
}

// say adds a finding.
func (s *search) say(l *layer, from, to int, noun string) {
	if len(l.spans) < maxFindings {
		l.spans = append(l.spans, span{from, to})
	}
	s.add(l, from, to, Finding{Form: phrase(l.wraps, noun)})
}

// sayLimit adds that a part of a layer could not be searched.
func (s *search) sayLimit(l *layer, from, to int, what string) {
	s.add(l, from, to, Finding{Form: what, Unsearched: true})
}

func (s *search) add(l *layer, from, to int, f Finding) {
	f.Offset, f.end = l.place(from, to)
	f.nested = l.coarse
	if key := f.key(); !s.seen[key] && len(s.found) < maxFindings {
		s.seen[key] = true
		s.found = append(s.found, f)
	}
}

// key tells findings apart. That something could not be searched is said once.
func (f Finding) key() string {
	if f.Unsearched {
		return f.Form
	}
	return string(appendOffset(nil, f.Offset)) + f.Form
}

func appendOffset(to []byte, offset int64) []byte {
	for range 8 {
		to = append(to, byte(offset))
		offset >>= 8
	}
	return to
}

// phrase is "base64 of gzip of a PEM private key", or the noun alone.
func phrase(wraps []string, noun string) string {
	if len(wraps) == 0 {
		return noun
	}
	article := "a "
	if strings.ContainsRune("aeiouO", rune(noun[0])) {
		article = "an "
	}
	return strings.Join(wraps, " of ") + " of " + article + noun
}

// isFound reports whether a place is inside of a key that was found.
func (l *layer) isFound(at int) bool {
	for _, s := range l.spans {
		if at >= s.from && at < s.to {
			return true
		}
	}
	return false
}

// gaps calls f with the parts of the text that no key was found in.
func (l *layer) gaps(f func(from, to int)) {
	spans := slices.Clone(l.spans)
	order.By(spans, func(a, b span) int { return a.from - b.from })
	from := 0
	for _, s := range spans {
		if s.from > from {
			f(from, s.from)
		}
		from = max(from, s.to)
	}
	if from < len(l.text) {
		f(from, len(l.text))
	}
}
