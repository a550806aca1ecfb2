package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// need skips a test loudly where a program is missing.
func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("SKIPPED, NOT PASSED: %s is not installed", program)
	}
}

// command runs a program that has to succeed.
func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// installs holds that a package's programs, pages and completions are below a root.
func installs(t *testing.T, root, zsh string) {
	t.Helper()
	for _, p := range programs {
		info, err := os.Stat(filepath.Join(root, "usr/bin", p.name))
		if err != nil || info.Mode().Perm() != 0o755 {
			t.Errorf("%s: %v", p.name, err)
		}
	}
	if to, err := os.Readlink(filepath.Join(root, "usr/bin/linkerd-pki")); err != nil || to != "l5d-pki-render" {
		t.Errorf("linkerd-pki leads to %q: %v", to, err)
	}
	for _, name := range []string{
		"bash-completion/completions/l5d-pki-render", "fish/vendor_completions.d/l5d-pki-render.fish", "zsh/" + zsh + "/_l5d-pki-render",
		"man/man1/l5d-pki-render.1.gz", "doc/l5d-pki-render/LICENSE",
	} {
		info, err := os.Stat(filepath.Join(root, "usr/share", name))
		if err != nil || info.Mode().Perm() != 0o644 || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDeb: apt installs the package from its file into a root of its own, and removes it again.
func TestDeb(t *testing.T) {
	need(t, "apt-get")
	r, root := pretend(t), t.TempDir()
	for _, dir := range []string{
		"var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/apt/lists/partial", "var/cache/apt/archives/partial", "etc/apt/preferences.d", "etc/apt/apt.conf.d", "var/log/apt",
	} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"var/lib/dpkg/status", "etc/apt/sources.list"} {
		if err := os.WriteFile(filepath.Join(root, file), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	apt := func(args ...string) string {
		return command(t, "apt-get", append([]string{
			"-y", "-o", "Dir=" + root, "-o", "Dir::State::status=" + filepath.Join(root, "var/lib/dpkg/status"), "-o", "APT::Sandbox::User=", "-o", "APT::Architecture=" + runtime.GOARCH,
			"-o", "Dpkg::Options::=--root=" + root, "-o", "Dpkg::Options::=--log=/dev/null", "-o", "Dpkg::Options::=--force-not-root",
			"-o", "Dpkg::Options::=--force-script-chrootless", "-o", "Dpkg::Options::=--force-architecture",
		}, args...)...)
	}
	apt("install", "--no-install-recommends", filepath.Join(r.out, "l5d-pki-render_0.1.0_"+runtime.GOARCH+".deb"))
	installs(t, root, "vendor-completions")
	if state := command(t, "dpkg-query", "--admindir="+filepath.Join(root, "var/lib/dpkg"), "-W", "-f", "${Version} ${db:Status-Abbrev} ${Recommends}", "l5d-pki-render"); !strings.HasPrefix(state, "0.1.0 ii") || !strings.Contains(state, "git") {
		t.Errorf("dpkg says %q", state)
	}
	apt("remove", "l5d-pki-render")
	if _, err := os.Lstat(filepath.Join(root, "usr/bin/l5d-pki-render")); !os.IsNotExist(err) {
		t.Errorf("after its removal: %v", err)
	}
}

// TestRPM: rpm installs the package into a root of its own, finds every file as it was
// packed, and removes it again.
func TestRPM(t *testing.T) {
	need(t, "rpm")
	if os.Getuid() != 0 {
		t.Skip("SKIPPED, NOT PASSED: only root may change the root directory")
	}
	r, root := pretend(t), t.TempDir()
	file := filepath.Join(r.out, "l5d-pki-render-0.1.0-1."+map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]+".rpm")
	rpm := func(args ...string) string { return command(t, "rpm", append([]string{"--root", root}, args...)...) }
	rpm("-i", "--ignorearch", file)
	installs(t, root, "site-functions")
	if changed := rpm("--verify", "l5d-pki-render"); changed != "" {
		t.Errorf("rpm finds other files than it installed: %s", changed)
	}
	if about := rpm("-q", "--queryformat", "%{VERSION}-%{RELEASE} %{LICENSE} %{BUILDHOST}", "l5d-pki-render"); about != "0.1.0-1 Apache-2.0 reproducible" {
		t.Errorf("rpm says %q", about)
	}
	rpm("-e", "l5d-pki-render")
	if _, err := os.Lstat(filepath.Join(root, "usr/bin/l5d-pki-render")); !os.IsNotExist(err) {
		t.Errorf("after its removal: %v", err)
	}
}

// TestAPK: the package is what apk-tools reads, which no package of Debian and no library
// at hand has: two gzip streams, the second with the digest that the first names, and
// each file with its SHA-1 (apk-package(5)).
func TestAPK(t *testing.T) {
	r, root := pretend(t), t.TempDir()
	packed := read(t, filepath.Join(r.out, "l5d-pki-render_0.1.0_"+map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]+".apk"))
	control, data := streams(t, packed)
	about := string(untar(t, control)[".PKGINFO"])
	sum := sha256.Sum256(data)
	for _, line := range []string{"pkgname = l5d-pki-render", "pkgver = 0.1.0", "datahash = " + hex.EncodeToString(sum[:])} {
		if !strings.Contains("\n"+about, "\n"+line+"\n") {
			t.Errorf(".PKGINFO has no line %q:\n%s", line, about)
		}
	}
	unpack(t, data, root, func(h *tar.Header) {
		if h.Typeflag == tar.TypeReg && len(h.PAXRecords["APK-TOOLS.checksum.SHA1"]) != 40 {
			t.Errorf("%s has no checksum", h.Name)
		}
	})
	installs(t, root, "site-functions")
}

// streams are the two gzip streams of a package that nobody signed, as they are.
func streams(t *testing.T, packed []byte) (control, data []byte) {
	t.Helper()
	r := bufio.NewReader(bytes.NewReader(packed))
	source := &counted{r: r}
	gz, err := gzip.NewReader(source)
	if err != nil {
		t.Fatal(err)
	}
	gz.Multistream(false)
	if _, err := io.Copy(io.Discard, gz); err != nil {
		t.Fatal(err)
	}
	return packed[:source.n], packed[source.n:]
}

// counted counts what was read; a reader of bytes is not read ahead of.
type counted struct {
	r *bufio.Reader
	n int
}

func (c *counted) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// unpack unpacks a tar with gzip below a root.
func unpack(t *testing.T, packed []byte, root string, each func(*tar.Header)) {
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
		each(h)
		name := filepath.Join(root, h.Name)
		switch h.Typeflag {
		case tar.TypeDir:
			err = os.MkdirAll(name, 0o755)
		case tar.TypeSymlink:
			err = os.Symlink(h.Linkname, name)
		default:
			var text []byte
			if text, err = io.ReadAll(tr); err == nil {
				if err = os.MkdirAll(filepath.Dir(name), 0o755); err == nil {
					err = os.WriteFile(name, text, os.FileMode(h.Mode))
				}
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
