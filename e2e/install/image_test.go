package install

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e"
	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// container is the image of the release, unpacked: a root directory that is mounted
// read-only, and what the image's configuration asks for.
type container struct {
	root, workdir   string
	user            string
	env, entrypoint []string
}

// unpacked is the image of this machine's platform, from its layers alone.
func unpacked(t *testing.T) container {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(release(t), "l5d-pki-render_"+strings.TrimPrefix(version, "v")+"_image.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	blobs := map[string][]byte{}
	each(t, file, func(h *tar.Header, text []byte) { blobs[h.Name] = text })
	type link struct {
		Digest   string
		Platform struct{ OS, Architecture string }
	}
	blob := func(l link, into any) []byte {
		text := blobs["blobs/"+strings.Replace(l.Digest, ":", "/", 1)]
		if into != nil {
			if err := json.Unmarshal(text, into); err != nil {
				t.Fatal(err)
			}
		}
		return text
	}
	var index struct{ Manifests []link }
	if err := json.Unmarshal(blobs["index.json"], &index); err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Config link
		Layers []link
	}
	for _, m := range index.Manifests {
		if m.Platform.OS == "linux" && m.Platform.Architecture == runtime.GOARCH {
			blob(m, &manifest)
		}
	}
	var about struct {
		Config struct {
			User            string
			Env, Entrypoint []string
		}
	}
	blob(manifest.Config, &about)
	c := container{root: t.TempDir(), user: about.Config.User, env: about.Config.Env, entrypoint: about.Config.Entrypoint}
	for _, layer := range manifest.Layers {
		each(t, blob(layer, nil), func(h *tar.Header, text []byte) {
			name := filepath.Join(c.root, h.Name)
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, text, os.FileMode(h.Mode)); err != nil {
				t.Fatal(err)
			}
		})
	}
	return c
}

// each reads a tar with gzip.
func each(t *testing.T, packed []byte, do func(*tar.Header, []byte)) {
	t.Helper()
	gz, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	for tr := tar.NewReader(gz); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		do(h, text)
	}
}

// run runs the image's entry point as its user, below its root and nothing else but
// /dev/null, which every container has.
func (c container) run(t *testing.T, stdin string, env []string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	const enter = `"$2" --make-rprivate / && "$2" --bind "$3" "$3" && "$2" --bind /dev/null "$3/dev/null" && "$2" -o remount,bind,ro "$3" && unshare=$1 root=$3 dir=$4 user=$5 && shift 5 &&
exec "$unshare" --root="$root" --wd="$dir" --setgid="$user" --setuid="$user" "$@"`
	var tools []string
	for _, name := range []string{"unshare", "mount"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		tools = append(tools, path)
	}
	cmd := exec.Command(tools[0], append(append([]string{"--mount", "/bin/sh", "-c", enter, "sh", tools[0], tools[1], c.root, c.workdir, c.user}, c.entrypoint...), args...)...)
	cmd.Env, cmd.Stdin = append(append([]string{}, c.env...), env...), strings.NewReader(stdin)
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	err = cmd.Run()
	return out.String(), talk.String(), err
}

// TestImage: the image of the release, unpacked, runs as user 999 in its own root, which is
// read-only and has nothing else but a repository: what it renders is what the program
// outside renders.
func TestImage(t *testing.T) {
	if out, err := exec.Command("unshare", "--mount", "true").CombinedOutput(); err != nil {
		t.Skipf("SKIPPED, NOT PASSED: no mount namespace can be made, which takes root: %v: %s", err, out)
	}
	c := unpacked(t)
	if c.user != "999" || len(c.entrypoint) != 1 {
		t.Fatalf("%+v", c)
	}
	if _, err := os.Stat(filepath.Join(c.root, "home/argocd/cmp-server/config/plugin.yaml")); err != nil {
		t.Error(err)
	}
	s := e2e.NewSandbox(t, nil)
	for _, fixture := range []string{"pki", "control-plane-2-13"} {
		s.Copy(t, fixture, fixture)
	}
	state, err := os.ReadFile(peer.Fixture("control-plane-2-13/state.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	input, err := os.ReadFile(peer.Fixture("control-plane-2-13/input.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, app := range []string{"plain", "kustomized"} {
		s.Write(t, app+"/rotation.yaml", string(state))
		s.Write(t, app+"/linkerd.yaml", string(input))
	}
	s.Write(t, "kustomized/kustomization.yaml", "resources: [linkerd.yaml]\n")
	if err := peer.CopyPrivate(filepath.Join(c.root, "repo"), s.Dir); err != nil {
		t.Fatal(err)
	}
	give(t, filepath.Join(c.root, "repo"), 999)
	if err := os.Mkdir(filepath.Join(c.root, "dev"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.root, "dev/null"), nil, 0o444); err != nil {
		t.Fatal(err)
	}

	c.workdir = "/"
	if out, talk, err := c.run(t, "", nil, "version"); err != nil || !strings.HasPrefix(out, "l5d-pki-render "+version+" ") {
		t.Fatalf("version: %v: %s%s", err, out, talk)
	}
	c.workdir = "/repo/control-plane-2-13"
	golden, err := os.ReadFile(peer.Fixture("control-plane-2-13/golden.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if out, talk, err := c.run(t, string(input), nil, "post-render", "--state", "state.yaml"); err != nil || out != string(golden) {
		t.Errorf("post-render: %v: %d bytes, want %d: %s", err, len(out), len(golden), talk)
	}
	for _, app := range []string{"plain", "kustomized"} {
		env := []string{"ARGOCD_APP_NAME=linkerd", "ARGOCD_APP_SOURCE_PATH=" + app, `ARGOCD_APP_PARAMETERS=[{"name":"secrets-apart","string":"true"}]`}
		want := s.MustRun(t, "", env, "sh", "-c", "cd "+app+" && l5d-pki-render cmp generate")
		c.workdir = "/repo/" + app
		if out, talk, err := c.run(t, "", env, "cmp", "generate"); err != nil || out != string(want) || len(out) < 1000 {
			t.Errorf("cmp generate, %s: %v: %d bytes, want %d: %s", app, err, len(out), len(want), talk)
		}
	}
	// What the root's owner may write nobody may: the root is read-only.
	c.workdir, c.user = "/repo", "0"
	if out, talk, err := c.run(t, "", nil, "init", "--new", "--linkerd-version", "2.18", "--name", "east", "--keys-dir", "/keys"); err == nil || !strings.Contains(talk, "read-only file system") {
		t.Errorf("init writes into a read-only root: %v: %s%s", err, out, talk)
	}
}

// give gives a directory to a user.
func give(t *testing.T, dir string, user int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(file string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(file, user, user)
	})
	if err != nil {
		t.Fatal(err)
	}
}
