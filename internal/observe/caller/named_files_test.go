package caller

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/observe/exchange"
)

// TestFiles: kubeconfigs are found as kubectl finds them, and so is what they name.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	text := `clusters: [{cluster: {certificate-authority: ca.pem}}, {cluster: {server: x}}]
users:
- user: {client-certificate: /etc/client.pem, client-key: keys/client.key, tokenFile: token}
- user: {exec: {command: ./login}}
- user: {exec: {command: aws, args: [--config=settings, none, "-c", "./sub"], env: [{name: X, value: settings}]}}
`
	scripts := `users:
- user: {exec: {command: sh, args: [-c, '"$HOME/two words/plugin"']}}
- user: {exec: {command: /bin/bash, args: [-c, 'exec tw"o words"/plug\in']}}
- user: {exec: {command: other, args: [-c, '$(x)/plugin']}}
`
	home := filepath.Join(dir, "home")
	for _, name := range []string{"home/.kube", "home/two words", "two words", ".git"} {
		if err := os.MkdirAll(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"sub": text, "scripts": scripts, "made-up": "users: [{user: {exec: {command: sh, args: [-c, '$(no-such-program)/x']}}}]\n", "home/two words/plugin": "", "two words/plugin": "", "odd": "users: 1\n", "settings": "", filepath.Join(home, ".kube", "config"): text} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	below := func(dir string) []string {
		return []string{"settings", "./sub", filepath.Join(dir, "ca.pem"), "/etc/client.pem", filepath.Join(dir, "keys/client.key"), filepath.Join(dir, "token"), filepath.Join(dir, "login")}
	}
	usual := filepath.Join(home, ".kube", "config")
	for _, c := range []struct {
		o    Options
		env  string
		want []string
	}{
		{Options{Kubeconfig: "sub"}, "odd", append([]string{"--kubeconfig sub"}, below(".")...)},
		{Options{Kubeconfig: "scripts"}, "", []string{"--kubeconfig scripts", "--kubeconfig " + filepath.Join(home, "two words/plugin"), "--kubeconfig two words/plugin", "--kubeconfig /bin/bash"}},
		{Options{Kubeconfig: "made-up"}, "", []string{"--kubeconfig made-up", "--kubeconfig, in which $(...) may be any name, " + real}},
		{Options{}, "odd" + string(filepath.ListSeparator) + "none" + string(filepath.ListSeparator) + "sub", append([]string{"KUBECONFIG odd", "KUBECONFIG none", "KUBECONFIG sub"}, below(".")...)},
		{Options{}, "", append([]string{"the usual kubeconfig " + usual}, below(filepath.Dir(usual))...)},
		{Options{Kubeconfig: "odd", Prometheus: exchange.Prometheus{TokenFile: "t", CAFile: "c"}}, "", []string{"--prometheus-token-file t", "--prometheus-ca-file c", "--kubeconfig odd"}},
	} {
		var got []string
		for _, named := range c.o.Files(func(string) string { return c.env }) {
			if named[1] != "" {
				got = append(got, named[0]+" "+named[1])
			}
		}
		for _, want := range c.want {
			if !slices.ContainsFunc(got, func(g string) bool { return g == want || len(g) > len(want) && g[len(g)-len(want)-1:] == " "+want }) {
				t.Errorf("%+v %q: %q is missing in %q", c.o, c.env, want, got)
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%+v %q: %q", c.o, c.env, got)
		}
	}
}
