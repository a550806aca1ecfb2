package secret

import (
	"errors"
	"io"
	"slices"
)

// scan searches what r reads window by window. Windows overlap; a finding is of
// the window that it begins in, unless that part is the next one's too.
func (s *search) scan(r io.Reader, l layer, window, overlap int) error {
	var streams []*stream
	defer func() {
		for _, st := range streams {
			st.stop()
		}
	}()
	root := len(l.wraps) == 0
	buf, base, fresh := s.buffer[:0], int64(0), 0
	s.buffer = nil // it is in use
	defer func() { s.buffer = buf }()
	known := int64(0) // where the last key of the windows before ends
	for {
		var last bool
		var err error
		if buf, last, err = fill(r, buf, window); err != nil {
			return err
		}
		if root {
			s.bytesRead = base + int64(len(buf))
		}
		streams = feed(streams, buf[fresh:], last)
		own := layer{text: buf, wraps: l.wraps, cut: !last, place: l.place, streams: &streams}
		if root {
			own.place = placeFrom(base)
			if known > base {
				own.spans = []span{{0, int(min(known-base, int64(len(buf))))}}
			}
		}
		before := len(s.found)
		s.look(&own)
		if last {
			feed(streams, nil, true)
			return nil
		}
		step := window - overlap
		if root {
			s.leave(before, base+int64(step))
			known = s.ends(before)
		}
		copy(buf, buf[step:])
		buf, base, fresh = buf[:overlap], base+int64(step), overlap
	}
}

// leave drops the newest findings that begin at a place or behind it: the next
// window finds them too, and sees more of them.
func (s *search) leave(before int, from int64) {
	kept := s.found[:before]
	for _, f := range s.found[before:] {
		if f.Offset < from {
			kept = append(kept, f)
		} else {
			delete(s.seen, f.key())
		}
	}
	s.found = kept
}

// ends is where the last key of the newest findings ends, one in an encoding
// excepted: where that ends is not exact.
func (s *search) ends(before int) (end int64) {
	for _, f := range s.found[before:] {
		if !f.nested && !f.Unsearched {
			end = max(end, f.end)
		}
	}
	return end
}

// fill reads until a window is full. The buffer grows, so a small file needs a
// small one.
func fill(r io.Reader, buf []byte, window int) (_ []byte, last bool, err error) {
	for len(buf) < window {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, min(window-len(buf), max(64<<10, len(buf))))
		}
		n, err := r.Read(buf[len(buf):min(cap(buf), window)])
		buf = buf[:len(buf)+n]
		switch {
		case errors.Is(err, io.EOF):
			return buf, true, nil
		case err != nil:
			return buf, true, err
		}
	}
	return buf, false, nil
}
