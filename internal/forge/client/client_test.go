package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

const branch = "l5d-pki/prod/4-anchor-added"

var newPull = forge.New{
	Title: "linkerd-pki(prod): phase 1 of 5", Body: "| a | b |\n|---|---|\n| 1 | 2 |\n", Head: branch, Base: "main", Draft: true,
	Labels: []string{"l5d-pki", "l5d-pki/anchor-added"},
}

// each runs one test against the three kinds.
func each(t *testing.T, test func(t *testing.T, f *fake, c forge.Forge)) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			f := newFake(t, kind)
			f.branches[branch] = true
			test(t, f, f.dial())
		})
	}
}

func code(err error) problem.Code {
	var p *problem.Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}

// TestPullsLife: opened as a draft with labels, found, changed, made ready,
// closed and opened again; titles are clean on our side.
func TestPullsLife(t *testing.T) {
	each(t, func(t *testing.T, f *fake, c forge.Forge) {
		ctx := t.Context()
		p, err := c.Open(ctx, newPull)
		if err != nil {
			t.Fatal(err)
		}
		want := forge.Pull{Number: 1, Title: newPull.Title, Body: newPull.Body, Head: branch, Base: "main", Draft: true, Labels: newPull.Labels,
			State: "open", Author: "bot", HeadSHA: f.pulls[0].HeadSHA, URL: f.pulls[0].URL}
		if !reflect.DeepEqual(p, want) {
			t.Errorf("opened:\n%+v, want\n%+v", p, want)
		}
		f.putLabels(f.pulls[0], []string{"security"})
		title, body, ready, closed, open := "new title", "new body", false, "closed", "open"
		p, err = c.Update(ctx, 1, forge.Change{Title: &title, Body: &body, Draft: &ready, Labels: []string{"l5d-pki"}})
		if err != nil || p.Title != title || p.Body != body || p.Draft || strings.Join(p.Labels, " ") != "l5d-pki security" {
			t.Errorf("changed: %+v %v", p, err)
		}
		if p, err = c.Update(ctx, 1, forge.Change{State: &closed}); err != nil || p.State != "closed" {
			t.Errorf("closed: %+v %v", p, err)
		}
		if found, err := c.List(ctx, forge.Query{Base: "main"}); err != nil || len(found) != 0 {
			t.Errorf("open ones: %v %v", found, err)
		}
		if found, err := c.List(ctx, forge.Query{Head: branch, State: "closed"}); err != nil || len(found) != 1 {
			t.Errorf("closed ones: %v %v", found, err)
		}
		if p, err = c.Update(ctx, 1, forge.Change{State: &open, Labels: []string{}}); err != nil || p.State != "open" || strings.Join(p.Labels, " ") != "security" {
			t.Errorf("opened again: %+v %v", p, err)
		}
		drafted := true
		if p, err = c.Update(ctx, 1, forge.Change{Draft: &drafted}); err != nil || !p.Draft || p.Title != title {
			t.Errorf("a draft again: %+v %v", p, err)
		}
	})
}

// TestNothingToDo: what is as wanted is not written.
func TestNothingToDo(t *testing.T) {
	each(t, func(t *testing.T, f *fake, c forge.Forge) {
		if _, err := c.Open(t.Context(), newPull); err != nil {
			t.Fatal(err)
		}
		if err := c.Comment(t.Context(), 1, "<!-- m -->", "text <!-- m -->"); err != nil {
			t.Fatal(err)
		}
		f.pulls[0].Body = strings.ReplaceAll(newPull.Body, "\n", "\r\n") // as a person's browser sends it
		f.calls = nil
		for range 3 {
			open := "open"
			if _, err := c.Update(t.Context(), 1, forge.Change{Title: &newPull.Title, Body: &newPull.Body, Draft: &newPull.Draft, Labels: newPull.Labels, State: &open}); err != nil {
				t.Fatal(err)
			}
			if err := c.Comment(t.Context(), 1, "<!-- m -->", "text <!-- m -->"); err != nil {
				t.Fatal(err)
			}
		}
		if writes := f.writes(); len(writes) != 0 || len(f.calls) == 0 {
			t.Errorf("%v", writes)
		}
	})
}

// TestExists: a second pull for the same branch is the first one.
func TestExists(t *testing.T) {
	each(t, func(t *testing.T, f *fake, c forge.Forge) {
		first, err := c.Open(t.Context(), newPull)
		if err != nil {
			t.Fatal(err)
		}
		again := newPull
		again.Title = "another title"
		second, err := c.Open(t.Context(), again)
		if !errors.Is(err, forge.ErrExists) || code(err) != "forge-exists" || !reflect.DeepEqual(first, second) || len(f.pulls) != 1 {
			t.Errorf("%v\n%+v\n%+v, %d pulls", err, first, second, len(f.pulls))
		}
	})
}

