package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestNoCommand: the help text never takes the place of a stream.
func TestNoCommand(t *testing.T) {
	file := filepath.Join(t.TempDir(), "stream")
	if err := os.WriteFile(file, []byte("a: b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	regular, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer regular.Close()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	defer writer.Close() // nothing is written: a read of it would wait for ever
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for name, c := range map[string]struct {
		stdin io.Reader
		args  []string
		fails bool
	}{
		"a stream":            {strings.NewReader("a: b\n"), nil, true},
		"a file":              {regular, nil, true},
		"an open pipe":        {reader, nil, true},
		"flags but nothing":   {strings.NewReader("a: b\n"), []string{"--log-file", filepath.Join(t.TempDir(), "log")}, true},
		"an unknown command":  {strings.NewReader("a: b\n"), []string{"post-rendre"}, true},
		"a group of commands": {reader, []string{"cmp"}, true},
		"a group's own group": {regular, []string{"custody"}, true},
		"fleets":              {reader, []string{"fleet"}, true},
		"a group, no stream":  {null, []string{"helm-plugin"}, false},
		"nothing":             {strings.NewReader(""), nil, false},
		"a device":            {null, nil, false},
		"the help, asked for": {strings.NewReader("a: b\n"), []string{"--help"}, false},
	} {
		var out, talk bytes.Buffer
		code := Main(c.args, World{Stdin: c.stdin, Stdout: &out, Stderr: &talk, Getenv: func(string) string { return "" }, Now: time.Now})
		if c.fails && (code != ExitUsage || out.Len() > 0 || talk.Len() == 0) {
			t.Errorf("%s: code %d, stdout %q, stderr %q", name, code, out.String(), talk.String())
		}
		if !c.fails && (code != ExitDone || !strings.Contains(out.String(), "Usage:")) {
			t.Errorf("%s: code %d, stdout %q", name, code, out.String())
		}
	}
}
