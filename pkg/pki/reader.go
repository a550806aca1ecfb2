package pki

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// maxInput is the longest PEM input that is read, in bytes: the limit of a
// ConfigMap, which has to carry a bundle.
const maxInput = 1 << 20

const (
	beginMarker = "-----BEGIN "
	endMarker   = "-----END "
	dashes      = "-----"
)

// block is one intact PEM block of an input.
type block struct {
	number, total int // number counts from 1
	label         string
	der           []byte
}

// a kind says what may stand in an input: nil accepts a block of that label.
type kind func(label string, number, total int) *problem.Problem

// certificatesOnly accepts CERTIFICATE blocks.
func certificatesOnly(label string, number, total int) *problem.Problem {
	switch {
	case label == certificateLabel:
		return nil
	case strings.HasSuffix(label, "PRIVATE KEY"):
		return problem.PKIPrivateKeyAmong.With(number, total)
	}
	return problem.PKIForeignBlock.With(number, total, label)
}

// reader walks an input line by line; every line belongs to a block, is blank,
// is a comment, or is a problem.
type reader struct {
	accept   kind
	tolerant bool
	total    int // BEGIN markers in the input
	number   int // blocks begun so far
	blocks   []block
	problems problem.List

	open    bool // inside a block
	bad     bool // the open block has its problem already
	label   string
	start   int    // offset of the open block's BEGIN marker
	body    []byte // base64 text of the open block
	offsets []int  // offset in the input of each byte of body

	comment int  // offset of the first comment since the last block, or -1
	text    bool // the last line was foreign text that has been reported
}

// readBlocks reads strict PEM (RFC 7468 section 3, and lax only in white space
// at line ends and the length of lines). The blocks are the intact ones; each
// of the others has one problem. A tolerant reader passes over text before a block.
func readBlocks(input []byte, accept kind, tolerant bool) ([]block, problem.List) {
	if p := wholeInput(input); p != nil {
		return nil, problem.List{p}
	}
	r := &reader{accept: accept, tolerant: tolerant, total: countBlocks(input), comment: -1}
	if r.total == 0 {
		return nil, problem.List{noBlock(input)}
	}
	for offset := 0; offset < len(input); {
		line, _, _ := bytes.Cut(input[offset:], []byte("\n"))
		r.line(string(line), offset)
		offset += len(line) + 1
	}
	r.finish()
	return r.blocks, r.problems
}

// wholeInput finds what is wrong with the input as a whole.
func wholeInput(input []byte) *problem.Problem {
	marks := []struct{ bytes, name string }{
		{"\xef\xbb\xbf", "UTF-8"}, {"\xff\xfe", "UTF-16"}, {"\xfe\xff", "UTF-16"},
	}
	for _, m := range marks {
		if bytes.HasPrefix(input, []byte(m.bytes)) {
			return problem.PKIByteOrderMark.With(m.name)
		}
	}
	if len(input) > maxInput {
		return problem.PKITooLarge.With(len(input), maxInput)
	}
	return nil
}

// noBlock says what an input without any BEGIN marker is.
func noBlock(input []byte) *problem.Problem {
	if bytes.HasPrefix(input, []byte{0x30, 0x82}) || bytes.HasPrefix(input, []byte{0x30, 0x81}) {
		return problem.PKINotPEM.With() // a DER SEQUENCE of 128 bytes or more
	}
	for line := range bytes.Lines(input) {
		if text := bytes.TrimSpace(line); len(text) > 0 && text[0] != '#' {
			return problem.PKINoBlock.With(len(input))
		}
	}
	return problem.PKIEmpty.With()
}

// countBlocks counts BEGIN markers wherever they stand, comments excepted.
func countBlocks(input []byte) int {
	n := 0
	for line := range bytes.Lines(input) {
		if !bytes.HasPrefix(line, []byte("#")) {
			n += bytes.Count(line, []byte(beginMarker))
		}
	}
	return n
}

// line takes one line, without its line feed, that begins at offset.
func (r *reader) line(line string, offset int) {
	line = strings.TrimRight(line, " \t\r")
	if !r.open {
		r.outside(line, offset)
		return
	}
	r.inside(line, offset)
}

// outside takes a line between blocks.
func (r *reader) outside(line string, offset int) {
	trimmed := strings.TrimLeft(line, " \t")
	indent := len(line) - len(trimmed)
	switch {
	case line == "":
		r.text = false
	case strings.HasPrefix(line, "#"):
		r.remark(line, offset)
	case strings.HasPrefix(trimmed, beginMarker):
		r.begin(trimmed, offset+indent)
		if indent > 0 {
			r.spoil(problem.PKIIndented, offset)
		}
	default:
		r.foreign(line, offset)
	}
}

// remark takes a comment line.
func (r *reader) remark(line string, offset int) {
	if r.comment < 0 {
		r.comment = offset
	}
	if r.tolerant && r.number < r.total {
		return
	}
	if !utf8.ValidString(line) || strings.ContainsFunc(line, func(c rune) bool { return c != '\t' && unicode.IsControl(c) }) {
		r.problems = append(r.problems, problem.PKINotASCII.With(offset))
	}
}

