package manifest

import (
	"bytes"
	"unicode/utf8"
)

// OtherEncoding is the offset of the first byte that keeps a text of Kubernetes
// objects from being read as UTF-8: UTF-16, UTF-32, Latin-1, a stray NUL. It is
// -1 for UTF-8, and for what holds no object in any of these encodings.
//
// kubectl takes UTF-16 with a byte order mark and applies it, so such a file
// must not pass for one without objects.
func OtherEncoding(text []byte) int {
	at, nul := InvalidUTF8(text), bytes.IndexByte(text, 0)
	if at < 0 || nul >= 0 && nul < at {
		at = nul
	}
	if at < 0 {
		return -1
	}
	// The names of fields are ASCII. Without the NULs that UTF-16 and UTF-32 put
	// between its characters, they are found in each of these encodings.
	ascii := bytes.ReplaceAll(text, []byte{0}, nil)
	if !bytes.Contains(ascii, []byte("apiVersion")) || !bytes.Contains(ascii, []byte("kind")) {
		return -1
	}
	return at
}

// InvalidUTF8 is the offset of the first byte that is not UTF-8, or -1.
func InvalidUTF8(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	for i := 0; i < len(text); {
		r, width := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && width == 1 {
			return i
		}
		i += width
	}
	return -1
}
