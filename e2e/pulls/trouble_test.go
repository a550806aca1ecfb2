package pulls

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

// TestTroubles walks through what happens to a pull request between its opening
// and its merge. There is one all the time, and nothing is lost.
func TestTroubles(t *testing.T) {
	l := settle(t, startGitea(t, 50, ""))
	first := l.pr("start", "anchor")

	t.Run("nothing happened", func(t *testing.T) {
		before := l.heads()
		l.door.writes()
		for range 100 {
			if r := l.next(); r.code != 0 || l.read(r).Operation != "none" {
				t.Fatalf("code %d: %s%s", r.code, r.out, r.stderr)
			}
		}
		if w := l.door.writes(); len(w) != 0 || !slices.Equal(before, l.heads()) {
			t.Errorf("100 runs wrote %v", w)
		}
	})

	t.Run("the base conflicts", func(t *testing.T) {
		l.someone("main", func(dir string) {
			l.edit(dir, stateFile, "# The state lies beside", "# A new first line.\n# The state lies beside")
			l.edit(dir, appFile, "# The front of the shop.", "# The front of the shop, and more.")
		})
		r := l.pr("start", "anchor")
		if p := l.shows(r); r.Operation != "updated" || r.Number != first.Number || r.Commit == first.Commit {
			t.Errorf("%+v\n%+v", r, p)
		}
		l.git(l.clone, "fetch", "-q", "origin")
		if out := l.git(l.clone, "show", r.Commit+":"+stateFile); !strings.HasPrefix(out, "# A new first line.") {
			t.Errorf("the change of the base is lost: %.80s", out)
		}
		if files := l.git(l.clone, "diff", "--name-only", "origin/main..."+r.Commit); strings.Contains(files, "README") {
			t.Errorf("the pull request holds more than its own: %s", files)
		}
	})

	t.Run("the base was pushed by force", func(t *testing.T) {
		l.someone("main", func(dir string) {
			l.git(dir, "reset", "-q", "--hard", "HEAD~2")
			l.edit(dir, appFile, "replicas: 2", "replicas: 3")
		})
		r := l.pr("start", "anchor")
		if p := l.shows(r); r.Operation != "updated" || r.Number != first.Number {
			t.Errorf("%+v\n%+v", r, p)
		}
		l.git(l.clone, "fetch", "-q", "origin")
		if parent := l.git(l.clone, "rev-parse", r.Commit+"^"); parent != l.git(l.clone, "rev-parse", "origin/main") {
			t.Error("the commit does not stand on the base")
		}
	})

	t.Run("a person edits the text and the labels", func(t *testing.T) {
		path := "/repos/bot/pki/pulls/" + itoa(first.Number)
		var label struct{ ID int }
		l.g.api("POST", "/repos/bot/pki/labels", map[string]any{"name": "security", "color": "#ff0000"}, &label)
		l.g.api("POST", "/repos/bot/pki/issues/"+itoa(first.Number)+"/labels", map[string]any{"labels": []int{label.ID}}, nil)
		l.g.api("PATCH", path, map[string]any{"title": "mine", "body": "mine"}, nil)
		l.pr("start", "anchor")
		p := l.only()
		if p.Title == "mine" || p.Body == "mine" || len(p.Labels) != 2 {
			t.Errorf("%q %q %v", p.Title, p.Body, p.Labels)
		}
	})

	t.Run("a person commits to the branch", func(t *testing.T) {
		l.someone(first.Branch, func(dir string) { l.edit(dir, appFile, "replicas: 3", "replicas: 4") })
		before := l.heads()
		l.door.writes()
		if r := l.pr("start", "anchor"); r.Operation != "left" || r.Number != first.Number {
			t.Errorf("%+v", r)
		}
		if w := l.door.writes(); !slices.Equal(w, []string{"PATCH /api/v1/repos/bot/pki/pulls/" + itoa(first.Number)}) || !slices.Equal(before, l.heads()) {
			t.Errorf("it wrote %v, not the warning alone", w)
		}
		if r := l.pr("start", "anchor"); r.Operation != "left" || len(l.door.writes()) != 0 {
			t.Errorf("the warning is written again: %+v", r)
		}
		if p := l.only(); !strings.Contains(p.Title, "pushed over") {
			t.Errorf("the title is %q", p.Title)
		}
		if g := l.guard(first.Number, first.Branch); g.code != 0 && g.code != 1 || g.out == "" {
			t.Errorf("guard: code %d: %s", g.code, g.stderr)
		}
		l.someone(first.Branch, func(dir string) { l.git(dir, "reset", "-q", "--hard", "HEAD~1") })
		if r := l.pr("start", "anchor"); r.Operation != "updated" {
			t.Errorf("the commit is gone, the warning stays: %+v", r)
		}
		if p := l.only(); strings.Contains(p.Title, "pushed over") {
			t.Errorf("the title is %q", p.Title)
		}
	})

	t.Run("closed by a person, and opened again", func(t *testing.T) {
		path := "/repos/bot/pki/pulls/" + itoa(first.Number)
		l.g.api("PATCH", path, map[string]any{"state": "closed"}, nil)
		l.door.writes()
		if r := l.next(); r.code != 0 || l.read(r).Operation != "none" {
			t.Errorf("code %d: %s%s", r.code, r.out, r.stderr)
		}
		if w := l.door.writes(); len(w) != 0 || len(l.pulls("open")) != 0 {
			t.Errorf("it wrote %v", w)
		}
		l.g.api("PATCH", path, map[string]any{"state": "open"}, nil)
		if r := l.pr("start", "anchor"); r.Operation != "none" || r.Number != first.Number {
			t.Errorf("%+v", r)
		}
		l.only()
	})

	t.Run("the token has expired", func(t *testing.T) {
		before := l.heads()
		good := l.token
		l.token = "expired-" + good[:20]
		l.refused("forge-denied", "start", "anchor")
		l.token = good
		if !slices.Equal(before, l.heads()) {
			t.Error("a branch moved")
		}
	})

	if r := l.pr("start", "anchor"); r.Number != first.Number {
		t.Fatalf("%+v", r)
	}
	l.merge(first.Number)
	if all := l.pulls("all"); len(all) != 1 {
		t.Errorf("%d pull requests for one phase", len(all))
	}
}

