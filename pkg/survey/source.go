package survey

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// maxHeader is how long a line may be in which a literal block scalar begins, in
// bytes. In a longer one the place of the string is told.
const maxHeader = 4 << 10

// source is a string that has a document in it. Where its lines stand in the file
// is computed once, for the first place that is asked for.
type source struct {
	cursor
	known  bool
	at     spot
	widths []int // of the indentation of each line, in characters; -1: not known
}

// place turns a place in the text of a literal block scalar into one in the file:
// lines follow each other below the "|". In any other string it is that of the string.
func (s *source) place(line, column int) (int, int) {
	if !s.known {
		s.known, s.at = true, s.spot()
		s.widths = s.indentation()
	}
	if line < 1 || line > len(s.widths) || s.widths[line-1] < 0 {
		return s.at.line, s.at.column
	}
	return s.at.line + line, column + s.widths[line-1]
}

// indentation measures the lines of a literal block scalar; nil for other strings.
func (s *source) indentation() (widths []int) {
	header := s.file.line(s.at.line)
	if len(header) > maxHeader {
		return nil
	}
	if runes := []rune(string(header)); s.at.column > len(runes) || runes[s.at.column-1] != '|' {
		return nil
	}
	for i, text := range strings.Split(s.node.Value(), "\n") {
		there := s.file.line(s.at.line + i + 1)
		width := -1
		if bytes.HasSuffix(there, []byte(text)) {
			width = utf8.RuneCount(there[:len(there)-len(text)])
		}
		widths = append(widths, width)
	}
	return widths
}
