package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"

	"filippo.io/age"
)

// phrased puts a state on the base whose keys a passphrase opens.
func (l *prLand) phrased(phrase string) {
	l.t.Helper()
	l.commitTo("main", func(dir string) {
		path := filepath.Join(dir, filepath.FromSlash(l.state))
		if err := os.Remove(path); err != nil {
			l.t.Fatal(err)
		}
		done(l.t, callAt(l.t, l.at, "", map[string]string{"L5D_PKI_AGE_PASSPHRASE": phrase}, "init", "--new", "--linkerd-version", "2.18", "--name", "prod-argocd", "--passphrase", "-s", path))
		l.edit(dir, ".gitignore", func(s string) string { return s + "/own/\n" })
	})
	gitIn(l.t, l.clone, "pull", "-q")
	l.at = l.at.Add(time.Hour)
}

// put writes a file of the clone that Git ignores, of one owner alone.
func (l *prLand) put(name, text string) (path string) {
	l.t.Helper()
	path = filepath.Join(l.clone, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		l.t.Fatal(err)
	}
	return path
}

// TestPRPassphraseOfTheOthers: the keys of the base say which passphrase seals new ones.
func TestPRPassphraseOfTheOthers(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.phrased("correct horse")
	heads := l.heads()
	l.env["L5D_PKI_AGE_PASSPHRASE"] = "correct hrose"
	l.refused("custody-passphrase-differs", "start", "anchor", "--strategy", "bundle")
	if l.heads() != heads || len(l.forge.pulls) != 0 {
		t.Errorf("made all the same: %s", l.heads())
	}
	l.env["L5D_PKI_AGE_PASSPHRASE"] = "correct horse"
	if r := l.pr("start", "anchor", "--strategy", "bundle"); r.Operation != plan.OpCreated {
		t.Errorf("%+v", r)
	}
}

