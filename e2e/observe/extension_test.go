package observe

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// extension is a program in the PATH whose name begins with linkerd-.
type extension struct {
	l    *lab
	path string
}

// call runs it as `linkerd` does: nothing of its exit code but whether it is 0.
func (e extension) call(args ...string) (stdout, stderr string, ok bool) {
	e.l.t.Helper()
	var out, said bytes.Buffer
	cmd := exec.Command(e.path, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = filepath.Dir(e.path), []string{"HOME=" + e.l.t.TempDir(), "PATH=" + filepath.Dir(e.path)}, &out, &said
	err := cmd.Run()
	return out.String(), said.String(), err == nil
}

// always reports whether `linkerd check` runs it on every cluster (linkerd2:
// cli/cmd/check_extensions.go, isAlwaysCheck).
func (e extension) always() bool {
	out, _, ok := e.call("_extension-metadata")
	var metadata struct{ Name, Checks string }
	return ok && json.Unmarshal([]byte(out), &metadata) == nil && strings.EqualFold(metadata.Name, filepath.Base(e.path)) && metadata.Checks == "always"
}

// checked is what `linkerd check` parses (linkerd2: pkg/healthcheck/healthcheck_output.go,
// CheckOutput). It refuses nothing that it does not know.
type checked struct {
	Success    bool `json:"success"`
	Categories []struct {
		Name   string `json:"categoryName"`
		Checks []struct {
			Description string `json:"description"`
			Hint        string `json:"hint"`
			Error       string `json:"error"`
			Result      string `json:"result"`
		} `json:"checks"`
	} `json:"categories"`
}

// check runs the checks with the flags that `linkerd check` hands on (linkerd2:
// cli/cmd/check.go, getExtensionCheckFlags): those whose value is not empty, and an
// empty list of groups as it prints one. It goes by the JSON, not by the exit code.
func (e extension) check(flags ...string) (c checked, failed string) {
	e.l.t.Helper()
	flags = append(flags, "--as-group=[]", "--linkerd-namespace=linkerd", "--verbose=false", "--output=json")
	out, said, ok := e.call(append([]string{"check"}, flags...)...)
	if err := json.Unmarshal([]byte(out), &c); err != nil {
		return c, said
	}
	if ok != c.Success {
		e.l.t.Errorf("check %q: success is %t, and the exit code says %t", flags, c.Success, ok)
	}
	return c, ""
}

// result is of one check, by a part of its description; "" if there is none.
func (c checked) result(description string) (result, text string) {
	for _, category := range c.Categories {
		for _, one := range category.Checks {
			if strings.Contains(one.Description, description) {
				return one.Result, one.Error
			}
		}
	}
	return "", ""
}

// checkExtension has the mesh of TestObserve checked by a link to the main program, as
// `linkerd check` finds and runs it.
func (l *lab) checkExtension() {
	l.t.Helper()
	path := filepath.Join(l.t.TempDir(), "linkerd-pki")
	if err := os.Symlink(peer.Tool(l.t), path); err != nil {
		l.t.Fatal(err)
	}
	e := extension{l, path}
	if !e.always() {
		l.t.Error("linkerd check does not run linkerd-pki on every cluster")
	}
	kubeconfig := "--kubeconfig=" + l.limitedFile()
	const stale = "data plane proxies hold the trust anchors"
	for _, c := range []struct {
		flags        []string
		result, text string
	}{
		{[]string{kubeconfig, "--proxy=true", "--wait=5m0s"}, "warning", "shop/pod/a"},
		{[]string{kubeconfig, "--context=test", "--proxy=false", "--wait=5m0s", "--namespace=linkerd-two"}, "", ""},
	} {
		got, failed := e.check(c.flags...)
		if failed != "" {
			l.t.Errorf("%q: %s", c.flags, failed)
		}
		if result, text := got.result(stale); !got.Success || result != c.result || !strings.Contains(text, c.text) {
			l.t.Errorf("%q: %q %q", c.flags, result, text)
		}
	}
	// What cannot be checked is said on stderr, which linkerd shows in place of the JSON.
	for flags, want := range map[string]string{"--kubeconfig=/no/such": "no/such", "--as=me": "as another user"} {
		if got, failed := e.check(flags, "--wait=1s"); got.Success || !strings.Contains(failed, want) {
			l.t.Errorf("%s: %+v %q", flags, got, failed)
		}
	}
	// `linkerd pki check` hands on everything as it is.
	for format, has := range map[string][2]string{
		"short": {"‼ " + stale, "√ trust"},
		"table": {"√ trust", "{"},
		"json":  {`"categoryName": "linkerd-pki-data-plane"`, "√"},
	} {
		if out, said, ok := e.call("check", kubeconfig, "-o", format, "--wait", "1m"); !ok || !strings.Contains(out, has[0]) || strings.Contains(out, has[1]) {
			l.t.Errorf("-o %s: %s%s", format, out, said)
		}
	}
	if out, _, ok := e.call("check", kubeconfig, "-o", "json", "--at", "2090-01-01T00:00:00Z"); ok || !strings.Contains(out, `"success": false`) {
		l.t.Errorf("expired certificates: %t\n%s", ok, out)
	}
}
