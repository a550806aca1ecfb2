package child

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// secretNames are variables with secrets, of the tool and of CI systems.
var secretNames = []string{
	"L5D_PKI_AGE_IDENTITY", "L5D_PKI_FORGE_TOKEN", "L5D_PKI_PASSPHRASE", "SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE", "SOPS_AGE_KEY_CMD", "SOPS_AGE_SSH_PRIVATE_KEY_FILE", "AGE_IDENTITY",
	"GITHUB_TOKEN", "GH_TOKEN", "GH_ENTERPRISE_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN", "GITEA_TOKEN", "FORGEJO_TOKEN", "BITBUCKET_TOKEN", "AZURE_DEVOPS_EXT_PAT", "ACTIONS_RUNTIME_TOKEN",
	"ACTIONS_ID_TOKEN_REQUEST_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "GOOGLE_APPLICATION_CREDENTIALS", "AZURE_CLIENT_SECRET", "VAULT_TOKEN", "KUBECONFIG", "DOCKER_AUTH_CONFIG", "NPM_TOKEN",
	"GIT_SSL_TOKEN", "GCM_TOKEN", "GITSIGN_TOKEN", "PRE_COMMIT_TOKEN", "GIT_CONFIG_PARAMETERS", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_EXTERNAL_DIFF", "GIT_EXEC_PATH", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
	"GIT_TRACE", "GIT_PAGER", "GIT_EDITOR", "BASH_ENV", "LD_PRELOAD", "RANDOM_SECRET",
}

// wanted are variables that a purpose needs, and those that others may not have.
var wanted = map[Purpose][]string{
	Judging:    {"PATH", "HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL"},
	Transport:  {"PATH", "HOME", "https_proxy", "HTTPS_PROXY", "SSL_CERT_FILE", "GIT_SSL_CAINFO", "GIT_SSH_COMMAND", "SSH_AUTH_SOCK", "GIT_ASKPASS", "DBUS_SESSION_BUS_ADDRESS"},
	Committing: {"PATH", "HOME", "GNUPGHOME", "GPG_TTY", "GIT_AUTHOR_NAME", "GIT_COMMITTER_EMAIL", "EMAIL", "SSH_AUTH_SOCK", "GIT_SSL_CAINFO", "SKIP"},
}

func TestGitGetsNoSecrets(t *testing.T) {
	var all []string
	for _, name := range slices.Concat(secretNames, wanted[Transport], wanted[Committing], wanted[Judging]) {
		all = append(all, name+"=x")
	}
	for purpose, names := range wanted {
		env := chosen(purpose, all, nil)
		for _, name := range names {
			if !slices.Contains(env, name+"=x") {
				t.Errorf("%d: %s is missing", purpose, name)
			}
		}
		for _, name := range secretNames {
			if slices.Contains(env, name+"=x") {
				t.Errorf("%d: %s is handed on", purpose, name)
			}
		}
	}
	judging := chosen(Judging, all, nil)
	for _, name := range []string{"SSH_AUTH_SOCK", "GIT_ASKPASS", "GIT_SSH_COMMAND", "https_proxy", "GNUPGHOME", "GIT_AUTHOR_NAME"} {
		if slices.Contains(judging, name+"=x") {
			t.Errorf("judging gets %s", name)
		}
	}
}

// TestKeyPrograms: each of our own programs gets what it needs and no token of
// a forge; further variables are named by the user.
func TestKeyPrograms(t *testing.T) {
	var all []string
	for _, name := range append(secretNames, "SOPS_KMS_ARN", "CKR_MODULE", "SEALED_SECRETS_CERT", "HELM_REGISTRY_CONFIG") {
		all = append(all, name+"=x")
	}
	for purpose, names := range map[Purpose][]string{
		Sops:     {"SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE", "AGE_IDENTITY", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "VAULT_TOKEN", "GOOGLE_APPLICATION_CREDENTIALS", "AZURE_CLIENT_SECRET", "SOPS_KMS_ARN"},
		KMS:      {"AWS_SECRET_ACCESS_KEY", "VAULT_TOKEN", "AZURE_CLIENT_SECRET"},
		Kubeseal: {"KUBECONFIG"},
		Charts:   {"HELM_REGISTRY_CONFIG"},
		Forges:   nil,
	} {
		env := chosen(purpose, all, nil)
		for _, name := range names {
			if !slices.Contains(env, name+"=x") {
				t.Errorf("%d: %s is missing", purpose, name)
			}
		}
		for _, name := range []string{"GITHUB_TOKEN", "CI_JOB_TOKEN", "L5D_PKI_FORGE_TOKEN", "L5D_PKI_AGE_IDENTITY", "SEALED_SECRETS_CERT", "RANDOM_SECRET", "CKR_MODULE"} {
			if slices.Contains(env, name+"=x") {
				t.Errorf("%d: %s is handed on", purpose, name)
			}
		}
		if purpose != Sops && purpose != KMS && slices.Contains(env, "AWS_SECRET_ACCESS_KEY=x") || purpose != Sops && slices.Contains(env, "SOPS_AGE_KEY=x") {
			t.Errorf("%d gets credentials: %q", purpose, env)
		}
	}
	all = append(all, extra+"=CKR_MODULE, OTHER")
	if !slices.Contains(chosen(KMS, all, nil), "CKR_MODULE=x") || slices.Contains(chosen(Committing, all, nil), "CKR_MODULE=x") {
		t.Error(extra)
	}
}

