package client

import (
	"context"
	"net/http"
)

// The mutations that change a draft (docs.github.com, GraphQL mutations), and the
// question for the login of the token ("NAME[bot]" of an app).
const (
	whoAmI  = `query { viewer { login } }`
	toDraft = `mutation($id: ID!) { convertPullRequestToDraft(input: {pullRequestId: $id}) { pullRequest { isDraft } } }`
	toReady = `mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } } }`
)

// graphQL is a question, and what of an answer counts. Refusals come with status 200.
type (
	graphQL struct {
		Query     string            `json:"query"`
		Variables map[string]string `json:"variables,omitempty"`
	}
	graphQLAnswer struct {
		Data struct {
			Viewer struct {
				Login string `json:"login"`
			} `json:"viewer"`
		} `json:"data"`
		Errors []struct {
			Type    string `json:"type"`
			Message string `json:"message"`
		} `json:"errors"`
	}
)

// setDraft makes a pull a draft or ready; the REST API can do neither.
func (g *githubHub) setDraft(ctx context.Context, number int, draft bool) error {
	p, _, err := g.lib.PullRequests.Get(ctx, g.target.Owner, g.target.Repo, number)
	if err != nil {
		return err
	}
	question := graphQL{toReady, map[string]string{"id": p.GetNodeID()}}
	if draft {
		question.Query = toDraft
	}
	_, err = g.ask(ctx, question)
	return err
}

// self asks the other API: REST does not tell the token of an app who it is.
func (g *githubHub) self(ctx context.Context) (string, error) {
	answer, err := g.ask(ctx, graphQL{Query: whoAmI})
	return answer.Data.Viewer.Login, err
}

func (g *githubHub) ask(ctx context.Context, question graphQL) (answer graphQLAnswer, err error) {
	request, err := g.lib.NewRequest(ctx, http.MethodPost, g.graphql, question)
	if err != nil {
		return answer, err
	}
	if _, err := g.lib.Do(request, &answer); err != nil {
		return answer, err
	}
	if len(answer.Errors) == 0 {
		return answer, nil
	}
	first := answer.Errors[0]
	f := &fault{method: http.MethodPost, path: request.URL.Path, status: http.StatusUnprocessableEntity,
		message: clean(first.Message, g.target.Token)}
	if first.Type == "FORBIDDEN" || first.Type == "INSUFFICIENT_SCOPES" {
		f.status = http.StatusForbidden
	}
	return answer, f
}
