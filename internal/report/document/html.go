package document

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/picture"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

//go:embed page.css
var sheet string

// page is an HTML page that is being written. It is well-formed XML, too.
type page struct {
	strings.Builder
	tables, figures int
}

// Head is how every page begins.
const Head = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\" />\n<meta name=\"generator\" content=\"l5d-pki-render\" />\n"

// HTML is the document as one page: no scripts, nothing that is loaded. Its policy
// allows the one style sheet in it, and nothing else.
func (d Document) HTML() []byte {
	p := &page{}
	css := style()
	hash := sha256.Sum256([]byte(css))
	p.WriteString(Head)
	fmt.Fprintf(p, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'\" />\n", base64.StdEncoding.EncodeToString(hash[:]))
	p.WriteString("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n<meta name=\"color-scheme\" content=\"light dark\" />\n<meta name=\"referrer\" content=\"no-referrer\" />\n")
	fmt.Fprintf(p, "<title>%s</title>\n<style>%s</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n", text(d.Title), css)
	fmt.Fprintf(p, "<header>\n<h1>%s</h1>\n", text(d.Title))
	p.blocks(d.Lead)
	p.WriteString("</header>\n<nav aria-label=\"Contents\">\n<ol>\n")
	for _, s := range d.Sections {
		fmt.Fprintf(p, "<li><a href=\"#%s\">%s</a></li>\n", text(s.ID), text(s.Title))
	}
	p.WriteString("</ol>\n</nav>\n<main id=\"main\" tabindex=\"-1\">\n")
	for _, s := range d.Sections {
		fmt.Fprintf(p, "<section aria-labelledby=\"%[1]s\">\n<h2 id=\"%[1]s\">%[2]s</h2>\n", text(s.ID), text(s.Title))
		p.blocks(s.Blocks)
		p.WriteString("</section>\n")
	}
	p.WriteString("</main>\n</body>\n</html>\n")
	return []byte(p.String())
}

// style is the sheet of every page, with the colors of pictures in the dark.
func style() string {
	return strings.Replace(sheet, "/* pictures */\n", picture.Style(), 1)
}

func (p *page) blocks(list []Block) {
	for _, b := range list {
		b.html(p)
	}
}

// text is anybody's text as text of HTML. No line of the page begins with it, and
// "##", which begins commands of CI runners, is written as entities.
func text(s string) string {
	s = sink.Terminal(strings.Join(strings.Fields(secret.Cut(s)), " "))
	s = strings.Map(func(r rune) rune {
		if r&0xFFFE == 0xFFFE { // no characters of XML
			return '\uFFFD'
		}
		return r
	}, s)
	return strings.ReplaceAll(html.EscapeString(s), "##", "&#35;&#35;")
}

// tags of looks.
var tags = map[Look][2]string{
	Strong: {"<strong>", "</strong>"}, Code: {"<code>", "</code>"}, Good: {`<span class="good">`, "</span>"},
	Warn: {`<span class="warn">`, "</span>"}, Bad: {`<strong class="bad">`, "</strong>"}, Faint: {`<span class="faint">`, "</span>"},
}

func (p *page) line(l Line) {
	for i, s := range l {
		if i > 0 {
			p.WriteString(" ")
		}
		p.WriteString(tags[s.Look][0] + text(s.Text) + tags[s.Look][1])
	}
}

func (b Heading) html(p *page) {
	fmt.Fprintf(p, "<h3 id=\"%s\">%s</h3>\n", text(b.ID), text(b.Title))
}

func (b Paragraph) html(p *page) {
	p.WriteString("<p>")
	p.line(Line(b))
	p.WriteString("</p>\n")
}

func (b Command) html(p *page) {
	fmt.Fprintf(p, "<p class=\"command\"><code>%s</code></p>\n", text(string(b)))
}

func (b List) html(p *page) {
	p.WriteString("<ul>\n")
	for _, item := range b {
		p.WriteString("<li>")
		p.line(item)
		p.WriteString("</li>\n")
	}
	p.WriteString("</ul>\n")
}

func (b Callout) html(p *page) {
	class := map[Look]string{Good: "good", Warn: "warn", Bad: "bad"}[b.Look]
	fmt.Fprintf(p, "<div class=\"callout %[1]s-box\">\n<p><strong class=\"%[1]s\">%[2]s</strong></p>\n", class, text(b.Title))
	if len(b.Items) > 0 {
		List(b.Items).html(p)
	}
	p.WriteString("</div>\n")
}

func (b Facts) html(p *page) {
	p.WriteString("<dl>\n")
	for _, f := range b {
		if f.Value.empty() {
			continue
		}
		fmt.Fprintf(p, "<div><dt>%s</dt><dd>", text(f.Name))
		p.line(f.Value)
		p.WriteString("</dd></div>\n")
	}
	p.WriteString("</dl>\n")
}

// html puts the table into a box that scrolls where the window is narrow. What
// scrolls can be reached with the keyboard, and so has a name.
func (b Table) html(p *page) {
	if len(b.Rows) == 0 {
		Paragraph(Say("%s", b.None)).html(p)
		return
	}
	p.tables++
	fmt.Fprintf(p, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"table-%[1]d\">\n<table>\n<caption id=\"table-%[1]d\">%[2]s</caption>\n<thead>\n<tr>", p.tables, text(b.Caption))
	for _, title := range b.Head {
		fmt.Fprintf(p, "<th scope=\"col\">%s</th>", text(title))
	}
	p.WriteString("</tr>\n</thead>\n<tbody>\n")
	for _, row := range b.Rows {
		p.WriteString("<tr>")
		for i, cell := range row {
			open, shut := "<td>", "</td>"
			if i == 0 {
				open, shut = `<th scope="row">`, "</th>"
			}
			p.WriteString(open)
			p.line(cell)
			p.WriteString(shut)
		}
		p.WriteString("</tr>\n")
	}
	p.WriteString("</tbody>\n</table>\n</div>\n")
}

func (b Figure) html(p *page) {
	p.figures++
	id := fmt.Sprintf("picture-%d", p.figures)
	fmt.Fprintf(p, "<figure>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"%[1]s-caption\">\n%[2]s</div>\n<figcaption id=\"%[1]s-caption\">%[3]s</figcaption>\n</figure>\n", id, b.Drawing(id), text(b.Caption))
}
