package secret

import (
	"bytes"
	"encoding/hex"
	"strings"
)

var wordDepth = newWord(":d=0 ", ":d")

// parsedASN1 finds keys as "openssl asn1parse" prints them: each element in a row, with
// its depth, its tag and, of numbers and octets, its digits. The elements are put together
// again and given to the reader of keys.
func (s *search) parsedASN1(l *layer) {
	for _, at := range l.all(wordDepth) {
		if l.isFound(at) {
			continue
		}
		rows, length := asn1Rows(l.text[at:])
		der, _ := asn1Join(rows, 0)
		if _, ok := keyAt(der); ok {
			s.say(l, at, at+length, printedByOpenSSL)
		}
	}
}

// asn1Row is an element: what it has of its own, if it has no elements in it.
type asn1Row struct {
	depth int
	tag   byte
	value []byte
}

const (
	maxRows     = 256
	maxRowDepth = 16
)

// asn1Rows reads the rows that a text begins with, and how long they are. Rows of a dump
// (-dump) belong to the element before them.
func asn1Rows(text []byte) (rows []asn1Row, length int) {
	for rest := text; len(rest) > 0 && len(rows) < maxRows; {
		var line []byte
		line, rest = cutLine(rest)
		_, element, is := strings.Cut(string(line), ":d=")
		switch row, ok := asn1Element(element); {
		case is && ok && (row.depth > 0 || len(rows) == 0):
			rows = append(rows, row)
		case is || len(rows) == 0 || !bytes.Contains(line, []byte(" - ")):
			return rows, length
		default:
			last := &rows[len(rows)-1]
			last.value = append(last.value, asn1Dump(string(line))...)
		}
		length = len(text) - len(rest)
	}
	return rows, length
}

// asn1Tags are the tags of what "asn1parse" calls elements; others matter to no key.
var asn1Tags = map[string]byte{
	"SEQUENCE": tagSeq, "INTEGER": tagInteger, "OCTET STRING": tagOctets, "OBJECT": tagOID, "cont [ 0 ]": 0xa0, "cont [ 1 ]": 0xa1,
}

// asn1Element reads "1  hl=2 l=  32 prim: OCTET STRING      [HEX DUMP]:4978".
func asn1Element(text string) (row asn1Row, ok bool) {
	depth, text, _ := strings.Cut(text, " ")
	for _, c := range []byte(depth) {
		row.depth = min(10*row.depth+int(c-'0'), maxRowDepth)
	}
	_, content, ok := strings.Cut(text, "prim: ")
	if !ok {
		_, content, ok = strings.Cut(text, "cons: ")
	}
	name, value, _ := strings.Cut(strings.TrimSpace(content), ":")
	name, _, _ = strings.Cut(name, "  ")
	row.tag = asn1Tags[name]
	switch {
	case row.tag == tagOID && strings.HasPrefix(value, "PBE"):
		row.value = append(bytes.Clone(oidPKCS), 5, 13)
	case row.tag == tagOID && strings.HasPrefix(value, "pbe"):
		row.value = append(bytes.Clone(oidPKCS), 12, 1)
	default:
		row.value, _ = hex.DecodeString(value)
	}
	return row, ok
}

// asn1Dump reads the digits of "0010 - 78 ee 75 81 24 4a 0b 68-a5 76   x.u.$J".
func asn1Dump(line string) []byte {
	_, digits, _ := strings.Cut(line, " - ")
	digits, _, _ = strings.Cut(digits, "   ")
	value, _ := hex.DecodeString(strings.NewReplacer(" ", "", "-", "").Replace(digits))
	return value
}

// asn1Join makes DER of the rows of one depth and below, and returns the rows behind them.
func asn1Join(rows []asn1Row, depth int) (der []byte, rest []asn1Row) {
	for len(rows) > 0 && rows[0].depth >= depth {
		row, value := rows[0], rows[0].value
		rows = rows[1:]
		if len(rows) > 0 && rows[0].depth > row.depth {
			value, rows = asn1Join(rows, row.depth+1)
		}
		der = append(der, row.tag, 0x82, byte(len(value)>>8), byte(len(value)))
		der = append(der, value...)
	}
	return der, rows
}
