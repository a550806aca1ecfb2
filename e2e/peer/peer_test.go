package peer

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// versions: what proves that a program is the one that its go.mod pins.
var versions = map[string]struct {
	args []string
	says string
}{
	"l5d-pki-render": {[]string{"version"}, "l5d-pki-render"},
	"helm3":          {[]string{"version", "--short"}, "v3.22"},
	"helm4":          {[]string{"version", "--short"}, "v4.3"},
	"gitea":          {[]string{"--version"}, "gitea version"},
	"age":            {[]string{"--version"}, ""},
	"sops":           {[]string{"--version", "--disable-version-check"}, "3.13.3"},
	"kustomize":      {[]string{"version"}, ""},
	"etcd":           {[]string{"--version"}, "etcd Version: 3.7.3"},
	"kube-apiserver": {[]string{"--version"}, "Kubernetes v1.37.2"},
	"kubectl":        {[]string{"version", "--client"}, "v1.37.2"},
}

// TestPrograms builds every program and asks those that can tell for their version.
func TestPrograms(t *testing.T) {
	names := make([]string, 0, len(recipes))
	for name := range recipes {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			path := Program(t, name)
			want, tells := versions[name]
			if !tells {
				return
			}
			out, err := exec.Command(path, want.args...).CombinedOutput()
			if err != nil || !strings.Contains(string(out), want.says) {
				t.Fatalf("%s %s: %v\n%s", name, strings.Join(want.args, " "), err, out)
			}
		})
	}
}
