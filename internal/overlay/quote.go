package overlay

import (
	"regexp"
	"strings"
)

// maxQuoted is how much of kustomize's error text is quoted, in bytes.
const maxQuoted = 400

// secrets are the parts of an error text that may hold a key: kustomize quotes
// whole patches ("[patch: …]") and configurations.
var secrets = regexp.MustCompile(`(?s)\[patch: .*|-----BEGIN.*|[A-Za-z0-9+/=]{60,}|\b(data|stringData):.*`)

// quotable is the first line of kustomize's error, without what may be secret
// and without the folder's own path.
func quotable(err error, dir string) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	text = strings.ReplaceAll(text, dir+"/", "")
	text = secrets.ReplaceAllString(text, "(left out)")
	if len(text) > maxQuoted {
		text = strings.ToValidUTF8(text[:maxQuoted], "") + " (left out)"
	}
	return strings.TrimSpace(text)
}
