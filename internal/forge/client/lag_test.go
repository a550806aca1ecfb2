package client

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
)

// TestLag: a pull that has not followed its branch to what was just pushed is asked for
// again, for a while; one that never does is given as it is.
func TestLag(t *testing.T) {
	each(t, func(t *testing.T, f *fake, c forge.Forge) {
		p := f.add(forge.Pull{Head: branch, Base: "main"}, false)
		before, pushed := p.HeadSHA, strings.Repeat("c", 40)
		q := forge.Query{Base: "main", HeadPrefix: "l5d-pki/prod/", Heads: map[string]string{branch: pushed}}
		f.play("GET /", 2, func(w http.ResponseWriter, r *http.Request, proper http.Handler) { proper.ServeHTTP(w, r) })
		f.play("GET /", 99, func(w http.ResponseWriter, r *http.Request, proper http.Handler) {
			p.HeadSHA = pushed
			proper.ServeHTTP(w, r)
		})
		if found, err := c.List(t.Context(), q); err != nil || len(found) != 1 || found[0].HeadSHA != pushed || len(f.slept) != 2 {
			t.Errorf("%+v %v, waited %v", found, err, f.slept)
		}
		f.pranks, f.slept, p.HeadSHA = nil, nil, before
		var waited time.Duration
		found, err := c.List(t.Context(), q)
		for _, d := range f.slept {
			waited += d
		}
		if err != nil || len(found) != 1 || found[0].HeadSHA != before || waited == 0 || waited > 30*time.Second {
			t.Errorf("%+v %v, waited %v", found, err, f.slept)
		}
	})
}

// TestAGit: a pull request that was pushed to Gitea without a branch is told from that of
// the branch whose name it bears: it is not waited for, and does not stand for ours.
func TestAGit(t *testing.T) {
	f := newFake(t, "gitea")
	f.branches[branch] = true
	f.add(forge.Pull{Title: "x", Head: branch, Base: "main", NoBranch: true}, false)
	c := f.dial()
	found, err := c.List(t.Context(), forge.Query{Head: branch, Heads: map[string]string{branch: strings.Repeat("c", 40)}})
	if err != nil || len(found) != 1 || !found[0].NoBranch || len(f.slept) != 0 {
		t.Errorf("%+v %v, waited %v", found, err, f.slept)
	}
	f.play(creation["gitea"], 1, dies(true))
	p, err := c.Open(t.Context(), newPull)
	if err != nil || p.Number != 2 || p.NoBranch || f.pulls[0].Title != "x" {
		t.Errorf("%+v %v, %+v", p, err, f.pulls[0])
	}
	if p, err := c.Open(t.Context(), newPull); p.Number != 2 || code(err) != "forge-exists" {
		t.Errorf("%+v %v", p, err)
	}
	if slices.ContainsFunc(f.writes(), func(call string) bool { return strings.HasSuffix(call, "/1") || strings.Contains(call, "/1/") }) {
		t.Errorf("it was written to: %q", f.writes())
	}
}