// TestGitConfig: settings of the environment are handed on by their kind.
func TestGitConfig(t *testing.T) {
	all := []string{
		"GIT_CONFIG_COUNT=5", "GIT_CONFIG_KEY_0=core.fsmonitor", "GIT_CONFIG_VALUE_0=evil", "GIT_CONFIG_KEY_1=safe.directory", "GIT_CONFIG_VALUE_1=*",
		"GIT_CONFIG_KEY_2=http.https://host/.extraHeader", "GIT_CONFIG_VALUE_2=auth", "GIT_CONFIG_KEY_3=Credential.helper", "GIT_CONFIG_VALUE_3=store", "GIT_CONFIG_KEY_4=core.hooksPath", "GIT_CONFIG_VALUE_4=evil",
	}
	judging := []string{"GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*", "GIT_CONFIG_KEY_1=filter.a=b.smudge", "GIT_CONFIG_VALUE_1=", "GIT_CONFIG_COUNT=2"}
	if got := chosen(Judging, all, []Setting{{"filter.a=b.smudge", ""}}); !slices.Equal(got, judging) {
		t.Errorf("judging: %q", got)
	}
	transport := strings.Join(chosen(Transport, all, nil), " ")
	if strings.Contains(transport, "evil") || !strings.Contains(transport, "auth") || !strings.Contains(transport, "store") || !strings.Contains(transport, "GIT_CONFIG_COUNT=3") {
		t.Errorf("transport: %s", transport)
	}
}

func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestEnd: a program that does not end is ended with what it started, and one
// that ends takes what it left behind with it.
func TestEnd(t *testing.T) {
	for name, c := range map[string]struct {
		rest string
		fail bool
	}{
		"too long":    {"sleep 60", true},
		"left behind": {"exit 0", false},
	} {
		t.Run(name, func(t *testing.T) {
			canary := filepath.Join(t.TempDir(), "ran")
			start := time.Now()
			err := Command{Name: script(t, "(sleep 3; touch '"+canary+"') &\n"+c.rest+"\n"), Env: Environment(Judging), Wait: time.Second}.Run(t.Context())
			if c.fail != errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 20*time.Second {
				t.Errorf("%v after %s", err, time.Since(start))
			}
			time.Sleep(4 * time.Second)
			if _, err := os.Stat(canary); err == nil {
				t.Error("a process of the program lived on")
			}
		})
	}
}

// TestFailure: exit codes, bounded stderr, missing programs, an empty environment.
func TestFailure(t *testing.T) {
	var f *Failure
	noise := "i=0; while [ $i -lt 2000 ]; do echo 0123456789012345678901234567890123456789012345678901234567890123456789 >&2; i=$((i+1)); done; "
	err := Command{Name: script(t, "echo first >&2; "+noise+"echo last >&2; exit 7"), Env: Environment(Judging)}.Run(t.Context())
	if !errors.As(err, &f) || f.Code != 7 || !strings.HasPrefix(f.Stderr, "first\n") || !strings.HasSuffix(f.Stderr, "last\n") || len(f.Stderr) > 3*half {
		t.Errorf("%v, %d bytes of stderr", err, len(f.Stderr))
	}
	for _, name := range []string{"no-such-program", "/no/such/program"} {
		if err := (Command{Name: name}).Run(t.Context()); !errors.As(err, &f) || !f.Missing() || f.Code != -1 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (Command{Name: script(t, "kill -9 $$")}).Run(t.Context()); !errors.As(err, &f) || !f.Killed() || f.Code != -1 {
		t.Errorf("killed: %v", err)
	}
	if err := (Command{Name: script(t, "exit 1"), WithParent: true}).Run(t.Context()); !errors.As(err, &f) || f.Killed() || f.Code != 1 {
		t.Errorf("bound: %v", err)
	}
	t.Setenv("CANARY", "x")
	out, err := Command{Name: "/usr/bin/env", Stdin: bytes.NewReader(nil)}.Output(t.Context())
	if err != nil || strings.Contains(string(out), "CANARY") {
		t.Errorf("without an environment: %q, %v", out, err)
	}
}
