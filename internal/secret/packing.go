package secret

import (
	"compress/bzip2"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
)

// packing is one format of compressed data.
type packing struct {
	name  string
	magic *word
	// hasSum means that a checksum tells the format from what begins like it by chance.
	hasSum bool
	// open returns a reader of the data at the begin of head, which r reads. It is old,
	// if there is a reader that is not used any more: in data that is no text there are
	// begins by chance, and a new reader takes 40 KiB.
	open func(old io.Reader, head []byte, r *bufReader) (io.Reader, error)
}

var packings = []packing{
	{"gzip", newMagic("\x1f\x8b\x08", "\x1f\x8b", nil), true, openGzip},
	{"zip", zipMagic, false, openZip},
	{"bzip2", newMagic("BZh", "Zh", nil), true, openBzip2},
	{"a PGP message", newMagic("\xa3\x01", "\xa3\x01", isDeflated), false, openPGP},
	{"zlib", newMagic("\x78\x01", "\x78\x01", isDeflated), true, openZlib},
	{"zlib", newMagic("\x78\x5e", "\x78\x5e", isDeflated), true, openZlib},
	{"zlib", newMagic("\x78\x9c", "\x78\x9c", isDeflated), true, openZlib},
	{"zlib", newMagic("\x78\xda", "\x78\xda", isDeflated), true, openZlib},
}

var errNoPacking = errors.New("not compressed")

func openGzip(old io.Reader, _ []byte, r *bufReader) (io.Reader, error) {
	z, is := old.(*gzip.Reader)
	if !is {
		z = new(gzip.Reader)
	}
	err := z.Reset(r)
	if err == nil {
		z.Multistream(false)
	}
	return z, err
}

// openZip opens a member of a ZIP archive at its local header (APPNOTE 4.3.7). Readers go
// by the archive's directory, so what is deflated may have another method here.
func openZip(old io.Reader, head []byte, r *bufReader) (io.Reader, error) {
	const fixed = 30
	if len(head) < fixed {
		return nil, errNoPacking
	}
	size := fixed + int(binary.LittleEndian.Uint16(head[26:])) + int(binary.LittleEndian.Uint16(head[28:]))
	if binary.LittleEndian.Uint16(head[8:]) != deflated && (len(head) < size || !isDeflated(head[size-2:])) {
		return nil, errNoPacking // stored members are found as they are
	}
	if _, err := io.CopyN(io.Discard, r, int64(size)); err != nil {
		return nil, err
	}
	if z, is := old.(flate.Resetter); is {
		return old, z.Reset(r, nil)
	}
	return flate.NewReader(r), nil
}

// openPGP opens a compressed packet of ZIP (RFC 9580 section 5.6), as gpg writes a message
// that is signed or stored and not encrypted.
func openPGP(old io.Reader, _ []byte, r *bufReader) (io.Reader, error) {
	if _, err := io.CopyN(io.Discard, r, 2); err != nil {
		return nil, err
	}
	if z, is := old.(flate.Resetter); is {
		return old, z.Reset(r, nil)
	}
	return flate.NewReader(r), nil
}

func openBzip2(_ io.Reader, _ []byte, r *bufReader) (io.Reader, error) {
	return bzip2.NewReader(r), nil
}

func openZlib(old io.Reader, _ []byte, r *bufReader) (io.Reader, error) {
	if z, is := old.(zlib.Resetter); is {
		return old, z.Reset(r, nil)
	}
	return zlib.NewReader(r)
}

// isDeflated reports whether the first block behind two bytes may be one (RFC 1951
// section 3.2): stored with its length, or compressed with numbers of codes that it has.
func isDeflated(head []byte) bool {
	if len(head) < 8 {
		return false
	}
	switch head[2] >> 1 & 3 {
	case 0:
		return head[3] == ^head[5] && head[4] == ^head[6]
	case 2:
		return head[2]>>3 <= 29 && head[3]&31 <= 29
	}
	return head[2]&6 == 2
}
