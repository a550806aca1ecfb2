package manifest

// parsedOnce is a text and what came of parsing it.
type parsedOnce struct {
	done bool
	text []byte
	root *Node
	err  error
}

// SplitOnce is [Split] for several readers: each document is parsed for the first
// that asks. Documents and nodes live as long as the slice.
func SplitOnce(stream []byte) []Document {
	docs := Split(stream)
	for i := range docs {
		docs[i].once = new(parsedOnce)
	}
	return docs
}

// holds reports whether the text is still the one that was parsed.
func (p *parsedOnce) holds(text []byte) bool {
	return p.done && len(p.text) == len(text) && (len(text) == 0 || &p.text[0] == &text[0])
}
