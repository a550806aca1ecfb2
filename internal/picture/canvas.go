package picture

import "strings"

// cell is one column of a terminal line; the second column of a wide
// character has empty text.
type cell struct {
	text string
	ink  ink
}

// line is a row of cells; what is put outside it is dropped.
type line []cell

func newLine(width int) line {
	l := make(line, width)
	for i := range l {
		l[i].text = " "
	}
	return l
}

// put writes text from column x on.
func (l line) put(x int, text string, in ink) {
	last := -1
	for _, r := range text {
		n := int(runeColumns(r))
		if n == 0 {
			if last >= 0 {
				l[last].text += string(r)
			}
			continue
		}
		last = -1
		if x >= 0 && x+n <= len(l) {
			l[x], last = cell{string(r), in}, x
			if n == 2 {
				l[x+1] = cell{"", in}
			}
		}
		x += n
	}
}

// string joins the cells, without blanks at the end; color adds ANSI (SGR) codes.
func (l line) string(color bool) string {
	end := len(l)
	for end > 0 && l[end-1].text == " " {
		end--
	}
	var b strings.Builder
	now := plain
	for _, c := range l[:end] {
		if color && c.ink != now {
			b.WriteString("\x1b[" + palette[c.ink].ansi + "m")
			now = c.ink
		}
		b.WriteString(c.text)
	}
	if now != plain {
		b.WriteString("\x1b[" + palette[plain].ansi + "m")
	}
	return b.String() + "\n"
}
