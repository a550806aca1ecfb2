package document

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/testkit/accessible"
)

// hostile are texts of somebody else who wants more than to be read.
var hostile = []string{
	"</title></style></script><script>alert(1)</script>",
	`"><img src=x onerror=alert(1)>`,
	"' onmouseover='alert(1)",
	"<!-- --> ]]> <![CDATA[ &lt; &#60; &amp",
	"a\x00b\x1b[2J\u202ecod\u200b\ufeff\ufffe\uffff\U0001fffe\xff",
	"line\n::set-output name=x::y\n##vso[task.setvariable]x ##[error]y",
	"| a | b |\n|---|---|",
	"```\n# heading\n- [x](javascript:alert(1)) ![i](http://example.com/i.png) @everyone #1 !2",
	"`code` **bold** <details><summary> https://example.com www.example.com $x$ ~~y~~ [^1]",
	"> quote\n\n    code\n\n1. one\n* two",
	"-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY/PuoAoGCCqGSM49\nAwEHoUQDQgAEPR3tU2Fta9ktY+6P9G0cWO+0kETA6SFs38GecTyudlHz6xvCdz8q\nEKTcWGekdmdDPsHloRNtsiCa697B2O9IFA==\n-----END EC PRIVATE KEY-----",
	strings.Repeat("very-long-word", 200),
	"",
}

// everything has a text in each place that a document has.
func everything(text string) Document {
	line := Line{}
	for look := Plain; look <= Faint; look++ {
		line = append(line, Span{look, text})
	}
	list := []Line{line, Say("%s", text)}
	return Document{
		Title: "x" + text, Lead: []Block{Facts{{"n" + text, line}}, Callout{Bad, "x" + text, list}},
		Sections: []Section{{"one", "x" + text, []Block{
			Heading{"two", "x" + text}, Paragraph(line), Command(text), List(list), Callout{Good, "x" + text, nil},
			Table{Caption: "x" + text, Head: []string{"x" + text, "y"}, Rows: [][]Line{{Say("x%s", text), line}, {Say("y"), {}}}}, Table{Caption: "empty", None: text},
			Figure{Caption: "x" + text, Drawing: func(id string) string {
				return fmt.Sprintf("<svg role=\"img\" aria-labelledby=\"%[1]s-t\"><title id=\"%[1]s-t\">t</title><desc>d</desc></svg>\n", id)
			}, Kind: "text", Block: "x" + text},
		}}},
	}
}

// TestHostileHTML: whatever a text is, the page is well-formed, has the same elements,
// and the text is text.
func TestHostileHTML(t *testing.T) {
	want := elements(everything("harmless").HTML())
	for _, text := range hostile {
		page := everything(text).HTML()
		if wrong := accessible.Check(page); len(wrong) > 0 {
			t.Errorf("%q: %q", text, wrong)
		}
		if text != "" && !slices.Equal(elements(page), want) {
			t.Errorf("%q changes the elements of the page", text)
		}
		if strings.Contains(string(page), "##") || regexp.MustCompile(`(?m)^\s*::[a-z]`).Match(page) {
			t.Errorf("%q is a command to a runner", text)
		}
		if strings.Contains(string(page), "MHcCAQEE") {
			t.Errorf("%q: a private key is in the page", text)
		}
	}
	seen, err := accessible.Text(everything(hostile[0]).HTML())
	if err != nil || !strings.Contains(seen, hostile[0]) {
		t.Errorf("the text is not to be read: %v", err)
	}
}

func elements(page []byte) (list []string) {
	return regexp.MustCompile(`<[/!a-zA-Z][a-zA-Z0-9]*`).FindAllString(string(page), -1)
}

// TestHostileMarkdown: no text begins a block, ends a code block or a cell, or is HTML,
// a link or a mention.
func TestHostileMarkdown(t *testing.T) {
	shape := func(page string) (lines []string) {
		for line := range strings.Lines(page) {
			line = strings.ReplaceAll(line, `\|`, "/")
			lines = append(lines, fmt.Sprint(regexp.MustCompile("^(#+ |> |- |\\||```|)").FindString(line), strings.Count(line, "|")))
		}
		return lines
	}
	want := shape(string(everything("harmless").Markdown()))
	for _, text := range hostile {
		page := string(everything(text).Markdown())
		if text != "" && !strings.Contains(text, "\n") && !slices.Equal(shape(page), want) {
			t.Errorf("%q changes the lines of the page:\n%s", text, page)
		}
		body := strings.TrimPrefix(page, "<!-- l5d-pki-render report -->\n")
		outside := regexp.MustCompile("(?s)```.*?\n```|`[^`\n]*`").ReplaceAllString(body, "")
		for _, sign := range []string{"<", "](", "@", "://", "`", "MHcCAQEE", "\x00", "\x1b", "\u202e", "##["} {
			if strings.Contains(outside, sign) {
				t.Errorf("%q leaves %q outside of code:\n%s", text, sign, outside)
			}
		}
		if n := strings.Count(body, "```"); n != 2 {
			t.Errorf("%q: %d fences", text, n)
		}
		if regexp.MustCompile(`(?m)^\s*::[a-z]`).MatchString(page) || strings.Contains(page, "MHcCAQEE") {
			t.Errorf("%q is a command to a runner or a key", text)
		}
	}
}

// TestStable: the same document is the same bytes.
func TestStable(t *testing.T) {
	for range 20 {
		d := everything("x")
		again := everything("x")
		if string(d.HTML()) != string(again.HTML()) || string(d.Markdown()) != string(again.Markdown()) {
			t.Fatal("two pages of one document differ")
		}
	}
}

// TestContrast: every color of texts has a contrast of 4.5 to 1 or more against both
// backgrounds, in light and dark (WCAG 2.2, 1.4.3).
func TestContrast(t *testing.T) {
	light, rest, found := strings.Cut(sheet, "@media screen and (prefers-color-scheme: dark)")
	dark, _, closed := strings.Cut(rest, "/* pictures */")
	if !found || !closed {
		t.Fatal("the style sheet has no dark colors")
	}
	for scheme, css := range map[string]string{"light": light, "dark": dark} {
		colors := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(css, -1) {
			colors[m[1]] = m[2]
		}
		for _, text := range []string{"ink", "muted", "link", "good", "warn", "bad"} {
			for _, ground := range []string{"paper", "panel"} {
				if c := contrast(t, colors[text], colors[ground]); c < 4.5 {
					t.Errorf("%s: %s on %s has a contrast of %.2f", scheme, text, ground, c)
				}
			}
		}
	}
	used := regexp.MustCompile(`[^-]color: ([^;]+);`).FindAllStringSubmatch(sheet, -1)
	for _, m := range used {
		if !strings.HasPrefix(m[1], "var(--") && m[1] != "inherit" {
			t.Errorf("the color %q has no name, so nothing checks it", m[1])
		}
	}
	if len(used) < 6 {
		t.Errorf("%d colors are used", len(used))
	}
}

func contrast(t *testing.T, a, b string) float64 {
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance is that of WCAG 2.2.
func luminance(t *testing.T, color string) (l float64) {
	t.Helper()
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		if len(color) != 7 {
			t.Fatalf("no color: %q", color)
		}
		n, err := strconv.ParseUint(color[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			l += weight * c / 12.92
		} else {
			l += weight * math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return l
}
