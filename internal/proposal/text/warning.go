package text

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

// warned ends the title of a pull request whose text is of another commit than its branch has.
const warned = " - pushed over"

// warning finds what [Warned] puts before a body.
var warning = lazy.New("(?s)\\A\\*\\*Do not decide by this text\\.\\*\\*.*? commit `([0-9a-f]+)`.*?\\n---\\s+")

// Warned is a pull request's title and body with a warning that they are of another
// commit than the one that the branch has.
func Warned(l forge.Limits, title, body, commit string) (string, string) {
	if found := warning.Regexp().FindStringSubmatch(body); found == nil || found[1] != commit {
		_, body = Unwarned(title, body)
		body = fmt.Sprintf("**Do not decide by this text.** The branch has commit `%s` now. The title and what follows were written for "+
			"another commit, with other content in the state file.\n\n---\n\n", commit) + body
		mark := body[strings.LastIndex(strings.TrimSpace(body), "\n")+1:]
		body = sink.Cut(strings.TrimSuffix(body, mark), mark, l.Body)
	}
	return strings.TrimSuffix(title, warned) + warned, body
}

// Unwarned is title and body without the warning.
func Unwarned(title, body string) (string, string) {
	return strings.TrimSuffix(title, warned), strings.TrimPrefix(body, warning.Regexp().FindString(body))
}
