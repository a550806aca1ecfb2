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
	// apart: it begins a line of its own; ends: what follows it does.
	apart, ends bool
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
// is one word; one that does not is a paragraph of its own, without backquotes, so
// that its lines can be copied.
func wordsOf(parts []Text, room int) (words []word) {
	glued := false
	for _, part := range parts {
		if part.command {
			words = append(words, commandWords(part.text, part.style)...)
			continue
		}
		paired := strings.Count(part.text, "`")%2 == 0
		for i, piece := range strings.Split(flat(part.text), "`") {
			quoted := i%2 == 1 && paired
			switch {
			case quoted && width(piece)+2 <= room:
				words = append(words, word{style: part.style, text: "`" + sink.Log(piece) + "`", glued: glued})
				glued = true
				continue
			case quoted:
				own := commandWords(piece, part.style)
				own[0].apart, own[len(own)-1].ends = true, true
				words, glued = append(words, own...), false
				continue
			case !paired && i > 0:
				piece = "`" + piece
			}
			if n := len(words); n > 0 && words[n-1].ends {
				piece = strings.TrimLeft(piece, ".,;: ")
			}
			words = append(words, split(piece, part.style, glued && !strings.HasPrefix(piece, " "), room)...)
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

// split makes words of a text.
func split(text string, style Style, glued bool, room int) (words []word) {
	for i, field := range strings.Fields(text) {
		w := word{style: style, text: sink.Log(field), glued: glued && i == 0}
		for width(w.text) > room {
			head, tail := cut(w.text, room)
			words = append(words, word{style: style, text: head, glued: w.glued})
			w.text, w.glued = tail, true
		}
		words = append(words, w)
	}
	return words
}

// commandWords splits a command as a shell does: what is in quotes stays whole, since
// a backslash continues no line there.
func commandWords(command string, style Style) (words []word) {
	var now strings.Builder
	quote, escaped := rune(0), false
	end := func() {
		if now.Len() > 0 {
			words = append(words, word{style: style, text: sink.Log(now.String()), command: len(words) > 0})
			now.Reset()
		}
	}
	for _, c := range flat(command) {
		switch {
		case escaped:
			escaped = false
		case quote == 0 && c == ' ':
			end()
			continue
		case quote != '\'' && c == '\\':
			escaped = true
		case quote == c:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		}
		now.WriteRune(c)
	}
	if end(); len(words) == 0 {
		words = []word{{style: style}}
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
		if apart := w.apart || i > 0 && words[i-1].ends; (need > room || apart) && len(now.words) > 0 {
			now.continued = w.command && !apart
			lines = append(lines, now)
			now, used, gap = line{}, 0, 0
		}
		now.words = append(now.words, w)
		used += gap + width(w.text)
	}
	return append(lines, now)
}
