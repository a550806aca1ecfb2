//go:build unix

package main

import (
	"fmt"
	"runtime"
	"strings"
	"time"
)

// ours is the tool applied to the stream of n documents.
func (b *bench) ours(n int) program {
	return program{args: []string{b.binary, "post-render", "-s", b.state}, stdin: b.streams[n]}
}

// fewer runs are enough where one takes seconds.
func (b *bench) fewer() int { return max(b.runs/5, 1) }

// measureAll runs everything and gives the page.
func (b *bench) measureAll() (string, error) {
	p := page{bench: b}
	p.line("# Performance")
	p.line("")
	p.line("Written by `make bench`. Only ratios are given: they mean the same on another machine, seconds do not; they are there where a goal is in seconds.")
	p.line("Every figure is the best of %d runs (of %d for large streams) after one that is not counted, the median in", b.runs, b.fewer())
	p.line("brackets; programs that are compared run in turn. Measured on %s/%s with %d cores and %s.", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	for _, part := range []func(*page) error{startup, one, many, growth, lists, guard} {
		if err := part(&p); err != nil {
			return "", err
		}
	}
	p.line("")
	p.line("Not measured: rendering the chart itself, which is Helm's work and the same with every post-renderer, and")
	p.line("the network. kustomize's patch sets one field, the tool sets every field of the phase, so kustomize has the lighter task.")
	return p.b.String(), nil
}

type page struct {
	*bench
	b strings.Builder
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(&p.b, format+"\n", args...) }

// ratio says how many times as long as ours the other took, best and median.
func ratio(other, ours samples) string {
	return fmt.Sprintf("%s (%s)", times(other.best(), ours.best()), times(other.median(), ours.median()))
}

func times(a, b time.Duration) string { return fmt.Sprintf("%.1fx", part(a, b)) }

func part(a, b time.Duration) float64 { return float64(a) / float64(b) }

func startup(p *page) error {
	p.line("\n## Starting\n")
	programs := []program{{args: []string{p.binary, "version"}}}
	names := []string{"l5d-pki-render"}
	if p.helm != "" {
		programs, names = append(programs, program{args: []string{p.helm, "version"}}), append(names, "helm 3.22.0")
	}
	if p.kustomize != "" {
		programs, names = append(programs, program{args: []string{p.kustomize, "version"}}), append(names, "kustomize 5.8.2")
	}
	all, err := alternate(p.runs, programs...)
	if err != nil {
		return err
	}
	p.line("`version`, the whole process; how long each takes compared with ours, and its memory.\n")
	p.line("| program | time | peak memory |")
	p.line("|---|---|---|")
	for i, name := range names {
		p.line("| %s | %s | %s |", name, ratio(all[i], all[0]), memory(all[i].rss(), all[0].rss()))
	}
	return nil
}

func memory(a, b int64) string { return fmt.Sprintf("%.2gx", float64(a)/float64(b)) }

func one(p *page) error {
	p.line("\n## One control plane\n")
	if p.kustomize == "" {
		p.line("Not measured: kustomize could not be built.")
		return nil
	}
	all, err := alternate(p.runs, p.ours(0), program{args: []string{p.kustomize, "build", p.folders[0]}})
	if err != nil {
		return err
	}
	p.line("One stream of %d kB, one process: what a post-renderer adds to an installation.\n", p.sizes[0]/1000)
	p.line("| program | task | time | processor time |")
	p.line("|---|---|---|---|")
	p.line("| l5d-pki-render post-render | every edit of the phase, with proof that nothing else changed | 1.0x | 1.0x |")
	p.line("| kustomize build | one patch | %s | %s |", ratio(all[1], all[0]), times(all[1].bestCPU(), all[0].bestCPU()))
	return nil
}

func many(p *page) error {
	p.line("\n## Large streams\n")
	if p.krusty == "" {
		p.line("Not measured: kustomize's library could not be built.")
		return nil
	}
	p.line("The control plane in the middle of other applications' documents. Of ours the whole process is counted, of")
	p.line("kustomize only its library at work (start-up and output left out). kustomize's time grows much faster")
	p.line("than the number of documents, so the factor depends on it.\n")
	p.line("| documents | input | kustomize's time, one patch, as a multiple of ours | processor time | peak memory of ours, as a part of kustomize's |")
	p.line("|---|---|---|---|---|")
	for _, n := range []int{p.small / 10, p.small} {
		all, err := alternate(p.fewer(), p.ours(n), program{args: []string{p.krusty, p.folders[n]}, timed: true})
		if err != nil {
			return err
		}
		p.line("| %d | %.2f MB | %s | %s | %s |", n, float64(p.sizes[n])/1e6, ratio(all[1], all[0]), times(all[1].bestCPU(), all[0].bestCPU()),
			memory(all[0].rss(), all[1].rss()))
	}
	return nil
}

func growth(p *page) error {
	p.line("\n## Growth from %d to %d documents\n", p.small, p.large)
	all, err := alternate(p.fewer(), program{args: []string{p.binary, "version"}}, p.ours(p.small), p.ours(p.large))
	if err != nil {
		return err
	}
	idle, small, large := all[0], all[1], all[2]
	bytes := float64(p.sizes[p.large]) / float64(p.sizes[p.small])
	p.line("| what | ratio |")
	p.line("|---|---|")
	p.line("| input (%.1f MB to %.1f MB) | %.1fx |", float64(p.sizes[p.small])/1e6, float64(p.sizes[p.large])/1e6, bytes)
	p.line("| time, without what `version` takes | %.1fx |", beyond(large.best(), small.best(), idle.best()))
	p.line("| processor time, without what `version` takes | %.1fx |", beyond(large.bestCPU(), small.bestCPU(), idle.bestCPU()))
	p.line("| peak memory at %d documents, beyond what `version` uses, per byte of input | %.1f |", p.small, perByte(small, idle, p.sizes[p.small]))
	p.line("| the same at %d documents | %.1f |", p.large, perByte(large, idle, p.sizes[p.large]))
	return nil
}

func beyond(large, small, idle time.Duration) float64 {
	return float64(large-idle) / float64(small-idle)
}

func perByte(s, idle samples, size int64) float64 { return float64(s.rss()-idle.rss()) / float64(size) }

// indented puts a block under a key at depth two.
func indented(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ") + "\n"
}
