package client

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
)

// gitlabFake follows docs.gitlab.com, REST API: merge requests, notes. The
// project's path is one segment, escaped.
func gitlabFake(f *fake) http.Handler {
	mux := http.NewServeMux()
	const repo = "/api/v4/projects/{project}"
	mux.HandleFunc("/", f.unknown)
	mux.HandleFunc("GET "+repo+"/merge_requests", f.gitlabList)
	mux.HandleFunc("POST "+repo+"/merge_requests", f.gitlabCreate)
	mux.HandleFunc("GET "+repo+"/merge_requests/{n}", func(w http.ResponseWriter, r *http.Request) {
		if p := f.gitlabPull(w, r); p != nil {
			answer(w, 200, f.gitlabJSON(p))
		}
	})
	mux.HandleFunc("PUT "+repo+"/merge_requests/{n}", f.gitlabEdit)
	mux.HandleFunc("GET "+repo+"/merge_requests/{n}/notes", f.gitlabNotes)
	mux.HandleFunc("POST "+repo+"/merge_requests/{n}/notes", func(w http.ResponseWriter, r *http.Request) {
		if p := f.gitlabPull(w, r); p != nil {
			c := f.addComment(p.Number, read[struct{ Body string }](f, r).Body)
			answer(w, 201, map[string]any{"id": c.id, "body": c.body})
		}
	})
	mux.HandleFunc("PUT "+repo+"/merge_requests/{n}/notes/{id}", func(w http.ResponseWriter, r *http.Request) {
		p, body := f.gitlabPull(w, r), read[struct{ Body string }](f, r).Body
		if p != nil && f.setComment(p.Number, atoi(r.PathValue("id")), body) {
			answer(w, 200, map[string]any{"id": atoi(r.PathValue("id")), "body": body})
			return
		}
		answer(w, 404, map[string]any{"message": "404 Not found"})
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == "/api/v4/user" {
			answer(w, 200, map[string]any{"id": 7, "username": fakeLogin})
			return
		}
		if !strings.HasPrefix(r.URL.EscapedPath(), "/api/v4/projects/acme%2Fpki/") {
			answer(w, 404, map[string]any{"message": "404 Project Not Found"})
			return
		}
		if r.Header.Get("Private-Token") != "" {
			f.t.Error("a second token")
		}
		mux.ServeHTTP(w, r)
	})
}

func (f *fake) gitlabPull(w http.ResponseWriter, r *http.Request) *fakePull {
	p := f.pull(r.PathValue("n"))
	if p == nil {
		answer(w, 404, map[string]any{"message": "404 Not found"})
	}
	return p
}

func (f *fake) gitlabJSON(p *fakePull) map[string]any {
	state, source := p.State, 7
	if state == "open" {
		state = "opened"
	}
	if p.fork {
		source = 8
	}
	title := p.Title
	if p.Draft {
		title = "Draft: " + title
	}
	labels := p.Labels
	if labels == nil {
		labels = []string{}
	}
	return map[string]any{
		"id": 1000 + p.Number, "iid": p.Number, "project_id": 7, "source_project_id": source, "target_project_id": 7, "title": title,
		"description": p.Body, "state": state, "draft": p.Draft, "source_branch": p.Head, "target_branch": p.Base, "sha": p.HeadSHA,
		"web_url": p.URL, "author": map[string]any{"username": p.Author}, "labels": labels,
	}
}

// gitlabPages sets GitLab's own headers.
func gitlabPages(w http.ResponseWriter, number, last int) {
	w.Header().Set("X-Page", strconv.Itoa(number))
	w.Header().Set("X-Next-Page", "")
	if number < last {
		w.Header().Set("X-Next-Page", strconv.Itoa(number+1))
	}
}

func (f *fake) gitlabList(w http.ResponseWriter, r *http.Request) {
	q, found := r.URL.Query(), []*fakePull(nil)
	if !slices.Contains([]string{"opened", "closed", "locked", "merged", "all"}, q.Get("state")) {
		answer(w, 400, map[string]any{"error": "state does not have a valid value"})
		return
	}
	for _, p := range f.pulls {
		state := strings.Replace(p.State, "open", "opened", 1)
		if (q.Get("state") == "all" || q.Get("state") == state) && (q.Get("target_branch") == "" || q.Get("target_branch") == p.Base) &&
			(q.Get("source_branch") == "" || q.Get("source_branch") == p.Head) {
			found = append(found, p)
		}
	}
	part, number, last := page(f, r, "per_page", found)
	gitlabPages(w, number, last)
	answer(w, 200, every(part, f.gitlabJSON))
}

func (f *fake) gitlabCreate(w http.ResponseWriter, r *http.Request) {
	n := read[struct {
		Title, Description, Labels string
		SourceBranch               string `json:"source_branch"`
		TargetBranch               string `json:"target_branch"`
	}](f, r)
	switch other := f.open(n.SourceBranch, n.TargetBranch); {
	case n.Title == "" || n.SourceBranch == "" || n.TargetBranch == "":
		answer(w, 400, map[string]any{"error": "title is missing, source_branch is missing, target_branch is missing"})
	case !f.branches[n.SourceBranch]:
		answer(w, 422, map[string]any{"message": []string{"Source branch does not exist"}})
	case other != nil:
		answer(w, 409, map[string]any{"message": []string{fmt.Sprintf("Another open merge request already exists for this source branch: !%d", other.Number)}})
	case len(n.Description) > 1048576:
		answer(w, 400, map[string]any{"message": map[string]any{"description": []string{"is too long"}}})
	default:
		p := f.add(forge.Pull{Body: n.Description, Head: n.SourceBranch, Base: n.TargetBranch}, false)
		p.gitlabTitle(n.Title)
		f.putLabels(p, split(n.Labels))
		answer(w, 201, f.gitlabJSON(p))
	}
}

// gitlabTitle: the title makes the draft.
func (p *fakePull) gitlabTitle(title string) {
	p.Title, p.Draft = strings.CutPrefix(title, "Draft: ")
}

func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

func (f *fake) gitlabEdit(w http.ResponseWriter, r *http.Request) {
	p := f.gitlabPull(w, r)
	if p == nil {
		return
	}
	edit := read[struct {
		Title, Description *string
		StateEvent         *string `json:"state_event"`
		AddLabels          string  `json:"add_labels"`
		RemoveLabels       string  `json:"remove_labels"`
	}](f, r)
	var state *string
	if edit.StateEvent != nil {
		to := map[string]string{"close": "closed", "reopen": "open"}[*edit.StateEvent]
		if to == "" || to == p.State {
			answer(w, 422, map[string]any{"message": "state_event does not apply"})
			return
		}
		state = &to
	}
	p.edit(nil, edit.Description, state)
	if edit.Title != nil {
		p.gitlabTitle(*edit.Title)
	}
	f.putLabels(p, split(edit.AddLabels))
	f.takeLabels(p, split(edit.RemoveLabels))
	answer(w, 200, f.gitlabJSON(p))
}

func (f *fake) gitlabNotes(w http.ResponseWriter, r *http.Request) {
	p := f.gitlabPull(w, r)
	if p == nil {
		return
	}
	found := []map[string]any{}
	for _, c := range f.comments[p.Number] {
		found = append(found, map[string]any{"id": c.id, "body": c.body, "system": c.system, "author": map[string]any{"username": c.author}})
	}
	part, number, last := page(f, r, "per_page", found)
	gitlabPages(w, number, last)
	answer(w, 200, part)
}
