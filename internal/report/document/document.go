// Package document writes a report of several sections as one HTML page, which needs
// nothing else, or as Markdown.
//
// Texts may be anybody's: each is made safe for its place when it is written, so a
// name or a reason can neither be markup nor speak to the log of a CI job. The same
// document gives the same bytes.
//
//	d := document.Document{Title: "Report", Sections: []document.Section{{ID: "log", Title: "Log"}}}
//	page := d.HTML()
package document

import "fmt"

// Document is a report.
type Document struct {
	Title string
	// Lead stands below the title.
	Lead     []Block
	Sections []Section
}

// Section is a part of a document with a heading of its own.
type Section struct {
	// ID is what links name the section by: letters and "-".
	ID, Title string
	Blocks    []Block
}

// Block is what a section is made of.
type Block interface {
	html(*page)
	markdown(*pad)
}

// Look is how a text is shown. Nothing is said by it alone.
type Look int

// Looks of a text.
const (
	Plain Look = iota
	Strong
	Code
	Good
	Warn
	Bad
	Faint
)

// Span is a text with one look.
type Span struct {
	Look Look
	Text string
}

// Line is a text with several looks.
type Line []Span

// Say is a plain line, made like one of fmt.
func Say(format string, args ...any) Line { return Plain.Say(format, args...) }

// Say is a line of this look.
func (l Look) Say(format string, args ...any) Line {
	if len(args) == 0 {
		return Line{{l, format}}
	}
	return Line{{l, fmt.Sprintf(format, args...)}}
}

// And is a line with another one after it.
func (l Line) And(more Line) Line { return append(append(Line{}, l...), more...) }

// empty reports whether nothing is to be read.
func (l Line) empty() bool {
	for _, s := range l {
		if s.Text != "" {
			return false
		}
	}
	return true
}

// Heading begins a part of a section.
type Heading struct{ ID, Title string }

// Paragraph is text.
type Paragraph Line

// Command is one that can be copied.
type Command string

// List has one line per item.
type List []Line

// Callout is a list that must not be missed.
type Callout struct {
	// Look is Good, Warn or Bad, and Title says the same in words.
	Look  Look
	Title string
	Items []Line
}

// Facts are names and what is known of them.
type Facts []Fact

// Fact is one of them.
type Fact struct {
	Name  string
	Value Line
}

// Table has a caption, which says what its rows are, and names its rows by their
// first column.
type Table struct {
	Caption string
	Head    []string
	Rows    [][]Line
	// None is said in the place of a table without rows.
	None string
}

// Drawing makes a picture for a page; id begins the ids in it.
type Drawing func(id string) string

// Figure is a picture. What it shows is in words in the picture and in a table near it.
type Figure struct {
	Caption string
	Drawing Drawing
	// Block is what Markdown has in its place, as a block of code of the kind Kind;
	// empty where the table says enough.
	Kind, Block string
}