// TestServerDies: Gitea is killed in the middle of a call, before or after it was
// carried out, and started again. One run gives one pull request.
func TestServerDies(t *testing.T) {
	for name, carriedOut := range map[string]bool{"before": false, "after": true} {
		t.Run(name, func(t *testing.T) {
			g := startGitea(t, 50, "")
			l := settle(t, g)
			back := make(chan error, 1)
			l.door.once("POST", "/repos/bot/pki/pulls", func(w http.ResponseWriter, r *http.Request, through http.Handler) {
				if carriedOut {
					through.ServeHTTP(httptest.NewRecorder(), r)
				}
				g.kill()
				slam(w)
				go func() {
					time.Sleep(time.Second)
					back <- g.up()
				}()
			})
			r := l.pr("start", "anchor")
			if err := <-back; err != nil {
				t.Fatal(err)
			}
			if p := l.shows(r); p.Number != r.Number || len(p.Labels) != 1 || len(l.pulls("all")) != 1 {
				t.Errorf("%+v\n%+v", r, p)
			}
			if again := l.pr("start", "anchor"); again.Operation != "none" {
				t.Errorf("%+v", again)
			}
		})
	}
}

// TestServerStaysDown: the run fails and says so; the next one goes on.
func TestServerStaysDown(t *testing.T) {
	g := startGitea(t, 50, "")
	l := settle(t, g)
	l.door.once("POST", "/repos/bot/pki/pulls", func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		g.kill()
		slam(w)
	})
	l.refused("forge-lost", "start", "anchor")
	g.start()
	if r := l.pr("start", "anchor"); r.Operation != "created" || l.only().Number != r.Number {
		t.Errorf("%+v", r)
	}
}

// TestSuperseded: what the pull request brings came to the base another way. It is
// closed, once, with a word.
func TestSuperseded(t *testing.T) {
	l := settle(t, startGitea(t, 50, ""))
	r := l.pr("start", "anchor")
	l.someone("main", func(dir string) {
		l.git(dir, "merge", "-q", "--squash", "origin/"+r.Branch)
		l.git(dir, "commit", "-q", "-m", "by hand")
	})
	for i := range 2 {
		l.door.writes()
		n := l.next()
		if n.code != 0 {
			t.Fatalf("code %d: %s%s", n.code, n.out, n.stderr)
		}
		closed, writes := l.read(n).Closed, l.door.writes()
		if first := i == 0; first != slices.Equal(closed, []int{r.Number}) || first != (len(writes) > 0) {
			t.Errorf("run %d closed %v and wrote %v", i+1, closed, writes)
		}
	}
	all := l.pulls("all")
	if len(all) != 1 || all[0].State != "closed" || all[0].Merged || !strings.HasSuffix(all[0].Title, "superseded") || len(l.comments(r.Number)) != 1 {
		t.Errorf("%+v, comments %q", all, l.comments(r.Number))
	}
}
