package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// hintForge is a Gitea of one repository, o/r, that the real client can use; Git
// itself serves the repository beside it.
type hintForge struct {
	pulls  []map[string]any
	labels []map[string]any
	// repo is where its branches are.
	repo string
	// bot, if set, changes every pull request as soon as it is written.
	bot bool
}

// openForge puts the remote of the current repository behind the server at $URL,
// and lets the program with the real client call it.
func (r *hintRun) openForge() error {
	w := &r.world
	w.clients = true
	out, err := exec.Command("git", "remote", "get-url", "origin").Output()
	if err != nil {
		return err
	}
	w.forge = &hintForge{repo: strings.TrimSpace(string(out))}
	execPath, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		return err
	}
	root := filepath.Join(r.env["TOP"], "served")
	if err := os.MkdirAll(filepath.Join(root, "o"), 0o755); err != nil {
		return err
	}
	for _, name := range []string{"o/r.git", "r.git"} {
		if err := os.Symlink(strings.TrimSpace(string(out)), filepath.Join(root, filepath.FromSlash(name))); err != nil {
			return err
		}
	}
	w.git = &cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(execPath)), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=me"},
	}
	w.start(r)
	r.env["L5D_PKI_FORGE_TOKEN"] = "a-token"
	_, err = r.arrange("git", []string{"remote", "set-url", "origin", r.env["URL"] + "/o/r.git"})
	return err
}

// start starts the server.
func (w *hintWorld) start(r *hintRun) {
	if r.env["URL"] != "" {
		return
	}
	w.answers = map[string][]hintAnswer{}
	server := httptest.NewServer(http.HandlerFunc(w.serve))
	r.t.Cleanup(server.Close)
	r.env["URL"] = server.URL
}

func (f *hintForge) serve(to http.ResponseWriter, request *http.Request) {
	path, _ := strings.CutPrefix(request.URL.Path, "/api/v1/repos/o/r/")
	var sent map[string]any
	if request.Body != nil {
		_ = json.NewDecoder(request.Body).Decode(&sent)
	}
	answer := func(status int, v any) {
		to.Header().Set("Content-Type", "application/json")
		to.WriteHeader(status)
		_ = json.NewEncoder(to).Encode(v)
	}
	number := 0
	if _, err := fmt.Sscanf(path, "pulls/%d", &number); err == nil && number <= len(f.pulls) {
		p := f.pulls[number-1]
		if request.Method == http.MethodPatch {
			for _, name := range []string{"title", "body", "state"} {
				if sent[name] != nil {
					p[name] = sent[name]
				}
			}
			if f.bot {
				p["title"] = fmt.Sprint("[bot] ", p["title"])
			}
		}
		answer(http.StatusOK, p)
		return
	}
	switch request.Method + " " + path {
	case "GET pulls":
		for _, p := range f.pulls {
			head := p["head"].(map[string]any)
			if sha, err := tryGit(f.repo, "rev-parse", fmt.Sprint("refs/heads/", head["ref"])); err == nil {
				head["sha"] = strings.TrimSpace(sha)
			}
		}
		answer(http.StatusOK, append([]map[string]any{}, f.pulls...))
	case "POST pulls":
		ref := func(name any) map[string]any {
			return map[string]any{"label": name, "ref": name, "repo_id": 1, "repo": map[string]any{"id": 1}}
		}
		p := map[string]any{
			"number": len(f.pulls) + 1, "title": sent["title"], "body": sent["body"], "state": "open", "html_url": "http://forge.example/1",
			"head": ref(sent["head"]), "base": ref(sent["base"]), "labels": f.labels, "user": map[string]any{"login": "me"},
		}
		if f.bot {
			p["title"] = fmt.Sprint("[bot] ", p["title"])
		}
		f.pulls = append(f.pulls, p)
		answer(http.StatusCreated, p)
	case "GET labels":
		answer(http.StatusOK, append([]map[string]any{}, f.labels...))
	case "POST labels":
		f.labels = append(f.labels, map[string]any{"id": len(f.labels) + 1, "name": sent["name"], "color": "00aabb"})
		answer(http.StatusCreated, f.labels[len(f.labels)-1])
	default:
		http.Error(to, "no answer to "+path, http.StatusNotFound)
	}
}
