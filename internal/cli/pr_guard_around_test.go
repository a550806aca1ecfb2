package cli

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestGuardDisowned: a file that an output owned is checked on, or goes away.
func TestGuardDisowned(t *testing.T) {
	t.Parallel()
	l := land(t)
	values := "linkerd/values/pki.yaml"
	drop := func(dir string) {
		l.edit(dir, l.state, func(s string) string {
			begin := strings.Index(s, "  outputs:\n")
			end := begin + strings.Index(s[begin:], "\nstatus:")
			return s[:begin] + s[end+1:]
		})
	}
	const disowned = "guard-output-disowned"
	for name, c := range map[string]struct {
		work func(dir string)
		want string
	}{
		"edited, all outputs dropped": {func(dir string) {
			drop(dir)
			l.edit(dir, values, func(string) string { return "identityTrustAnchorsPEM: mine\n" })
		}, disowned},
		"not edited yet": {drop, disowned},
		"renamed, the old file without its mark": {func(dir string) {
			l.edit(dir, l.state, func(s string) string { return strings.Replace(s, "values/pki.yaml", "values/new.yaml", 1) })
			if got := call(t, "", nil, "sync", "-s", filepath.Join(dir, l.state)); got.code != ExitDone {
				t.Fatal(got.stderr)
			}
			put(t, dir, values, "identityTrustAnchorsPEM: mine\n")
			gitIn(t, dir, "add", "-A", "-f")
			gitIn(t, dir, "commit", "-q", "-m", "x")
		}, disowned},
		"renamed with its mark, no output left": {func(dir string) {
			drop(dir)
			gitIn(t, dir, "mv", values, path.Dir(values)+"/other.yaml")
			gitIn(t, dir, "commit", "-q", "-m", "mv")
		}, "guard-output-stale"},
		"replaced by a link": {func(dir string) {
			drop(dir)
			l.committed(dir, func() { link(t, dir, "other.yaml", values) })
		}, disowned},
		"removed": {func(dir string) {
			drop(dir)
			s := l.stateOf("main")
			for _, o := range s.Spec.Outputs {
				if o.Kind == state.OutputEdit {
					gitIn(t, dir, "rm", "-rq", "apps")
				} else {
					gitIn(t, dir, "rm", "-q", path.Join(path.Dir(l.state), o.Path))
				}
			}
			gitIn(t, dir, "commit", "-q", "-m", "rm")
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := l.job("origin/main", c.work)
			l.squashed(dir, "origin/main")
			_, codes, out := l.guarded(dir)
			if c.want != "" && !slices.Contains(codes, c.want) || len(codes) > 0 != (c.want != "") || !strings.Contains(out, "spec.outputs") {
				t.Errorf("says %q:\n%s", codes, out)
			}
		})
	}
}

// TestGuardIntermediate: what a rebase would land is judged, also where the merge
// does not show it.
func TestGuardIntermediate(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	undo := func(dir string) { gitIn(t, dir, "revert", "--no-edit", "HEAD") }
	for name, c := range map[string]struct {
		work func(dir string)
		want bool
	}{
		"the state": {func(dir string) {
			l.edit(dir, l.state, func(s string) string { return s + "# x\n" })
			undo(dir)
		}, true},
		"a key file deleted": {func(dir string) {
			l.committed(dir, func() { gitIn(t, dir, "rm", "-q", l.keyFile(dir)) })
			undo(dir)
		}, true},
		"signers": {func(dir string) {
			l.committed(dir, func() { put(t, dir, "pki/allowed_signers", "x ssh-ed25519 AAAA\n") })
			undo(dir)
		}, true},
		"attributes": {func(dir string) {
			l.committed(dir, func() { put(t, dir, ".gitattributes", "* ident\n") })
			undo(dir)
		}, true},
		"taken back by a merge": {func(dir string) {
			gitIn(t, dir, "checkout", "-q", "-b", "other")
			l.edit(dir, "README.md", func(string) string { return "x\n" })
			gitIn(t, dir, "checkout", "-q", "--detach", "origin/main")
			l.edit(dir, l.state, func(s string) string { return s + "# x\n" })
			gitIn(t, dir, "merge", "-q", "--no-commit", "--no-ff", "other")
			gitIn(t, dir, "checkout", "-q", "origin/main", "--", l.state)
			gitIn(t, dir, "commit", "-q", "-m", "merge")
		}, true},
		"something else": {func(dir string) {
			l.edit(dir, "README.md", func(string) string { return "x\n" })
			undo(dir)
		}, false},
		"two commits that stay": {func(dir string) {
			l.edit(dir, "README.md", func(string) string { return "x\n" })
			l.edit(dir, l.state, func(s string) string { return s + "# x\n" })
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := l.job("origin/main", c.work)
			code, codes, out := l.guardedAt(dir)
			if slices.Contains(codes, "guard-intermediate") != c.want || code == ExitDone == c.want {
				t.Errorf("code %d, says %q:\n%s", code, codes, out)
			}
			if code, codes, _ := l.guardedAt(dir, "--accept", "guard-intermediate"); code != ExitDone {
				t.Errorf("accepted: %q", codes)
			}
		})
	}
}

