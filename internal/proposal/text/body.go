package text

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
)

// section is one part of a body. Where the whole is too long for a forge, those
// with the highest number go first; 0 always stays.
type section struct {
	name   string
	spared int
	text   string
}

// Body writes the text for a forge.
func (t Text) Body(l forge.Limits) string {
	sections := t.sections(l)
	mark := func(body string) string { return t.mark(l, body) }
	for {
		var b strings.Builder
		for _, s := range sections {
			b.WriteString(s.text + "\n")
		}
		body := b.String()
		whole := body + mark(body)
		if l.Body == 0 || utf8.RuneCountInString(whole) <= l.Body {
			return whole
		}
		most := 0
		for i, s := range sections {
			if s.spared > 0 && s.spared >= sections[most].spared {
				most = i
			}
		}
		if sections[most].spared == 0 { // not to be reached: see TestBodyFits
			return string([]rune(body)[:l.Body-utf8.RuneCountInString(mark(body))]) + mark(body)
		}
		gone := sections[most].name
		sections = slices.Delete(sections, most, most+1)
		sections = leftOut(sections, gone)
	}
}

// leftOut names what was too long, at the end.
func leftOut(sections []section, gone string) []section {
	const name, begin = "left out", "Left out here, for lack of room; `l5d-pki-render plan`, `prove` and `status` on the branch show it: "
	last := len(sections) - 1
	if sections[last].name == name {
		sections[last].text = strings.TrimSuffix(sections[last].text, ".\n") + ", " + gone + ".\n"
		return sections
	}
	return append(sections, section{name, 0, begin + gone + ".\n"})
}

// mark ends every body: what state and text it was written for. Where comments
// are not kept it can be seen.
func (t Text) mark(l forge.Limits, body string) string {
	more := ""
	if t.Shut {
		more = " " + aheadMark
	}
	return Ending(l, fmt.Sprintf("rotation=%s epoch=%d phase=%s", t.Next.Metadata.Name, t.Next.Status.Epoch, t.Next.Status.Phase),
		t.Digest, t.Title(), body, more)
}

// Ending is the mark of a title and a body that are about states of this digest.
func Ending(l forge.Limits, about, digest, title, body, more string) string {
	mark := fmt.Sprintf("l5d-pki-render %s state=sha256:%s text=sha256:%s%s", about, digest, Digest([]byte(title+"\n"+body)), more)
	if l.Comments {
		return "<!-- " + mark + " -->\n"
	}
	return "`" + mark + "`\n"
}

// aheadMark is in the mark of a body that was written before the gate was open.
const aheadMark = "gate=shut"

// Prepared tells whether a body was written before the gate was open.
func Prepared(body string) bool {
	at := strings.LastIndex(body, "l5d-pki-render rotation=")
	return at >= 0 && strings.Contains(body[at:], aheadMark)
}

// marks finds the digests of state file and text in the mark that every body ends with.
var marks = lazy.New(`state=sha256:([0-9a-f]*) text=sha256:([0-9a-f]{64})`)

// Mark is the digest of the text that a body was written with, and that of the state file
// that it was written for; both are "" if it has none.
func Mark(body string) (text, state string) {
	if found := marks.Regexp().FindAllStringSubmatch(body, -1); found != nil {
		last := found[len(found)-1]
		return last[2], last[1]
	}
	return "", ""
}
