// Package ocitest checks pulling of charts against a real registry
// implementation, over TLS with basic auth. It is a module of its own, so that
// the registry is no dependency of the tool.
package ocitest

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/chart"
	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	server "github.com/google/go-containerregistry/pkg/registry"
	"helm.sh/helm/v3/pkg/registry"
)

// start runs a registry that wants ann and her password; it gives its host and
// the file of its authority.
func start(t *testing.T) (host, ca string, client *http.Client) {
	t.Helper()
	handler := server.New(server.Logger(log.New(io.Discard, "", 0)))
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if user, password, _ := q.BasicAuth(); user != "ann" || password != "secret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="charts"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		handler.ServeHTTP(w, q)
	}))
	t.Cleanup(s.Close)
	ca = filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(s.URL, "https://"), ca, s.Client()
}

// pack makes an archive of a small chart; text makes two of one version differ.
func pack(t *testing.T, version, text string) []byte {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "small")
	for name, text := range map[string]string{
		"Chart.yaml":       "apiVersion: v2\nname: small\ndescription: " + text + "\nversion: " + version + "\n",
		"templates/a.yaml": "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata: {version: {{ .Chart.Version | quote }}}\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := exec.Command("tar", "-C", filepath.Dir(dir), "-czf", "-", "small").Output()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// push publishes a chart as `helm push` does.
func push(t *testing.T, host, config string, client *http.Client, version, text string) {
	t.Helper()
	c, err := registry.NewClient(registry.ClientOptHTTPClient(client), registry.ClientOptBasicAuth("ann", "secret"), registry.ClientOptCredentialsFile(config))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Push(pack(t, version, text), host+"/charts/small:"+version); err != nil {
		t.Fatal(err)
	}
}

func TestRegistry(t *testing.T) {
	host, ca, client := start(t)
	config := filepath.Join(t.TempDir(), "config.json")
	for _, v := range []string{"1.0.0", "1.10.0", "1.9.0"} {
		push(t, host, config, client, v, "as it was")
	}
	ask := func(version string) exchange.Request {
		return exchange.Request{
			Chart: "oci://" + host + "/charts/small", Version: version, KubeVersion: "1.34.0", Times: 1,
			Access: exchange.Access{Username: "ann", Password: "secret", CAFile: ca, RegistryConfig: config},
		}
	}
	for asked, want := range map[string]string{"1.0.0": "1.0.0", "": "1.10.0", "~1.9": "1.9.0"} {
		answer, err := chart.Render(ask(asked))
		if err != nil || answer.Version != want {
			t.Fatalf("asked for %q: got %q, %v; want %q", asked, answer.Version, err, want)
		}
	}
	tagged := ask("")
	tagged.Chart += ":1.9.0"
	if answer, err := chart.Render(tagged); err != nil || answer.Version != "1.9.0" {
		t.Errorf("by tag: %q, %v", answer.Version, err)
	}
	inRepo := ask("1.0.0")
	inRepo.Chart, inRepo.Repo = "small", "oci://"+host+"/charts"
	if answer, err := chart.Render(inRepo); err != nil || answer.Version != "1.0.0" {
		t.Errorf("by name: %q, %v", answer.Version, err)
	}
	for name, c := range map[string]struct {
		change func(*exchange.Request)
		want   problem.Sentence
	}{
		"wrong password":    {func(q *exchange.Request) { q.Access.Password = "guess" }, problem.ChartCredentials},
		"no credentials":    {func(q *exchange.Request) { q.Access.Username, q.Access.Password = "", "" }, problem.ChartCredentials},
		"unknown authority": {func(q *exchange.Request) { q.Access.CAFile = "" }, problem.ChartFetch},
		"absent version":    {func(q *exchange.Request) { q.Version = "3.0.0" }, problem.ChartNotFound},
		"absent chart":      {func(q *exchange.Request) { q.Chart += "er" }, problem.ChartNotFound},
		"other digest":      {func(q *exchange.Request) { q.Digest = "sha256:" + strings.Repeat("0", 64) }, problem.ChartDigest},
	} {
		t.Run(name, func(t *testing.T) {
			q := ask("1.0.0")
			c.change(&q)
			_, err := chart.Render(q)
			p := problem.Of(err)
			if len(p) != 1 || p[0].Code != c.want.Code {
				t.Fatalf("got %v, want %s", err, c.want.Code)
			}
			if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "guess") {
				t.Error("the password is in the message")
			}
		})
	}
}

// TestLoggedIn: without flags the login of `helm registry login` is used.
func TestLoggedIn(t *testing.T) {
	host, ca, client := start(t)
	config := filepath.Join(t.TempDir(), "config.json")
	push(t, host, config, client, "1.0.0", "as it was")
	login := fmt.Sprintf(`{"auths": {%q: {"auth": %q}}}`, host, base64.StdEncoding.EncodeToString([]byte("ann:secret")))
	if err := os.WriteFile(config, []byte(login), 0o600); err != nil {
		t.Fatal(err)
	}
	q := exchange.Request{Chart: "oci://" + host + "/charts/small", Version: "1.0.0", KubeVersion: "1.34.0", Times: 1,
		Access: exchange.Access{CAFile: ca, RegistryConfig: config}}
	if _, err := chart.Render(q); err != nil {
		t.Error(err)
	}
}

// TestMovedTag: a tag that is pushed anew is another chart; the lock sees it,
// and the cache still has the one that was reviewed.
func TestMovedTag(t *testing.T) {
	host, ca, client := start(t)
	config := filepath.Join(t.TempDir(), "config.json")
	push(t, host, config, client, "1.0.0", "as it was")
	q := exchange.Request{Chart: "oci://" + host + "/charts/small", Version: "1.0.0", KubeVersion: "1.34.0", Times: 1,
		Access: exchange.Access{Username: "ann", Password: "secret", CAFile: ca, RegistryConfig: config}, CacheDir: t.TempDir()}
	first, err := chart.Render(q)
	if err != nil {
		t.Fatal(err)
	}
	push(t, host, config, client, "1.0.0", "changed")
	second, err := chart.Render(q)
	if err != nil || second.Digest == first.Digest {
		t.Fatalf("the tag did not move (%v)", err)
	}
	q.Digest = first.Digest
	if _, err := chart.Render(q); err != nil {
		t.Errorf("from the cache: %v", err)
	}
	q.CacheDir = ""
	_, err = chart.Render(q)
	if p := problem.Of(err); len(p) != 1 || p[0].Code != problem.ChartDigest.Code {
		t.Errorf("moved tag: %v", err)
	}
}
