package chart

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

const fixtures = "../../fixtures"

// entry is one entry of a test archive; a regular file unless kind says otherwise.
type entry struct {
	name, text string
	kind       byte
}

// pack makes a chart archive of entries.
func pack(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	tape := tar.NewWriter(zip)
	for _, e := range entries {
		head := &tar.Header{Name: e.name, Mode: 0o644, Typeflag: e.kind, Size: int64(len(e.text))}
		if e.kind == 0 {
			head.Typeflag = tar.TypeReg
		}
		if head.Typeflag != tar.TypeReg {
			head.Size, head.Linkname = 0, e.text
		}
		if err := tape.WriteHeader(head); err != nil {
			t.Fatal(err)
		}
		if head.Typeflag == tar.TypeReg {
			if _, err := tape.Write([]byte(e.text)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(tape.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// small is a chart with one document, a hook and a value.
func small(version string, more ...entry) []entry {
	return append([]entry{
		{name: "small/Chart.yaml", text: "apiVersion: v2\nname: small\nversion: " + version + "\n"},
		{name: "small/values.yaml", text: "say: default\n"},
		{name: "small/templates/a.yaml", text: "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a, namespace: {{ .Release.Namespace }}}\ndata: {say: {{ .Values.say | quote }}, version: {{ .Chart.Version | quote }}}\n"},
		{name: "small/templates/hook.yaml", text: "kind: Job\napiVersion: batch/v1\nmetadata: {name: h, annotations: {helm.sh/hook: pre-install}}\n"},
		{name: "small/templates/NOTES.txt", text: "read me"},
	}, more...)
}

// file writes data into a folder of its own and gives its path.
func file(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ask is a request with what every request has.
func ask(chart string) exchange.Request {
	return exchange.Request{Chart: chart, KubeVersion: "1.34.0", Times: 1}
}

// wants checks that err is one problem of that kind whose line holds the words.
func wants(t *testing.T, err error, s problem.Sentence, words ...string) {
	t.Helper()
	problems := problem.Of(err)
	if len(problems) != 1 || problems[0].Code != s.Code {
		t.Fatalf("got %v, want %s", err, s.Code)
	}
	for _, w := range words {
		if !strings.Contains(problems[0].Error(), w) {
			t.Errorf("%q does not say %q", problems[0].Error(), w)
		}
	}
}
