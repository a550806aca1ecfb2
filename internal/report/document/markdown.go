package document

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

// pad is a Markdown text that is being written.
type pad struct{ strings.Builder }

// MarkdownHead is how every document begins.
const MarkdownHead = "<!-- l5d-pki-render report -->\n# "

// Markdown is the document for a forge or a wiki. Pictures are text or Mermaid.
func (d Document) Markdown() []byte {
	p := &pad{}
	p.WriteString(MarkdownHead + plain(d.Title) + "\n")
	p.blocks(d.Lead)
	for _, s := range d.Sections {
		p.WriteString("\n## " + plain(s.Title) + "\n")
		p.blocks(s.Blocks)
	}
	return []byte(sink.Log(p.String()))
}

func (p *pad) blocks(list []Block) {
	for _, b := range list {
		b.markdown(p)
	}
}

// plain is anybody's text as text of Markdown.
func plain(s string) string { return sink.Markdown(secret.Cut(s)) }

func markdownLine(l Line) string {
	var parts []string
	for _, s := range l {
		switch text := plain(s.Text); {
		case text == "":
		case s.Look == Code:
			parts = append(parts, sink.Code(secret.Cut(s.Text)))
		case s.Look == Strong, s.Look == Bad:
			parts = append(parts, "**"+text+"**")
		default:
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " ")
}

func (b Heading) markdown(p *pad) { p.WriteString("\n### " + plain(b.Title) + "\n") }

func (b Paragraph) markdown(p *pad) { p.WriteString("\n" + markdownLine(Line(b)) + "\n") }

func (b Command) markdown(p *pad) { p.WriteString("\n" + sink.Code(secret.Cut(string(b))) + "\n") }

func (b List) markdown(p *pad) {
	p.WriteString("\n")
	for _, item := range b {
		p.WriteString("- " + markdownLine(item) + "\n")
	}
}

func (b Callout) markdown(p *pad) {
	p.WriteString("\n> **" + plain(b.Title) + "**\n")
	for _, item := range b.Items {
		p.WriteString("> - " + markdownLine(item) + "\n")
	}
}

func (b Facts) markdown(p *pad) {
	p.WriteString("\n")
	for _, f := range b {
		if !f.Value.empty() {
			p.WriteString("- " + plain(f.Name) + ": " + markdownLine(f.Value) + "\n")
		}
	}
}

func (b Table) markdown(p *pad) {
	if len(b.Rows) == 0 {
		Paragraph(Say("%s", b.None)).markdown(p)
		return
	}
	fmt.Fprintf(p, "\n%s:\n\n|", plain(b.Caption))
	for _, title := range b.Head {
		p.WriteString(" " + plain(title) + " |")
	}
	p.WriteString("\n|" + strings.Repeat("---|", len(b.Head)) + "\n")
	for _, row := range b.Rows {
		p.WriteString("|")
		for _, cell := range row { // a bar ends a cell in code as well
			p.WriteString(" " + strings.ReplaceAll(markdownLine(cell), "|", `\|`) + " |")
		}
		p.WriteString("\n")
	}
}

// markdown writes a block of code, which no text in it can end.
func (b Figure) markdown(p *pad) {
	if b.Block != "" {
		fmt.Fprintf(p, "\n%s:\n\n```%s\n%s\n```\n", plain(b.Caption), b.Kind, strings.TrimRight(strings.ReplaceAll(sink.Terminal(secret.Cut(b.Block)), "`", "'"), "\n"))
	}
}
