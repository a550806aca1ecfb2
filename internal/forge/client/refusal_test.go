package client

import (
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// words of a problem, hints and all.
func allWords(err error) string {
	text, _ := json.Marshal(problem.Of(err))
	return err.Error() + string(text)
}

// TestRefusals: what forges refuse, in their shapes, and what is said of it.
func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   problem.Code
		says   string
	}{
		"expired":              {401, `{"error":"invalid_token","error_description":"Token is expired. You can either do re-authorization or token refresh."}`, "forge-denied", "Token is expired"},
		"bad credentials":      {401, `{"message":"Bad credentials","documentation_url":"https://docs.github.com/rest","status":"401"}`, "forge-denied", "Bad credentials"},
		"scope":                {403, `{"error":"insufficient_scope","error_description":"The request requires higher privileges than provided by the access token."}`, "forge-denied", "higher privileges"},
		"no such repository":   {404, `{"message":"404 Project Not Found"}`, "forge-not-found", "404"},
		"invalid":              {422, `{"message":"Validation Failed","errors":[{"resource":"PullRequest","field":"base","code":"invalid"}]}`, "forge-refused", "Validation Failed: base: invalid"},
		"conflict":             {409, `{"message":["Cannot Create: This merge request already exists"]}`, "forge-refused", "already exists"},
		"not implemented":      {501, `{}`, "forge-unreachable", "501"},
		"a token in the words": {403, `{"message":"token ` + canary + ` is bad, so is %63anary"}`, "forge-denied", "token (token) is bad"},
		"a page, with a terminal's escapes and a PEM block": {400, "<html><script>x()</script><h1>Oops\x1b[31m</h1>-----BEGIN PRIVATE KEY-----\nMIIB", "forge-refused", "Oops [31m (PEM)"},
		"nothing": {418, "", "forge-refused", "it gave no reason"},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, f *fake, cl forge.Forge) {
				for _, call := range []string{"GET /", "POST /", "PATCH /", "PUT /", "DELETE /"} {
					f.play(call, 99, says(c.status, c.body))
				}
				_, listErr := cl.List(t.Context(), forge.Query{})
				_, openErr := cl.Open(t.Context(), newPull)
				body := "x"
				_, updateErr := cl.Update(t.Context(), 1, forge.Change{Body: &body})
				commentErr := cl.Comment(t.Context(), 1, "m", "m")
				for what, err := range map[string]error{"list": listErr, "open": openErr, "update": updateErr, "comment": commentErr} {
					if err == nil {
						t.Errorf("%s: no error", what)
						continue
					}
					if text := allWords(err); code(err) != c.want || !strings.Contains(text, c.says) || strings.Contains(text, canary) || strings.Contains(text, "MIIB") {
						t.Errorf("%s: %s: %v", what, code(err), text)
					}
				}
				if len(f.slept) != 0 {
					t.Errorf("waited %v for what does not change", f.slept)
				}
			})
		})
	}
}

// TestWrongToken: the server repeats the token that it was given; we do not.
func TestWrongToken(t *testing.T) {
	for _, kind := range kinds {
		f := newFake(t, kind)
		_, err := f.dialAs("stale-"+canary).List(t.Context(), forge.Query{})
		if text := allWords(err); code(err) != "forge-denied" || strings.Contains(text, canary) || !strings.Contains(text, "(token)") {
			t.Errorf("%s: %s", kind, text)
		}
	}
}

