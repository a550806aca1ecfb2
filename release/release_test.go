package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"
)

// pretended is the program of a pretended release: it answers whatever it is
// asked, and is small, so that packing it for every platform takes no time.
const pretended = `package main

import "os"

func main() { os.Stdout.WriteString("it runs\n") }
`

// shown is the pretended release that tests share; nobody writes to it.
var shown *release

// pretend is that release, made once.
func pretend(t *testing.T) *release {
	t.Helper()
	if shown == nil {
		shown = pretendIn(t, scratch)
	}
	return shown
}

// scratch is the directory of the shared release.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "release-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(scratch)
	os.Exit(code)
}

// pretendIn makes a release of small programs in a directory: how they are packed does
// not depend on what is in them.
func pretendIn(t *testing.T, dir string) *release {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	r := &release{root: root, out: filepath.Join(dir, "dist"), version: "v0.1.0", commit: strings.Repeat("a", 40), date: time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)}
	text := compiled(t)
	var made []build
	for _, to := range targets {
		b := build{target: to}
		for _, p := range programs {
			file := filepath.Join(r.work(), to.goos+"_"+to.goarch, p.name+to.exe())
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, text, 0o755); err != nil {
				t.Fatal(err)
			}
			b.files = append(b.files, file)
		}
		made = append(made, b)
	}
	if err := r.pack(made); err != nil {
		t.Fatal(err)
	}
	return r
}

// compiled is the small program, built once.
var compiled = func() func(*testing.T) []byte {
	var text []byte
	return func(t *testing.T) []byte {
		t.Helper()
		if text != nil {
			return text
		}
		dir := t.TempDir()
		source, program := filepath.Join(dir, "main.go"), filepath.Join(dir, "program")
		if err := os.WriteFile(source, []byte(pretended), 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, source).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		text = read(t, program)
		return text
	}
}()

// TestSameBytes: two runs in two directories give the same files, each with its checksum.
func TestSameBytes(t *testing.T) {
	first, second := digests(t, pretend(t).out), digests(t, pretendIn(t, t.TempDir()).out)
	if len(first) < 40 {
		t.Fatalf("%d files only", len(first))
	}
	for name, sum := range first {
		if second[name] != sum {
			t.Errorf("%s differs", name)
		}
	}
}

