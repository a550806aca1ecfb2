package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
)

// canary is a token that must turn up nowhere but in the header for it.
const canary = "canary-4f1c9e0b7a"

// fake is a forge on loopback: what it holds, what it was asked, and what goes wrong.
type fake struct {
	t    *testing.T
	kind string
	// perPage is the server's maximum.
	perPage int

	mutex    sync.Mutex
	pulls    []*fakePull
	comments map[int][]fakeComment
	labels   []string // by ID, from 1
	branches map[string]bool
	calls    []string
	pranks   []*prank
	slept    []time.Duration
	server   *httptest.Server
	patience time.Duration
}

type fakePull struct {
	forge.Pull
	fork bool
}

// fakeLogin is whom the token of the tests acts as.
const fakeLogin = "pki-bot"

type fakeComment struct {
	id           int
	author, body string
	system       bool
}

// prank is something that goes wrong, the next times that a call matches.
type prank struct {
	call  string // "POST /pulls": the method, and a part of the path
	times int
	play  func(w http.ResponseWriter, r *http.Request, proper http.Handler)
}

// dialects are the handlers of the three kinds.
var dialects = map[string]func(*fake) http.Handler{"github": githubFake, "gitlab": gitlabFake, "gitea": giteaFake}

// kinds in a fixed order.
var kinds = []string{"github", "gitlab", "gitea"}

func newFake(t *testing.T, kind string) *fake {
	f := &fake{t: t, kind: kind, perPage: 100, patience: answerTime, comments: map[int][]fakeComment{}, branches: map[string]bool{"main": true}}
	proper := dialects[kind](f)
	f.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mutex.Lock()
		defer f.mutex.Unlock()
		f.calls = append(f.calls, r.Method+" "+r.URL.Path)
		if r.Header.Get("Authorization") != "Bearer "+canary {
			answer(w, http.StatusUnauthorized, map[string]any{"message": "Bad credentials: " + r.Header.Get("Authorization")})
			return
		}
		for _, p := range f.pranks {
			method, path, _ := strings.Cut(p.call, " ")
			if p.times > 0 && r.Method == method && strings.Contains(r.URL.Path, path) {
				p.times--
				p.play(w, r, proper)
				return
			}
		}
		proper.ServeHTTP(w, r)
	}))
	t.Cleanup(f.server.Close)
	return f
}

// dial reaches the fake as a program would.
func (f *fake) dial() forge.Forge {
	return f.dialAs(canary)
}

func (f *fake) dialAs(token string) forge.Forge {
	f.t.Helper()
	c := clock{
		patience: f.patience,
		now:      func() time.Time { return time.Unix(1_800_000_000, 0) },
		sleep: func(ctx context.Context, d time.Duration) error {
			f.mutex.Lock()
			defer f.mutex.Unlock()
			f.slept = append(f.slept, d)
			return ctx.Err()
		},
	}
	got, err := dial(forge.Target{Kind: f.kind, BaseURL: f.server.URL, Owner: "acme", Repo: "pki", Token: token}, c)
	if err != nil {
		f.t.Fatal(err)
	}
	return got
}

// play arranges for something to go wrong.
func (f *fake) play(call string, times int, play func(http.ResponseWriter, *http.Request, http.Handler)) {
	f.pranks = append(f.pranks, &prank{call, times, play})
}

// writes are the calls that were not for reading.
func (f *fake) writes() (all []string) {
	for _, call := range f.calls {
		if !strings.HasPrefix(call, "GET ") {
			all = append(all, call)
		}
	}
	return all
}

// dies closes the connection without a word; carried out before, or not.
func dies(carriedOut bool) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, proper http.Handler) {
		if carriedOut {
			proper.ServeHTTP(httptest.NewRecorder(), r)
		}
		connection, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		connection.Close()
	}
}

// breaksOff sends half of the answer of a call that was carried out.
func breaksOff(w http.ResponseWriter, r *http.Request, proper http.Handler) {
	whole := httptest.NewRecorder()
	proper.ServeHTTP(whole, r)
	text := whole.Body.Bytes()
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(whole.Code)
	_, _ = w.Write(text[:len(text)/2])
}

