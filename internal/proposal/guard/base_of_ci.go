package guard

import (
	"cmp"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// baseVariables are where CI has the branch that a change asks to be merged into.
var baseVariables = []string{"GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME"}

// judgeBase refuses a base that the author of the change chose: anybody may ask for a
// merge into a branch of their own, where what they want is there already. The check is
// the commit's, so its green would count for the default branch, too.
func (g *judgement) judgeBase() {
	event, _ := readEvent(g.Getenv) // where it cannot be read, judgeCheckout says so
	usual := cmp.Or(event.Repository.DefaultBranch, g.Getenv("CI_DEFAULT_BRANCH"))
	if g.q.Base == "" && usual != "" && g.Branch != usual {
		g.r.fail(problem.PRGuardBase.With(sink.Name(g.Branch), sink.Name(usual)))
	}
}
