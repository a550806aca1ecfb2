package client

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
)

// githubFake follows docs.github.com, REST API: pulls, issue comments, labels.
func githubFake(f *fake) http.Handler {
	mux := http.NewServeMux()
	const repo = "/api/v3/repos/acme/pki"
	mux.HandleFunc("/", f.unknown)
	mux.HandleFunc("GET "+repo+"/pulls", f.githubList)
	mux.HandleFunc("POST "+repo+"/pulls", f.githubCreate)
	mux.HandleFunc("GET "+repo+"/pulls/{n}", func(w http.ResponseWriter, r *http.Request) {
		if p := f.githubPull(w, r); p != nil {
			answer(w, 200, f.githubJSON(p))
		}
	})
	mux.HandleFunc("PATCH "+repo+"/pulls/{n}", f.githubEdit)
	mux.HandleFunc("POST "+repo+"/issues/{n}/labels", func(w http.ResponseWriter, r *http.Request) {
		if p := f.githubPull(w, r); p != nil {
			f.putLabels(p, read[[]string](f, r))
			answer(w, 200, []any{})
		}
	})
	mux.HandleFunc("DELETE "+repo+"/issues/{n}/labels/{label}", func(w http.ResponseWriter, r *http.Request) {
		p := f.githubPull(w, r)
		if p == nil {
			return
		}
		if !slices.Contains(p.Labels, r.PathValue("label")) {
			answer(w, 404, map[string]any{"message": "Label does not exist"})
			return
		}
		f.takeLabels(p, []string{r.PathValue("label")})
		answer(w, 200, []any{})
	})
	mux.HandleFunc("GET "+repo+"/issues/{n}/comments", f.githubComments)
	f.writeComments(mux, repo, "Not Found")
	mux.HandleFunc("POST /api/graphql", f.githubGraphQL)
	return mux
}

func (f *fake) githubPull(w http.ResponseWriter, r *http.Request) *fakePull {
	p := f.pull(r.PathValue("n"))
	if p == nil {
		answer(w, 404, map[string]any{"message": "Not Found", "status": "404"})
	}
	return p
}

func (f *fake) githubJSON(p *fakePull) map[string]any {
	state, merged := p.State, any(nil)
	if state == "merged" {
		state, merged = "closed", "2026-11-01T00:00:00Z"
	}
	labels := []map[string]any{}
	for _, l := range p.Labels {
		labels = append(labels, map[string]any{"name": l})
	}
	head := map[string]any{"ref": p.Head, "sha": p.HeadSHA, "repo": map[string]any{"id": 7}}
	if p.fork {
		head["repo"] = nil // of a fork that was deleted; a living one has another id
		if p.Number%2 == 0 {
			head["repo"] = map[string]any{"id": 8}
		}
	}
	return map[string]any{
		"number": p.Number, "node_id": fmt.Sprint("PR_", p.Number), "title": p.Title, "body": p.Body, "state": state, "draft": p.Draft,
		"merged_at": merged, "html_url": p.URL, "user": map[string]any{"login": p.Author}, "labels": labels,
		"head": head, "base": map[string]any{"ref": p.Base, "repo": map[string]any{"id": 7}},
	}
}

func (f *fake) githubList(w http.ResponseWriter, r *http.Request) {
	q, found := r.URL.Query(), []*fakePull(nil)
	for _, p := range f.pulls {
		state := p.State
		if state == "merged" {
			state = "closed"
		}
		owner := "acme:"
		if p.fork {
			owner = "stranger:"
		}
		if (q.Get("state") == "all" || q.Get("state") == state) && (q.Get("base") == "" || q.Get("base") == p.Base) &&
			(q.Get("head") == "" || q.Get("head") == owner+p.Head) {
			found = append(found, p)
		}
	}
	part, number, last := page(f, r, "per_page", found)
	f.link(w, r, number, last)
	answer(w, 200, every(part, f.githubJSON))
}

// githubInvalid is a 422 in GitHub's shape.
func githubInvalid(w http.ResponseWriter, one map[string]any) {
	one["resource"] = "PullRequest"
	answer(w, 422, map[string]any{
		"message": "Validation Failed", "errors": []any{one}, "status": "422",
		"documentation_url": "https://docs.github.com/rest/pulls/pulls#create-a-pull-request",
	})
}