// TestPRFilesOfTheBranch: with the branch of somebody else checked out, `pr` and its guard
// take no file from it that decides whom they trust or what they run, by whatever flag or
// variable it is named.
func TestPRFilesOfTheBranch(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.phrased("correct horse")
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	observation, err := os.ReadFile(l.observation())
	if err != nil {
		t.Fatal(err)
	}
	own := map[string]string{"pass": "correct horse\n", "key": id.String() + "\n", "config": "apiVersion: v1\nkind: Config\n", "observation.yaml": string(observation),
		"config-with-plugin": "apiVersion: v1\nkind: Config\nusers: [{name: u, user: {exec: {command: ./login}}}]\n", "login": "#!/bin/sh\n", "other": ""}
	for name, text := range own {
		l.put("own/"+name, text)
	}
	anywhere := l.put("../anywhere", "kind: Config\n")
	start := []string{"start", "anchor", "--strategy", "bundle", "--dry-run"}
	file := func(name string) string { return filepath.Join(l.clone, "own", name) }
	cases := map[string]struct {
		env  map[string]string
		args []string
	}{
		"--passphrase-file":          {nil, append(start, "--passphrase-file", file("pass"))},
		"L5D_PKI_PASSPHRASE_FILE":    {map[string]string{"L5D_PKI_PASSPHRASE_FILE": file("pass")}, start},
		"--identity":                 {nil, append(start, "--identity", file("key"))},
		"L5D_PKI_AGE_IDENTITY":       {map[string]string{"L5D_PKI_AGE_IDENTITY": file("key")}, start},
		"SOPS_AGE_KEY_FILE":          {map[string]string{"SOPS_AGE_KEY_FILE": file("key")}, start},
		"--outgoing-key":             {nil, append(start, "--outgoing-key", file("other"))},
		"--anchor":                   {nil, append(start, "--anchor", file("other"))},
		"--anchor-key":               {nil, append(start, "--anchor-key", file("other"))},
		"--signed":                   {nil, []string{"start", "issuer", "--signed", file("other")}},
		"--csr":                      {nil, []string{"start", "issuer", "--csr", file("other")}},
		"--signer":                   {nil, append(start, "--signer", "pkcs11:token=pki?module-path="+file("other"))},
		"--anchor-signer":            {nil, append(start, "--anchor-signer", "pkcs11:token=pki?pin-source=file:"+file("other"))},
		"--evidence":                 {nil, append(start, "--evidence", file("observation.yaml"))},
		"--ca-file":                  {nil, append(start, "--ca-file", file("other"))},
		"--evidence-key":             {nil, append(start, "--observe", "--evidence-key", file("key"))},
		"--kubeconfig":               {nil, append(start, "--observe", "--kubeconfig", file("config"))},
		"--kubeconfig, its plugin":   {nil, append(start, "--observe", "--kubeconfig", file("config-with-plugin"))},
		"KUBECONFIG":                 {map[string]string{"KUBECONFIG": anywhere + string(filepath.ListSeparator) + file("config")}, append(start, "--observe")},
		"--prometheus-token-file":    {nil, append(start, "--observe", "--prometheus-token-file", file("other"))},
		"--prometheus-ca-file":       {nil, append(start, "--observe", "--prometheus-ca-file", file("other"))},
		"--guard --evidence":         {nil, []string{"--guard", "--evidence", file("observation.yaml")}},
		"--guard --identity":         {nil, []string{"--guard", "--identity", file("key")}},
		"--next --passphrase-file":   {nil, []string{"--next", "--passphrase-file", file("pass")}},
		"--commit-only --anchor-key": {nil, []string{"start", "anchor", "--commit-only", "--anchor-key", file("other")}},
	}
	asked := func(refused bool) {
		t.Helper()
		for name, c := range cases {
			env := map[string]string{"L5D_PKI_AGE_PASSPHRASE": "correct horse"}
			for variable, value := range c.env {
				env[variable] = value
			}
			l.env = env
			got := l.run(append([]string{"pr", "--assume", "DELIVERED-ELSEWHERE", "--because", "x"}, c.args...)...)
			if is := strings.Contains(got.stderr, "explain pr-unreviewed-file`"); is != refused || refused && got.code != ExitFailed {
				t.Errorf("%s: code %d, refused %v: %s%s", name, got.code, is, got.out, got.stderr)
			}
			if flag, _, _ := strings.Cut(name, ","); refused && c.env["L5D_PKI_PASSPHRASE_FILE"] == "" && !strings.Contains(got.stderr, flag[strings.LastIndex(flag, " ")+1:]+" ") {
				t.Errorf("%s is not named: %s", name, got.stderr)
			}
		}
	}
	heads := l.heads()
	asked(false)
	gitIn(t, l.clone, "checkout", "-q", "-b", "feature")
	gitIn(t, l.clone, "add", "-f", "own/pass", "own/key", "own/config", "own/observation.yaml", "own/login", "own/other")
	gitIn(t, l.clone, "commit", "-q", "-m", "feature")
	asked(true)
	if l.heads() != heads || len(l.forge.pulls) != 0 {
		t.Errorf("made all the same: %s", l.heads())
	}
	gitIn(t, l.clone, "push", "-q", "origin", "feature:main") // what is reviewed counts, whatever is checked out
	gitIn(t, l.clone, "checkout", "-q", "-b", "other", "HEAD")
	asked(false)
}

