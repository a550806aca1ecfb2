package chart

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// other is a server that remembers who asked it, and serves one archive.
type other struct {
	*httptest.Server
	mutex   sync.Mutex
	asked   int
	secrets []string
}

func newOther(t *testing.T, data []byte) *other {
	t.Helper()
	o := &other{}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		o.mutex.Lock()
		defer o.mutex.Unlock()
		o.asked++
		if a := q.Header.Get("Authorization"); a != "" {
			o.secrets = append(o.secrets, a)
		}
		_, _ = w.Write(data)
	}))
	t.Cleanup(o.Close)
	return o
}

// redirecting is a server that sends every request on.
func redirecting(t *testing.T, to string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		http.Redirect(w, q, to, http.StatusFound)
	}))
	t.Cleanup(s.Close)
	return s
}

// TestRedirectCredentials: another port of the same host is another server. The
// user's own words are followed there, and no credentials go along.
func TestRedirectCredentials(t *testing.T) {
	data := pack(t, small("1.0.0")...)
	target := newOther(t, data)
	for name, address := range map[string]string{
		"directly":      redirecting(t, target.URL+"/s.tgz").URL + "/s.tgz",
		"in two steps":  redirecting(t, redirecting(t, target.URL+"/s.tgz").URL).URL + "/s.tgz",
		"in the URL":    strings.Replace(redirecting(t, target.URL+"/s.tgz").URL, "http://", "http://me:secret@", 1) + "/s.tgz",
		"with TLS gone": "",
	} {
		t.Run(name, func(t *testing.T) {
			q := ask(address)
			q.Access.Username, q.Access.Password = "me", "secret"
			if address == "" {
				secure := httptest.NewTLSServer(http.RedirectHandler(target.URL, http.StatusFound))
				defer secure.Close()
				authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
				q.Chart, q.Access.CAFile = secure.URL+"/s.tgz", file(t, "ca.pem", authority)
			}
			if _, err := Render(q); err != nil {
				t.Fatal(err)
			}
			if len(target.secrets) > 0 {
				t.Errorf("credentials went along: %v", target.secrets)
			}
		})
	}
}

// TestHosts: only listed servers are asked, whoever names them.
func TestHosts(t *testing.T) {
	data := pack(t, small("1.0.0")...)
	inside := newOther(t, data)
	for name, c := range map[string]struct {
		chart string
		hosts func(first string) []string
		open  bool
	}{
		"none":                  {inside.URL + "/s.tgz", func(string) []string { return []string{} }, false},
		"listed":                {inside.URL + "/s.tgz", func(string) []string { return []string{inside.URL} }, true},
		"without its port":      {inside.URL + "/s.tgz", func(string) []string { return []string{"http://127.0.0.1"} }, false},
		"for TLS only":          {inside.URL + "/s.tgz", func(string) []string { return []string{strings.TrimPrefix(inside.URL, "http://")} }, false},
		"any":                   {inside.URL + "/s.tgz", func(string) []string { return []string{"*", "http://*", "http://127.0.0.1:*"} }, false},
		"redirect":              {redirecting(t, inside.URL+"/s.tgz").URL + "/s.tgz", func(first string) []string { return []string{first} }, false},
		"redirect, both listed": {redirecting(t, inside.URL+"/s.tgz").URL + "/s.tgz", func(first string) []string { return []string{first, inside.URL} }, true},
		"registry":              {"oci://" + strings.TrimPrefix(inside.URL, "http://") + "/charts/small:1.0.0", func(string) []string { return []string{"ghcr.io"} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			inside.asked = 0
			q := ask(c.chart)
			address, err := url.Parse(c.chart)
			if err != nil {
				t.Fatal(err)
			}
			q.Access.Hosts = c.hosts("http://" + address.Host)
			q.Access.PlainHTTP = true
			_, err = Render(q)
			if c.open && err != nil {
				t.Fatal(err)
			}
			if !c.open {
				wants(t, err, problem.ChartHost)
			}
			if c.open != (inside.asked > 0) {
				t.Errorf("the server was asked %d times", inside.asked)
			}
		})
	}
}

// TestIndexHost: an index on a listed server names another one.
func TestIndexHost(t *testing.T) {
	inside := newOther(t, pack(t, small("1.0.0")...))
	index := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("apiVersion: v1\nentries: {small: [{name: small, version: 1.0.0, urls: [" + inside.URL + "/s.tgz]}]}\n"))
	}))
	defer index.Close()
	q := ask("small")
	q.Repo, q.Version, q.Access.Hosts = index.URL, "1.0.0", []string{index.URL}
	_, err := Render(q)
	wants(t, err, problem.ChartHost)
	if inside.asked > 0 {
		t.Error("the other server was asked")
	}
}

func TestValidHost(t *testing.T) {
	for entry, valid := range map[string]bool{
		"ghcr.io": true, "GHCR.io": true, "charts.example:8443": true, "http://charts.local": true, "[::1]:8443": true,
		"": false, "*": false, "*.example": false, "https://ghcr.io": false, "ghcr.io/charts": false, "me@ghcr.io": false, "a?b": false, ":443": false,
	} {
		if exchange.ValidHost(entry) != valid {
			t.Errorf("%q: want valid %v", entry, valid)
		}
	}
}