// TestManyPages: 500 pages, and a fork's branch of the same name is not ours.
func TestManyPages(t *testing.T) {
	each(t, func(t *testing.T, f *fake, c forge.Forge) {
		f.perPage = 2
		for i := range 1000 {
			f.add(forge.Pull{Head: fmt.Sprint("other/", i), Base: "main", Title: "x"}, false)
		}
		f.pulls[0].Head, f.pulls[500].Head, f.pulls[999].Head = branch, "l5d-pki/prod/5-anchor-spread", "l5d-pki/prod/6-issuer-switched"
		f.pulls[100].Head, f.pulls[100].fork = branch, true
		f.pulls[101].Head, f.pulls[101].fork = branch, true
		f.pulls[102].Head, f.pulls[102].Base = branch, "release"
		f.pulls[103].Head, f.pulls[103].State = branch, "merged"
		f.calls = nil
		found, err := c.List(t.Context(), forge.Query{Base: "main", HeadPrefix: "l5d-pki/prod/"})
		if err != nil {
			t.Fatal(err)
		}
		var numbers []int
		for _, p := range found {
			numbers = append(numbers, p.Number)
		}
		if !reflect.DeepEqual(numbers, []int{1, 501, 1000}) || len(f.calls) < 490 {
			t.Errorf("%v in %d calls", numbers, len(f.calls))
		}
		merged, err := c.List(t.Context(), forge.Query{Head: branch, State: "merged"})
		if err != nil || len(merged) != 1 || merged[0].Number != 104 || merged[0].State != "merged" {
			t.Errorf("%+v %v", merged, err)
		}
		all, err := c.List(t.Context(), forge.Query{Head: branch, State: "all"})
		if err != nil || len(all) != 3 {
			t.Errorf("%+v %v", all, err)
		}
	})
}

// TestComment: one comment by its marker, past pages of others.
func TestComment(t *testing.T) {
	each(t, func(t *testing.T, f *fake, c forge.Forge) {
		f.perPage = 3
		f.add(forge.Pull{Head: branch, Base: "main"}, false)
		f.comments[1] = append(f.comments[1], fakeComment{id: 900, body: "mentioned <!-- m -->", system: true})
		for i := range 10 {
			f.addComment(1, fmt.Sprint("talk ", i))
		}
		if f.kind != "gitlab" { // only GitLab has comments of its own
			f.comments[1][0].body = "else"
		}
		for _, text := range []string{"one", "two", "two"} {
			if err := c.Comment(t.Context(), 1, "<!-- m -->", text+" <!-- m -->"); err != nil {
				t.Fatal(err)
			}
		}
		if len(f.comments[1]) != 12 || f.comments[1][11].body != "two <!-- m -->" || len(f.writes()) != 2 {
			t.Errorf("%+v, writes %v", f.comments[1], f.writes())
		}
		if err := c.Comment(t.Context(), 1, "<!-- m -->", "without"); code(err) != "forge-marker" {
			t.Errorf("%v", err)
		}
	})
}

// TestCommentOfAnother: a comment with our mark that somebody else wrote is
// neither edited nor taken for ours, also where the token does not say whose it is.
func TestCommentOfAnother(t *testing.T) {
	questions := map[string]string{"github": "POST /graphql", "gitlab": "GET /user", "gitea": "GET /user"}
	for name, anonymous := range map[string]bool{"known": false, "a token that may not ask": true} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, f *fake, c forge.Forge) {
				f.add(forge.Pull{Head: branch, Base: "main"}, false)
				f.comments[1] = []fakeComment{{id: 900, author: "mallory", body: "all is well <!-- m -->"}}
				if anonymous {
					f.play(questions[f.kind], 99, says(403, `{"message":"Resource not accessible by integration"}`))
				}
				for range 2 {
					if err := c.Comment(t.Context(), 1, "<!-- m -->", "must not be merged <!-- m -->"); err != nil {
						t.Fatal(err)
					}
				}
				if got := f.comments[1]; len(got) != 2 || got[0].body != "all is well <!-- m -->" || got[1].body != "must not be merged <!-- m -->" {
					t.Errorf("%+v", got)
				}
			})
		})
	}
}

// creation is the call that opens a pull.
var creation = map[string]string{"github": "POST /pulls", "gitlab": "POST /merge_requests", "gitea": "POST /pulls"}

// change is the call that edits one.
var change = map[string]string{"github": "PATCH /pulls/", "gitlab": "PUT /merge_requests/", "gitea": "PATCH /pulls/"}

