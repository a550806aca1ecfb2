package main

import (
	"bytes"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// published serves the pretended release as a forge serves releases, over TLS, and
// returns the address, a file with the certificate, and the checksum of this machine's archive.
func published(t *testing.T) (url, authority, sum string) {
	t.Helper()
	r := pretend(t)
	server := httptest.NewTLSServer(http.StripPrefix("/"+r.version+"/", http.FileServer(http.Dir(r.out))))
	t.Cleanup(server.Close)
	authority = filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(authority, text, 0o644); err != nil {
		t.Fatal(err)
	}
	sum, err := r.sum(r.name(target{"linux", runtime.GOARCH}) + ".tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	return server.URL, authority, sum
}

// TestAction: the steps of action.yml, run as GitHub's runner runs them, install the release
// and put it into the PATH of later steps; with another checksum they fail, and the PATH
// stays as it is.
func TestAction(t *testing.T) {
	need(t, "curl")
	url, authority, sum := published(t)
	var action struct {
		Inputs map[string]struct{ Required bool }
		Runs   struct {
			Using string
			Steps []struct {
				Shell, Run string
				Env        map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(read(t, "../action.yml"), &action); err != nil {
		t.Fatal(err)
	}
	if action.Runs.Using != "composite" || len(action.Inputs) != 2 || len(action.Runs.Steps) == 0 {
		t.Fatalf("%+v", action)
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	run := func(inputs map[string]string) (path, out string, failed bool) {
		temp := t.TempDir()
		paths := filepath.Join(temp, "path")
		for _, step := range action.Runs.Steps {
			script := filepath.Join(temp, "step.sh")
			if err := os.WriteFile(script, []byte(step.Run), 0o644); err != nil {
				t.Fatal(err)
			}
			if step.Shell != "sh" || strings.Contains(step.Run, "${{") {
				t.Fatalf("an input is written into the script: %s", step.Run)
			}
			cmd := exec.Command("sh", "-e", script) // as GitHub's documentation has it for `shell: sh`
			cmd.Env = append(os.Environ(), "GITHUB_ACTION_PATH="+root, "RUNNER_TEMP="+temp, "GITHUB_PATH="+paths, "L5D_PKI_RELEASES="+url, "CURL_CA_BUNDLE="+authority)
			for name, value := range step.Env {
				cmd.Env = append(cmd.Env, name+"="+input.ReplaceAllStringFunc(value, func(text string) string { return inputs[input.FindStringSubmatch(text)[1]] }))
			}
			text, err := cmd.CombinedOutput()
			if out += string(text); err != nil {
				failed = true
				break
			}
		}
		added, _ := os.ReadFile(paths)
		return strings.TrimSpace(string(added)), out, failed
	}
	path, out, failed := run(map[string]string{"version": "v0.1.0", "sha256": sum})
	if failed || path == "" {
		t.Fatal(out)
	}
	for _, p := range programs {
		if text, err := exec.Command(filepath.Join(path, p.name)).Output(); err != nil || string(text) != "it runs\n" {
			t.Errorf("%s: %v: %s", p.name, err, text)
		}
	}
	for what, inputs := range map[string]map[string]string{
		"another checksum": {"version": "v0.1.0", "sha256": strings.Repeat("0", 64)},
		"no checksum":      {"version": "v0.1.0", "sha256": ""},
		"no such release":  {"version": "v0.1.1", "sha256": sum},
		"a command":        {"version": "v0.1.0$(touch ../x)", "sha256": sum},
	} {
		if path, out, failed := run(inputs); !failed || path != "" {
			t.Errorf("%s: the PATH gets %q: %s", what, path, out)
		}
	}
}

// input matches an input in an action.
var input = regexp.MustCompile(`\$\{\{ *inputs\.([a-z0-9]+) *\}\}`)

// TestComponent: the commands of GitLab's component, run as its runner runs them, install
// the release into /usr/local/bin; with another checksum nothing is there. They run in a mount
// namespace, so that the directories that they write to are the test's.
func TestComponent(t *testing.T) {
	need(t, "curl")
	if out, err := exec.Command("unshare", "--mount", "true").CombinedOutput(); err != nil {
		t.Skipf("SKIPPED, NOT PASSED: no mount namespace can be made: %v: %s", err, out)
	}
	if runtime.GOARCH != "amd64" {
		t.Skip("SKIPPED, NOT PASSED: the component installs the archive for amd64")
	}
	url, authority, sum := published(t)
	header, jobs, _ := bytes.Cut(read(t, "../templates/install.yml"), []byte("\n---\n"))
	var spec struct {
		Spec struct {
			Inputs map[string]struct{ Regex, Default string }
		}
	}
	if err := yaml.Unmarshal(header, &spec); err != nil {
		t.Fatal(err)
	}
	inputs := map[string]string{"version": "v0.1.0", "sha256": sum, "releases": url}
	for name, value := range inputs {
		if given, known := spec.Spec.Inputs[name]; !known || !regexp.MustCompile(given.Regex).MatchString(value) {
			t.Fatalf("the component takes no %s of the value %s", name, value)
		}
	}
	if given := spec.Spec.Inputs["sha256"].Regex; regexp.MustCompile(given).MatchString(`0"; touch x; "`) || given == "" {
		t.Errorf("the component takes any text for a checksum: %q", given)
	}
	run := func(inputs map[string]string) (dir, out string, failed bool) {
		text := interpolated.ReplaceAllStringFunc(string(jobs), func(text string) string { return inputs[interpolated.FindStringSubmatch(text)[1]] })
		var all map[string]struct {
			Script []string `json:"before_script"`
		}
		if err := yaml.Unmarshal([]byte(text), &all); err != nil || len(all[".l5d-pki-render"].Script) == 0 {
			t.Fatalf("%v: %s", err, text)
		}
		return inNamespace(t, all[".l5d-pki-render"].Script, "CURL_CA_BUNDLE="+authority)
	}
	dir, out, failed := run(inputs)
	if failed {
		t.Fatal(out)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != len(programs) {
		t.Errorf("%v: %v", err, left)
	}
	if text, err := exec.Command(filepath.Join(dir, "l5d-pki-render")).Output(); err != nil || string(text) != "it runs\n" {
		t.Errorf("%v: %s", err, text)
	}
	inputs["sha256"] = strings.Repeat("0", 64)
	dir, out, failed = run(inputs)
	if left, err := os.ReadDir(dir); !failed || err != nil || len(left) > 0 {
		t.Errorf("another checksum: %v %v: %s", err, left, out)
	}
}

// interpolated matches an input in a component of GitLab.
var interpolated = regexp.MustCompile(`\$\[\[ *inputs\.([a-z0-9]+) *\]\]`)

// inNamespace runs commands as GitLab's runner does, in one shell that ends at the first
// that fails. /usr/local/bin and /tmp are new directories; apt-get, which would need a
// network, is one that says what it was asked for. It returns what /usr/local/bin is.
func inNamespace(t *testing.T, commands []string, env ...string) (dir, out string, failed bool) {
	t.Helper()
	dir = t.TempDir()
	fakes, temp, here := t.TempDir(), t.TempDir(), t.TempDir()
	authority := filepath.Join(here, "ca.pem")
	for i, v := range env {
		if file, named := strings.CutPrefix(v, "CURL_CA_BUNDLE="); named {
			if err := os.WriteFile(authority, read(t, file), 0o644); err != nil {
				t.Fatal(err)
			}
			env[i] = "CURL_CA_BUNDLE=/mnt/ca.pem"
		}
	}
	for file, text := range map[string]string{
		filepath.Join(fakes, "apt-get"): "#!/bin/sh\necho \"apt-get $*\" >&2\n",
		filepath.Join(here, "script"):   strings.Join(commands, "\n") + "\n",
	} {
		if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	const mounts = `mount --make-rprivate / && mount --bind "$2" /usr/local/sbin && mount --bind "$4" /mnt && mount --bind "$1" /usr/local/bin && mount --bind "$3" /tmp && exec bash -e -o pipefail /mnt/script`
	cmd := exec.Command("unshare", "--mount", "sh", "-c", mounts, "sh", dir, fakes, temp, here)
	cmd.Env = append([]string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, env...)
	text, err := cmd.CombinedOutput()
	if !strings.Contains(string(text), "apt-get install") {
		t.Fatalf("the commands were not run: %v: %s", err, text)
	}
	return dir, string(text), err != nil
}
