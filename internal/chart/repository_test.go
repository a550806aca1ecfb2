package chart

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// repository is a chart repository over TLS with basic auth.
type repository struct {
	*httptest.Server
	ca        string // file
	files     map[string][]byte
	downloads atomic.Int32 // of archives
	leaked    atomic.Bool  // credentials came to a foreign host
}

func newRepository(t *testing.T) *repository {
	t.Helper()
	r := &repository{files: map[string][]byte{}}
	r.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if user, password, _ := q.BasicAuth(); user != "ann" || password != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		data, ok := r.files[q.URL.Path]
		if !ok {
			http.NotFound(w, q)
			return
		}
		if strings.HasSuffix(q.URL.Path, ".tgz") {
			r.downloads.Add(1)
		}
		_, _ = w.Write(data)
	}))
	t.Cleanup(r.Close)
	r.ca = file(t, "ca.crt", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.Certificate().Raw}))
	return r
}

// publish adds versions of the small chart and lists them; digest changes what the index says.
func (r *repository) publish(t *testing.T, digest func(string) string, versions ...string) {
	t.Helper()
	index := "apiVersion: v1\nentries:\n  small:\n"
	for _, v := range versions {
		data := pack(t, small(v)...)
		r.files["/charts/small-"+v+".tgz"] = data
		index += fmt.Sprintf("  - {name: small, version: %s, urls: [small-%s.tgz], digest: %q}\n", v, v, digest(strings.TrimPrefix(archiveDigest(data), "sha256:")))
	}
	r.files["/charts/index.yaml"] = []byte(index)
}

func same(digest string) string { return digest }

func (r *repository) ask(version string) exchange.Request {
	q := ask("small")
	q.Repo, q.Version = r.URL+"/charts", version
	q.Access = exchange.Access{Username: "ann", Password: "secret", CAFile: r.ca}
	return q
}

func TestRepository(t *testing.T) {
	r := newRepository(t)
	r.publish(t, same, "1.0.0", "1.10.0", "1.9.0", "2.0.0-rc.1")
	for asked, want := range map[string]string{"": "1.10.0", "1.9.0": "1.9.0", "~1.9": "1.9.0", "^1": "1.10.0", "2.0.0-rc.1": "2.0.0-rc.1", ">0.0.0-0": "2.0.0-rc.1"} {
		answer, err := Render(r.ask(asked))
		if err != nil || answer.Version != want {
			t.Errorf("asked for %q: got %q, %v; want %q", asked, answer.Version, err, want)
		}
	}
	for _, absent := range []string{"3.0.0", "latest"} {
		_, err := Render(r.ask(absent))
		wants(t, err, problem.ChartNotFound, absent)
	}
	q := r.ask("")
	q.Chart = "tall"
	_, err := Render(q)
	wants(t, err, problem.ChartNotFound, `"tall"`)
	q = r.ask("")
	q.Chart, q.Repo = r.URL+"/charts/small-1.0.0.tgz", ""
	if answer, err := Render(q); err != nil || answer.Version != "1.0.0" {
		t.Errorf("by URL: %q, %v", answer.Version, err)
	}
}

func TestRepositoryAccess(t *testing.T) {
	r := newRepository(t)
	r.publish(t, same, "1.0.0")
	for name, c := range map[string]struct {
		change func(*exchange.Request)
		want   problem.Sentence
		words  string
	}{
		"wrong password":    {func(q *exchange.Request) { q.Access.Password = "guess" }, problem.ChartCredentials, "401"},
		"no credentials":    {func(q *exchange.Request) { q.Access.Username = "" }, problem.ChartCredentials, "401"},
		"unknown authority": {func(q *exchange.Request) { q.Access.CAFile = "" }, problem.ChartFetch, "certificate"},
		"authority absent":  {func(q *exchange.Request) { q.Access.CAFile = "/nowhere" }, problem.ChartTLSFile, "/nowhere"},
		"authority empty":   {func(q *exchange.Request) { q.Access.CAFile = os.DevNull }, problem.ChartTLSFile, "no certificate"},
		"half a pair":       {func(q *exchange.Request) { q.Access.CertFile = q.Access.CAFile }, problem.ChartTLSFile, "pair"},
		"other path":        {func(q *exchange.Request) { q.Repo = r.URL + "/nothing" }, problem.ChartNotFound, "404"},
		"no URL":            {func(q *exchange.Request) { q.Repo = "charts" }, problem.ChartNotFound, `"charts"`},
		"nobody there":      {func(q *exchange.Request) { q.Repo = "https://127.0.0.1:1/charts" }, problem.ChartFetch, "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			q := r.ask("1.0.0")
			c.change(&q)
			_, err := Render(q)
			wants(t, err, c.want, c.words)
			if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "guess") {
				t.Error("the password is in the message")
			}
		})
	}
	q := r.ask("1.0.0")
	q.Access.CAFile, q.Access.Insecure = "", true
	if _, err := Render(q); err != nil {
		t.Errorf("insecure: %v", err)
	}
}

