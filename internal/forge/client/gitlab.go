package client

import (
	"context"
	"net/http"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"

	gitlab "gitlab.com/gitlab-org/api/client-go"
)

// gitlabLab calls GitLab. A pull is a merge request, its number the iid. Labels
// go by name and are made when missing; a draft is a word in the title.
type gitlabLab struct {
	lib *gitlab.Client
	// project is its whole path, with groups.
	project string
}

// gitlabPage is the size of a page: that many texts of the length that GitLab takes
// (1 MiB, escaped six times that) are less than the largest answer that is read.
const gitlabPage = 20

func gitlabAPI(t forge.Target) string { return t.BaseURL + "/api/v4" }

func newGitLab(t forge.Target, api string, client *http.Client) (library, error) {
	lib, err := gitlab.NewClient("", gitlab.WithBaseURL(api), gitlab.WithHTTPClient(client), gitlab.WithoutRetries())
	if err != nil {
		return nil, err
	}
	return &gitlabLab{lib, t.Owner + "/" + t.Repo}, nil
}

func (g *gitlabLab) name() string { return "gitlab" }

// gitlabStates by those of forge.Query.
var gitlabStates = map[string]string{"": "opened", "open": "opened", "closed": "closed", "merged": "merged", "all": "all"}

func (g *gitlabLab) list(ctx context.Context, q forge.Query, page int) ([]forge.Pull, int, error) {
	options := &gitlab.ListProjectMergeRequestsOptions{
		ListOptions: gitlab.ListOptions{Page: int64(page), PerPage: gitlabPage},
		State:       gitlab.Ptr(gitlabStates[q.State]), OrderBy: gitlab.Ptr("created_at"), Sort: gitlab.Ptr("asc"),
	}
	if q.Base != "" {
		options.TargetBranch = &q.Base
	}
	if q.Head != "" {
		options.SourceBranch = &q.Head
	}
	found, answer, err := g.lib.MergeRequests.ListProjectMergeRequests(g.project, options, gitlab.WithContext(ctx))
	if err != nil {
		return nil, 0, err
	}
	var pulls []forge.Pull
	for _, m := range found {
		if m.SourceProjectID == m.TargetProjectID { // else of a fork
			pulls = append(pulls, pullOfGitLab(m))
		}
	}
	return pulls, int(answer.NextPage), nil
}

func pullOfGitLab(m *gitlab.BasicMergeRequest) forge.Pull {
	pull := forge.Pull{
		Number: int(m.IID), Title: cleanTitle("gitlab", m.Title), Body: m.Description, Head: m.SourceBranch, HeadSHA: m.SHA,
		Base: m.TargetBranch, URL: forge.Address(m.WebURL), State: m.State, Draft: m.Draft, Labels: m.Labels,
	}
	if m.Author != nil {
		pull.Author = m.Author.Username
	}
	if m.State == "opened" || m.State == "locked" { // locked: it is being merged
		pull.State = "open"
	}
	return pull
}

func (g *gitlabLab) get(ctx context.Context, number int) (forge.Pull, error) {
	m, _, err := g.lib.MergeRequests.GetMergeRequest(g.project, int64(number), nil, gitlab.WithContext(ctx))
	if err != nil {
		return forge.Pull{}, err
	}
	return pullOfGitLab(&m.BasicMergeRequest), nil
}

func (g *gitlabLab) create(ctx context.Context, n forge.New) (forge.Pull, error) {
	m, _, err := g.lib.MergeRequests.CreateMergeRequest(g.project, &gitlab.CreateMergeRequestOptions{
		Title: gitlab.Ptr(markedTitle("gitlab", n.Title, n.Draft)), Description: &n.Body, SourceBranch: &n.Head, TargetBranch: &n.Base,
		Labels: labelsOf(n.Labels),
	}, gitlab.WithContext(ctx))
	if err != nil {
		return forge.Pull{}, err
	}
	return pullOfGitLab(&m.BasicMergeRequest), nil
}

// labelsOf is nil for none: GitLab takes an empty list for "no labels at all".
func labelsOf(names []string) *gitlab.LabelOptions {
	if len(names) == 0 {
		return nil
	}
	options := gitlab.LabelOptions(names)
	return &options
}

func (g *gitlabLab) write(ctx context.Context, now, want forge.Pull) error {
	var edit gitlab.UpdateMergeRequestOptions
	if !sameText(now.Title, want.Title) || now.Draft != want.Draft {
		edit.Title = gitlab.Ptr(markedTitle("gitlab", want.Title, want.Draft))
	}
	if !sameText(now.Body, want.Body) {
		edit.Description = &want.Body
	}
	switch {
	case now.State == want.State:
	case want.State == "closed":
		edit.StateEvent = gitlab.Ptr("close")
	default:
		edit.StateEvent = gitlab.Ptr("reopen")
	}
	_, _, err := g.lib.MergeRequests.UpdateMergeRequest(g.project, int64(now.Number), &edit, gitlab.WithContext(ctx))
	return err
}

func (g *gitlabLab) label(ctx context.Context, number int, add, remove []string) error {
	_, _, err := g.lib.MergeRequests.UpdateMergeRequest(g.project, int64(number),
		&gitlab.UpdateMergeRequestOptions{AddLabels: labelsOf(add), RemoveLabels: labelsOf(remove)}, gitlab.WithContext(ctx))
	return err
}

func (g *gitlabLab) comments(ctx context.Context, number, page int) ([]comment, int, error) {
	found, answer, err := g.lib.Notes.ListMergeRequestNotes(g.project, int64(number), &gitlab.ListMergeRequestNotesOptions{
		ListOptions: gitlab.ListOptions{Page: int64(page), PerPage: gitlabPage}, OrderBy: gitlab.Ptr("created_at"), Sort: gitlab.Ptr("asc"),
	}, gitlab.WithContext(ctx))
	if err != nil {
		return nil, 0, err
	}
	var comments []comment
	for _, n := range found {
		if !n.System { // GitLab's own words about events
			comments = append(comments, comment{n.ID, n.Author.Username, n.Body})
		}
	}
	return comments, int(answer.NextPage), nil
}

func (g *gitlabLab) say(ctx context.Context, number int, body string) error {
	_, _, err := g.lib.Notes.CreateMergeRequestNote(g.project, int64(number),
		&gitlab.CreateMergeRequestNoteOptions{Body: &body}, gitlab.WithContext(ctx))
	return err
}

func (g *gitlabLab) rewrite(ctx context.Context, number int, id int64, body string) error {
	_, _, err := g.lib.Notes.UpdateMergeRequestNote(g.project, int64(number), id,
		&gitlab.UpdateMergeRequestNoteOptions{Body: &body}, gitlab.WithContext(ctx))
	return err
}

func (g *gitlabLab) self(ctx context.Context) (string, error) {
	user, _, err := g.lib.Users.CurrentUser(gitlab.WithContext(ctx))
	if err != nil {
		return "", err
	}
	return user.Username, nil
}