// TestPRFoldersOfTheBranch: with the branch of somebody else checked out, no folder, command
// or setting of Git that leads to its files has them run, nor decides whom git trusts.
func TestPRFoldersOfTheBranch(t *testing.T) {
	l := land(t)
	note := filepath.Join(t.TempDir(), "note")
	notes := "#!/bin/sh\necho \"$0\" >> '" + note + "'\nexit 1\n"
	file := func(name string) string { return filepath.Join(l.clone, "own", name) }
	for name, text := range map[string]string{"ssh": notes, "bin/ssh": notes, "bin/git": notes, "bin/ssh-keygen": notes, "bin/sops": notes,
		"ssh_config": "Host *\n  ProxyCommand '" + file("ssh") + "'\n", ".gitconfig": "[core]\nsshCommand = " + file("ssh") + "\n", "git/config": "[core]\nsshCommand = " + file("ssh") + "\n"} {
		if err := os.Chmod(l.put("own/"+name, text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	l.commitTo("main", func(dir string) {
		l.edit(dir, ".gitignore", func(s string) string { return s + "/own/\n" })
	})
	gitIn(t, l.clone, "pull", "-q")
	gitIn(t, l.clone, "remote", "set-head", "origin", "main")
	gitIn(t, l.clone, "checkout", "-q", "-b", "feature")
	gitIn(t, l.clone, "add", "-f", "own")
	gitIn(t, l.clone, "commit", "-q", "-m", "feature")
	asked := func(t *testing.T, refused bool) {
		t.Helper()
		for _, args := range [][]string{{"start", "anchor", "--strategy", "bundle", "--commit-only", "--dry-run"}, {"--guard", "--base", "main"}} {
			got := l.run(append([]string{"pr"}, args...)...)
			if is := strings.Contains(got.stderr, "explain pr-unreviewed-file`"); is != refused {
				t.Errorf("%q: code %d, refused %v: %s%s", args, got.code, is, got.out, got.stderr)
			}
		}
		if ran, err := os.ReadFile(note); err == nil {
			t.Errorf("ran: %s", ran)
		}
	}
	over := "git@127.0.0.1:x/y.git"
	t.Run("as usual", func(t *testing.T) {
		t.Setenv("PWD", l.clone)
		t.Setenv("XDG_DATA_HOME", filepath.Join(l.clone, "none"))
		gitIn(t, l.clone, "config", "credential.helper", `!f() { test "$1" = get && echo "password=$(cat /none)"; }; f`)
		gitIn(t, l.clone, "config", "core.sshCommand", `ssh -F "$HOME/.ssh/config" -o 'BatchMode yes'`)
		t.Cleanup(func() { gitIn(t, l.clone, "config", "--unset", "core.sshCommand") })
		asked(t, false)
	})
	for name, c := range map[string]struct{ variable, value, setting, to string }{
		"PATH":                     {variable: "PATH", value: file("bin") + string(filepath.ListSeparator) + os.Getenv("PATH")},
		"HOME":                     {variable: "HOME", value: file("")},
		"XDG_CONFIG_HOME":          {variable: "XDG_CONFIG_HOME", value: file("")},
		"GNUPGHOME":                {variable: "GNUPGHOME", value: file("")},
		"SSL_CERT_DIR":             {variable: "SSL_CERT_DIR", value: "/none" + string(filepath.ListSeparator) + file("")},
		"-F":                       {variable: "GIT_SSH_COMMAND", value: "ssh -F own/ssh_config"},
		"-Fx":                      {variable: "GIT_SSH_COMMAND", value: "ssh -Fown/ssh_config"},
		"sh":                       {variable: "GIT_SSH_COMMAND", value: "sh own/ssh"},
		"quoted":                   {variable: "GIT_SSH_COMMAND", value: "'" + file("ssh") + "' -x"},
		"joined":                   {variable: "GIT_SSH_COMMAND", value: `ssh -F "$PWD"/own/ssh\_conf'ig'`},
		"cd":                       {variable: "GIT_SSH_COMMAND", value: "cd own && ssh -F ssh_config"},
		"made up":                  {variable: "GIT_SSH_COMMAND", value: "ssh -F $(pwd)/own/ssh_config"},
		"SOPS_AGE_KEY_CMD":         {variable: "SOPS_AGE_KEY_CMD", value: "sh " + file("ssh")},
		"include.path":             {setting: "include.path", to: "../own/.gitconfig"},
		"core.sshCommand":          {setting: "core.sshCommand", to: "ssh -F own/ssh_config"},
		"core.sshCommand, joined":  {setting: "core.sshCommand", to: `ssh -F own/"ssh"\_config`},
		"core.sshCommand, made up": {setting: "core.sshCommand", to: "ssh -F `pwd`/own/ssh_config"},
		"core.askPass":             {setting: "core.askPass", to: file("ssh")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("XDG_CACHE_HOME", t.TempDir())
			url := gitIn(t, l.clone, "remote", "get-url", "origin")
			if name != "GNUPGHOME" && name != "SOPS_AGE_KEY_CMD" && name != "SSL_CERT_DIR" { // these count when the base is known, too
				gitIn(t, l.clone, "remote", "set-url", "origin", over)
				t.Cleanup(func() { gitIn(t, l.clone, "remote", "set-url", "origin", url) })
			}
			if c.variable != "" {
				t.Setenv(c.variable, c.value)
			} else {
				gitIn(t, l.clone, "config", c.setting, c.to)
				t.Cleanup(func() { gitIn(t, l.clone, "config", "--unset", c.setting) })
			}
			t.Chdir(l.clone)
			asked(t, true)
		})
	}
}
