package client

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
)

// giteaFake follows Gitea's own API (its swagger document): pulls, issue
// comments, labels by ID. The real one is called by e2e/gitea.
func giteaFake(f *fake) http.Handler {
	f.perPage = 50
	mux := http.NewServeMux()
	const repo = "/api/v1/repos/acme/pki"
	mux.HandleFunc("/", f.unknown)
	mux.HandleFunc("GET "+repo+"/pulls", f.giteaList)
	mux.HandleFunc("POST "+repo+"/pulls", f.giteaCreate)
	mux.HandleFunc("GET "+repo+"/pulls/{n}", func(w http.ResponseWriter, r *http.Request) {
		if p := f.githubPull(w, r); p != nil {
			answer(w, 200, f.giteaJSON(p))
		}
	})
	mux.HandleFunc("PATCH "+repo+"/pulls/{n}", f.giteaEdit)
	mux.HandleFunc("GET "+repo+"/labels", func(w http.ResponseWriter, r *http.Request) { f.giteaLabels(w, r, f.labels) })
	mux.HandleFunc("POST "+repo+"/labels", func(w http.ResponseWriter, r *http.Request) {
		n := read[struct {
			Name, Color, Description string
			Exclusive                bool
			IsArchived               bool `json:"is_archived"`
		}](f, r)
		if n.Name == "" || !strings.HasPrefix(n.Color, "#") {
			answer(w, 422, map[string]any{"message": "[Color]: Required"})
			return
		}
		f.labels = append(f.labels, n.Name)
		answer(w, 201, map[string]any{"id": len(f.labels), "name": n.Name})
	})
	mux.HandleFunc("GET /api/v1/orgs/acme/labels", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 404, map[string]any{"message": "user redirect does not exist [name: acme]"})
	})
	mux.HandleFunc("POST "+repo+"/issues/{n}/labels", func(w http.ResponseWriter, r *http.Request) {
		if p := f.githubPull(w, r); p != nil {
			f.putLabels(p, f.names(read[struct{ Labels []int }](f, r).Labels))
			answer(w, 200, []any{})
		}
	})
	mux.HandleFunc("DELETE "+repo+"/issues/{n}/labels/{id}", func(w http.ResponseWriter, r *http.Request) {
		if p := f.githubPull(w, r); p != nil {
			f.takeLabels(p, f.names([]int{atoi(r.PathValue("id"))}))
			w.WriteHeader(204)
		}
	})
	mux.HandleFunc("GET /api/v1/user", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 200, map[string]any{"id": 7, "login": fakeLogin})
	})
	mux.HandleFunc("GET "+repo+"/issues/{n}/comments", f.giteaComments)
	f.writeComments(mux, repo, "comment does not exist")
	return mux
}

func (f *fake) names(ids []int) (names []string) {
	for _, id := range ids {
		if id < 1 || id > len(f.labels) {
			f.t.Errorf("no label %d", id)
			continue
		}
		names = append(names, f.labels[id-1])
	}
	return names
}

func (f *fake) giteaLabels(w http.ResponseWriter, r *http.Request, names []string) {
	found := []map[string]any{}
	for i, name := range names {
		found = append(found, map[string]any{"id": i + 1, "name": name})
	}
	part, number, last := page(f, r, "limit", found)
	f.link(w, r, number, last)
	answer(w, 200, part)
}

func (f *fake) giteaJSON(p *fakePull) map[string]any {
	state, source := p.State, 7
	if state == "merged" {
		state = "closed"
	}
	if p.fork {
		source = 8
	}
	title := p.Title
	if p.Draft {
		title = "WIP: " + title
	}
	labels := []map[string]any{}
	for _, l := range p.Labels {
		labels = append(labels, map[string]any{"name": l})
	}
	label := p.Head
	if p.NoBranch {
		label = ""
	}
	return map[string]any{
		"number": p.Number, "title": title, "body": p.Body, "state": state, "draft": p.Draft, "merged": p.State == "merged", "html_url": p.URL,
		"user": map[string]any{"login": p.Author}, "labels": labels,
		"head": map[string]any{"label": label, "ref": p.Head, "sha": p.HeadSHA, "repo_id": source}, "base": map[string]any{"ref": p.Base, "repo_id": 7},
	}
}

func (f *fake) giteaList(w http.ResponseWriter, r *http.Request) {
	q, found := r.URL.Query(), []*fakePull(nil)
	for _, p := range f.pulls {
		if state := strings.Replace(p.State, "merged", "closed", 1); q.Get("state") == "all" || q.Get("state") == state {
			found = append(found, p)
		}
	}
	part, number, last := page(f, r, "limit", found)
	f.link(w, r, number, last)
	answer(w, 200, every(part, f.giteaJSON))
}

// giteaPullFields are those that the library sends, wanted or not.
type giteaPullFields struct {
	Title, Head, Base   string
	Body                *string
	Labels              []int
	State               *string
	Assignee            string
	Assignees           []string
	Reviewers           []string
	TeamReviewers       []string `json:"team_reviewers"`
	Milestone           int
	DueDate             *string `json:"due_date"`
	UnsetDueDate        *bool   `json:"unset_due_date"`
	AllowMaintainerEdit *bool   `json:"allow_maintainer_edit"`
}

func (f *fake) giteaCreate(w http.ResponseWriter, r *http.Request) {
	n := read[giteaPullFields](f, r)
	switch other := f.open(n.Head, n.Base); {
	case n.Title == "" || n.Head == "" || n.Base == "":
		answer(w, 422, map[string]any{"message": "[Title]: Required"})
	case !f.branches[n.Head]:
		answer(w, 404, map[string]any{"message": "The target couldn't be found."})
	case other != nil:
		answer(w, 409, map[string]any{"message": fmt.Sprintf("pull request already exists for these targets [id: %d, issue_id: %[1]d]", other.Number), "url": f.server.URL + "/api/swagger"})
	default:
		p := f.add(forge.Pull{Body: *n.Body, Head: n.Head, Base: n.Base}, false)
		p.Title, p.Draft = strings.CutPrefix(n.Title, "WIP: ")
		f.putLabels(p, f.names(n.Labels))
		answer(w, 201, f.giteaJSON(p))
	}
}

func (f *fake) giteaEdit(w http.ResponseWriter, r *http.Request) {
	p := f.githubPull(w, r)
	if p == nil {
		return
	}
	edit := read[giteaPullFields](f, r)
	if edit.State != nil && p.State == "merged" {
		answer(w, 412, map[string]any{"message": "cannot change state of this pull request, it was already merged"})
		return
	}
	if edit.Title != "" {
		p.Title, p.Draft = strings.CutPrefix(edit.Title, "WIP: ")
	}
	p.edit(nil, edit.Body, edit.State)
	answer(w, 201, f.giteaJSON(p)) // Gitea answers 201 to this PATCH
}

// giteaComments has no pages: all come at once.
func (f *fake) giteaComments(w http.ResponseWriter, r *http.Request) {
	p := f.githubPull(w, r)
	if p == nil {
		return
	}
	found := []map[string]any{}
	for _, c := range f.comments[p.Number] {
		found = append(found, map[string]any{"id": c.id, "body": c.body, "user": map[string]any{"login": c.author}})
	}
	answer(w, 200, found)
}