func (f *fake) githubCreate(w http.ResponseWriter, r *http.Request) {
	n := read[struct {
		Title, Body, Head, Base string
		Draft                   bool
	}](f, r)
	switch {
	case n.Title == "" || n.Head == "" || n.Base == "":
		githubInvalid(w, map[string]any{"code": "missing_field", "field": "title"})
	case !f.branches[n.Head]:
		githubInvalid(w, map[string]any{"code": "invalid", "field": "head"})
	case f.open(n.Head, n.Base) != nil:
		githubInvalid(w, map[string]any{"code": "custom", "message": "A pull request already exists for acme:" + n.Head + "."})
	case len(n.Body) > 65536:
		githubInvalid(w, map[string]any{"code": "custom", "field": "body", "message": "body is too long (maximum is 65536 characters)"})
	default:
		answer(w, 201, f.githubJSON(f.add(forge.Pull{Title: n.Title, Body: n.Body, Head: n.Head, Base: n.Base, Draft: n.Draft}, false)))
	}
}

func (f *fake) githubEdit(w http.ResponseWriter, r *http.Request) {
	p := f.githubPull(w, r)
	if p == nil {
		return
	}
	edit := read[struct{ Title, Body, State *string }](f, r)
	if edit.State != nil && *edit.State == "open" && !f.branches[p.Head] {
		githubInvalid(w, map[string]any{"code": "invalid", "field": "state", "message": "state cannot be changed. The " + p.Head + " branch was force-pushed or recreated."})
		return
	}
	p.edit(edit.Title, edit.Body, edit.State)
	answer(w, 200, f.githubJSON(p))
}

func (f *fake) githubComments(w http.ResponseWriter, r *http.Request) {
	p := f.githubPull(w, r)
	if p == nil {
		return
	}
	found := []map[string]any{}
	for _, c := range f.comments[p.Number] {
		found = append(found, map[string]any{"id": c.id, "body": c.body, "user": map[string]any{"login": c.author}})
	}
	part, number, last := page(f, r, "per_page", found)
	f.link(w, r, number, last)
	answer(w, 200, part)
}

// githubGraphQL knows the two mutations and the viewer; refusals come with status 200.
func (f *fake) githubGraphQL(w http.ResponseWriter, r *http.Request) {
	q := read[struct {
		Query     string
		Variables map[string]string
	}](f, r)
	p := f.pull(strings.TrimPrefix(q.Variables["id"], "PR_"))
	switch {
	case strings.Contains(q.Query, "viewer { login }"):
		f.calls[len(f.calls)-1] = "GET viewer" // a question, although it is a POST
		answer(w, 200, map[string]any{"data": map[string]any{"viewer": map[string]any{"login": fakeLogin}}})
	case p == nil:
		answer(w, 200, map[string]any{"errors": []any{map[string]any{"type": "NOT_FOUND", "message": "Could not resolve to a node with the global id"}}})
	case strings.Contains(q.Query, "convertPullRequestToDraft("):
		p.Draft = true
		answer(w, 200, map[string]any{"data": map[string]any{}})
	case strings.Contains(q.Query, "markPullRequestReadyForReview("):
		p.Draft = false
		answer(w, 200, map[string]any{"data": map[string]any{}})
	default:
		f.unknown(w, r)
	}
}

// writeComments is how GitHub takes comments, and Gitea after it; missing is
// what it says of one that is not there.
func (f *fake) writeComments(mux *http.ServeMux, repo, missing string) {
	mux.HandleFunc("POST "+repo+"/issues/{n}/comments", func(w http.ResponseWriter, r *http.Request) {
		if p := f.githubPull(w, r); p != nil {
			c := f.addComment(p.Number, read[struct{ Body string }](f, r).Body)
			answer(w, 201, map[string]any{"id": c.id, "body": c.body})
		}
	})
	mux.HandleFunc("PATCH "+repo+"/issues/comments/{id}", func(w http.ResponseWriter, r *http.Request) {
		body, id := read[struct{ Body string }](f, r).Body, atoi(r.PathValue("id"))
		for number := range f.comments {
			if f.setComment(number, id, body) {
				answer(w, 200, map[string]any{"id": id, "body": body})
				return
			}
		}
		answer(w, 404, map[string]any{"message": missing})
	})
}
