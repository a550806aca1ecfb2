package manifest

import (
	"bytes"
	"cmp"
	"strings"
)

// Head is what names an object: enough to decide whether a document matters.
type Head struct{ APIVersion, Kind, Namespace, Name string }

// Head is the same for a parsed object, or an item of a List. What is missing,
// null or no scalar is "".
func (n *Node) Head() Head {
	meta := n.Get("metadata")
	return Head{
		APIVersion: n.Get("apiVersion").Value(), Kind: n.Get("kind").Value(),
		Namespace: meta.Get("namespace").Value(), Name: meta.Get("name").Value(),
	}
}

// ItemHead is the head of an item of a list, whatever the list's kind is. An item that names
// neither its kind nor its apiVersion gets both from the list, and so does one where they are no
// strings (k8s.io/apimachinery, unstructured.decodeToList). One that names one of them is refused
// there; here it gets the other.
func (n *Node) ItemHead(list Head) Head {
	h := n.Head()
	kind := strings.TrimSuffix(list.Kind, "List")
	switch named, versioned := n.Get("kind").names(), n.Get("apiVersion").names(); {
	case kind == "":
	case !named && !versioned:
		h.Kind, h.APIVersion = kind, list.APIVersion
	default:
		h.Kind, h.APIVersion = cmp.Or(h.Kind, kind), cmp.Or(h.APIVersion, list.APIVersion)
	}
	return h
}

// names reports whether kubectl and Helm read a string in n that is not empty. A tag of one's
// own is nothing to them.
func (n *Node) names() bool {
	return n.IsText() && n.Value() != "" || n.Kind() == Scalar && !strings.HasPrefix(n.Tag(), "!!")
}

// Head reads the document's head line by line, without parsing it, some hundred
// times faster. When sure is false, only [Document.Parse] can tell: flow style
// and JSON at the top, a List or whatever else has items, anchors, tags,
// directives, values that run over the end of their line, unusual quoting and
// line breaks, byte order marks inside, a key that stands twice. A document of comments and separators only has a sure, empty head.
//
// A sure head is the parsed one, provided that the document parses at all.
func (d Document) Head() (h Head, sure bool) {
	if d.head != nil {
		return d.head.Head, d.head.sure
	}
	return d.scanHead()
}

// knownHead is the answer of [Document.Head].
type knownHead struct {
	Head
	sure bool
}

func (d Document) scanHead() (h Head, sure bool) {
	rest := bytes.TrimPrefix(d.Text, []byte(bom))
	if oddBreaks(rest) || bytes.Contains(rest, []byte(bom)) {
		return Head{}, false
	}
	s := headScan{block: notInBlock, meta: metaUnknown}
	for len(rest) > 0 && !s.ended {
		line := rest
		if end := bytes.IndexByte(rest, '\n'); end >= 0 {
			line, rest = rest[:end], rest[end+1:]
		} else {
			rest = nil
		}
		if !s.line(line) {
			return Head{}, false
		}
	}
	if len(rest) > 0 || strings.HasSuffix(s.head.Kind, "List") {
		return Head{}, false
	}
	return s.head, true
}

const (
	notInBlock  = -1
	metaUnknown = -1
)

// headScan is the state between two lines.
type headScan struct {
	head  Head
	seen  [4]bool // the fields of head, in order
	began bool    // a key at column 0 was seen
	ended bool    // "..." was seen
	block int     // column that the lines of the current block scalar stay right of
	inMeta, metaSeen,
	pending bool // the last line gave a field of head: it must not go on
	pendingAt int // column of that field's key
	meta      int // column of the keys of metadata
}

// line takes the next line; false means that only a parser can tell.
func (s *headScan) line(line []byte) bool {
	indent := 0
	for indent < len(line) && line[indent] == ' ' {
		indent++
	}
	rest := line[indent:]
	if isEmptyLine(rest) || s.block != notInBlock && indent > s.block {
		return true
	}
	s.block = notInBlock
	if rest[0] == '#' {
		return true
	}
	if indent == 0 && (isMarker(rest, "---") || isMarker(rest, "...")) {
		return s.marker(rest)
	}
	e, ok := readEntry(rest, indent)
	if !ok || s.pending && (indent > s.pendingAt || e.dash) {
		return false
	}
	s.pending = false
	if e.block {
		s.block = e.column
	}
	switch {
	case indent == 0 && !e.dash:
		return s.top(e)
	case !s.began:
		return false
	case s.inMeta:
		return s.metadata(e, indent)
	}
	return true
}

func (s *headScan) marker(rest []byte) bool {
	s.ended = rest[0] == '.'
	return s.ended || !s.began && isEmptyLine(withoutComment(rest[len("---"):]))
}

// top takes an entry of the object itself.
func (s *headScan) top(e entry) bool {
	s.began, s.inMeta = true, false
	if e.key == nil || e.quoted || string(e.key) == "<<" {
		return false
	}
	switch string(e.key) {
	case "apiVersion":
		return s.field(0, &s.head.APIVersion, e)
	case "kind":
		return s.field(1, &s.head.Kind, e)
	case "items":
		return false
	case "metadata":
		twice := s.metaSeen
		s.inMeta, s.metaSeen = true, true
		return !twice && len(e.value) == 0 && !e.block
	}
	return true
}

// metadata takes a line below "metadata:".
func (s *headScan) metadata(e entry, indent int) bool {
	if s.meta == metaUnknown {
		s.meta = indent
		if e.dash {
			return false
		}
	}
	switch {
	case indent < s.meta:
		return false
	case indent > s.meta, e.dash:
		return true
	case e.key == nil, e.quoted, string(e.key) == "<<":
		return false
	}
	switch string(e.key) {
	case "namespace":
		return s.field(2, &s.head.Namespace, e)
	case "name":
		return s.field(3, &s.head.Name, e)
	}
	return true
}

// field takes the value of a field of the head.
func (s *headScan) field(number int, to *string, e entry) bool {
	value, ok := simpleString(e.value)
	if !ok || e.block || s.seen[number] {
		return false
	}
	s.seen[number], *to = true, value
	s.pending, s.pendingAt = true, e.column
	return true
}

// simpleString decodes a value on one line that is surely a string, or nothing.
func simpleString(v []byte) (string, bool) {
	switch {
	case len(v) == 0:
		return "", true
	case v[0] == '"':
		return string(v[1 : len(v)-1]), bytes.IndexByte(v, '\\') < 0
	case v[0] == '\'':
		return string(v[1 : len(v)-1]), !bytes.Contains(v, []byte("''")) || len(v) == 2
	case v[0] >= 'a' && v[0] <= 'z', v[0] >= 'A' && v[0] <= 'Z':
		plain := string(v)
		return plain, !isCoreWord(plain)
	}
	return "", false
}

// isCoreWord reports whether a plain word that begins with a letter is a null
// or a boolean (YAML 1.2.2, section 10.3.2).
func isCoreWord(s string) bool {
	switch s {
	case "null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE":
		return true
	}
	return false
}

func isMarker(line []byte, marker string) bool {
	return bytes.HasPrefix(line, []byte(marker)) &&
		(len(line) == len(marker) || isBlank(line[len(marker)]) || line[len(marker)] == '\r')
}
