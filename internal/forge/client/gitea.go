package client

import (
	"context"
	"net/http"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"

	"code.gitea.io/sdk/gitea"
)

// giteaForge calls Gitea and Forgejo. Labels go by ID: those of the repository,
// those of its organisation, and what is missing is made in the repository. A
// draft is a word in the title.
type giteaForge struct {
	target forge.Target
	client *http.Client
	base   string
}

func giteaAPI(t forge.Target) string { return t.BaseURL + "/api/v1" }

func newGitea(t forge.Target, api string, client *http.Client) (library, error) {
	return &giteaForge{t, client, strings.TrimSuffix(api, "/api/v1")}, nil
}

// lib is the library for calls of one context. It is told no version and asks
// for none: what is used here all supported versions have.
func (g *giteaForge) lib(ctx context.Context) (*gitea.Client, error) {
	return gitea.NewClient(g.base, gitea.SetHTTPClient(g.client), gitea.SetContext(ctx), gitea.SetGiteaVersion(""))
}

func (g *giteaForge) name() string { return "gitea" }

// giteaPage is the size of a page; servers cut it to their own maximum
// (MAX_RESPONSE_ITEMS, 50 by default) and link the next one.
const giteaPage = 50

func (g *giteaForge) list(ctx context.Context, q forge.Query, page int) ([]forge.Pull, int, error) {
	lib, err := g.lib(ctx)
	if err != nil {
		return nil, 0, err
	}
	state := gitea.StateType(q.State)
	switch q.State {
	case "":
		state = gitea.StateOpen
	case "merged":
		state = gitea.StateClosed
	}
	found, answer, err := lib.ListRepoPullRequests(g.target.Owner, g.target.Repo, gitea.ListPullRequestsOptions{
		ListOptions: gitea.ListOptions{Page: page, PageSize: giteaPage}, State: state, Sort: "oldest",
	})
	if err != nil {
		return nil, 0, err
	}
	var pulls []forge.Pull
	for _, p := range found {
		if p.Head != nil && p.Base != nil && p.Head.RepoID == p.Base.RepoID { // else of a fork
			pulls = append(pulls, pullOfGitea(p))
		}
	}
	return pulls, answer.NextPage, nil
}

func pullOfGitea(p *gitea.PullRequest) forge.Pull {
	pull := forge.Pull{
		Number: int(p.Index), Title: cleanTitle("gitea", p.Title), Body: p.Body, URL: forge.Address(p.HTMLURL), State: string(p.State),
		Draft: p.Draft || cleanTitle("gitea", p.Title) != p.Title,
	}
	if p.HasMerged {
		pull.State = "merged"
	}
	if p.Head != nil { // a list gives the name of a branch also where nothing but the topic of a push has it
		pull.Head, pull.HeadSHA, pull.NoBranch = p.Head.Ref, p.Head.Sha, p.Head.Name == ""
	}
	if p.Base != nil {
		pull.Base = p.Base.Ref
	}
	if p.Poster != nil {
		pull.Author = p.Poster.UserName
	}
	for _, label := range p.Labels {
		pull.Labels = append(pull.Labels, label.Name)
	}
	return pull
}

func (g *giteaForge) get(ctx context.Context, number int) (forge.Pull, error) {
	lib, err := g.lib(ctx)
	if err != nil {
		return forge.Pull{}, err
	}
	p, _, err := lib.GetPullRequest(g.target.Owner, g.target.Repo, int64(number))
	if err != nil {
		return forge.Pull{}, err
	}
	return pullOfGitea(p), nil
}

func (g *giteaForge) create(ctx context.Context, n forge.New) (forge.Pull, error) {
	lib, err := g.lib(ctx)
	if err != nil {
		return forge.Pull{}, err
	}
	labels, err := g.labelIDs(lib, n.Labels, true)
	if err != nil {
		return forge.Pull{}, err
	}
	p, _, err := lib.CreatePullRequest(g.target.Owner, g.target.Repo, gitea.CreatePullRequestOption{
		Title: markedTitle("gitea", n.Title, n.Draft), Body: n.Body, Head: n.Head, Base: n.Base, Labels: labels,
	})
	if err != nil {
		return forge.Pull{}, err
	}
	return pullOfGitea(p), nil
}

func (g *giteaForge) write(ctx context.Context, now, want forge.Pull) error {
	lib, err := g.lib(ctx)
	if err != nil {
		return err
	}
	var edit gitea.EditPullRequestOption
	if !sameText(now.Title, want.Title) || now.Draft != want.Draft {
		edit.Title = markedTitle("gitea", want.Title, want.Draft)
	}
	if !sameText(now.Body, want.Body) {
		edit.Body = &want.Body
	}
	if now.State != want.State {
		state := gitea.StateType(want.State)
		edit.State = &state
	}
	_, _, err = lib.EditPullRequest(g.target.Owner, g.target.Repo, int64(now.Number), edit)
	return err
}

func (g *giteaForge) label(ctx context.Context, number int, add, remove []string) error {
	lib, err := g.lib(ctx)
	if err != nil {
		return err
	}
	ids, err := g.labelIDs(lib, add, true)
	if err != nil {
		return err
	}
	if len(ids) > 0 {
		if _, _, err := lib.AddIssueLabels(g.target.Owner, g.target.Repo, int64(number), gitea.IssueLabelsOption{Labels: ids}); err != nil {
			return err
		}
	}
	if ids, err = g.labelIDs(lib, remove, false); err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := lib.DeleteIssueLabel(g.target.Owner, g.target.Repo, int64(number), id); err != nil {
			return err
		}
	}
	return nil
}

func (g *giteaForge) comments(ctx context.Context, number, page int) ([]comment, int, error) {
	lib, err := g.lib(ctx)
	if err != nil {
		return nil, 0, err
	}
	found, answer, err := lib.ListIssueComments(g.target.Owner, g.target.Repo, int64(number),
		gitea.ListIssueCommentOptions{ListOptions: gitea.ListOptions{Page: page, PageSize: giteaPage}})
	if err != nil {
		return nil, 0, err
	}
	var comments []comment
	for _, c := range found {
		comments = append(comments, comment{c.ID, posterOf(c), c.Body})
	}
	return comments, answer.NextPage, nil
}

// posterOf: the account of an author may be gone.
func posterOf(c *gitea.Comment) string {
	if c.Poster == nil {
		return ""
	}
	return c.Poster.UserName
}

func (g *giteaForge) self(ctx context.Context) (string, error) {
	lib, err := g.lib(ctx)
	if err != nil {
		return "", err
	}
	user, _, err := lib.GetMyUserInfo()
	if err != nil {
		return "", err
	}
	return user.UserName, nil
}

func (g *giteaForge) say(ctx context.Context, number int, body string) error {
	lib, err := g.lib(ctx)
	if err == nil {
		_, _, err = lib.CreateIssueComment(g.target.Owner, g.target.Repo, int64(number), gitea.CreateIssueCommentOption{Body: body})
	}
	return err
}

func (g *giteaForge) rewrite(ctx context.Context, _ int, id int64, body string) error {
	lib, err := g.lib(ctx)
	if err == nil {
		_, _, err = lib.EditIssueComment(g.target.Owner, g.target.Repo, id, gitea.EditIssueCommentOption{Body: body})
	}
	return err
}
