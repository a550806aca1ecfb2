package base

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestRefuseProgramGit: what judges the program that is about to run `pr` is no git of a
// branch that is checked out in the clone of a member, however the clones are named.
func TestRefuseProgramGit(t *testing.T) {
	usual := os.Getenv("PATH")
	for name, c := range map[string]func(top string) (args []string, variable string){
		"flag":     func(top string) ([]string, string) { return []string{"pr", "--repositories", top}, "" },
		"joined":   func(top string) ([]string, string) { return []string{"pr", "--repositories=" + top}, "" },
		"variable": func(top string) ([]string, string) { return []string{"pr"}, top },
	} {
		t.Run(name, func(t *testing.T) {
			top := t.TempDir()
			note, bin, program := filepath.Join(top, "note"), filepath.Join(top, "member", "bin"), filepath.Join(top, "tool", "full")
			err := errors.Join(os.MkdirAll(bin, 0o755), os.Mkdir(filepath.Join(top, "tool"), 0o755), os.WriteFile(program, nil, 0o755),
				os.WriteFile(filepath.Join(bin, "git"), []byte("#!/bin/sh\necho ran >> '"+note+"'\nexit 1\n"), 0o755))
			for _, dir := range []string{"member", "tool"} {
				err = errors.Join(err, exec.Command("git", "init", "-q", filepath.Join(top, dir)).Run())
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", bin+string(filepath.ListSeparator)+usual)
			args, variable := c(top)
			if err := RefuseProgram(args, variable, "full", program); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(note); err == nil {
				t.Error("git of the member's branch ran")
			}
		})
	}
}
