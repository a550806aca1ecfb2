package repo

import (
	"bufio"
	"errors"
	"strings"
	"testing"
)

// FuzzTree: whatever a tree lists, a path that is found is a regular file in
// directories, and has no part that a checkout could not create.
func FuzzTree(f *testing.F) {
	const object = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
	entry := func(mode, kind, name string) string { return mode + " " + kind + " " + object + "\t" + name + "\x00" }
	f.Add(entry(modeFile, "blob", "a")+entry(modeDirectory, "tree", "pki")+entry(modeFile, "blob", "pki/rotation.yaml"), "pki/rotation.yaml")
	f.Add(entry(modeLink, "blob", "pki"), "pki/rotation.yaml")
	f.Add(entry(modeSubmodule, "commit", "pki")+entry(modeFile, "blob", "pki/rotation.yaml"), "pki/rotation.yaml")
	f.Add(entry(modeFile, "blob", "pki")+entry(modeFile, "blob", "pki/x"), "pki/x")
	f.Add(entry(modeDirectory, "tree", ".git")+entry(modeFile, "blob", ".git/config"), ".git/config")
	f.Add(entry(modeFile, "blob", "a\tb\nc")+entry(modeFile, "blob", "\xff"), "a\tb\nc")
	f.Add(entry(modeDirectory, "tree", "GIT~1")+entry(modeFile, "blob", "GIT~1/config")+entry(modeFile, "blob", `a\.git\config`), `a\.git\config`)
	f.Add(entry("100664", "blob", "old")+"broken\x00\x00", "old")
	f.Fuzz(func(t *testing.T, listed, name string) {
		tree, err := treeOf(bufio.NewReader(strings.NewReader(listed)))
		if err != nil {
			if !errors.Is(err, ErrTree) {
				t.Fatalf("another error: %v", err)
			}
			return
		}
		for _, found := range append(tree.Files(), name) {
			e, err := tree.Find(found)
			if err != nil {
				continue
			}
			if e.Mode != modeFile && e.Mode != modeExecutable {
				t.Fatalf("%q has mode %s", found, e.Mode)
			}
			parts := strings.Split(found, "/")
			for i, part := range parts {
				if part == "" || part == "." || part == ".." || strings.EqualFold(part, ".git") || strings.EqualFold(part, "git~1") || strings.Contains(`\`+strings.ToLower(part)+`\`, `\.git\`) {
					t.Fatalf("%q is found", found)
				}
				if i > 0 && tree.entries[strings.Join(parts[:i], "/")].Mode != modeDirectory {
					t.Fatalf("%q is found below something that is no directory", found)
				}
			}
		}
	})
}