// TestForeignHost: an index may point elsewhere; credentials do not go there.
func TestForeignHost(t *testing.T) {
	r := newRepository(t)
	r.publish(t, same, "1.0.0")
	data := r.files["/charts/small-1.0.0.tgz"]
	foreign := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.Header.Get("Authorization") != "" {
			r.leaked.Store(true)
		}
		_, _ = w.Write(data)
	}))
	defer foreign.Close()
	r.files["/charts/index.yaml"] = []byte(fmt.Sprintf("apiVersion: v1\nentries: {small: [{name: small, version: 1.0.0, urls: [%s/s.tgz]}]}\n", foreign.URL))
	q := r.ask("1.0.0")
	if _, err := Render(q); err != nil || r.leaked.Load() {
		t.Errorf("leaked %v, %v", r.leaked.Load(), err)
	}
	q.Access.PassCredentials = true
	if _, err := Render(q); err != nil || !r.leaked.Load() {
		t.Errorf("--pass-credentials: passed %v, %v", r.leaked.Load(), err)
	}
}

func TestDamagedRepository(t *testing.T) {
	r := newRepository(t)
	for name, c := range map[string]struct {
		index string
		want  problem.Sentence
	}{
		"no YAML":       {"<html>", problem.ChartIndex},
		"no apiVersion": {"entries: {}\n", problem.ChartIndex},
		"empty":         {"", problem.ChartIndex},
		"no URL":        {"apiVersion: v1\nentries: {small: [{version: 1.0.0}]}\n", problem.ChartIndex},
	} {
		r.files["/charts/index.yaml"] = []byte(c.index)
		_, err := Render(r.ask("1.0.0"))
		if p := problem.Of(err); len(p) != 1 || p[0].Code != c.want.Code {
			t.Errorf("%s: %v", name, err)
		}
	}
	r.publish(t, func(string) string { return strings.Repeat("0", 64) }, "1.0.0")
	_, err := Render(r.ask("1.0.0"))
	wants(t, err, problem.ChartDigest, "000000")
	r.publish(t, func(string) string { return "" }, "1.0.0")
	whole := r.files["/charts/small-1.0.0.tgz"]
	r.files["/charts/small-1.0.0.tgz"] = whole[:len(whole)-1]
	_, err = Render(r.ask("1.0.0"))
	wants(t, err, problem.ChartDamaged)
	r.files["/charts/small-1.0.0.tgz"] = make([]byte, maxArchive+1)
	_, err = Render(r.ask("1.0.0"))
	wants(t, err, problem.ChartTooLarge, "the download")
}

// TestCache: a chart that is locked and was fetched once needs no network, and
// a cache that was tampered with is no cache.
func TestCache(t *testing.T) {
	r := newRepository(t)
	r.publish(t, same, "1.0.0")
	q := r.ask("1.0.0")
	q.CacheDir = t.TempDir() + "/new/charts"
	q.Digest = archiveDigest(r.files["/charts/small-1.0.0.tgz"])
	for range 3 {
		if _, err := Render(q); err != nil {
			t.Fatal(err)
		}
	}
	if n := r.downloads.Load(); n != 1 {
		t.Fatalf("%d downloads", n)
	}
	if err := os.WriteFile(cache(q.CacheDir).file(q.Digest), []byte("tampered"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Render(q); err != nil || r.downloads.Load() != 2 {
		t.Fatalf("%d downloads after tampering, %v", r.downloads.Load(), err)
	}
	r.Close()
	if _, err := Render(q); err != nil {
		t.Errorf("with the server gone: %v", err)
	}
	q.CacheDir = "/dev/null/x"
	if _, err := Render(q); err == nil {
		t.Error("without server and cache it renders")
	}
}

// TestCacheOfTheKilled: what renders that were killed left half written counts and gives way, too.
func TestCacheOfTheKilled(t *testing.T) {
	dir := t.TempDir()
	half := func(i int) string { return filepath.Join(dir, fmt.Sprintf(".sha256-%064x.tgz.%d.tmp", i, i)) }
	for i := range maxCached {
		if err := os.WriteFile(half(i), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(half(i), time.Time{}, time.Unix(int64(1e9+i), 0)); err != nil {
			t.Fatal(err)
		}
	}
	cache(dir).put([]byte("new"))
	if _, err := os.Lstat(half(0)); err == nil {
		t.Error("the oldest is left")
	}
	if _, err := os.Lstat(half(1)); err != nil {
		t.Error(err)
	}
}

// TestCacheBound: the oldest archives give way, by number and by size, and nothing else.
func TestCacheBound(t *testing.T) {
	dir := t.TempDir()
	c := cache(dir)
	for i := range maxCached + 20 {
		path := c.file(fmt.Sprintf("sha256:%064x", i))
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, time.Unix(int64(1e9+i), 0)); err != nil {
			t.Fatal(err)
		}
	}
	other := filepath.Join(dir, "other.tgz")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	left := func() []string {
		names, _ := filepath.Glob(filepath.Join(dir, "sha256-*.tgz"))
		return names
	}
	c.put([]byte("new"))
	if n := len(left()); n != maxCached {
		t.Errorf("%d archives are left", n)
	}
	for path, there := range map[string]bool{
		c.file(archiveDigest([]byte("new"))): true, c.file(fmt.Sprintf("sha256:%064x", maxCached+19)): true, c.file(fmt.Sprintf("sha256:%064x", 0)): false, other: true,
	} {
		if _, err := os.Lstat(path); (err == nil) != there {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, path := range left()[:3] {
		if err := os.Truncate(path, maxCachedBytes/2); err != nil {
			t.Fatal(err)
		}
	}
	c.put([]byte("newer"))
	var bytes int64
	for _, path := range left() {
		if info, err := os.Lstat(path); err == nil {
			bytes += info.Size()
		}
	}
	if bytes > maxCachedBytes {
		t.Errorf("%d bytes are left", bytes)
	}
}