// TestLostAnswers: a server that dies before or after it did what it was asked,
// or in the middle of its answer, leaves one pull and one comment.
func TestLostAnswers(t *testing.T) {
	failures := map[string]func(f *fake, call string){
		"dies before":   func(f *fake, call string) { f.play(call, 1, dies(false)) },
		"dies after":    func(f *fake, call string) { f.play(call, 1, dies(true)) },
		"breaks off":    func(f *fake, call string) { f.play(call, 1, breaksOff) },
		"502":           func(f *fake, call string) { f.play(call, 1, says(502, "<html><title>Bad gateway</title></html>")) },
		"before, after": func(f *fake, call string) { f.play(call, 1, dies(false)); f.play(call, 1, dies(true)) },
	}
	for name, failure := range failures {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, f *fake, c forge.Forge) {
				failure(f, creation[f.kind])
				p, err := c.Open(t.Context(), newPull)
				if err != nil || len(f.pulls) != 1 || p.Number != 1 || !p.Draft || strings.Join(p.Labels, " ") != "l5d-pki l5d-pki/anchor-added" {
					t.Fatalf("%+v %v, %d pulls", p, err, len(f.pulls))
				}
				failure(f, change[f.kind])
				title := "new title"
				if p, err = c.Update(t.Context(), 1, forge.Change{Title: &title}); err != nil || p.Title != title {
					t.Errorf("%+v %v", p, err)
				}
				failure(f, "POST /graphql")
				ready := false
				if p, err = c.Update(t.Context(), 1, forge.Change{Draft: &ready}); err != nil || p.Draft {
					t.Errorf("%+v %v", p, err)
				}
				failure(f, "POST /1/")
				if err := c.Comment(t.Context(), 1, "<!-- m -->", "x <!-- m -->"); err != nil || len(f.comments[1]) != 1 {
					t.Errorf("%v, comments %v", err, f.comments)
				}
			})
		})
	}
}

// TestDead: a server that stays dead is given up, and the sentence says whether
// something may have been done.
func TestDead(t *testing.T) {
	each(t, func(t *testing.T, f *fake, c forge.Forge) {
		f.play(creation[f.kind], 99, dies(false))
		if _, err := c.Open(t.Context(), newPull); code(err) != "forge-lost" {
			t.Errorf("%v", err)
		}
		f.pranks = nil
		f.play("GET /", 99, says(503, ""))
		if _, err := c.List(t.Context(), forge.Query{}); code(err) != "forge-unreachable" || len(f.calls) > 30 {
			t.Errorf("%v after %d calls", err, len(f.calls))
		}
		f.server.Close()
		for what, err := range map[string]error{
			"list": func() error { _, err := c.List(t.Context(), forge.Query{}); return err }(),
			"open": func() error { _, err := c.Open(t.Context(), newPull); return err }(), // nothing was sent: not lost
		} {
			if code(err) != "forge-unreachable" {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

// TestCanceled: a context that ends stops the calls.
func TestCanceled(t *testing.T) {
	each(t, func(t *testing.T, f *fake, c forge.Forge) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.List(ctx, forge.Query{}); err == nil || len(f.calls) > 1 {
			t.Errorf("%v after %d calls", err, len(f.calls))
		}
	})
}

// TestSlowServer: a call that was given up is carried out late, so that the next
// one meets a pull that is open already. It is the one that we asked for.
func TestSlowServer(t *testing.T) {
	each(t, func(t *testing.T, f *fake, c forge.Forge) {
		f.play(creation[f.kind], 1, dies(false))
		f.play(creation[f.kind], 1, func(w http.ResponseWriter, r *http.Request, proper http.Handler) {
			f.add(forge.Pull{Title: newPull.Title, Body: newPull.Body, Head: branch, Base: "main", Draft: true}, false)
			proper.ServeHTTP(w, r)
		})
		p, err := c.Open(t.Context(), newPull)
		if err != nil || len(f.pulls) != 1 || strings.Join(p.Labels, " ") != "l5d-pki l5d-pki/anchor-added" {
			t.Errorf("%+v %v, %d pulls", p, err, len(f.pulls))
		}
	})
}

// TestSilence: a server that takes a call and says nothing is asked again; what
// it was asked to make, and did, is found.
func TestSilence(t *testing.T) {
	each(t, func(t *testing.T, f *fake, _ forge.Forge) {
		f.patience = 500 * time.Millisecond
		silent := func(w http.ResponseWriter, r *http.Request, proper http.Handler) {
			proper.ServeHTTP(httptest.NewRecorder(), r)
			<-r.Context().Done()
		}
		f.play("GET /", 1, silent)
		f.play(creation[f.kind], 1, silent)
		c := f.dial()
		if pulls, err := c.List(t.Context(), forge.Query{}); err != nil || len(pulls) != 0 {
			t.Errorf("%v %v", pulls, err)
		}
		if p, err := c.Open(t.Context(), newPull); err != nil || p.Number != 1 || len(f.pulls) != 1 {
			t.Errorf("%+v %v, %d pulls", p, err, len(f.pulls))
		}
	})
}

// TestThroughTheProgram: the same over the exchange, as `pr` calls it.
func TestThroughTheProgram(t *testing.T) {
	each(t, func(t *testing.T, f *fake, _ forge.Forge) {
		target := forge.Target{Kind: f.kind, BaseURL: f.server.URL, Owner: "acme", Repo: "pki", Token: canary}
		c, err := forge.Dial(target, func(_ context.Context, in io.Reader, out io.Writer) error { return Serve(in, out) })
		if err != nil {
			t.Fatal(err)
		}
		first, err := c.Open(t.Context(), newPull)
		if err != nil || first.Number != 1 {
			t.Fatalf("%+v %v", first, err)
		}
		if again, err := c.Open(t.Context(), newPull); !errors.Is(err, forge.ErrExists) || !reflect.DeepEqual(first, again) {
			t.Errorf("%+v %v", again, err)
		}
	})
}
