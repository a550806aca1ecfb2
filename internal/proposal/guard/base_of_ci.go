package guard

import (
	"cmp"
	"encoding/json"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// baseVariables are where CI has the branch that a change asks to be merged into.
var baseVariables = []string{"GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME"}

// judgeBase refuses a base that the author of the change chose: anybody may ask for a
// merge into a branch of their own, where what they want is there already. The check is
// the commit's, so its green would count for the default branch, too.
func (g *judgement) judgeBase() {
	usual := cmp.Or(defaultOfEvent(g.Getenv), g.Getenv("CI_DEFAULT_BRANCH"))
	if g.q.Base == "" && usual != "" && g.Branch != usual {
		g.r.fail(problem.PRGuardBase.With(sink.Name(g.Branch), sink.Name(usual)))
	}
}

// defaultOfEvent is the repository's default branch as the event of a job of GitHub,
// Gitea or Forgejo has it, "" where there is none.
func defaultOfEvent(getenv func(string) string) string {
	var e struct {
		Repository struct {
			DefaultBranch string `json:"default_branch"`
		} `json:"repository"`
	}
	data, err := files.Read(getenv("GITHUB_EVENT_PATH"), maxEvent)
	if err != nil || json.Unmarshal(data, &e) != nil {
		return "" // the head is not known then either, which is said
	}
	return e.Repository.DefaultBranch
}
