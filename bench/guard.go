//go:build unix

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// What docs/pull-requests.md promises of the guard.
const (
	guardFiles  = 5000
	guardTime   = 5 * time.Second
	guardMemory = 256 << 20
)

// guard measures `pr --guard` on a change of many files and on one of a large file.
func guard(p *page) error {
	many, err := p.change("files", func(dir string) error { return p.manyFiles(filepath.Join(dir, "apps")) })
	if err != nil {
		return err
	}
	large, err := p.change("large", func(dir string) error { return p.largeFile(filepath.Join(dir, "log.txt")) })
	if err != nil {
		return err
	}
	p.line("\n## The guard\n")
	p.line("`pr --guard` on a change of %d files of about 1 kB, and on one that brings a text file of %.3g GB, compared with git", guardFiles, float64(p.largest)/1e9)
	p.line("as it prints the same change (`git log --patch`). Seconds are those of the machine above, however busy it was; memory is")
	p.line("that of the larger one of the guard and its git.\n")
	p.line("| change | time | seconds (goal) | processor seconds | peak memory (goal) |")
	p.line("|---|---|---|---|---|")
	for _, c := range []struct {
		name, dir, goal string
		runs            int
	}{{fmt.Sprintf("%d files", guardFiles), many, fmt.Sprintf("under %.0f s", guardTime.Seconds()), p.fewer()},
		{"a large file", large, "none", 1}} {
		all, err := alternate(c.runs, program{args: append([]string{p.binary}, guardArgs...), dir: c.dir},
			program{args: []string{"git", "log", "--patch", "main..HEAD"}, dir: c.dir})
		if err != nil {
			return err
		}
		ours, git := all[0], all[1]
		p.line("| %s | %s | %.1f (%s) | %.1f | %d MiB (%d MiB) |", c.name, ratio(ours, git), ours.best().Seconds(), c.goal,
			ours.bestCPU().Seconds(), ours.rss()>>20, guardMemory>>20)
	}
	return nil
}

var guardArgs = []string{"pr", "--guard", "--base", "main", "--state", "pki/rotation.yaml"}

// change makes a repository with a state on its base and a change on its head.
func (b *bench) change(name string, write func(dir string) error) (dir string, err error) {
	dir = filepath.Join(b.work, "guard-"+name)
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Join(dir, "pki"), 0o755); err != nil {
		return "", err
	}
	const recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p" // of docs/custody.md
	if err := runIn(dir, "git", "init", "-q", "-b", "main"); err != nil {
		return "", err
	}
	if err := runIn(dir, b.binary, "init", "--new", "--linkerd-version", "2.18", "--name", "bench", "--recipient", recipient, "-s",
		"pki/rotation.yaml"); err != nil {
		return "", err
	}
	if err := commitAll(dir, "base"); err != nil {
		return "", err
	}
	if err := runIn(dir, "git", "checkout", "-q", "-b", "change"); err != nil {
		return "", err
	}
	if err := write(dir); err != nil {
		return "", err
	}
	return dir, commitAll(dir, "change")
}

func commitAll(dir, message string) error {
	if err := runIn(dir, "git", "-c", "core.compression=1", "-c", "core.bigFileThreshold=8m", "add", "-A"); err != nil {
		return err
	}
	return runIn(dir, "git", "-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "commit.gpgSign=false", "commit", "-q", "-m",
		message)
}

func runIn(dir string, args ...string) error {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}

// manyFiles writes manifests, each another one.
func (b *bench) manyFiles(dir string) error {
	for i := range guardFiles {
		folder := filepath.Join(dir, fmt.Sprint(i/100))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.yaml", i)), manifest(i), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func manifest(i int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-%d\n  namespace: shop\nspec:\n  template:\n    spec:\n      containers:\n", i)
	for n := range 6 {
		fmt.Fprintf(&b, "      - name: part-%d\n        image: registry.example.com/shop/part-%d:1.%d.%d\n        args: [\"--port=%d\", \"--level=info\"]\n", n, n, i, n, 8000+n)
	}
	return b.Bytes()
}

// largeFile writes a log.
func (b *bench) largeFile(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	w := bufio.NewWriterSize(file, 1<<20)
	for i, size := 0, int64(0); size < b.largest; i++ {
		n, err := fmt.Fprintf(w, "2026-11-03T09:%02d:%02dZ level=info component=proxy msg=\"request %d of shop/cart took %d ms\" status=%d\n", i/60%60, i%60, i, i%977, 200+i%5)
		if err != nil {
			return err
		}
		size += int64(n)
	}
	return w.Flush()
}
