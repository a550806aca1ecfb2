package cli

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// maxEvent caps the description of the event that a CI job gets, in bytes.
const maxEvent = 16 << 20

// tellCI gives a job's later steps what they need, and its page the report
// (GITHUB_OUTPUT and GITHUB_STEP_SUMMARY; Gitea and Forgejo have the same).
func (a *app) tellCI(r prResult) error {
	if file := a.Getenv("GITHUB_OUTPUT"); file != "" {
		var b strings.Builder
		for _, row := range r.outputs() {
			b.WriteString(sink.Output(row[0], row[1]))
		}
		if err := appendTo(file, b.String()); err != nil {
			return err
		}
	}
	if file := a.Getenv("GITHUB_STEP_SUMMARY"); file != "" {
		return appendTo(file, r.markdown()+"\n")
	}
	return nil
}

func appendTo(file, text string) error {
	if err := disk.Append(file, text); err != nil {
		return problem.CLIWrite.With(file, reason(err)).Because(err)
	}
	return nil
}

// pullRef is the ref of a pull request in GitHub, Gitea and Forgejo.
var pullRef = regexp.MustCompile(`^refs/pull/(\d+)/`)

// pullOfCI is the number of the pull request that the CI job runs for, 0 if it
// runs for none.
func (a *app) pullOfCI() int {
	texts := []string{a.Getenv("CI_MERGE_REQUEST_IID")}
	if found := pullRef.FindStringSubmatch(a.Getenv("GITHUB_REF")); found != nil {
		texts = append(texts, found[1])
	}
	for _, text := range texts {
		if number, err := strconv.Atoi(text); err == nil {
			return number
		}
	}
	data, err := readFile(a.Getenv("GITHUB_EVENT_PATH"), maxEvent)
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