// TestOddAnswers: a proxy's page, an answer of another shape, pages in a circle, no draft by GraphQL.
func TestOddAnswers(t *testing.T) {
	each(t, func(t *testing.T, f *fake, c forge.Forge) {
		for _, body := range []string{"<html>sign in</html>", `{"number":1}`, ``, `[{"number":"x","iid":"x"}]`} {
			f.play("GET /", 1, says(200, body))
			if _, err := c.List(t.Context(), forge.Query{}); code(err) != "forge-answer" {
				t.Errorf("%q: %v", body, err)
			}
		}
		f.play("GET /", 1, says(200, "[null]"))
		if pulls, err := c.List(t.Context(), forge.Query{}); code(err) != "forge-answer" || len(pulls) > 0 {
			t.Errorf("null: %v, %v", pulls, err)
		}
		f.play("GET /", 99, says(200, "[]", "X-Next-Page", "1", "Link", "<"+f.server.URL+`/x?page=1>; rel="next"`))
		if _, err := c.List(t.Context(), forge.Query{}); code(err) != "forge-answer" || !strings.Contains(err.Error(), "circle") {
			t.Errorf("%v", err)
		}
	})
	f := newFake(t, "github")
	f.add(forge.Pull{Head: branch, Base: "main"}, false)
	f.play("POST /graphql", 1, says(200, `{"errors":[{"type":"FORBIDDEN","message":"Resource not accessible by integration"}]}`))
	draft := true
	if _, err := f.dial().Update(t.Context(), 1, forge.Change{Draft: &draft}); code(err) != "forge-denied" {
		t.Errorf("%v", err)
	}
}

// TestMoved: a forge that does not keep what it is given is said, not fought.
func TestMoved(t *testing.T) {
	each(t, func(t *testing.T, f *fake, c forge.Forge) {
		p := f.add(forge.Pull{Title: "a", Head: branch, Base: "main"}, false)
		f.play(change[f.kind], 99, func(w http.ResponseWriter, r *http.Request, proper http.Handler) {
			proper.ServeHTTP(w, r)
			p.Title = "[bot] " + p.Title
		})
		title := "b"
		if _, err := c.Update(t.Context(), 1, forge.Change{Title: &title}); code(err) != "forge-moved" || len(f.writes()) != rounds {
			t.Errorf("%v after %v", err, f.writes())
		}
	})
}

// TestTokenStays: a redirect to another host is not followed, nor one that would
// turn a write into a read.
func TestTokenStays(t *testing.T) {
	seen := ""
	stranger := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen += r.Header.Get("Authorization") + "!" }))
	defer stranger.Close()
	each(t, func(t *testing.T, f *fake, c forge.Forge) {
		f.play("GET /", 1, says(302, "", "Location", stranger.URL+"/"))
		f.play("POST /", 1, says(301, "", "Location", f.server.URL+"/elsewhere"))
		if _, err := c.List(t.Context(), forge.Query{}); code(err) != "forge-answer" {
			t.Errorf("%v", err)
		}
		if _, err := c.Open(t.Context(), newPull); code(err) != "forge-answer" {
			t.Errorf("%v", err)
		}
	})
	if seen != "" {
		t.Errorf("the stranger saw %q", seen)
	}
}

// TestPrivateAuthority: a forge with a certificate of its own authority.
func TestPrivateAuthority(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, []any{}) }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that fail are meant to
	server.StartTLS()
	defer server.Close()
	dir := t.TempDir()
	ca, empty := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "empty.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}
	if os.WriteFile(ca, pem.EncodeToMemory(block), 0o600) != nil || os.WriteFile(empty, []byte("#"), 0o600) != nil {
		t.Fatal("no files")
	}
	for _, kind := range kinds {
		target := forge.Target{Kind: kind, BaseURL: server.URL, Owner: "a", Repo: "b", Token: canary}
		for file, want := range map[string]problem.Code{ca: "", "": "forge-unreachable", empty: "forge-ca-file", filepath.Join(dir, "none"): "forge-ca-file"} {
			target.CAFile = file
			c, err := Dial(target)
			if err == nil {
				_, err = c.List(t.Context(), forge.Query{})
			}
			if code(err) != want {
				t.Errorf("%s %q: %v", kind, file, err)
			}
		}
	}
}

// TestTokenHost: whatever a library calls, only the API's host sees the token.
func TestTokenHost(t *testing.T) {
	var seen []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"), r.Header.Get("Private-Token"))
		answer(w, 200, []any{})
	}))
	defer server.Close()
	api, _ := url.Parse("https://other.example/api")
	tr, err := newTransport(forge.Target{Token: canary}, api, realClock)
	if err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequest("GET", server.URL, nil)
	request.Header.Set("Authorization", "Bearer "+canary)
	if _, err := tr.RoundTrip(request); err != nil || strings.Join(seen, "") != "" || len(seen) != 2 {
		t.Errorf("%v %q", err, seen)
	}
}
