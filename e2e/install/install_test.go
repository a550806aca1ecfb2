// Package install installs a release, which it builds, with the real installers: Helm 3,
// Helm 4, krew, and the image. (apt, rpm, the script, the action and the component are tested in release/.)
package install

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"

	"github.com/l5d-pki/l5d-pki-render/e2e"
	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

const version = "v0.1.0"

var (
	once    sync.Once
	dist    string // the release
	keyring string // the public key that signed the plugins
)

func TestMain(m *testing.M) {
	code := m.Run()
	if dist != "" {
		_ = os.RemoveAll(filepath.Dir(dist))
	}
	os.Exit(code)
}

// release builds the release of this machine's platform, once.
func release(t *testing.T) string {
	t.Helper()
	once.Do(func() {
		top, err := os.MkdirTemp("", "release-")
		if err != nil {
			t.Fatal(err)
		}
		dist, keyring = filepath.Join(top, "dist"), filepath.Join(top, "pubring.gpg")
		key := makeKey(t, top, keyring)
		cmd := exec.Command("go", "run", ".", "--version", version, "--platform", "linux/"+runtime.GOARCH, "--out", dist, "--pgp-key", key)
		cmd.Dir = filepath.Join(peer.Root(), "release")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOTOOLCHAIN=local", "GOFLAGS=")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	})
	if _, err := os.Stat(filepath.Join(dist, "checksums.txt")); err != nil {
		t.Fatal("the release was not built")
	}
	return dist
}

// makeKey makes a PGP key: the private one armored in a directory, the public one as a keyring of Helm.
func makeKey(t *testing.T, dir, keyring string) string {
	t.Helper()
	entity, err := openpgp.NewEntity("Release", "test", "release@example.com", nil)
	if err != nil {
		t.Fatal(err)
	}
	private := filepath.Join(dir, "private.asc")
	for _, file := range []string{private, keyring} {
		f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if file == keyring {
			err = entity.Serialize(f)
		} else {
			w, armoring := armor.Encode(f, openpgp.PrivateKeyType, nil)
			if armoring != nil {
				t.Fatal(armoring)
			}
			if err = entity.SerializePrivate(w, nil); err == nil {
				err = w.Close()
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return private
}

// archive is a plugin's archive for a major version of Helm.
func archive(plugin, major string) string {
	return plugin + "-" + strings.TrimPrefix(version, "v") + "_helm" + major + "_linux_" + runtime.GOARCH + ".tgz"
}

// bare is a Helm without plugins.
func bare(t *testing.T, major string) *e2e.Sandbox {
	t.Helper()
	s := e2e.NewSandbox(t, map[string]string{"helm": "helm" + major})
	data := filepath.Join(filepath.Dir(s.Dir), "data")
	s.Env = append(s.Env, "HELM_DATA_HOME="+data, "HELM_CACHE_HOME="+filepath.Join(filepath.Dir(s.Dir), "cache"), "HELM_CONFIG_HOME="+filepath.Join(filepath.Dir(s.Dir), "config"))
	return s
}

// runs holds that the command of the plugin is the release's.
func runs(t *testing.T, s *e2e.Sandbox) {
	t.Helper()
	if out := string(s.MustRun(t, "", nil, "helm", "l5d-pki", "version")); !strings.HasPrefix(out, "l5d-pki-render "+version+" ") {
		t.Errorf("the plugin says %q", out)
	}
}

// TestHelm3: Helm 3 takes an archive from a server, and a directory.
func TestHelm3(t *testing.T) {
	name := archive("l5d-pki", "3")
	text, err := os.ReadFile(filepath.Join(release(t), name))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/"+name {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/gzip")
		_, _ = w.Write(text)
	}))
	defer server.Close()
	s := bare(t, "3")
	s.MustRun(t, "", nil, "helm", "plugin", "install", server.URL+"/"+name)
	runs(t, s)

	local := bare(t, "3")
	if err := os.Mkdir(filepath.Join(local.Dir, "l5d-pki"), 0o755); err != nil {
		t.Fatal(err)
	}
	local.MustRun(t, "", nil, "tar", "-xzf", filepath.Join(dist, name), "-C", "l5d-pki")
	local.MustRun(t, "", nil, "helm", "plugin", "install", "l5d-pki")
	runs(t, local)
	local.MustRun(t, "", nil, "helm", "plugin", "uninstall", "l5d-pki")
}

// TestHelm4: Helm 4 takes each signed archive, and none that its signature does not fit.
func TestHelm4(t *testing.T) {
	dir := release(t)
	s := bare(t, "4")
	strangers := filepath.Join(t.TempDir(), "pubring.gpg")
	makeKey(t, t.TempDir(), strangers)
	for _, plugin := range []string{"l5d-pki", "l5d-pki-render", "l5d-pki-values"} {
		file := filepath.Join(dir, archive(plugin, "4"))
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text[len(text)-1] ^= 1
		s.Write(t, filepath.Base(file), string(text))
		prov, err := os.ReadFile(file + ".prov")
		if err != nil {
			t.Fatal(err)
		}
		s.Write(t, filepath.Base(file)+".prov", string(prov))
		for _, verb := range [][]string{{"install", "--keyring", keyring}, {"verify", "--keyring", keyring}} {
			if r := s.Run(t, "", nil, "helm", append([]string{"plugin", verb[0], filepath.Base(file)}, verb[1:]...)...); r.Code == 0 {
				t.Errorf("%s: plugin %s takes a changed archive", plugin, verb[0])
			}
		}
		if r := s.Run(t, "", nil, "helm", "plugin", "verify", file, "--keyring", strangers); r.Code == 0 {
			t.Errorf("%s: verified by the key of somebody else", plugin)
		}
		if out := string(s.MustRun(t, "", nil, "helm", "plugin", "verify", file, "--keyring", keyring)); !strings.Contains(out, "Release (test) <release@example.com>") {
			t.Errorf("%s: plugin verify says %q", plugin, out)
		}
		r := s.Run(t, "", nil, "helm", "plugin", "install", file, "--verify", "--keyring", keyring)
		if r.Code != 0 || !strings.Contains(r.Stdout+r.Stderr, "Release (test) <release@example.com>") {
			t.Fatalf("%s: code %d: %s%s", plugin, r.Code, r.Stdout, r.Stderr)
		}
	}
	runs(t, s)
	list := string(s.MustRun(t, "", nil, "helm", "plugin", "list"))
	for _, kind := range []string{"cli/v1", "postrenderer/v1", "getter/v1"} {
		if !strings.Contains(list, kind) {
			t.Errorf("no plugin of type %s:\n%s", kind, list)
		}
	}
}

// TestKrew: krew takes the manifest and the archive that it names.
func TestKrew(t *testing.T) {
	dir := release(t)
	s := e2e.NewSandbox(t, map[string]string{"krew": "krew"})
	root := filepath.Join(filepath.Dir(s.Dir), "krew")
	s.Env = append(s.Env, "KREW_ROOT="+root)
	manifest := filepath.Join(dir, "manifests", "l5d-pki.yaml")
	file := filepath.Join(dir, "l5d-pki-render_"+strings.TrimPrefix(version, "v")+"_linux_"+runtime.GOARCH+".tar.gz")
	wrong, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	s.Write(t, "wrong.yaml", strings.Replace(string(wrong), "sha256: ", "sha256: 0", 1))
	if r := s.Run(t, "", nil, "krew", "install", "--manifest=wrong.yaml", "--archive="+file); r.Code == 0 {
		t.Error("an archive is installed whose checksum the manifest does not have")
	}
	s.MustRun(t, "", nil, "krew", "install", "--manifest="+manifest, "--archive="+file)
	out, err := exec.Command(filepath.Join(root, "bin", "kubectl-l5d_pki"), "version").Output()
	if err != nil || !strings.HasPrefix(string(out), "l5d-pki-render "+version+" ") {
		t.Errorf("%v: %s", err, out)
	}
}
