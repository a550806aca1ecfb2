package secret

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// Years of keys, as seconds since 1970: 1991, when PGP began, to 2055.
const firstPGP, lastPGP = 0x27000000, 0xa0000000

// packetWords are the first bytes of secret key packets.
var packetWords = []*word{newPacket("\x94"), newPacket("\x95"), newPacket("\x96"), newPacket("\xc5")}

func newPacket(first string) *word {
	return newMagic(first, first, func(text []byte) bool { return pgpPacket(text) > 0 })
}

// pgpPackets finds secret key packets of OpenPGP without armor (RFC 9580 sections
// 4.2 and 5.5.3): the packet's header, a version, a time and an algorithm.
func (s *search) pgpPackets(l *layer) {
	for _, first := range packetWords {
		for _, at := range l.all(first) {
			if !l.isFound(at) {
				s.say(l, at, min(len(l.text), at+pgpPacket(l.text[at:])), nounPGP)
			}
		}
	}
}

// pgpPacket is the length of the secret key packet that a text begins with, or 0.
func pgpPacket(text []byte) int {
	body, length := pgpHeader(text)
	if len(body) < 16 || length < 32 || length > maxBER {
		return 0
	}
	version, time := body[0], binary.BigEndian.Uint32(body[1:])
	algorithm := 5
	if version == 3 {
		algorithm += 2 // behind the days that it is valid
	}
	numbers := algorithm + 1
	if version >= 5 {
		numbers += 4 // behind their length
	}
	if version < 3 || version > 6 || time < firstPGP || time > lastPGP || !isPGPKey(body[algorithm], body[numbers:]) &&
		!isPGPNative(version, body[algorithm], body[algorithm+1:]) {
		return 0
	}
	return len(text) - len(body) + length
}

// pgpHeader reads a packet's header of either form.
func pgpHeader(text []byte) (body []byte, length int) {
	if len(text) < 6 {
		return nil, 0
	}
	switch {
	case text[0] == 0x94:
		return text[2:], int(text[1])
	case text[0] == 0x95:
		return text[3:], int(binary.BigEndian.Uint16(text[1:]))
	case text[0] == 0x96, text[1] == 0xff:
		at := 1
		if text[0] == 0xc5 {
			at = 2
		}
		if len(text) < at+4 {
			return nil, 0
		}
		return text[at+4:], int(binary.BigEndian.Uint32(text[at:]))
	case text[1] < 192:
		return text[2:], int(text[1])
	case text[1] < 224:
		return text[3:], (int(text[1])-192)<<8 + int(text[2]) + 192
	}
	return nil, 0
}

// curves begin the object identifiers of what OpenPGP has: NIST's, Brainpool's,
// SECG's and those of Curve25519.
var curves = []string{"\x2a\x86\x48\xce\x3d", "\x2b\x24\x03\x03", "\x2b\x81\x04\x00", "\x2b\x06\x01\x04\x01", "\x2b\x65"}

// isPGPKey reports whether an algorithm's numbers follow: two, of which each
// begins with its first bit set, or the object identifier of a curve.
func isPGPKey(algorithm byte, numbers []byte) bool {
	switch algorithm {
	case 1, 2, 3, 16, 17, 20: // RSA, Elgamal, DSA
		bits, rest := mpi(numbers)
		second, _ := mpi(rest)
		return bits >= 512 && bits <= 16384 && (bits+1)%32 <= 1 && second >= 2 && (second <= 64 || algorithm > 3)
	case 18, 19, 22: // curves
		for _, curve := range curves {
			if len(numbers) > 12 && numbers[0] <= 10 && int(numbers[0]) >= len(curve) && bytes.HasPrefix(numbers[1:], []byte(curve)) {
				return true
			}
		}
	}
	return false
}

// isPGPNative reports whether a key of version 6 is one of the algorithms that have
// no numbers: Ed25519, X25519, X448 and Ed448, of 32, 56 and 57 bytes.
func isPGPNative(version, algorithm byte, size []byte) bool {
	return version == 6 && algorithm >= 25 && algorithm <= 28 && len(size) > 4 && size[0]|size[1]|size[2] == 0 &&
		(size[3] == 32 || size[3] == 56 || size[3] == 57)
}

// mpi is the length in bits of the number that a text begins with, or 0.
func mpi(text []byte) (bits int, rest []byte) {
	if len(text) < 3 {
		return 0, nil
	}
	bits = int(binary.BigEndian.Uint16(text))
	end := 2 + (bits+7)/8
	if bits == 0 || end > len(text) || text[2]>>((bits-1)&7) != 1 {
		return 0, nil
	}
	return bits, text[end:]
}

// blobs finds keys of Windows: PRIVATEKEYBLOB, alone or in a PVK file.
func (s *search) blobs(l *layer) {
	for _, at := range l.all(blobMagic) {
		kind := l.text[min(len(l.text), at+8):min(len(l.text), at+12)]
		if (string(kind) == "RSA2" || string(kind) == "DSS2") && !l.isFound(at) {
			s.say(l, at, min(len(l.text), at+maxBER), "Windows private key blob")
		}
	}
	for _, at := range l.all(pvkMagic) {
		if !l.isFound(at) {
			s.say(l, at, min(len(l.text), at+maxBER), "Windows private key file (PVK)")
		}
	}
}

