package chartphase

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
)

func TestFileName(t *testing.T) {
	for _, c := range []struct{ kind, namespace, name, want string }{
		{"Service", "linkerd", "linkerd-dst", "Service_linkerd_linkerd-dst.yaml"},
		{"ClusterRole", "", "system:x", "ClusterRole_system%3Ax.yaml"},
		{"APIService", "", "v1alpha1.tap.linkerd.io", "APIService_v1alpha1.tap.linkerd.io.yaml"},
		{"A", "b", "../../etc/passwd", "A_b_..%2F..%2Fetc%2Fpasswd.yaml"},
		{"A", "", "b_c", "A_b%5Fc.yaml"},
		{"A", "b", "c", "A_b_c.yaml"},
	} {
		o := Object{Kind: c.kind}
		o.Metadata.Namespace, o.Metadata.Name = c.namespace, c.name
		if got := fileName(o); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestSplitFiles(t *testing.T) {
	answer := exchange.Answer{Name: "c", Release: "r", Namespace: "n"}
	split, err := splitFiles(answer, []byte("---\nkind: A\nmetadata: {name: x}\n---\n# only a comment\n---\nkind: A\nmetadata: {name: x}\nhook: true\n"))
	want := chartHeader(answer) + "kind: A\nmetadata: {name: x}\n---\nkind: A\nmetadata: {name: x}\nhook: true\n"
	if err != nil || len(split) != 1 || string(split["A_x.yaml"]) != want {
		t.Errorf("%q, %v", split, err)
	}
	for _, bad := range []string{"kind: A\n", "metadata: {name: x}\n", "- a\n"} {
		if _, err := splitFiles(answer, []byte(bad)); err == nil || !strings.Contains(err.Error(), "cannot be given a file") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// splitCase is a folder with an owned file that stays, one that changes, a
// stale one and a foreign one.
func splitCase(t *testing.T) (folder, header string, wanted map[string][]byte) {
	t.Helper()
	folder, header = t.TempDir(), "# l5d-pki-render: mine\n"
	for name, text := range map[string]string{
		"stays.yaml": header + "1\n", "changes.yaml": header + "1\n", "stale.yaml": header + "1\n",
		"foreign.yaml": "1\n", "other.yaml": "# l5d-pki-render: another release\n1\n", "stale.txt": header,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder, header, map[string][]byte{
		"stays.yaml": []byte(header + "1\n"), "changes.yaml": []byte(header + "2\n"), "new.yaml": []byte(header + "2\n"),
	}
}

// listing is the folder as one line per file.
func listing(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %s\n", e.Name(), data[len(data)-2:])
	}
	return strings.ReplaceAll(b.String(), "\n\n", "\n")
}

func TestWriteSplit(t *testing.T) {
	folder, header, wanted := splitCase(t)
	var notes strings.Builder
	if err := writeOwned(files.Writer{Notes: &notes}, folder, header, wanted, 0o600); err != nil {
		t.Fatal(err)
	}
	want := "changes.yaml 2\nforeign.yaml 1\nnew.yaml 2\nother.yaml 1\nstale.txt e\nstays.yaml 1\n"
	if got := listing(t, folder); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if notes.String() != "note: "+folder+": 2 files written, 1 removed, 1 unchanged\n" {
		t.Error(notes.String())
	}
	if info, err := os.Stat(filepath.Join(folder, "new.yaml")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of a file with keys: %v, %v", info.Mode(), err)
	}
}

// TestSplitForeign: what others own in the way stops everything: a plain file,
// another release's, a link, a folder.
func TestSplitForeign(t *testing.T) {
	for name, make := range map[string]func(path string) error{
		"file":    func(p string) error { return os.WriteFile(p, []byte("mine\n"), 0o600) },
		"release": func(p string) error { return os.WriteFile(p, []byte("# l5d-pki-render: other\n"), 0o600) },
		"link":    func(p string) error { return os.Symlink("stays.yaml", p) },
		"folder":  func(p string) error { return os.Mkdir(p, 0o755) },
	} {
		folder, header, wanted := splitCase(t)
		path := filepath.Join(folder, "new.yaml")
		if err := make(path); err != nil {
			t.Fatal(err)
		}
		err := writeOwned(files.Writer{Notes: io.Discard}, folder, header, wanted, 0o644)
		if err == nil || !strings.Contains(err.Error(), path+": exists and is not this release's") {
			t.Errorf("%s: %v", name, err)
		}
		text, err := os.ReadFile(filepath.Join(folder, "changes.yaml"))
		if err != nil || string(text) != header+"1\n" {
			t.Errorf("%s: something was written: %q, %v", name, text, err)
		}
	}
}

// TestSplitCutShort: stopped before any change of the disk, every file is the
// old one or the new one, and before the first rename all are the old ones.
func TestSplitCutShort(t *testing.T) {
	for stop := 1; ; stop++ {
		folder, header, wanted := splitCase(t)
		before, left, name := listing(t, folder), stop, ""
		w := files.Writer{Notes: io.Discard, Disk: disk.Disk{Step: func(step string) {
			if left--; left == 0 {
				name = step
				panic("cut")
			}
		}}}
		cut := func() (cut bool) {
			defer func() { cut = recover() != nil }()
			if err := writeOwned(w, folder, header, wanted, 0o644); err != nil {
				t.Fatal(err)
			}
			return false
		}()
		if !cut {
			if stop < 5 {
				t.Fatalf("only %d steps", stop)
			}
			return
		}
		if after := listing(t, folder); strings.HasPrefix(name, "stage") && after != before {
			t.Errorf("stopped at %q:\n%s", name, after)
		}
		for _, file := range []string{"changes.yaml", "stays.yaml"} {
			text, err := os.ReadFile(filepath.Join(folder, file))
			if err != nil || string(text) != header+"1\n" && string(text) != header+"2\n" {
				t.Errorf("stopped at %q: %s is %q, %v", name, file, text, err)
			}
		}
	}
}
