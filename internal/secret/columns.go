package secret

import "bytes"

// column reads the rows of one kind of dump that has no hexadecimal digits.
type column struct {
	name string
	// read adds the bytes of a row behind its offset, and reports whether it is one.
	read  func(plain, row []byte) ([]byte, bool)
	from  int
	plain []byte
}

// columns are what od and hexdump print beside hexadecimal digits: characters (-c, -a),
// bytes in octal (-b), words in octal (the default of od) and in decimal (-d), bytes in
// decimal (-t u1); and bits, as "xxd -b" does.
func columns() []column {
	return []column{
		{name: "a dump of characters", read: charRow},
		{name: "octal dump", read: field{least: 3, most: 3, base: 8, size: 1}.row},
		{name: "octal dump", read: field{least: 6, most: 6, base: 8, size: 2}.row},
		{name: "decimal dump", read: field{least: 1, most: 4, base: 10, size: 1}.row},
		{name: "decimal dump", read: field{least: 1, most: 5, base: 10, size: 2}.row},
		{name: "binary dump", read: field{least: 8, most: 8, base: 2, size: 1}.row},
	}
}

// columnRow adds a line to the dumps that it may be a row of, and ends the others. It
// reports whether it is a row of any: if not, and the line before was none, nothing is to be
// done for a line without one.
func (s *search) columnRow(l *layer, all []column, at int, row []byte) (is bool) {
	for i := range all {
		c := &all[i]
		if len(c.plain) == 0 {
			c.from = at
		}
		if plain, ok := c.read(c.plain, row); ok {
			c.plain, is = plain, true
			continue
		}
		s.columnEnd(l, c, at)
	}
	return is
}

// columnEnd searches a dump and forgets it.
func (s *search) columnEnd(l *layer, c *column, at int) {
	if len(c.plain) >= minDump {
		s.enter(l, c.name, c.plain, c.from, at)
	}
	c.plain = c.plain[:0]
}

// rowOf is a line without its offset, or nil if it is no row of a dump. A row without an
// offset begins with blanks. One of a single byte may only be the last row.
func rowOf(line []byte, isBehindRow bool) []byte {
	line = bytes.TrimSuffix(line, []byte("\r"))
	at := 0
	for at < len(line) && isGutter[line[at]] {
		at++
	}
	digits, rest := cutDigits(line[at:])
	least := cell + 1
	if isBehindRow {
		least = cell
	}
	if len(digits) >= minOffset && len(digits) <= maxOffset && len(rest) >= least && (isSpace(rest[0]) || rest[0] == ':') {
		row := bytes.TrimPrefix(rest, []byte(":"))
		if first, _ := cutDigits(bytes.TrimLeft(row, " \t")); at == 0 || len(first) != len(digits) {
			return row
		}
	}
	if at > 0 && len(line) >= cell && (isFirstCell(line[at:], digits) || isBehindRow) {
		return line
	}
	return nil
}

// isFirstCell reports whether a text begins like a row, with a number or one character.
func isFirstCell(text, digits []byte) bool {
	n := max(1, len(digits))
	switch {
	case len(text) < n+2:
		return false
	case text[0] == '\\':
		return true
	}
	return isSpace(text[n]) && (isSpace(text[n+1]) || text[n+1] >= '0' && text[n+1] <= '9' || text[n+1] == '-')
}

// cell is the width of a character in a dump of characters.
const cell = 4

// charRow reads the cells of a row: "   a", "  \n", " 012", and "  nl" of od -a.
func charRow(plain, row []byte) ([]byte, bool) {
	for _, c := range row[:len(row)%cell] {
		if !isGutter[c] {
			return plain, false
		}
	}
	was := len(plain)
	for row = row[len(row)%cell:]; len(row) > 0; row = row[cell:] {
		c, ok := charIn(row[:cell])
		if !ok {
			return plain[:was], false
		}
		plain = append(plain, c)
	}
	return plain, len(plain) > was
}

// cellNames are what od prints for characters that have no glyph.
var cellNames = map[string]byte{
	`\0`: 0, `\a`: 7, `\b`: 8, `\t`: '\t', `\n`: '\n', `\v`: 11, `\f`: 12, `\r`: '\r',
	"nul": 0, "ht": '\t', "nl": '\n', "cr": '\r', "sp": ' ',
}

func charIn(cell []byte) (c byte, ok bool) {
	if cell[0] != ' ' || cell[1] != ' ' && cell[2] == ' ' {
		return 0, false
	}
	name := bytes.TrimLeft(cell, " ")
	if len(name) <= 1 {
		return cell[3], true
	}
	if octal, n := octal(append([]byte{'\\'}, name...)); n == 4 {
		return byte(octal), true
	}
	c, ok = cellNames[string(name)]
	return c, ok
}

// field reads rows of numbers.
type field struct {
	least, most int // digits
	base        int
	size        int // bytes
}

func (f field) row(plain, row []byte) ([]byte, bool) {
	was := len(plain)
	for {
		rest := bytes.TrimLeft(row, " \t")
		n := 0
		for n < len(rest) && !isSpace(rest[n]) {
			n++
		}
		value, ok := f.value(rest[:n])
		isText := len(row)-len(rest) > 1 && f.size == 1 // which two blanks stand before
		switch {
		case n == 0 || !ok && isText && len(plain) > was:
			return plain, len(plain) > was
		case !ok:
			return plain[:was], false
		}
		plain = append(plain, byte(value))
		if f.size == 2 { // words of a little-endian machine
			plain = append(plain, byte(value>>8))
		}
		row = rest[n:]
	}
}

// value is a number, which in decimal may be negative.
func (f field) value(digits []byte) (value int, ok bool) {
	number := digits
	if f.base == 10 && f.size == 1 {
		number = bytes.TrimPrefix(digits, []byte("-"))
	}
	if len(digits) < f.least || len(digits) > f.most || len(number) == 0 {
		return 0, false
	}
	for _, c := range number {
		if c < '0' || int(c-'0') >= f.base {
			return 0, false
		}
		value = value*f.base + int(c-'0')
	}
	if value >= 1<<(8*f.size) {
		return 0, false
	}
	if len(number) < len(digits) {
		value = -value
	}
	return value, true
}
