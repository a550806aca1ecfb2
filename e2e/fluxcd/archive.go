package fluxcd

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// archive serves the newest archive of a repository.
type archive struct {
	mutex  sync.Mutex
	data   []byte
	server *httptest.Server
}

func serve() *archive {
	a := &archive{}
	a.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		a.mutex.Lock()
		defer a.mutex.Unlock()
		_, _ = w.Write(a.data) // the controller verifies the digest
	}))
	return a
}

// publish packs a repository and returns the artifact for the status of a source.
// Its revision depends on the files alone.
func (a *archive) publish(t testing.TB, repository string) map[string]any {
	t.Helper()
	data, err := pack(repository)
	if err != nil {
		t.Fatal(err)
	}
	a.mutex.Lock()
	a.data = data
	a.mutex.Unlock()
	sum := sha256.Sum256(data)
	digest := hex.EncodeToString(sum[:])
	return map[string]any{
		"digest": "sha256:" + digest, "path": "repository.tar.gz", "url": a.server.URL + "/repository.tar.gz",
		"revision": "main@sha1:" + digest[:40], "lastUpdateTime": "2026-01-01T00:00:00Z", "size": len(data),
	}
}

// pack makes an archive of the files of a repository, without .git.
func pack(repository string) ([]byte, error) {
	var out bytes.Buffer
	compressed := gzip.NewWriter(&out)
	files := tar.NewWriter(compressed)
	err := filepath.WalkDir(repository, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() == ".git" {
			if d != nil && d.IsDir() && err == nil {
				return fs.SkipDir
			}
			return err
		}
		if !d.Type().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(repository, path)
		if err != nil {
			return err
		}
		if err := files.WriteHeader(&tar.Header{Name: filepath.ToSlash(relative), Mode: 0o644, Size: int64(len(text))}); err != nil {
			return err
		}
		_, err = files.Write(text)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := files.Close(); err != nil {
		return nil, err
	}
	if err := compressed.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
