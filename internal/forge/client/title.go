package client

import (
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
)

// draftWords are what marks a draft at the beginning of a title: GitLab's
// (docs.gitlab.com, draft merge requests) and Gitea's default
// (WORK_IN_PROGRESS_PREFIXES), in any case.
var draftWords = map[string]*lazy.Regexp{
	"gitlab": lazy.New(`(?i)^\s*(draft:|\[draft\]|\(draft\))\s*`),
	"gitea":  lazy.New(`(?i)^\s*(wip:|\[wip\])\s*`),
}

// cleanTitle is the title without them.
func cleanTitle(kind, title string) string {
	for {
		rest := draftWords[kind].ReplaceAllString(title, "")
		if rest == title {
			return title
		}
		title = rest
	}
}

// markedTitle is the title as the forge must have it.
func markedTitle(kind, title string, draft bool) string {
	title = cleanTitle(kind, title)
	if draft {
		return forge.LimitsOf(kind).DraftByTitle + title
	}
	return title
}