// TestGuardAttributes: lines that have Git write files of the rotation other than
// they were reviewed are findings, others are not.
func TestGuardAttributes(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	refused := []string{"guard-attributes"}
	for name, c := range map[string]struct {
		file, text string
		want       []string
	}{
		"encoding":               {".gitattributes", "pki/rotation.yaml working-tree-encoding=ASCII//TRANSLIT\n", refused},
		"upper case":             {".gitattributes", "PKI/Rotation.YAML filter=x\n", refused},
		"a quoted pattern":       {".gitattributes", "\"pki/rot\\141tion.yaml\" filter=x\n", refused},
		"a class":                {".gitattributes", "pki/[r]*.yaml ident\n", refused},
		"two stars":              {".gitattributes", "**/rotation.* export-subst\n", refused},
		"the directory":          {".gitattributes", "pki export-ignore\n", refused},
		"beside the state":       {"pki/.gitattributes", "/rotation.yaml\tmerge=union\r\n", refused},
		"key files":              {"pki/keys/.gitattributes", "* filter=x\n", refused},
		"a macro":                {".gitattributes", "[attr]mine filter=x\n*.yaml mine\n", refused},
		"after a byte order":     {".gitattributes", "\ufeffrotation.yaml ident\n", refused},
		"taken off":              {".gitattributes", "*.age -filter\n", refused},
		"a name that folds case": {".GitAttributes", "* filter=x\n", []string{"guard-attributes-file"}},
		"another directory":      {".gitattributes", "docs/** filter=lfs\ncharts/*.tgz filter=lfs merge=lfs\n*.bin filter=lfs -text\n", nil},
		"deeper":                 {"docs/.gitattributes", "* filter=lfs\n", nil},
		"line ends":              {".gitattributes", "# filter\n* text=auto eol=lf\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := l.job("origin/main", func(dir string) { l.committed(dir, func() { put(t, dir, c.file, c.text) }) })
			if _, codes, out := l.guardedAt(dir); !slices.Equal(slices.Compact(codes), c.want) {
				t.Errorf("says %q, want %q:\n%s", codes, c.want, out)
			}
		})
	}
}

// TestGuardFolds: no second spelling of a path of the rotation.
func TestGuardFolds(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	for _, name := range []string{"pki/Rotation.yaml", "PKI/rotation.yaml", "pki/rotation.yaml.", "pki/rotation.yaml::$DATA", "pki/rotation\u200c.yaml", "pki /rotation.yaml", "PKI", "pki/ro\uff54ation.yaml", `pki\rotation.yaml`, `PKI\Rotation.yaml`} {
		dir := l.job("origin/main", func(dir string) { l.committed(dir, func() { put(t, dir, name, "x\n") }) })
		if _, codes, out := l.guardedAt(dir); !slices.Equal(codes, []string{"guard-path-folds"}) {
			t.Errorf("%q: says %q:\n%s", name, codes, out)
		}
	}
	dir := l.job("origin/main", func(dir string) { l.committed(dir, func() { put(t, dir, "pki/rotation2.yaml", "x\n") }) })
	if _, codes, _ := l.guardedAt(dir); codes != nil {
		t.Errorf("another name: %q", codes)
	}
}

// TestGuardSigners: who may change the tool's branches is a maintainer's decision.
func TestGuardSigners(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	add := func(line string) func(dir string) {
		return func(dir string) {
			l.edit(dir, "pki/allowed_signers", func(s string) string { return s + line })
		}
	}
	for range 2 { // a file that is new, and one that is edited
		dir := l.job("origin/main", add("evil@example.com ssh-ed25519 AAAA\n"))
		if _, codes, out := l.guardedAt(dir); !slices.Equal(codes, []string{"guard-signers"}) {
			t.Errorf("says %q:\n%s", codes, out)
		}
		if code, codes, _ := l.guardedAt(dir, "--accept", "guard-signers"); code != ExitDone {
			t.Errorf("accepted: %q", codes)
		}
		l.commitTo("main", add("robot@example.com ssh-ed25519 BBBB\n"))
	}
}

// TestGuardHead: a name that can mean two commits is not judged.
func TestGuardHead(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	dir := l.job("origin/main", func(dir string) {
		main := gitIn(t, dir, "rev-parse", "HEAD")
		gitIn(t, dir, "tag", "v1")
		l.edit(dir, "README.md", func(string) string { return "x\n" })
		for _, name := range []string{"v1", main, main[:10], "plain"} {
			gitIn(t, dir, "update-ref", "refs/heads/"+name, "HEAD")
		}
	})
	main := gitIn(t, dir, "rev-parse", "origin/main")
	for name, want := range map[string]bool{
		"v1": false, main: false, main[:10]: false,
		"refs/heads/v1": true, "plain": true, "HEAD": true, "plain~1": true, gitIn(t, dir, "rev-parse", "HEAD"): true,
	} {
		code, _, out := l.guardedAt(dir, "--head", name)
		if (code == ExitDone) != want || !want && !strings.Contains(out, "guard-head-ambiguous") {
			t.Errorf("%s: code %d\n%s", name, code, out)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, l.state)); err != nil {
		t.Error(err)
	}
}
