package e2e

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// hydrations are what the plugin server returns for two applications, each twice and
// all at the same time, by application.
func hydrations(t *testing.T) [2][2]Hydrated {
	t.Helper()
	server, s := NewCMPServer(t), NewSandbox(t, nil)
	var all [2][2]Hydrated
	t.Run("plugin", func(t *testing.T) {
		for i, app := range []struct{ name, layout, phase string }{{"linkerd", "chart", "bundle/anchor-added"}, {"shop", "manifests", "bundle/issuer-switched"}} {
			for n := range all[i] {
				a := argoFixture(t, s, app.layout, app.phase)
				a.Parameters["secrets-apart"] = "true"
				t.Run(app.name, func(t *testing.T) {
					t.Parallel()
					all[i][n] = Hydrated{Name: app.name, Path: "apps/" + app.name, Manifests: server.Manifests(t, a)}
				})
			}
		}
	})
	return all
}

// TestHydrator: what Argo CD's commit server commits of two applications is the same
// tree each time, whatever else it hydrates meanwhile.
func TestHydrator(t *testing.T) {
	apps, h := hydrations(t), NewHydrator(t)
	var asked []Hydration
	for n := range apps[0] {
		for _, some := range [][]Hydrated{{apps[0][n]}, {apps[1][n]}, {apps[0][n], apps[1][n]}} {
			asked = append(asked, Hydration{Branch: h.Branch(), Apps: some})
		}
	}
	first := h.Hydrate(t, asked...)
	trees := map[string]bool{}
	for i, commit := range first[:3] {
		tree := h.Git(t, "-C", "remote.git", "rev-parse", commit+"^{tree}")
		if again := h.Git(t, "-C", "remote.git", "rev-parse", first[i+3]+"^{tree}"); again != tree {
			t.Errorf("hydrated again: %s", h.Git(t, "-C", "remote.git", "diff", "--stat", tree, again))
		}
		trees[tree] = true
	}
	if len(trees) != 3 {
		t.Errorf("%d trees of three branches", len(trees))
	}
	both := asked[2].Branch
	for _, app := range asked[2].Apps {
		want := ParseObjects(t, []byte(strings.Join(app.Manifests, "\n---\n")))
		SameObjects(t, app.Name, ParseObjects(t, h.Show(t, both, app.Path+"/manifest.yaml")), want)
	}
	t.Run("record", func(t *testing.T) { checkRecord(t, h, both) })

	// A commit to the dry branch that changes no manifest makes none here.
	dry := h.DryCommit(t, "README.md", "# Infrastructure\n", "a page")
	if again := h.Hydrate(t, asked[2])[0]; again != first[2] {
		t.Error("a commit without a change")
	}
	if note := h.Git(t, "-C", "remote.git", "notes", "--ref", "hydrator.metadata", "show", first[2]); note != `{"drySha":"`+dry+`"}` {
		t.Errorf("the note is %s", note)
	}
}

// checkRecord: what is recorded beside the manifests is what the page of Argo CD says.
func checkRecord(t *testing.T, h *Hydrator, branch string) {
	dry := h.Git(t, "-C", "dry", "rev-parse", "HEAD")
	record := func(path string) (metadata map[string]any) {
		if err := json.Unmarshal(h.Show(t, branch, path), &metadata); err != nil {
			t.Fatal(err)
		}
		return metadata
	}
	want := map[string]any{"repoURL": h.Repo(), "drySha": dry}
	for _, app := range []string{"apps/linkerd/", "apps/shop/"} {
		if got := record(app + "hydrator.metadata"); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v", app, got)
		}
		if text := string(h.Show(t, branch, app+"README.md")); !strings.Contains(text, "git checkout "+dry+"\n```") {
			t.Errorf("%s: README.md shows commands:\n%s", app, text)
		}
	}
	top := record("hydrator.metadata")
	body, _ := top["body"].(string)
	if top["author"] != "Ann <ann@example.com>" || top["subject"] != "linkerd: the new anchor joins the bundle" ||
		!strings.Contains(body, "L5d-Pki-Phase: anchor-added") || strings.Contains(body, "Argocd-reference") || len(top["references"].([]any)) != 1 {
		t.Errorf("at the top: %v", top)
	}
	message := h.Git(t, "-C", "remote.git", "log", "-1", "--format=%B", branch)
	if !strings.HasPrefix(message, dry[:7]+": linkerd: the new anchor") || !strings.Contains(message, "L5d-Pki-Rotation: 2026-1") {
		t.Errorf("the message is\n%s", message)
	}
	files := strings.Fields(h.Git(t, "-C", "remote.git", "ls-tree", "-r", "--name-only", branch))
	if len(files) != 8 {
		t.Errorf("%v", files)
	}
	for _, file := range files {
		holdsNoKey(t, file, h.Show(t, branch, file))
	}
}