// says answers with a status, headers and a body; nothing is carried out.
func says(status int, body string, headers ...string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// read decodes a body strictly: a field that the forge does not know is a mistake.
func read[T any](f *fake, r *http.Request) (body T) {
	if kind := r.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		f.t.Errorf("%s %s: Content-Type %q", r.Method, r.URL.Path, kind)
	}
	text, _ := io.ReadAll(r.Body)
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil {
		f.t.Errorf("%s %s: %v in %s", r.Method, r.URL.Path, err, text)
	}
	return body
}

// unknown is a call that the forge does not have.
func (f *fake) unknown(w http.ResponseWriter, r *http.Request) {
	f.t.Errorf("no such call: %s %s", r.Method, r.URL)
	answer(w, http.StatusNotFound, map[string]any{"message": "Not Found"})
}

// add puts a pull there without a call.
func (f *fake) add(p forge.Pull, fork bool) *fakePull {
	if p.State == "" {
		p.State = "open"
	}
	p.Number = len(f.pulls) + 1
	p.HeadSHA = fmt.Sprintf("%040x", p.Number)
	p.Author = "bot"
	p.URL = fmt.Sprintf("%s/acme/pki/%d", f.server.URL, p.Number)
	made := &fakePull{p, fork}
	f.pulls = append(f.pulls, made)
	return made
}

// open is the open pull for head and base.
func (f *fake) open(head, base string) *fakePull {
	for _, p := range f.pulls {
		if p.State == "open" && !p.fork && !p.NoBranch && p.Head == head && p.Base == base {
			return p
		}
	}
	return nil
}

func (f *fake) pull(number string) *fakePull {
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > len(f.pulls) {
		return nil
	}
	return f.pulls[n-1]
}

// page cuts a page out and tells its neighbours.
func page[T any](f *fake, r *http.Request, sizeName string, all []T) (part []T, number, last int) {
	number, _ = strconv.Atoi(r.URL.Query().Get("page"))
	size, _ := strconv.Atoi(r.URL.Query().Get(sizeName))
	number = max(number, 1)
	if size <= 0 || size > f.perPage {
		size = f.perPage
	}
	last = max((len(all)+size-1)/size, 1)
	from := min((number-1)*size, len(all))
	return all[from:min(from+size, len(all))], number, last
}

// every gives pulls in a forge's own shape.
func every(pulls []*fakePull, shape func(*fakePull) map[string]any) []map[string]any {
	all := []map[string]any{}
	for _, p := range pulls {
		all = append(all, shape(p))
	}
	return all
}

// link is the Link header (RFC 8288) of GitHub and Gitea.
func (f *fake) link(w http.ResponseWriter, r *http.Request, number, last int) {
	if number >= last {
		return
	}
	to := func(page int) string {
		u, q := *r.URL, r.URL.Query()
		q.Set("page", strconv.Itoa(page))
		u.RawQuery = q.Encode()
		return f.server.URL + u.String()
	}
	w.Header().Set("Link", fmt.Sprintf(`<%s>; rel="next", <%s>; rel="last"`, to(number+1), to(last)))
}

// putLabels adds labels and makes those that are missing.
func (f *fake) putLabels(p *fakePull, names []string) {
	for _, name := range names {
		if !slices.Contains(f.labels, name) {
			f.labels = append(f.labels, name)
		}
		if !slices.Contains(p.Labels, name) {
			p.Labels = append(p.Labels, name)
		}
	}
}

func (f *fake) takeLabels(p *fakePull, names []string) {
	p.Labels = slices.DeleteFunc(p.Labels, func(s string) bool { return slices.Contains(names, s) })
}

func (f *fake) setComment(number, id int, body string) bool {
	for i, c := range f.comments[number] {
		if c.id == id {
			f.comments[number][i].body = body
			return true
		}
	}
	return false
}

func (f *fake) addComment(number int, body string) fakeComment {
	id := 1
	for _, all := range f.comments {
		id += len(all)
	}
	c := fakeComment{id: id, author: fakeLogin, body: body}
	f.comments[number] = append(f.comments[number], c)
	return c
}

// edit makes the changes that are given.
func (p *fakePull) edit(title, body, state *string) {
	for _, c := range []struct{ to, from *string }{{&p.Title, title}, {&p.Body, body}, {&p.State, state}} {
		if c.from != nil {
			*c.to = *c.from
		}
	}
}

func atoi(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}
