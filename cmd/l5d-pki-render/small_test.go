package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/cli"
	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
)

// mostBytes is how large the main program may be, as `make build` makes it for linux/amd64.
const mostBytes = 12_000_000

// ran is what a program said, and its exit code.
type ran struct {
	out, errs string
	code      int
}

// sshPair makes an SSH key: the line of its public key's file, and the path of its
// private key's file.
func sshPair(t *testing.T, dir string) (line, path string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	line, file := testkit.SSHKey(t, private)
	path = filepath.Join(dir, "id_ed25519")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return line, path
}

// TestSmall: the main program is small, and every command line says with it what it
// says with the program that has every command. Alone it does what it can.
func TestSmall(t *testing.T) {
	bin, alone, fixtures := t.TempDir(), t.TempDir(), closedFixtures(t, "pki", "rotation")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", bin+"/", "./cmd/l5d-pki-render", "./cmd/l5d-pki-render-full")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	small, full := filepath.Join(bin, "l5d-pki-render"), filepath.Join(bin, "l5d-pki-render-full")
	if info, err := os.Stat(small); err != nil || runtime.GOOS+runtime.GOARCH == "linuxamd64" && info.Size() > mostBytes {
		t.Errorf("%d bytes (%v), want at most %d", info.Size(), err, mostBytes)
	}
	lonely := filepath.Join(alone, "l5d-pki-render")
	if err := os.Link(small, lonely); err != nil {
		t.Fatal(err)
	}
	run := func(program, stdin string, args ...string) ran {
		cmd := exec.Command(program, args...)
		var out, errs bytes.Buffer
		cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = filepath.Join(fixtures, "rotation"), []string{"PATH=/nowhere", "HOME=" + alone, "L5D_PKI_NO_SUCH=x"}, &out, &errs
		if stdin != "" {
			cmd.Stdin = strings.NewReader(stdin)
		}
		var exit *exec.ExitError
		if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return ran{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
	}
	const state = "bundle/anchor-spread.yaml"
	for _, c := range []struct {
		args  string
		code  int
		alone bool // the main program needs no other
	}{
		{"version", cli.ExitDone, true},
		{"values -s " + state, cli.ExitDone, true},
		{"status -s " + state + " --color never --at 2026-06-01T12:00:00Z", cli.ExitDone, true}, // it prints the second
		{"post-render -s " + state, cli.ExitFailed, true},
		{"--log-file log.txt values -s " + state, cli.ExitDone, true},
		{"nonsense", cli.ExitUsage, true},
		{"lint -s " + state, cli.ExitDone, false},
		{"prove -s nowhere.yaml", cli.ExitFailed, false},
		{"report -s " + state + " -o nonsense", cli.ExitFailed, false},
		{"pr --nonsense", cli.ExitUsage, false},
		{"fleet", cli.ExitDone, false},
	} {
		args := strings.Fields(c.args)
		got, want, by := run(small, "", args...), run(full, "", args...), run(lonely, "", args...)
		if got != want || got.code != c.code {
			t.Errorf("%s: got %+v, want %+v with exit code %d", c.args, got, want, c.code)
		}
		switch {
		case c.alone && (by.out != want.out || by.code != want.code):
			t.Errorf("%s, alone: %+v, want %+v", c.args, by, want)
		case !c.alone && (by.code != cli.ExitFailed || by.out != "" || !strings.Contains(by.errs, "l5d-pki-render-full, which has this command")):
			t.Errorf("%s, alone: %+v", c.args, by)
		}
	}
	for _, args := range [][]string{{}, {"--help"}, {"help", "pr"}, {"completion", "zsh"}, {"__complete", "fleet", ""}} {
		if got, want := run(small, "", args...), run(full, "", args...); got != want || got.out == "" {
			t.Errorf("%q: got %+v, want %+v", args, got, want)
		}
		if by := run(lonely, "", args...); by.out == "" && !strings.Contains(by.errs, "l5d-pki-render-full, which has this command") {
			t.Errorf("%q, alone: %+v", args, by)
		}
	}
	if note, got := fullOfBranch(t, small); got.code != cli.ExitFailed || !strings.Contains(got.errs, "pr-unreviewed-file") || note != "" {
		t.Errorf("a full program of the branch that is checked out: %+v, ran %q", got, note)
	}
	line, identity := sshPair(t, alone)
	for _, program := range []string{small, full} {
		dir := t.TempDir()
		kept := filepath.Join(dir, "rotation.yaml")
		if got := run(program, "", "init", "--new", "--linkerd-version", "2.18", "--custody", "age", "--recipient", line, "-s", kept); got.code != cli.ExitDone {
			t.Fatalf("%+v", got)
		}
		for _, opens := range []string{small, full} {
			if got := run(opens, "", "values", "--with-keys", "--identity", identity, "-s", kept); got.code != cli.ExitDone || !strings.Contains(got.out, "PRIVATE KEY") {
				t.Errorf("%+v", got)
			}
		}
		if got := run(lonely, "", "values", "--with-keys", "--identity", identity, "-s", kept); got.code != cli.ExitFailed || got.out != "" || !strings.Contains(got.errs, "SSH keys that open key files are read by the program l5d-pki-render-full") {
			t.Errorf("alone: %+v", got)
		}
	}
	if got := run(full, "", "age-ssh"); got.code != 0 || !strings.Contains(got.out, "custody-ssh-request") {
		t.Errorf("age-ssh without a request: %+v", got)
	}
	for _, program := range []string{small, full, lonely} { // a host without arguments
		if got := run(program, "kind: Pod\n"); got.code != cli.ExitUsage || got.out != "" || !strings.Contains(got.errs, "post-render") {
			t.Errorf("%s: %+v", program, got)
		}
	}
}

// fullOfBranch runs `pr` with a program that a branch brought, which notes that it ran.
func fullOfBranch(t *testing.T, small string) (note string, got ran) {
	t.Helper()
	dir := t.TempDir()
	path, noted := filepath.Join(dir, "full"), filepath.Join(t.TempDir(), "note")
	if err := os.WriteFile(path, []byte("#!/bin/sh\necho \"$@\" > '"+noted+"'\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "full"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	cmd := exec.Command(small, "pr", "--next")
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, append(os.Environ(), "L5D_PKI_FULL_PROGRAM="+path), &out, &errs
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(noted)
	return string(text), ran{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}
