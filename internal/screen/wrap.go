package screen

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

// word is what no line break may split.
type word struct {
	style Style
	text  string
	// glued: no blank comes before it.
	glued bool
	// command: it is inside a command that goes over several lines, so that a break
	// before it needs a backslash.
	command bool
}

// line is the words of one line.
type line struct {
	words []word
	// continued: the command goes on in the next line.
	continued bool
}

func (l line) shown(color bool) string {
	var b strings.Builder
	style := Plain
	change := func(to Style) {
		if !color || to == style {
			return
		}
		if style != Plain {
			b.WriteString("\x1b[0m")
		}
		if to != Plain {
			b.WriteString("\x1b[" + string(to) + "m")
		}
		style = to
	}
	for i, w := range l.words {
		if i > 0 && !w.glued {
			if w.style != style {
				change(Plain)
			}
			b.WriteString(" ")
		}
		if w.text != "" {
			change(w.style)
		}
		b.WriteString(w.text)
	}
	change(Plain)
	if l.continued {
		b.WriteString(` \`)
	}
	return b.String()
}

// wordsOf splits texts at blanks. A command in backquotes that fits into the room
// is one word.
func wordsOf(parts []Text, room int) (words []word) {
	glued := false
	for _, part := range parts {
		if part.command {
			words = append(words, split(part.text, part.style, false, true, room)...)
			continue
		}
		for i, piece := range strings.Split(flat(part.text), "`") {
			quoted := i%2 == 1 && strings.Count(part.text, "`")%2 == 0
			switch {
			case quoted && width(piece)+2 <= room:
				words = append(words, word{part.style, "`" + piece + "`", glued, false})
				glued = true
				continue
			case quoted:
				words = append(words, split("`"+piece+"`", part.style, glued, true, room)...)
				glued = true
				continue
			case strings.Count(part.text, "`")%2 != 0 && i > 0:
				piece = "`" + piece
			}
			words = append(words, split(piece, part.style, glued && !strings.HasPrefix(piece, " "), false, room)...)
			if piece != "" {
				glued = !strings.HasSuffix(piece, " ")
			}
		}
	}
	if len(words) > 0 {
		words[0].glued = false
	}
	return words
}

func flat(text string) string { return strings.NewReplacer("\n", " ", "\t", " ").Replace(text) }

// split makes words of a text or of a command.
func split(text string, style Style, glued, command bool, room int) (words []word) {
	fields := strings.Fields(text)
	for i, field := range fields {
		field = sink.Log(field)
		w := word{style, field, glued && i == 0, command && i > 0}
		for !command && width(w.text) > room {
			head, tail := cut(w.text, room)
			words = append(words, word{style, head, w.glued, false})
			w.text, w.glued = tail, true
		}
		words = append(words, w)
	}
	return words
}

// cut splits a text after as many characters as fit.
func cut(text string, room int) (head, tail string) {
	used := 0
	for i, r := range text {
		if used += width(string(r)); used > room && i > 0 {
			return text[:i], text[i:]
		}
	}
	return text, ""
}

// wrap breaks words into lines.
func wrap(words []word, room int) []line {
	var lines []line
	var now line
	used := 0
	for i, w := range words {
		gap := 1
		if w.glued || len(now.words) == 0 {
			gap = 0
		}
		need := used + gap + width(w.text)
		if i+1 < len(words) && words[i+1].command {
			need += 2 // for the backslash
		}
		if need > room && len(now.words) > 0 {
			now.continued = w.command
			lines = append(lines, now)
			now, used, gap = line{}, 0, 0
		}
		now.words = append(now.words, w)
		used += gap + width(w.text)
	}
	return append(lines, now)
}
