//go:build unix

// Command bench measures the tool against its peers and writes
// docs/performance.md. Nothing it measures can fail a build.
//
// In: the built binary, the fixtures, and the peers (Helm and kustomize, built
// from the module bench/peers into .cache/peers when they are not there). Out:
// ratios, which mean the same on every machine; seconds do not.
//
//	go run ./bench -binary bin/l5d-pki-render
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// options of one run.
type options struct {
	binary, out, work, peers string
	before                   string // another build of the tool, to compare with
	small, large, runs       int
	largest                  int64 // bytes of the file that the guard reads
	onlyGuard, onlyLists     bool
	generate                 int // >0: write a stream of that many documents to out and stop
}

func main() {
	var o options
	flag.StringVar(&o.binary, "binary", "bin/l5d-pki-render", "the tool, built")
	flag.StringVar(&o.out, "out", "docs/performance.md", "page to write")
	flag.StringVar(&o.work, "work", ".cache/bench", "folder for streams")
	flag.StringVar(&o.peers, "peers", ".cache/peers", "folder for the peers' binaries")
	flag.StringVar(&o.before, "before", "", "an older build of the tool: print what each costs, and stop")
	flag.IntVar(&o.small, "small", 2000, "documents of the small stream")
	flag.IntVar(&o.large, "large", 20000, "documents of the large stream")
	flag.IntVar(&o.runs, "runs", 25, "runs of each measurement; large streams take a fifth")
	flag.Int64Var(&o.largest, "largest", 2<<30, "bytes of the large file that the guard reads")
	flag.BoolVar(&o.onlyGuard, "only-guard", false, "print what the guard takes, and stop")
	flag.BoolVar(&o.onlyLists, "only-lists", false, "print what lists take, and stop")
	flag.IntVar(&o.generate, "generate", 0, "write a stream of so many documents to -out and stop")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	if o.generate > 0 {
		return generate(o.out, o.generate)
	}
	if o.before != "" {
		return compare(o)
	}
	if o.onlyGuard {
		return printGuard(o)
	}
	b, err := prepare(o)
	if err != nil {
		return err
	}
	if o.onlyLists {
		p := page{bench: b}
		err := lists(&p)
		fmt.Print(p.b.String())
		return err
	}
	page, err := b.measureAll()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(o.out), 0o755); err != nil {
		return err
	}
	fmt.Print(page)
	return os.WriteFile(o.out, []byte(page+byHand(o.out)), 0o644)
}

func printGuard(o options) error {
	var err error
	if o.binary, err = filepath.Abs(o.binary); err != nil {
		return err
	}
	p := page{bench: &bench{options: o}}
	if err := guard(&p); err != nil {
		return err
	}
	fmt.Print(p.b.String())
	return nil
}

// byHand is the part of the page that another benchmark measures: it stays.
func byHand(page string) string {
	text, _ := os.ReadFile(page) // no page yet: nothing to keep
	if at := strings.Index(string(text), "\n## Workload files\n"); at >= 0 {
		return string(text[at:])
	}
	return ""
}
