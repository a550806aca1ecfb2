package guard

import (
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

// eventMergeGroup is GitHub's name for the event of a merge queue.
const eventMergeGroup = "merge_group"

// queued takes the base of a merge queue's event: the commit that the queue puts
// the change on, which may have other changes that wait before it.
func queued(b *base.Base, asked string) (bool, error) {
	if b.Getenv("GITHUB_EVENT_NAME") != eventMergeGroup {
		return false, nil
	}
	var event struct {
		MergeGroup struct {
			BaseSHA string `json:"base_sha"`
			BaseRef string `json:"base_ref"`
		} `json:"merge_group"`
	}
	data, err := files.Read(b.Getenv("GITHUB_EVENT_PATH"), maxEvent)
	if err == nil {
		err = json.Unmarshal(data, &event)
	}
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
	data, err := files.Read(getenv("GITHUB_EVENT_PATH"), maxEvent)
	if err != nil {
		return 0
	}
	var event struct {
		Number      int `json:"number"`
		PullRequest struct {
			Number int `json:"number"`
		} `json:"pull_request"`
	}
	if json.Unmarshal(data, &event) != nil {
		return 0
	}
	return max(event.Number, event.PullRequest.Number)
}
