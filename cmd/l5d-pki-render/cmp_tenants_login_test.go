package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

func digestOf(data []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(data)) }

// privateChart is an archive that only a login may read.
func privateChart(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	archive := tar.NewWriter(zip)
	for name, text := range map[string]string{
		"billing/Chart.yaml":       "apiVersion: v2\nname: billing\nversion: 1.0.0\n",
		"billing/templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: billing}\ndata: {of: the-other-team}\n",
	} {
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if archive.Close() != nil || zip.Close() != nil {
		t.Fatal("the chart cannot be packed")
	}
	return out.Bytes()
}

// privateRegistry serves one chart to those with a login, and counts them.
func privateRegistry(t *testing.T, chart []byte) (host, ca, login string, logins *atomic.Int32) {
	t.Helper()
	config := []byte(`{"apiVersion":"v2","name":"billing","version":"1.0.0"}`)
	layer := func(kind string, data []byte) map[string]any {
		return map[string]any{"mediaType": "application/vnd.cncf.helm." + kind, "digest": digestOf(data), "size": len(data)}
	}
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
		"config": layer("config.v1+json", config), "layers": []any{layer("chart.content.v1.tar+gzip", chart)},
	})
	if err != nil {
		t.Fatal(err)
	}
	logins = new(atomic.Int32)
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if user, password, _ := q.BasicAuth(); user != "robot" || password != "secret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="charts"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		logins.Add(1)
		for _, blob := range [][]byte{chart, config, manifest} {
			if strings.HasSuffix(q.URL.Path, digestOf(blob)) || strings.HasSuffix(q.URL.Path, "/manifests/1.0.0") && &blob[0] == &manifest[0] {
				if &blob[0] == &manifest[0] {
					w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
				}
				w.Header().Set("Docker-Content-Digest", digestOf(blob))
				w.Header().Set("Content-Length", fmt.Sprint(len(blob)))
				_, _ = w.Write(blob)
				return
			}
		}
		w.WriteHeader(http.StatusNotFound)
	}))
	t.Cleanup(s.Close)
	host = strings.TrimPrefix(s.URL, "https://")
	dir := t.TempDir()
	ca, login = filepath.Join(dir, "ca.crt"), filepath.Join(dir, "config.json")
	auth := base64.StdEncoding.EncodeToString([]byte("robot:secret"))
	for path, data := range map[string][]byte{
		ca:    pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}),
		login: fmt.Appendf(nil, `{"auths": {%q: {"auth": %q}}}`, host, auth),
	} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return host, ca, login, logins
}

// TestCMPTenantsLogin: the registry's login is used for applications that the operator
// lists, and for no others, wherever the login lies; what it fetched is in no cache that
// others read, and no error says which digest it has.
func TestCMPTenantsLogin(t *testing.T) {
	chart := privateChart(t)
	host, ca, login, logins := privateRegistry(t, chart)
	home := filepath.Dir(login)
	cache := t.TempDir()
	listed := strings.Replace(meshAllowed, "L5D_PKI_KEYS_FOR", "L5D_PKI_REGISTRY_LOGIN_FOR", 1)
	other := "sha256:" + strings.Repeat("0a", 32)
	for _, c := range []struct {
		name, digest string
		env          []string
		says         string // "" is success
	}{
		{"nobody is listed", digestOf(chart), nil, "chart-credentials"},
		{"listed for keys", digestOf(chart), []string{meshAllowed}, "chart-credentials"},
		{"another application", digestOf(chart), []string{listed, "ARGOCD_APP_PROJECT_NAME=shop"}, "L5D_PKI_REGISTRY_LOGIN_FOR"},
		{"files of a user", digestOf(chart), []string{listed, "ARGOCD_APP_REVISION=streamed"}, "chart-credentials"},
		{"no project", digestOf(chart), []string{listed, "ARGOCD_APP_PROJECT_NAME="}, "chart-credentials"},
		{"the application's environment", digestOf(chart), []string{"ARGOCD_ENV_REGISTRY_LOGIN_FOR=" + listed}, "argocd-unknown-parameter"},
		{"a list that is none", digestOf(chart), []string{"L5D_PKI_REGISTRY_LOGIN_FOR=everybody"}, "argocd-keys-for"},
		{"listed, another digest", other, []string{listed}, "chart-other-digest"},
		{"listed", digestOf(chart), []string{listed}, ""},
		{"after one that is listed", digestOf(chart), nil, "chart-credentials"},
	} {
		for name, where := range map[string][]string{
			"Helm's file":     {"HELM_REGISTRY_CONFIG=" + login},
			"Docker's":        {"DOCKER_CONFIG=" + home},
			"Podman's":        {"REGISTRY_AUTH_FILE=" + login},
			"all, and a HOME": {"HELM_REGISTRY_CONFIG=" + login, "DOCKER_CONFIG=" + home, "REGISTRY_AUTH_FILE=" + login, "HOME=" + home, "XDG_CONFIG_HOME=" + home},
		} {
			t.Run(c.name+", "+name, func(t *testing.T) {
				app := newArgoApp(t, "", "bundle/stable.yaml", asIs, map[string]any{
					"secrets-apart": "true", "allow-nothing": "true", "chart": "oci://" + host + "/other/billing", "version": "1.0.0", "digest": c.digest,
				})
				app.env = append(append(append(append(app.env, meshEnv...), "L5D_PKI_CHART_HOSTS="+host, "L5D_PKI_CA_FILE="+ca, "L5D_PKI_CACHE_DIR="+cache), where...), c.env...)
				before := logins.Load()
				stdout, stderr, failed := app.generate(t)
				mayLogIn := c.says == "" || c.says == "chart-other-digest"
				if name == "Podman's" && mayLogIn {
					return // Helm's client does not read it
				}
				if failed != (c.says != "") || !strings.Contains(stderr, c.says) {
					t.Errorf("failed %v: %s", failed, stderr)
				}
				if !mayLogIn && logins.Load() > before {
					t.Error("the login was used")
				}
				if failed == strings.Contains(stdout, "the-other-team") || c.digest == other && strings.Contains(stderr, digestOf(chart)) {
					t.Errorf("%s%s", stdout, stderr)
				}
			})
		}
	}
}
