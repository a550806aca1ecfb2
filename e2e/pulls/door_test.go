package pulls

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// door stands between the tool and Gitea: it counts what goes through, and lets
// things go wrong.
type door struct {
	server *httptest.Server
	mutex  sync.Mutex
	calls  []string
	// meet, if set, is asked for each call; true means that it has answered.
	meet func(w http.ResponseWriter, r *http.Request, through http.Handler) bool
}

func openDoor(t *testing.T, to string) *door {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	through := httputil.NewSingleHostReverseProxy(target)
	through.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { slam(w) }
	d := &door{}
	d.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.mutex.Lock()
		d.calls = append(d.calls, r.Method+" "+r.URL.Path)
		meet := d.meet
		d.mutex.Unlock()
		if meet == nil || !meet(w, r, through) {
			through.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(d.server.Close)
	return d
}

// slam closes the connection without a word.
func slam(w http.ResponseWriter) {
	if connection, _, err := w.(http.Hijacker).Hijack(); err == nil {
		connection.Close()
	}
}

// writes are the calls since the last time that change something: of the API,
// and pushes. It forgets them.
func (d *door) writes() []string {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	w := slices.DeleteFunc(d.calls, func(call string) bool {
		return strings.HasPrefix(call, "GET ") || strings.HasSuffix(call, "/git-upload-pack") // a fetch is a POST
	})
	d.calls = nil
	return w
}

// once meets the next call whose method and path match.
func (d *door) once(method, path string, play func(w http.ResponseWriter, r *http.Request, through http.Handler)) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	done := false
	d.meet = func(w http.ResponseWriter, r *http.Request, through http.Handler) bool {
		d.mutex.Lock()
		mine := !done && r.Method == method && strings.HasSuffix(r.URL.Path, path)
		done = done || mine
		d.mutex.Unlock()
		if mine {
			play(w, r, through)
		}
		return mine
	}
}

// count is how often a call came through.
func (d *door) count(call string) (n int) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for _, c := range d.calls {
		if c == call {
			n++
		}
	}
	return n
}