func digests(t *testing.T, dir string) map[string]string {
	t.Helper()
	sums := map[string]string{}
	listed, err := os.ReadFile(filepath.Join(dir, "checksums.txt"))
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(dir, func(file string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(file)
		sum := sha256.Sum256(text)
		name, _ := filepath.Rel(dir, file)
		sums[name] = hex.EncodeToString(sum[:])
		if !strings.Contains(name, "/") && name != "checksums.txt" && !strings.Contains(string(listed), sums[name]+"  "+name+"\n") {
			t.Errorf("checksums.txt has no line for %s", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

// TestManagers: the manifests are what their tools read, and name archives with their checksums.
func TestManagers(t *testing.T) {
	r := pretend(t)
	sums := string(read(t, filepath.Join(r.out, "checksums.txt")))
	var krew struct {
		Spec struct {
			Platforms []struct{ URI, SHA256, Bin string }
		}
	}
	if err := yaml.UnmarshalStrict(read(t, filepath.Join(r.out, "manifests/l5d-pki.yaml")), &map[string]any{}); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(read(t, filepath.Join(r.out, "manifests/l5d-pki.yaml")), &krew); err != nil || len(krew.Spec.Platforms) != len(targets) {
		t.Fatalf("%v: %+v", err, krew)
	}
	for _, p := range krew.Spec.Platforms {
		if !strings.Contains(sums, p.SHA256+"  "+p.URI[strings.LastIndex(p.URI, "/")+1:]+"\n") {
			t.Errorf("%s: not the archive's checksum", p.URI)
		}
	}
	var scoop struct {
		Architecture map[string]struct{ URL, Hash string }
		Bin          []string
	}
	decode(t, read(t, filepath.Join(r.out, "manifests/l5d-pki-render.json")), &scoop)
	if len(scoop.Architecture) != 2 || len(scoop.Bin) != len(programs) || scoop.Architecture["64bit"].Hash == "" {
		t.Errorf("%+v", scoop)
	}
	brew := string(read(t, filepath.Join(r.out, "manifests/l5d-pki-render.rb")))
	packed := untar(t, read(t, filepath.Join(r.out, r.name(target{"darwin", "arm64"})+".tar.gz")))
	for _, named := range regexp.MustCompile(`"(share/[^"*]+)`).FindAllStringSubmatch(brew, -1) {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(packed)), func(name string) bool { return strings.HasPrefix(name, named[1]) }) {
			t.Errorf("the formula installs %s, which the archive does not have", named[1])
		}
	}
	if strings.Count(brew, "share/") != 4 || strings.Count(brew, "sha256 \"") != 4 || strings.Contains(brew, "<no value>") {
		t.Error(brew)
	}
}

// TestInstallScript: the script installs the archive that has the checksum, and
// nothing for another checksum.
func TestInstallScript(t *testing.T) {
	r, into := pretend(t), filepath.Join(t.TempDir(), "bin")
	name := r.name(target{runtime.GOOS, runtime.GOARCH}) + ".tar.gz"
	releases := t.TempDir()
	if err := os.MkdirAll(filepath.Join(releases, "v0.1.0"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(releases, "v0.1.0", name), read(t, filepath.Join(r.out, name)), 0o644); err != nil {
		t.Fatal(err)
	}
	sum, err := r.sum(name)
	if err != nil {
		t.Fatal(err)
	}
	install := func(sum string) (string, error) {
		cmd := exec.Command("../scripts/install.sh", "v0.1.0", sum, into)
		cmd.Env = append(os.Environ(), "L5D_PKI_RELEASES=file://"+releases)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := install(strings.Repeat("0", 64)); err == nil || !strings.Contains(out, "nothing was installed") {
		t.Errorf("%v: %s", err, out)
	}
	if _, err := os.Stat(into); err == nil {
		t.Error("a wrong checksum, and something was installed")
	}
	if out, err := install(sum); err != nil || !strings.Contains(out, "it runs") {
		t.Fatalf("%v: %s", err, out)
	}
	// Somebody else's link at a temporary name, and a second run over what is there.
	others := filepath.Join(t.TempDir(), "others")
	if err := os.WriteFile(others, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	planted := filepath.Join(into, ".l5d-pki-render.new")
	if err := os.Symlink(others, planted); err != nil {
		t.Fatal(err)
	}
	if out, err := install(sum); err != nil || string(read(t, others)) != "mine" {
		t.Errorf("through a link: %v: %s", err, out)
	}
	if err := os.Remove(planted); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(into)
	if err != nil || len(entries) != len(programs) {
		t.Errorf("%v: %v", err, entries)
	}
	program := filepath.Join(into, "l5d-pki-render")
	if info, err := os.Stat(program); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("%v: %v", err, info.Mode())
	}
	if err := errors.Join(os.Remove(program), os.Mkdir(program, 0o755)); err != nil {
		t.Fatal(err)
	}
	if out, err := install(sum); err == nil || !strings.Contains(out, "is a directory") {
		t.Errorf("into a directory: %v: %s", err, out)
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func decode(t *testing.T, text []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%v: %.100s", err, text)
	}
}

// untar reads a tar, with or without gzip.
func untar(t *testing.T, data []byte) map[string][]byte {
	t.Helper()
	var r io.Reader = bytes.NewReader(data)
	if gz, err := gzip.NewReader(bytes.NewReader(data)); err == nil {
		r = gz
	}
	all := map[string][]byte{}
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		if all[h.Name], err = io.ReadAll(tr); err != nil {
			t.Fatal(err)
		}
	}
}
