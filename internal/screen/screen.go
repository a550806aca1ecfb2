// Package screen lays text out for a terminal of a given width: it breaks lines
// between words, lines up tables, and colors what is marked. It is pure: width and
// color are values of a [View], and package terminal finds out what they are.
//
//	p := screen.New(screen.View{Width: 80})
//	p.Line("next: ", screen.Say("run `l5d-pki-render status`"))
//
// No line is wider than the view, except where that would break a word of a
// command. A command that does not fit goes on after a backslash between two of its
// words, and one in backquotes has lines of its own, so that a shell reads what is copied.
package screen

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/picture"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

// DefaultWidth is the width of text that goes to no terminal, in columns.
const DefaultWidth = 80

// minWidth is the narrowest view; below it words no longer fit.
const minWidth = 40

// View is what text is laid out for.
type View struct {
	// Width in columns; 0 is DefaultWidth.
	Width int
	// Known: somebody looks at that many columns. It is false where the text goes to
	// a file or a pipe.
	Known bool
	Color bool
	// Verbose adds the details that programs and auditors look for.
	Verbose bool
}

// Columns is the width to use.
func (v View) Columns() int {
	if v.Width == 0 {
		return DefaultWidth
	}
	return max(v.Width, minWidth)
}

// Style is how text looks, as a code of ECMA-48 (SGR).
type Style string

// Styles.
const (
	Plain Style = ""
	Bold  Style = "1"
	Faint Style = "2"
	Good  Style = "32"
	Warn  Style = "33"
	Bad   Style = "1;31"
)

// Text is a piece of text in one style. Line ends in it are blanks.
type Text struct {
	style Style
	text  string
	// command: all of it is a command, without backquotes.
	command bool
}

// Say is text in no style.
func Say(text string) Text { return Plain.Say(text) }

// Say is text in the style.
func (s Style) Say(text string) Text { return Text{style: s, text: text} }

// Command is a command to be copied: it goes on in another line after a backslash.
func Command(text string) Text { return Text{Bold, text, true} }

// String is the text without its style.
func (t Text) String() string { return t.text }

// Page is text that grows line by line.
type Page struct {
	view View
	out  strings.Builder
}

// New is an empty page.
func New(v View) *Page { return &Page{view: v} }

// View is what the page is laid out for.
func (p *Page) View() View { return p.view }

// String is the text of the page, safe for a terminal and for the log of a CI job.
func (p *Page) String() string { return p.out.String() }

// Blank adds an empty line, unless the page is empty or ends with one.
func (p *Page) Blank() {
	if text := p.out.String(); text != "" && !strings.HasSuffix(text, "\n\n") {
		p.out.WriteString("\n")
	}
}

// Line adds a paragraph. Its first line begins with lead, the others with as many blanks.
func (p *Page) Line(lead string, parts ...Text) {
	indent := strings.Repeat(" ", width(lead))
	words := wordsOf(parts, p.view.Columns()-width(lead))
	for i, line := range wrap(words, p.view.Columns()-width(lead)) {
		if i > 0 {
			lead = indent
		}
		p.write(sink.Log(lead) + line.shown(p.view.Color))
	}
}

// Raw adds lines that somebody else has laid out.
func (p *Page) Raw(text string) {
	for line := range strings.Lines(text) {
		p.write(sink.Log(strings.TrimSuffix(line, "\n")))
	}
}

func (p *Page) write(line string) { p.out.WriteString(strings.TrimRight(line, " ") + "\n") }

// width of text, in columns.
func width(text string) int { return int(picture.Columns(text)) }
