package manifest

import (
	"bytes"
	"strings"
)

// readOtherwise reports whether the readers of Kubernetes (YAML 1.1, go.yaml.in/yaml/v2) take a node for another one,
// or for several. In brackets they see a key behind each "?", a value behind each ":" that begins a word, and no end of
// a word at "a:}"; tags go on over commas and square brackets, and names of anchors end before whatever is no letter.
func (c *conversion) readOtherwise(n *Node) bool {
	if strings.IndexFunc(n.anchor, endsName) >= 0 {
		return true
	}
	if c.flows == 0 {
		return false
	}
	text := c.text[n.offset:]
	if n.tagged {
		_, tag, _ := bytes.Cut(text, []byte("!"))
		return bytes.ContainsAny(word(tag), ",[]")
	}
	if n.kind != Scalar || n.style != plain || n.anchor != "" {
		return false
	}
	if n.value == "" { // the parser has it behind the colon or, in a list, at it
		if n.offset > 0 && c.text[n.offset-1] == ':' {
			text = c.text[n.offset-1:]
		}
		behind := bytes.TrimLeft(text, ":")
		return len(behind) > 0 && len(behind) < len(text) && strings.IndexByte(",[]{}", behind[0]) >= 0
	}
	return n.value[0] == '?' || n.value[0] == ':'
}

func endsName(r rune) bool {
	return r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// word is the beginning of a text up to the first blank, or a brace, behind which they do not read on.
func word(text []byte) []byte {
	for i, c := range text {
		if isBlank(c) || c == '\r' || c == '\n' || c == '{' || c == '}' {
			return text[:i]
		}
	}
	return text
}
