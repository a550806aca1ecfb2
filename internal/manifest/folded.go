package manifest

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// foldedChange replaces a part of one line of a folded scalar (>). Any larger
// change would have to choose anew where the lines break, so it is refused.
func (w *work) foldedChange(t target, value string) (scalarChange, *problem.Problem) {
	b, ok := w.readBlock(t)
	if !ok {
		return scalarChange{}, problem.Unconfirmed.With("the block scalar there cannot be read exactly")
	}
	old := t.node.value
	prefix, suffix := commonEnds(old, value)
	line, at, ok := b.foldedLine(old, prefix, len(old)-suffix)
	middle := value[prefix : len(value)-suffix]
	if !ok || !isPrintable(middle) {
		return scalarChange{}, problem.Folded.With()
	}
	from := line.to - len(line.content) + prefix - at
	return scalarChange{
		patch: patch{from, from + len(old) - suffix - prefix, middle},
		style: folded, tag: t.node.tag,
	}, nil
}

// foldedLine finds the line whose content holds the bytes [from, to) of the
// value, and where in the value that content begins.
func (b blockScalar) foldedLine(value string, from, to int) (line blockLine, at int, ok bool) {
	for _, l := range b.body {
		if l.content == "" {
			continue
		}
		for at < len(value) && !strings.HasPrefix(value[at:], l.content) {
			if value[at] != ' ' && value[at] != '\n' {
				return blockLine{}, 0, false
			}
			at++
		}
		if from >= at && to <= at+len(l.content) {
			return l, at, true
		}
		at += len(l.content)
	}
	return blockLine{}, 0, false
}
