// Package sealed walks rotations whose keys are in custody, and opens them with
// the programs that open them in the field: age and sops.
package sealed

import (
	"bytes"
	"context"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/fluxcd"
	"github.com/l5d-pki/l5d-pki-render/e2e/peer"

	"sigs.k8s.io/yaml"
)

// maxRun ends a program that hangs.
const maxRun = time.Minute

// repository is a Git repository with a rotation, and the environment of those
// who work in it.
type repository struct {
	dir, identity, recipient string
	env                      []string
	// flux is Flux's controller, to which the repository is a source.
	flux *fluxcd.Controller
}

// newRepository has an identity of age outside of it, and programs in the PATH.
func newRepository(t *testing.T) *repository {
	t.Helper()
	root := t.TempDir()
	r := &repository{dir: filepath.Join(root, "repository"), identity: filepath.Join(root, "identity.txt")}
	bin := filepath.Join(root, "bin")
	for _, dir := range []string{r.dir, bin} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"l5d-pki-render", "l5d-pki-render-full", "age", "age-keygen", "sops"} {
		if err := os.Symlink(peer.Program(t, name), filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	r.env = []string{"PATH=" + bin + ":/usr/local/bin:/usr/bin:/bin", "HOME=" + root, "LC_ALL=C", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.com"}
	r.must(t, "", "age-keygen", "-o", r.identity)
	r.recipient = strings.TrimSpace(r.must(t, "", "age-keygen", "-y", r.identity))
	r.must(t, "", "git", "init", "-q")
	return r
}

// run runs a program in the repository; env is added to everybody's.
func (r *repository) run(stdin string, env []string, name string, args ...string) (out, talk string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), maxRun)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.find(name), args...)
	cmd.Dir, cmd.Env, cmd.Stdin = r.dir, append(slices.Clone(r.env), env...), strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	return stdout.String(), stderr.String(), err
}

// find looks in the repository's PATH, not in the test's.
func (r *repository) find(name string) string {
	for folder := range strings.SplitSeq(strings.TrimPrefix(r.env[0], "PATH="), ":") {
		if path := filepath.Join(folder, name); isFile(path) {
			return path
		}
	}
	return name
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// must is run for what has to succeed.
func (r *repository) must(t *testing.T, stdin string, name string, args ...string) string {
	t.Helper()
	out, talk, err := r.run(stdin, nil, name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, talk)
	}
	return out
}

// withIdentity is must with the identity in the environment, as sops knows it.
func (r *repository) withIdentity(t *testing.T, stdin string, name string, args ...string) string {
	t.Helper()
	out, talk, err := r.run(stdin, []string{"SOPS_AGE_KEY_FILE=" + r.identity}, name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, talk)
	}
	return out
}

func (r *repository) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (r *repository) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (r *repository) commit(t *testing.T, message string) {
	t.Helper()
	r.must(t, "", "git", "add", "-A")
	r.must(t, "", "git", "commit", "-q", "--allow-empty", "-m", message)
}

// keyFiles are the key files as they are, by name.
func (r *repository) keyFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(r.dir, dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = string(text)
	}
	return files
}

// secret is a Secret as the API server would take it.
type secret struct {
	Kind     string `json:"kind"`
	Type     string `json:"type"`
	Metadata struct {
		Name        string            `json:"name"`
		Annotations map[string]string `json:"annotations"`
	} `json:"metadata"`
	Data map[string]string `json:"data"`
	SOPS any               `json:"sops"`
}

// field is the text of a field.
func (s secret) field(t *testing.T, name string) string {
	t.Helper()
	text, err := base64.StdEncoding.DecodeString(s.Data[name])
	if err != nil {
		t.Fatalf("%s: data.%s is no base64", s.Metadata.Name, name)
	}
	return string(text)
}

// documents of a stream, with the separators of Helm and of this tool.
func documents(stream string) (all []string) {
	for text := range strings.SplitSeq("\n"+stream, "\n---\n") {
		if strings.TrimSpace(text) != "" {
			all = append(all, text+"\n")
		}
	}
	return all
}

// secretsOf are the Secrets of a stream with their text, by name.
func secretsOf(t *testing.T, stream string) (secrets map[string]secret, texts map[string]string) {
	t.Helper()
	secrets, texts = map[string]secret{}, map[string]string{}
	for _, text := range documents(stream) {
		var s secret
		if err := yaml.Unmarshal([]byte(text), &s); err == nil && s.Kind == "Secret" {
			secrets[s.Metadata.Name], texts[s.Metadata.Name] = s, text
		}
	}
	return secrets, texts
}
