package guard

import (
	"cmp"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// maxEvent caps the description of the event that a CI job gets, in bytes.
const maxEvent = 16 << 20

// GitHub's names of events: of a merge queue, and of pull requests with the base checked out.
const (
	eventMergeGroup = "merge_group"
	eventTarget     = "pull_request_target"
)

// event is the description of the event that a job of GitHub, Gitea or Forgejo gets.
type event struct {
	Number      int `json:"number"`
	PullRequest struct {
		Number int `json:"number"`
		Head   struct {
			SHA string `json:"sha"`
		} `json:"head"`
	} `json:"pull_request"`
	WorkflowRun struct {
		Event   string `json:"event"`
		HeadSHA string `json:"head_sha"`
	} `json:"workflow_run"`
	MergeGroup struct {
		BaseSHA string `json:"base_sha"`
		BaseRef string `json:"base_ref"`
	} `json:"merge_group"`
}

func readEvent(getenv func(string) string) (e event, err error) {
	data, err := files.Read(getenv("GITHUB_EVENT_PATH"), maxEvent)
	if err == nil {
		err = json.Unmarshal(data, &e)
	}
	return e, err
}

// headOfCI is the head of the pull request that the CI job runs for, "" where none is named.
func headOfCI(getenv func(string) string) string {
	if getenv("CI_MERGE_REQUEST_IID") != "" { // GitLab; the first is set where the job has the merge's result
		return cmp.Or(getenv("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"), getenv("CI_COMMIT_SHA"))
	}
	e, err := readEvent(getenv)
	switch {
	case err != nil:
		return ""
	case strings.HasPrefix(e.WorkflowRun.Event, "pull_request"):
		return e.WorkflowRun.HeadSHA
	}
	return e.PullRequest.Head.SHA
}

// judgeCheckout refuses a head that is not the pull request of the CI job: the job has
// checked out something else, and a verdict about that would say nothing of the change.
func (g *judgement) judgeCheckout() {
	named, contained := headOfCI(g.Getenv), false
	if named != "" {
		commit, err := g.Repo.Resolve(named)
		contained = err == nil && g.Repo.Contains(g.head, commit)
	}
	switch {
	case contained:
	case g.Getenv("GITHUB_EVENT_NAME") == eventTarget:
		g.r.fail(problem.PRGuardTarget.With(short(g.head)))
	case named != "":
		g.r.fail(problem.PRGuardCheckout.With(short(g.head), sink.Name(short(named))))
	}
}

func short(commit string) string { return commit[:min(len(commit), 12)] }

// queued takes the base of a merge queue's event: the commit that the queue puts
// the change on, which may have other changes that wait before it.
func queued(b *base.Base, asked string) (bool, error) {
	if b.Getenv("GITHUB_EVENT_NAME") != eventMergeGroup {
		return false, nil
	}
	event, err := readEvent(b.Getenv)
	branch := strings.TrimPrefix(event.MergeGroup.BaseRef, "refs/heads/")
	if asked != "" && (err != nil || branch != asked) {
		return false, nil // another base was asked for
	}
	if err == nil && (event.MergeGroup.BaseSHA == "" || branch == "") {
		err = errors.New("no base_sha or base_ref")
	}
	if err != nil {
		return false, problem.PRGuardQueue.With(err).Because(err)
	}
	tip, err := b.Repo.Resolve(event.MergeGroup.BaseSHA)
	if err != nil {
		return false, problem.PRGuardQueue.With("the commit " + sink.Name(event.MergeGroup.BaseSHA) + " is not in this clone").Because(err)
	}
	b.Branch, b.Tip = branch, tip
	return true, nil
}

// pullRef is the ref of a pull request in GitHub, Gitea and Forgejo.
var pullRef = lazy.New(`^refs/pull/(\d+)/`)

// pullOfCI is the number of the pull request that the CI job runs for, 0 if it
// runs for none.
func pullOfCI(getenv func(string) string) int {
	texts := []string{getenv("CI_MERGE_REQUEST_IID")}
	if found := pullRef.FindStringSubmatch(getenv("GITHUB_REF")); found != nil {
		texts = append(texts, found[1])
	}
	for _, text := range texts {
		if number, err := strconv.Atoi(text); err == nil {
			return number
		}
	}
	event, err := readEvent(getenv)
	if err != nil {
		return 0
	}
	return max(event.Number, event.PullRequest.Number)
}
