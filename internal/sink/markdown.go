package sink

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
)

// signs are what Markdown, or a forge that shows it, acts on: HTML and entities,
// mentions of people, links and images, emphasis, code, tables, math, references
// to issues (#1, !1), and addresses, which become links by themselves. Forges look
// for mentions and references in the rendered text, where a backslash is gone, so
// each is replaced by a character that looks alike.
var signs = strings.NewReplacer(
	"<", "‹", ">", "›", "&", "＆", "@", "(at)", "`", "'", "*", "·", "[", "(", "]", ")", "|", "/", "#", "no. ", "!", ".",
	"$", "＄", "~", "∼", "^", "ˆ", "://", ":⁄⁄")

// references that begin with a word or a percent sign: GH-12 (GitHub), %12
// (milestones of GitLab), and www., which becomes a link.
var references = []struct {
	form *lazy.Regexp
	with string
}{
	{lazy.New(`(?i)\b(gh)-(\d)`), "$1‑$2"},
	{lazy.New(`(?i)\b(www)\.`), "$1․"},
	{lazy.New(`(?i)\b(mailto|xmpp|javascript|data):`), "$1："},
	{lazy.New(`%([\pL\d"])`), "％$1"},
}

// listItem is what begins a list, a heading or a quick action of GitLab (/merge)
// where it begins a line.
var listItem = lazy.New(`^([-+=_/]|\d+[.)])`)

// maxPlace is how much of a foreign text one place shows, in characters: whoever writes
// it could fill a comment, of which forges take 58,000 characters and more, and push out
// what stands behind it.
const maxPlace = 1000

// short is a text of at most maxPlace characters; what is left out is counted.
func short(text string) string {
	if len(text) <= maxPlace {
		return text
	}
	characters := []rune(text)
	if len(characters) <= maxPlace {
		return text
	}
	return fmt.Sprintf("%s … (%d characters more)", string(characters[:maxPlace]), len(characters)-maxPlace)
}

// Markdown is text for one place in a line of Markdown: no forge reads HTML, a
// mention, a link, a reference or a command in it. Line ends become blanks, and a long
// text is cut.
func Markdown(text string) string {
	text = signs.Replace(Terminal(short(strings.Join(strings.Fields(text), " "))))
	for _, r := range references {
		text = r.form.ReplaceAllString(text, r.with)
	}
	if found := listItem.FindString(text); found != "" {
		last := len(found) - 1
		text = found[:last] + `\` + text[last:]
	}
	return text
}

// Code is text in backticks, where a forge reads nothing else; "none" for an
// empty text. A long one is cut.
func Code(text string) string {
	if text == "" {
		return "none"
	}
	return "`" + strings.ReplaceAll(Terminal(short(strings.Join(strings.Fields(text), " "))), "`", "'") + "`"
}

// Cut is a text of at most limit characters that ends in the given ending; 0 is
// no limit. What is left out is named. A limit that leaves no room for that gives
// the ending alone, whole.
func Cut(text, ending string, limit int) string {
	const gone = "\n\n(cut)\n\n"
	body := []rune(text)
	room := limit - len([]rune(ending))
	switch {
	case limit <= 0 || len(body) <= room:
		return text + ending
	case room <= len(gone):
		return ending
	}
	return string(body[:room-len(gone)]) + gone + ending
}

// Block is text in a fenced block of code, which no line of the text ends.
func Block(language, text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + language + "\n" + text + fence + "\n"
}
