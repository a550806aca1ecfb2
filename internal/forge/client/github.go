package client

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"

	"github.com/google/go-github/v89/github"
)

// githubHub calls GitHub, the public one and Enterprise. Labels go by name and
// are made when missing; a draft is a flag, which only GraphQL changes.
type githubHub struct {
	target forge.Target
	lib    *github.Client
	// graphql is the address of the other API.
	graphql string
}

// githubAPI is the REST API: api.github.com, api.NAME.ghe.com, HOST/api/v3
// (docs.github.com, "Getting started with the REST API", by product).
func githubAPI(t forge.Target) string {
	base, err := url.Parse(t.BaseURL)
	if err != nil {
		return ""
	}
	if host := base.Hostname(); host == "github.com" || strings.HasSuffix(host, ".ghe.com") {
		base.Host, base.Path = "api."+base.Host, ""
		return base.String()
	}
	return t.BaseURL + "/api/v3"
}

func newGitHub(t forge.Target, api string, client *http.Client) (library, error) {
	base := api + "/"
	lib, err := github.NewClient(github.WithHTTPClient(client), github.WithURLs(&base, nil), github.WithDisableRateLimitCheck())
	if err != nil {
		return nil, err
	}
	graphql := api + "/graphql"
	if enterprise, found := strings.CutSuffix(api, "/v3"); found {
		graphql = enterprise + "/graphql"
	}
	return &githubHub{t, lib, graphql}, nil
}

func (g *githubHub) name() string { return "github" }

func (g *githubHub) list(ctx context.Context, q forge.Query, page int) ([]forge.Pull, int, error) {
	options := &github.PullRequestListOptions{
		State: q.State, Base: q.Base, Sort: "created", Direction: "asc",
		ListOptions: github.ListOptions{Page: page, PerPage: 100},
	}
	switch q.State {
	case "":
		options.State = "open"
	case "merged":
		options.State = "closed"
	}
	if q.Head != "" {
		options.Head = g.target.Owner + ":" + q.Head
	}
	found, answer, err := g.lib.PullRequests.List(ctx, g.target.Owner, g.target.Repo, options)
	if err != nil {
		return nil, 0, err
	}
	var pulls []forge.Pull
	for _, p := range found {
		if p.GetHead().GetRepo().GetID() == p.GetBase().GetRepo().GetID() { // else of a fork
			pulls = append(pulls, pullOfGitHub(p))
		}
	}
	return pulls, answer.NextPage, nil
}

func pullOfGitHub(p *github.PullRequest) forge.Pull {
	pull := forge.Pull{
		Number: p.GetNumber(), Title: p.GetTitle(), Body: p.GetBody(), Head: p.GetHead().GetRef(), HeadSHA: p.GetHead().GetSHA(),
		Base: p.GetBase().GetRef(), URL: forge.Address(p.GetHTMLURL()), State: p.GetState(), Draft: p.GetDraft(), Author: p.GetUser().GetLogin(),
	}
	if p.MergedAt != nil || p.GetMerged() {
		pull.State = "merged"
	}
	for _, label := range p.Labels {
		pull.Labels = append(pull.Labels, label.GetName())
	}
	return pull
}

func (g *githubHub) get(ctx context.Context, number int) (forge.Pull, error) {
	p, _, err := g.lib.PullRequests.Get(ctx, g.target.Owner, g.target.Repo, number)
	if err != nil {
		return forge.Pull{}, err
	}
	return pullOfGitHub(p), nil
}

func (g *githubHub) create(ctx context.Context, n forge.New) (forge.Pull, error) {
	p, _, err := g.lib.PullRequests.Create(ctx, g.target.Owner, g.target.Repo, &github.NewPullRequest{
		Title: &n.Title, Body: &n.Body, Head: &n.Head, Base: &n.Base, Draft: &n.Draft,
	})
	if err != nil {
		return forge.Pull{}, err
	}
	return pullOfGitHub(p), nil
}

func (g *githubHub) write(ctx context.Context, now, want forge.Pull) error {
	var edit github.PullRequest
	if !sameText(now.Title, want.Title) {
		edit.Title = &want.Title
	}
	if !sameText(now.Body, want.Body) {
		edit.Body = &want.Body
	}
	if now.State != want.State {
		edit.State = &want.State
	}
	if edit.Title != nil || edit.Body != nil || edit.State != nil {
		if _, _, err := g.lib.PullRequests.Edit(ctx, g.target.Owner, g.target.Repo, now.Number, &edit); err != nil {
			return err
		}
	}
	if now.Draft != want.Draft {
		return g.setDraft(ctx, now.Number, want.Draft)
	}
	return nil
}

func (g *githubHub) label(ctx context.Context, number int, add, remove []string) error {
	if len(add) > 0 {
		if _, _, err := g.lib.Issues.AddLabelsToIssue(ctx, g.target.Owner, g.target.Repo, number, add); err != nil {
			return err
		}
	}
	for _, name := range remove {
		_, err := g.lib.Issues.RemoveLabelForIssue(ctx, g.target.Owner, g.target.Repo, number, url.PathEscape(name))
		if f := asFault(err); err != nil && (f == nil || f.status != http.StatusNotFound) { // 404: someone was faster
			return err
		}
	}
	return nil
}

func (g *githubHub) comments(ctx context.Context, number, page int) ([]comment, int, error) {
	found, answer, err := g.lib.Issues.ListComments(ctx, g.target.Owner, g.target.Repo, number,
		&github.IssueListCommentsOptions{ListOptions: github.ListOptions{Page: page, PerPage: 100}})
	if err != nil {
		return nil, 0, err
	}
	var comments []comment
	for _, c := range found {
		comments = append(comments, comment{c.GetID(), c.GetUser().GetLogin(), c.GetBody()})
	}
	return comments, answer.NextPage, nil
}

func (g *githubHub) say(ctx context.Context, number int, body string) error {
	_, _, err := g.lib.Issues.CreateComment(ctx, g.target.Owner, g.target.Repo, number, &github.IssueComment{Body: &body})
	return err
}

func (g *githubHub) rewrite(ctx context.Context, _ int, id int64, body string) error {
	_, _, err := g.lib.Issues.EditComment(ctx, g.target.Owner, g.target.Repo, id, &github.IssueComment{Body: &body})
	return err
}
