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

// GitHub's names of events: of a merge queue, of pull requests (also a beginning of
// others), of pull requests with the base checked out, and of comments below one.
const (
	eventMergeGroup = "merge_group"
	eventPull       = "pull_request"
	eventTarget     = "pull_request_target"
	eventComment    = "issue_comment"
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
	Issue struct {
		Number      int       `json:"number"`
		PullRequest *struct{} `json:"pull_request"`
	} `json:"issue"`
	WorkflowRun headed `json:"workflow_run"`
	CheckSuite  headed `json:"check_suite"`
	CheckRun    headed `json:"check_run"`
	SHA         string `json:"sha"` // of the event status
	MergeGroup  struct {
		BaseSHA string `json:"base_sha"`
		BaseRef string `json:"base_ref"`
		HeadSHA string `json:"head_sha"`
	} `json:"merge_group"`
	Repository struct {
		DefaultBranch string `json:"default_branch"`
	} `json:"repository"`
}

// headed is what ran for a commit.
type headed struct {
	HeadSHA string `json:"head_sha"`
}

// ranFor is the commit that something ran for, after which the event came. Its job has
// the default branch checked out.
func (e event) ranFor(name string) (head string, is bool) {
	switch name {
	case "workflow_run":
		return e.WorkflowRun.HeadSHA, true
	case "check_suite":
		return e.CheckSuite.HeadSHA, true
	case "check_run":
		return e.CheckRun.HeadSHA, true
	case "status":
		return e.SHA, true
	}
	return "", false
}

func readEvent(getenv func(string) string) (e event, err error) {
	data, err := files.Read(getenv("GITHUB_EVENT_PATH"), maxEvent)
	if err == nil {
		err = json.Unmarshal(data, &e)
	}
	return e, err
}

// errNoHead says that an event that is about a change names no head of it.
var errNoHead = errors.New("no head")

// headOfCI is the head of the change that the CI job runs for: of a pull request, or of
// a merge queue's group. It is "" where the job runs for none, and an error where it
// runs for one and does not say for which.
func headOfCI(getenv func(string) string) (string, error) {
	commit, source := getenv("CI_COMMIT_SHA"), getenv("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")
	switch {
	case getenv("CI_MERGE_REQUEST_EVENT_TYPE") == "merge_train": // with the merge requests before it
		return headNamed(commit, nil)
	case getenv("CI_MERGE_REQUEST_IID") != "": // GitLab; source is set where the job has the merge's result
		return headNamed(cmp.Or(source, commit), nil)
	case getenv("CI_EXTERNAL_PULL_REQUEST_IID") != "": // GitLab, for a pull request of GitHub
		return headNamed(cmp.Or(getenv("CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA"), commit), nil)
	}
	name := getenv("GITHUB_EVENT_NAME")
	e, err := readEvent(getenv)
	ranFor, after := e.ranFor(name)
	switch {
	case name == eventMergeGroup:
		return headNamed(e.MergeGroup.HeadSHA, err)
	case strings.HasPrefix(name, eventPull):
		return headNamed(e.PullRequest.Head.SHA, err)
	case after:
		return headNamed(ranFor, err)
	case name == eventComment && (err != nil || e.Issue.PullRequest != nil): // it names the pull request alone
		return headNamed("", err)
	}
	return e.PullRequest.Head.SHA, nil
}

func headNamed(head string, err error) (string, error) {
	if head == "" && err == nil {
		err = errNoHead
	}
	return head, err
}

// judgeCheckout refuses a head that is not the change of the CI job: the job has
// checked out something else, and a verdict about that would say nothing of the change.
func (g *judgement) judgeCheckout() {
	head, err := headOfCI(g.Getenv)
	contained := false
	if head != "" && err == nil {
		commit, wrong := g.Repo.Resolve(head)
		contained = wrong == nil && g.Repo.Contains(g.head, commit)
	}
	switch {
	case contained:
	case g.Getenv("GITHUB_EVENT_NAME") == eventTarget:
		g.r.fail(problem.PRGuardTarget.With(short(g.head)))
	case err != nil:
		g.r.fail(problem.PRGuardEvent.With(sink.Name(err.Error())))
	case head != "":
		g.r.fail(problem.PRGuardCheckout.With(short(g.head), sink.Name(short(head))))
	}
}

// nothing refuses a head without a commit that the base has not, where the verdict is
// for a pull request and nothing says that this is its head.
func (g *judgement) nothing() error {
	number := g.q.pull(g.Getenv)
	if head, err := headOfCI(g.Getenv); number == 0 || head != "" || err != nil || !g.Repo.Contains(g.Tip, g.head) {
		return nil
	}
	return problem.PRGuardNothing.With(sink.Name(g.Branch), short(g.head), number)
}

// pull is the number of the pull request that the verdict is for, 0 if there is none.
func (q Request) pull(getenv func(string) string) int {
	if q.Pull != 0 {
		return q.Pull
	}
	return pullOfCI(getenv)
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
	number := max(event.Number, event.PullRequest.Number)
	if event.Issue.PullRequest != nil {
		number = max(number, event.Issue.Number)
	}
	return number
}