// foreign reports text outside the blocks, a run of lines once; text that hides
// a BEGIN marker counts as the damaged block that it announces.
func (r *reader) foreign(line string, offset int) {
	if strings.Contains(line, beginMarker) {
		r.number++
		r.problems = append(r.problems, problem.PKIDamagedBlock.With(r.number, r.total, offset))
		r.text = true // what follows is its body
		return
	}
	if r.text || r.tolerant && r.number < r.total {
		return
	}
	r.text = true
	switch at := notASCII(line); {
	case at >= 0:
		r.problems = append(r.problems, problem.PKINotASCII.With(offset+at))
	case r.number == r.total:
		r.problems = append(r.problems, problem.PKITrailingText.With(offset))
	default:
		r.problems = append(r.problems, problem.PKITextOutside.With(offset))
	}
}

// begin opens the block whose BEGIN line stands at offset.
func (r *reader) begin(line string, offset int) {
	r.number++
	r.open, r.bad, r.text, r.comment = true, false, false, -1
	r.start, r.body, r.offsets = offset, nil, nil
	label, rest, closed := strings.Cut(strings.TrimPrefix(line, beginMarker), dashes)
	r.label = label
	if !closed || rest != "" || !isLabel(label) {
		r.spoil(problem.PKIDamagedBlock, offset)
		return
	}
	if p := r.accept(label, r.number, r.total); p != nil {
		r.problems, r.bad = append(r.problems, p), true
	}
}

// spoil reports the open block at offset, unless it has its problem already.
func (r *reader) spoil(s problem.Sentence, offset int) {
	if !r.bad {
		r.problems = append(r.problems, s.With(r.number, r.total, offset))
	}
	r.bad = true
}

// inside takes a line of the open block.
func (r *reader) inside(line string, offset int) {
	trimmed := strings.TrimLeft(line, " \t")
	indent := len(line) - len(trimmed)
	if indent > 0 {
		r.spoil(problem.PKIIndented, offset)
	}
	switch at := notASCII(trimmed); {
	case strings.HasPrefix(trimmed, endMarker):
		r.end(trimmed, offset+indent)
	case strings.HasPrefix(trimmed, beginMarker):
		r.spoil(problem.PKITruncated, r.start)
		r.begin(trimmed, offset+indent)
	case strings.Contains(trimmed, ":"):
		r.spoil(problem.PKIHeaders, offset)
	case at >= 0:
		if !r.bad {
			r.problems, r.bad = append(r.problems, problem.PKINotASCII.With(offset+indent+at)), true
		}
	default:
		r.base64Line(trimmed, offset+indent)
	}
}

// base64Line takes a line of the open block's body.
func (r *reader) base64Line(line string, offset int) {
	if line == "" {
		r.spoil(problem.PKIDamagedBlock, offset)
	}
	for i := range len(line) {
		if !isBase64(line[i]) {
			r.spoil(problem.PKIDamagedBlock, offset+i)
			break
		}
		r.body = append(r.body, line[i])
		r.offsets = append(r.offsets, offset+i)
	}
	if at := strings.Index(line, endMarker); at >= 0 {
		r.end(line[at:], offset+at)
	}
}

// end closes the open block at its END line; a block that begins on the same
// line is reported and read on.
func (r *reader) end(line string, offset int) {
	label, rest, closed := strings.Cut(strings.TrimPrefix(line, endMarker), dashes)
	if !closed || label != r.label {
		r.spoil(problem.PKIDamagedBlock, offset)
	}
	glued := strings.HasPrefix(rest, beginMarker)
	if rest != "" && !glued {
		r.spoil(problem.PKIDamagedBlock, offset+len(line)-len(rest))
	}
	r.decode(offset)
	r.open = false
	if glued {
		r.begin(rest, offset+len(line)-len(rest))
		r.spoil(problem.PKIGlued, r.start)
	}
}

// decode turns the open block's body into DER; offset is where its END stands.
func (r *reader) decode(offset int) {
	if r.bad {
		return
	}
	der := make([]byte, base64.StdEncoding.DecodedLen(len(r.body)))
	n, err := base64.StdEncoding.Strict().Decode(der, r.body)
	var corrupt base64.CorruptInputError
	if errors.As(err, &corrupt) && int(corrupt) < len(r.offsets) {
		offset = r.offsets[corrupt]
	}
	if err != nil || n == 0 {
		r.spoil(problem.PKIDamagedBlock, offset)
		return
	}
	r.blocks = append(r.blocks, block{r.number, r.total, r.label, der[:n]})
}

// finish reports what the end of the input leaves open.
func (r *reader) finish() {
	if r.open {
		r.spoil(problem.PKITruncated, r.start)
	}
	if !r.open && r.comment >= 0 && r.number == r.total {
		r.problems = append(r.problems, problem.PKITrailingText.With(r.comment))
	}
}

// notASCII is the index of the first byte that is no printable ASCII, or -1.
func notASCII(line string) int {
	for i := range len(line) {
		if c := line[i]; c != '\t' && (c < ' ' || c > '~') {
			return i
		}
	}
	return -1
}

func isBase64(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '='
}

// isLabel tells whether a block's type is made of capital letters, digits and
// spaces, so that a message may show it.
func isLabel(label string) bool {
	return label != "" && len(label) <= 40 && strings.Trim(label, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ") == ""
}
