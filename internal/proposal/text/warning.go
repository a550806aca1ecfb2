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

// Warned is a pull request's title and body with a warning that they are not those of
// the commit that the branch has.
func Warned(l forge.Limits, title, body, commit, committer string) (string, string) {
	title, body = Unwarned(title, body)
	body = fmt.Sprintf("**Do not decide by this text.** The branch has commit `%s` now. Its committer is %s. The title and what follows were "+
		"not written for it, or were edited.\n\n---\n\n", commit, sink.Code(committer)) + body
	mark := body[strings.LastIndex(strings.TrimSpace(body), "\n")+1:]
	return title + warned, sink.Cut(strings.TrimSuffix(body, mark), mark, l.Body)
}

// Unwarned is title and body without the warning.
func Unwarned(title, body string) (string, string) {
	return strings.TrimSuffix(title, warned), strings.TrimPrefix(body, warning.Regexp().FindString(body))
}
