package secret

import (
	"errors"
	"io"
	"iter"
)

const (
	// Decompressed data is searched in smaller windows: several are in memory at a time.
	innerWindow, innerOverlap = 4 << 20, 1 << 20
	// attemptCost is what an attempt to decompress counts, in bytes: a decompressor
	// is made for it. That of bzip2 is large.
	attemptCost, bzip2Cost = 16 << 10, 4 << 20
	maxStreams             = 4
)

// compressed searches what is compressed in a layer.
func (s *search) compressed(l *layer) {
	for _, p := range packings {
		behind := 0
		for _, at := range l.all(p.magic) {
			if at >= behind {
				behind = at + s.unpack(l, p, at)
			}
		}
	}
}

// unpack searches the compressed data at a place, and returns its length if that is known. Data
// that the next window goes on with becomes a stream.
func (s *search) unpack(l *layer, p packing, at int) (length int) {
	head := l.text[at:]
	inner := l.inside(p.name, nil, at, len(l.text))
	switch {
	case len(inner.wraps) > maxDepth:
		s.sayLimit(l, at, len(l.text), tooDeep)
		return 0
	case l.cut && l.streams != nil:
		if len(*l.streams) >= maxStreams {
			s.sayLimit(l, at, len(l.text), tooLarge)
			return 0
		}
		if st := s.stream(p, head, l, inner); st != nil {
			*l.streams = append(*l.streams, st)
		}
		return 0
	}
	r := &bufReader{chunk: head}
	n, err := s.inflate(p, head, r, l, inner)
	if errors.Is(err, io.ErrUnexpectedEOF) && l.cut && p.name == "gzip" && n > 0 {
		s.sayLimit(l, at, len(l.text), tooLarge)
	}
	if !errors.Is(err, io.EOF) || !p.hasSum { // it may have been no begin, and there may be one in what it took
		return 0
	}
	return len(head) - len(r.chunk)
}

// inflate searches what r has. It returns how much that was, and what ended it: [io.EOF]
// if it is whole.
func (s *search) inflate(p packing, head []byte, r *bufReader, l *layer, inner layer) (n int64, end error) {
	limit := s.inflatable()
	cost := int64(attemptCost)
	if p.name == "bzip2" {
		cost = bzip2Cost
	}
	if limit <= cost {
		s.sayLimit(l, len(l.text)-len(head), len(l.text), tooLarge)
		return 0, nil
	}
	s.inflated += cost
	z, err := p.open(s.unused[p.name], head, r)
	delete(s.unused, p.name) // it is in use
	if err != nil {
		return 0, nil
	}
	defer func() { s.unused[p.name] = z }()
	c := &counted{r: z, left: limit}
	inner.cut = false
	s.scan(c, inner, innerWindow, innerOverlap)
	s.inflated += c.n
	if c.left <= 0 {
		s.sayLimit(l, len(l.text)-len(head), len(l.text), tooLarge)
	}
	return c.n, c.err
}

// counted reads at most so many bytes. What is damaged ends where the damage is.
type counted struct {
	r       io.Reader
	n, left int64
	err     error
}

func (c *counted) Read(p []byte) (int, error) {
	if c.err != nil || c.left <= 0 {
		return 0, io.EOF
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.n, c.left, c.err = c.n+int64(n), c.left-int64(n), err
	if err != nil {
		err = io.EOF
	}
	return n, err
}

// bufReader reads chunks. It reads byte by byte too, so decompressors take no
// more of it than they need.
type bufReader struct {
	chunk []byte
	more  func() bool // makes the next chunk
}

func (r *bufReader) Read(p []byte) (int, error) {
	for len(r.chunk) == 0 {
		if r.more == nil || !r.more() {
			return 0, io.EOF
		}
	}
	n := copy(p, r.chunk)
	r.chunk = r.chunk[n:]
	return n, nil
}

func (r *bufReader) ReadByte() (byte, error) {
	var b [1]byte
	_, err := r.Read(b[:])
	return b[0], err
}

// stream is compressed data that does not end in the window that it begins in.
// It is searched in steps, one for each window, by turns with the windows.
type stream struct {
	r    *bufReader
	done bool
	next func() (struct{}, bool)
	stop func()
}

// stream begins to search a stream; nil if it ends in this window.
func (s *search) stream(p packing, head []byte, l *layer, inner layer) *stream {
	st := &stream{r: &bufReader{chunk: head}}
	outer := layer{text: l.text, wraps: l.wraps, place: l.place}
	st.next, st.stop = iter.Pull(func(yield func(struct{}) bool) {
		st.r.more = func() bool { return !st.done && yield(struct{}{}) && !(st.done && len(st.r.chunk) == 0) }
		s.inflate(p, head, st.r, &outer, inner)
	})
	if _, waits := st.next(); !waits {
		return nil
	}
	return st
}

// feed gives the streams their next chunk, and returns those that want more.
func feed(streams []*stream, chunk []byte, last bool) (waiting []*stream) {
	for _, st := range streams {
		st.r.chunk, st.done = chunk, last
		if _, waits := st.next(); waits {
			waiting = append(waiting, st)
		}
	}
	return waiting
}
