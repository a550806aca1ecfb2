//go:build unix

package main

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// padding makes the objects of the list as large as those of a cluster: with it
// 20,000 of them are some 50 MB.
var padding = strings.Repeat("        - name: PADDING\n          value: 'of an average length'\n", 31)

// lists compares a List with the same objects as documents.
func lists(p *page) error {
	docs, list := filepath.Join(p.work, "documents.yaml"), filepath.Join(p.work, "list.yaml")
	if err := writeBoth(p.streams[p.large], docs, list); err != nil {
		return err
	}
	size, err := os.Stat(list)
	if err != nil {
		return err
	}
	ours := func(path string) program {
		return program{args: []string{p.binary, "post-render", "-s", p.state}, stdin: path}
	}
	all, err := alternate(p.fewer(), ours(docs), ours(list))
	if err != nil {
		return err
	}
	p.line("\n## Lists\n")
	p.line("One `kind: List` of %d objects (%.0f MB), as `kubectl get -o yaml` writes it, compared with the same objects as documents.\n", p.large, float64(size.Size())/1e6)
	p.line("| what | ratio (goal) |")
	p.line("|---|---|")
	p.line("| time | %s |", ratio(all[1], all[0]))
	p.line("| processor time | %s (1.3x) |", times(all[1].bestCPU(), all[0].bestCPU()))
	p.line("| peak memory | %s |", memory(all[1].rss(), all[0].rss()))
	return nil
}

// writeBoth writes the objects of a stream, padded, as documents and as a List.
func writeBoth(stream, docs, list string) error {
	text, err := os.ReadFile(stream)
	if err != nil {
		return err
	}
	both := [2]*bufio.Writer{}
	for i, path := range []string{docs, list} {
		f, err := os.Create(path)
		if err != nil {
			return err
		}
		defer f.Close()
		both[i] = bufio.NewWriter(f)
	}
	both[1].WriteString("apiVersion: v1\nkind: List\nitems:\n")
	for _, doc := range bytes.Split(append([]byte("\n"), text...), []byte("\n---\n")) {
		for len(doc) > 0 && (doc[0] == '#' || doc[0] == '\n') {
			_, doc, _ = bytes.Cut(doc, []byte("\n"))
		}
		object := strings.TrimSuffix(string(doc), "\n")
		if object == "" {
			continue
		}
		object = strings.TrimSuffix(strings.Replace(object, "        env:\n        - name: GREETING",
			"        env:\n"+padding+"        - name: GREETING", 1), "\n") + "\n"
		both[0].WriteString("---\n" + object)
		both[1].WriteString("- " + strings.TrimSuffix(strings.ReplaceAll(strings.ReplaceAll(object, "\n", "\n  "), "\n  \n", "\n\n"), "  "))
	}
	return errors.Join(both[0].Flush(), both[1].Flush())
}