var (
	blobMagic = newMagic("\x07\x02\x00\x00", "\x07\x02", nil)
	pvkMagic  = newMagic("\x1e\xf1\xb5\xb0\x00\x00\x00\x00", "\xf1\xb5", nil)
)

// notUnpacked is said of data that is compressed by what this package cannot
// read: nobody saw whether a key is in it.
const notUnpacked = "compressed data in a format that cannot be searched for keys"

var (
	xzMagic  = newMagic("\xfd7zXZ\x00", "\xfd7", nil)
	szMagic  = newMagic("7z\xbc\xaf\x27\x1c", "\xbc\xaf", nil)
	zipMagic = newMagic("PK\x03\x04", "PK", nil)
	zipEntry = newMagic("PK\x01\x02", "PK", nil)
	// Magics of few bytes count where a file begins only.
	startMagics = []*word{
		newMagic("\x28\xb5\x2f\xfd", "\x2f\xfd", nil), newMagic("\x04\x22\x4d\x18", "\x4d\x18", nil),
		newMagic("\x50\x2a\x4d\x18", "\x2a\x4d", nil), newMagic("\x1f\x9d", "\x1f\x9d", isCompress), newMagic("LZIP\x01", "P\x01", nil),
		newMagic("MSCF\x00\x00\x00\x00", "F\x00", nil), newMagic("\x89LZO\x00\r\n\x1a\n", "O\x00", nil),
		newMagic("\xff\x06\x00\x00sNaPpY", "aP", nil),
		newMagic("Rar!\x1a\x07", "\x1a\x07", nil), newMagic("\x5d\x00\x00", "\x5d\x00", isLZMA),
	}
)

// packed reports compressed data that is not decompressed: xz and 7z, whose
// headers have checksums, members of ZIP archives, and files of zstd, lz4, RAR
// and LZMA.
func (s *search) packed(l *layer) {
	for _, at := range l.all(xzMagic) {
		if h := l.text[at:]; len(h) >= 12 && crc32.ChecksumIEEE(h[6:8]) == binary.LittleEndian.Uint32(h[8:]) {
			s.sayLimit(l, at, len(l.text), notUnpacked)
		}
	}
	for _, at := range l.all(szMagic) {
		if h := l.text[at:]; len(h) >= 32 && crc32.ChecksumIEEE(h[12:32]) == binary.LittleEndian.Uint32(h[8:]) {
			s.sayLimit(l, at, len(l.text), notUnpacked)
		}
	}
	for _, at := range l.all(zipMagic) {
		if h := l.text[at:]; len(h) > 30 && isOtherZip(h[4:], h[30], h[26:]) {
			s.sayLimit(l, at, len(l.text), notUnpacked)
		}
	}
	for _, at := range l.all(zipEntry) {
		if h := l.text[at:]; len(h) > 46 && isOtherZip(h[6:], h[46], h[28:]) {
			s.sayLimit(l, at, len(l.text), notUnpacked)
		}
	}
	if from, _ := l.place(0, 0); from != 0 && !l.coarse {
		return // a later window
	}
	for _, magic := range startMagics {
		if places := l.all(magic); len(places) > 0 && places[0] == 0 {
			s.sayLimit(l, 0, len(l.text), notUnpacked)
		}
	}
}

// Methods of members of ZIP archives (APPNOTE 4.4.5) that are searched.
const stored, deflated, bzipped = 0, 8, 12

// isOtherZip reports whether a header of a member of a ZIP archive, from the version that
// is needed on (APPNOTE 4.3.7 and 4.3.12), has another method than those that are
// searched. The name's length and first byte tell it from bytes that look like one.
func isOtherZip(h []byte, name byte, length []byte) bool {
	if h[0] > 63 || h[1] > 20 || h[2]&1 != 0 || length[0] == 0 || length[1] > 3 || name < ' ' {
		return false
	}
	switch binary.LittleEndian.Uint16(h[4:]) {
	case stored, deflated, bzipped:
		return false
	}
	return true
}

// isCompress reads the header of compress (.Z): codes of at most 9 to 16 bits.
func isCompress(h []byte) bool {
	return len(h) > 3 && h[2]&0x1f >= 9 && h[2]&0x1f <= 16 && h[2]&0x60 == 0
}

// isLZMA reads the header of the old format: its dictionary is a power of two, and
// the size is not known or below a tebibyte.
func isLZMA(h []byte) bool {
	if len(h) < 14 || h[13] != 0 {
		return false
	}
	size := binary.LittleEndian.Uint64(h[5:])
	dictionary := binary.LittleEndian.Uint32(h[1:])
	return dictionary >= 4096 && dictionary&(dictionary-1) == 0 && (size == 1<<64-1 || size < 1<<40)
}
