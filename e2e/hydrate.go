package e2e

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// Hydrator is Argo CD's source hydrator with a repository that it commits to.
type Hydrator struct {
	*Sandbox
	// branches counts those that were named.
	branches int
}

// Hydration asks for one branch.
type Hydration struct {
	Repo   string     `json:"repo"`
	Dry    string     `json:"dry"`
	Branch string     `json:"branch"`
	Apps   []Hydrated `json:"apps"`
}

// Hydrated is one application of a branch, and what the plugin returned for it.
type Hydrated struct {
	Name, Path string
	Manifests  []string
}

// dryMessage is the message of the dry commit: with the trailers that `pr` writes,
// and one that Argo CD understands.
const dryMessage = `linkerd: the new anchor joins the bundle

Reviewed by the platform team.

L5d-Pki-Rotation: 2026-1
L5d-Pki-Phase: anchor-added
Argocd-reference-commit-sha: 0123456789abcdef0123456789abcdef01234567
`

// NewHydrator makes a repository with one dry commit.
func NewHydrator(t testing.TB) *Hydrator {
	t.Helper()
	h := &Hydrator{Sandbox: NewSandbox(t, map[string]string{"hydrate": "hydrate"})}
	h.Env = append(h.Env, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.com", "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.com",
		"GIT_AUTHOR_DATE=2026-03-01T10:00:00Z", "GIT_COMMITTER_DATE=2026-03-01T10:00:00Z")
	h.Git(t, "init", "-q", "--bare", "-b", "main", "remote.git")
	h.Git(t, "clone", "-q", h.Repo(), "dry")
	h.DryCommit(t, "rotation.yaml", "a state\n", dryMessage)
	return h
}

// Repo is the repository's address.
func (h *Hydrator) Repo() string { return "file://" + filepath.Join(h.Dir, "remote.git") }

// Git runs git in the sandbox.
func (h *Hydrator) Git(t testing.TB, args ...string) string {
	t.Helper()
	return strings.TrimSpace(string(h.MustRun(t, "", nil, "git", args...)))
}

// DryCommit commits a file to the dry branch, and returns the commit.
func (h *Hydrator) DryCommit(t testing.TB, path, text, message string) string {
	t.Helper()
	h.Write(t, "dry/"+path, text)
	h.Git(t, "-C", "dry", "add", "-A")
	h.Git(t, "-C", "dry", "commit", "-q", "-m", message)
	h.Git(t, "-C", "dry", "push", "-q", "origin", "HEAD:main")
	return h.Git(t, "-C", "dry", "rev-parse", "HEAD")
}

// Branch names a branch that nothing was committed to.
func (h *Hydrator) Branch() string {
	h.branches++
	return fmt.Sprint("environments/", h.branches)
}

// Hydrate hydrates branches, all at the same time, and returns the commits.
func (h *Hydrator) Hydrate(t testing.TB, all ...Hydration) []string {
	t.Helper()
	for i := range all {
		all[i].Repo, all[i].Dry = h.Repo(), filepath.Join(h.Dir, "dry")
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	var commits []string
	if err := json.Unmarshal(h.MustRun(t, string(text), nil, "hydrate"), &commits); err != nil {
		t.Fatal(err)
	}
	return commits
}

// Show is a file in the repository.
func (h *Hydrator) Show(t testing.TB, branch, path string) []byte {
	t.Helper()
	return h.MustRun(t, "", nil, "git", "-C", "remote.git", "show", branch+":"+path)
}
