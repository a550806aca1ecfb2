package manifest

import (
	"bytes"
	"slices"
)

// listItem is where a document that is an item of a list stands in its stream.
type listItem struct {
	// lead is what stands before it: the dash, and behind "items:" what is there.
	lead []byte
	// raw are its bytes, alone the same without the blanks of the list.
	raw, alone []byte
	indent     int
}

// SplitLists is [Split], with the items of lists as documents of their own: work
// on a list then costs what work on documents costs, and not a parse of the whole
// list for each edit. [Join] of the pieces is the input, and puts changed items
// back with their blanks. found reports whether there are any.
//
// A v1 List in block style is taken apart by its lines; other lists are left
// whole. What a line cannot tell (a quote that is open) shows when the item is
// parsed: on an error, work on the result of Split instead.
func SplitLists(stream []byte) (docs []Document, found bool) {
	all := Split(stream)
	done := 0 // documents of all that are in docs
	for i, d := range all {
		if pieces := splitList(d); pieces != nil {
			docs = append(append(docs, all[done:i]...), pieces...)
			done = i + 1
		}
	}
	if done == 0 {
		return all, false
	}
	return append(docs, all[done:]...), true
}

// InList reports whether the document is an item that [SplitLists] cut out.
func (d Document) InList() bool { return d.item != nil }

// Restores reports whether changes of the document leave the bytes of its other
// lines as they are. A comment that stands left of its item would move.
func (d Document) Restores() bool {
	return d.item == nil || bytes.Equal(withIndent(d.item.alone, d.item.indent), d.item.raw)
}

// inPlace is the document as it stands in its stream: two pieces.
func (d Document) inPlace() (lead, text []byte) {
	switch {
	case d.item == nil:
		return nil, d.Text
	case bytes.Equal(d.Text, d.item.alone):
		return d.item.lead, d.item.raw
	}
	return d.item.lead, withIndent(d.Text, d.item.indent)
}

// splitList takes a list apart: its items, and what stands behind them. It is nil
// if lines cannot tell.
func splitList(d Document) []Document {
	first := firstItem(d.Text)
	if first < 0 || oddBreaks(d.Text) || bytes.Contains(d.Text, []byte(bom)) {
		return nil
	}
	s := listScan{text: d.Text, number: d.Number, line: d.Line + bytes.Count(d.Text[:first], []byte("\n")), at: first, open: -1,
		alone: make([]byte, 0, len(d.Text)-first)}
	if !s.items() || len(s.docs) == 0 || !isList(d.Text[:first], d.Text[s.from:]) || s.shares() {
		return nil
	}
	s.docs[0].joined = d.joined
	if s.from < len(d.Text) {
		s.docs = append(s.docs, Document{Text: d.Text[s.from:], Number: d.Number, Line: s.line, head: &knownHead{sure: true}})
	}
	return s.docs
}

// firstItem is the offset of the line after "items:", at column 0; -1 if there is none.
func firstItem(text []byte) int {
	for at := 0; at < len(text); {
		end := lineFeed(text, at)
		line := bytes.TrimSuffix(text[at:end], []byte("\n"))
		if rest, is := bytes.CutPrefix(line, []byte("items:")); is && isEmptyLine(withoutComment(rest)) {
			return end
		}
		if text[at] == '-' && !isMarker(line, "---") {
			return -1
		}
		at = end
	}
	return -1
}

// lineFeed is the offset behind the line of at, in a text whose lines end with LF.
func lineFeed(text []byte, at int) int {
	if end := bytes.IndexByte(text[at:], '\n'); end >= 0 {
		return at + end + 1
	}
	return len(text)
}

// isList reports whether what stands around the items makes a v1 List of them,
// and nothing that an item could refer to.
func isList(before, behind []byte) bool {
	root, err := parse(slices.Concat(before, behind), 0)
	if err != nil || root == nil || root.Kind() != Mapping || root.Doubled() != nil || root.anchored() {
		return false
	}
	for key := range root.Pairs() {
		if !slices.Contains([]string{"apiVersion", "kind", "metadata", "items"}, key.Value()) {
			return false
		}
	}
	head := root.Head()
	return head.Kind == "List" && head.APIVersion == "v1" && root.Get("items").IsNull()
}

// anchored reports whether the node or one below has an anchor or is an alias.
func (n *Node) anchored() bool {
	return n.anchor != "" || n.alias != nil || slices.ContainsFunc(n.content, (*Node).anchored)
}

