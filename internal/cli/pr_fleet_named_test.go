package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPRFleetFilesOfMembers: with the branch of somebody else checked out in the clone of
// a member, no file of it counts that a flag names, for none of the members; one that the
// default branch has does, and one that Git ignores.
func TestPRFleetFilesOfMembers(t *testing.T) {
	t.Parallel()
	r := newRealm(t, ageKeys, "east", "west")
	east := filepath.Join(r.top, "east")
	add := func(name string, more ...string) {
		t.Helper()
		r.write(filepath.Join(east, name), "-----BEGIN CERTIFICATE-----\n")
		gitIn(t, east, append([]string{"add", "-f", name}, more...)...)
		gitIn(t, east, "commit", "-q", "-m", name)
	}
	add("reviewed.pem")
	gitIn(t, east, "push", "-q", "origin", "main")
	gitIn(t, east, "checkout", "-q", "-b", "review")
	add("brought.pem")
	r.write(filepath.Join(east, "own.key"), "") // as .gitignore has it
	if err := os.Symlink(filepath.Join(east, "brought.pem"), filepath.Join(r.top, "link.pem")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"east/brought.pem": true, "link.pem": true, "east/reviewed.pem": false, "east/own.key": false} {
		for _, command := range [][]string{
			{"pr", "start", "anchor", "--strategy", "bundle", "--assume", "DELIVERED-ELSEWHERE", "--because", "seen", "--dry-run"},
			{"pr", "--guard", "--base", "main", "-s", filepath.Join(r.top, "west", "rotation.yaml")},
		} {
			got := r.run(append(append(command, "--ca-file", filepath.Join(r.top, name)), r.fleet()...)...)
			if refused := strings.Contains(got.stderr, "explain pr-unreviewed-file"); refused != want || !refused && got.code != ExitDone {
				t.Errorf("%s: %q: code %d: %s", name, command, got.code, got.stderr)
			}
		}
	}
}

// TestPRFleetGitOfMembers: git is never the one of a branch that is checked out in the clone
// of a member, for whatever command reads the fleet.
func TestPRFleetGitOfMembers(t *testing.T) {
	r := newRealm(t, ageKeys, "east", "west")
	east, note := filepath.Join(r.top, "east"), filepath.Join(t.TempDir(), "note")
	gitIn(t, east, "checkout", "-q", "-b", "review")
	bin := filepath.Join(east, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	r.write(filepath.Join(bin, "git"), "#!/bin/sh\necho \"$@\" >> '"+note+"'\nexit 1\n")
	if err := os.Chmod(filepath.Join(bin, "git"), 0o755); err != nil {
		t.Fatal(err)
	}
	gitIn(t, east, "add", "-A")
	gitIn(t, east, "commit", "-q", "-m", "theirs")
	t.Chdir(filepath.Join(r.top, "fleet"))
	usual := os.Getenv("PATH")
	for _, command := range [][]string{
		{"pr", "start", "anchor", "--strategy", "bundle", "--member", "west", "--dry-run"},
		{"pr", "--guard", "--base", "main", "-s", filepath.Join(r.top, "west", "rotation.yaml")},
		{"report"},
	} {
		t.Setenv("PATH", bin+string(filepath.ListSeparator)+usual)
		got := r.run(append(command, "--fleet", "fleet.yaml", "--repositories", "..")...)
		t.Setenv("PATH", usual)
		if refused := strings.Contains(got.stderr, "explain pr-unreviewed-file"); refused != (command[0] == "pr") || !refused && got.code != ExitDone {
			t.Errorf("%q: code %d: %s", command, got.code, got.stderr)
		}
		if ran, err := os.ReadFile(note); err == nil {
			t.Fatalf("%q ran git: %s", command, ran)
		}
	}
}