// listScan goes through the lines of the items.
type listScan struct {
	text   []byte
	docs   []Document
	number int
	// from is where the next piece begins; at is the line that is looked at, and
	// line its number.
	from, at, line int
	// open is where the current item's text begins, -1 before the first; its lines
	// have lost indent blanks, and openLine is the number of its first.
	open, indent, openLine int
	// alone has the texts of the items without the blanks of the list, one behind the other.
	alone []byte
}

// items cuts the items, up to the first line behind them.
func (s *listScan) items() bool {
	for column := -1; s.at < len(s.text); s.next() {
		if column >= 0 && beginsWithBlanks(s.text[s.at:], column+1) {
			continue // most lines: of an item, or empty
		}
		line := bytes.TrimSuffix(s.text[s.at:lineFeed(s.text, s.at)], []byte("\n"))
		rest := bytes.TrimLeft(line, " ")
		indent := len(line) - len(rest)
		if isEmptyLine(rest) || rest[0] == '#' || column >= 0 && indent > column {
			continue
		}
		if indent == 0 && rest[0] != '-' {
			break // the next key of the list
		}
		if column < 0 {
			column = indent
		}
		content := bytes.TrimLeft(rest[1:], " ")
		if indent != column || !bytes.HasPrefix(rest, []byte("- ")) || isEmptyLine(content) || !s.cut() {
			return false
		}
		s.open, s.indent, s.openLine = s.at+len(line)-len(content), len(line)-len(content), s.line
	}
	return s.cut()
}

// beginsWithBlanks reports whether a text begins with so many blanks.
func beginsWithBlanks(text []byte, n int) bool {
	if len(text) < n {
		return false
	}
	for _, c := range text[:n] {
		if c != ' ' {
			return false
		}
	}
	return true
}

func (s *listScan) next() {
	s.at = lineFeed(s.text, s.at)
	s.line++
}

// cut ends the current item. It is false if the item might not stand alone.
func (s *listScan) cut() bool {
	if s.open < 0 {
		return true
	}
	raw := s.text[s.open:s.at:s.at]
	begin := len(s.alone)
	var ok bool
	if s.alone, ok = standsAlone(s.alone, raw, s.indent); !ok {
		return false
	}
	d := Document{Text: s.alone[begin:len(s.alone):len(s.alone)], Number: s.number, Line: s.openLine}
	d.item = &listItem{lead: s.text[s.from:s.open], raw: raw, alone: d.Text, indent: s.indent}
	head, sure := d.scanHead()
	d.head = &knownHead{head, sure}
	s.docs, s.from = append(s.docs, d), s.at
	return true
}

// standsAlone appends the item's text without the blanks of the list. It is not ok if
// a marker would then begin a line: the text would not be one document.
func standsAlone(text, raw []byte, indent int) (with []byte, ok bool) {
	for at := 0; at < len(raw); {
		end := lineFeed(raw, at)
		switch {
		case at == 0:
		case beginsWithBlanks(raw[at:end], indent):
			at += indent
		default:
			at = end - len(bytes.TrimLeft(raw[at:end], " "))
		}
		if c := raw[at:end]; len(c) > 0 && (c[0] == '%' || c[0] == '-' && bytes.HasPrefix(c, []byte("---")) || c[0] == '.' && bytes.HasPrefix(c, []byte("..."))) {
			return nil, false
		}
		text = append(text, raw[at:end]...)
		at = end
	}
	return text, true
}

// shares reports whether an item may refer to an anchor of another: there are
// anchors, and an item with an alias cannot be read alone.
func (s *listScan) shares() bool {
	if !slices.ContainsFunc(s.docs, func(d Document) bool { return marksWord(d.Text, '&') }) {
		return false
	}
	return slices.ContainsFunc(s.docs, func(d Document) bool {
		if !marksWord(d.Text, '*') {
			return false
		}
		_, err := parse(d.Text, 0)
		return err != nil
	})
}

// marksWord reports whether a word may begin with the indicator: "&" of an anchor,
// "*" of an alias. Text that only looks like one counts.
func marksWord(text []byte, indicator byte) bool {
	for i := 0; ; i++ {
		found := bytes.IndexByte(text[i:], indicator)
		if found < 0 {
			return false
		}
		i += found
		begins := i == 0 || bytes.IndexByte([]byte(" \t\n[{,:"), text[i-1]) >= 0
		if begins && i+1 < len(text) && bytes.IndexByte([]byte(" \t\r\n&*"), text[i+1]) < 0 {
			return true
		}
	}
}
