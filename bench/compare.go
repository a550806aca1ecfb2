//go:build unix

package main

import "fmt"

// compare prints what each program costs beside an older build of the same tool:
// `version`, and post-render of one control plane. It writes no page.
func compare(o options) error {
	b := &bench{options: o, streams: map[int]string{0: controlPlane}}
	if err := b.copyState(); err != nil {
		return err
	}
	p := page{bench: b}
	p.line("| compared with the older build | time | processor time | peak memory |")
	p.line("|---|---|---|---|")
	for _, what := range []struct {
		name string
		program
	}{
		{"`version`", program{args: []string{b.binary, "version"}}},
		{"`post-render` of one control plane", b.ours(0)},
	} {
		older := what.program
		older.args = append([]string{b.before}, older.args[1:]...)
		all, err := alternate(b.runs, what.program, older)
		if err != nil {
			return err
		}
		now, before := all[0], all[1]
		p.line("| %s, best (median) of %d | %.2fx (%.2fx) | %.2fx | %s |", what.name, b.runs, part(now.best(), before.best()),
			part(now.median(), before.median()), part(now.bestCPU(), before.bestCPU()), memory(now.rss(), before.rss()))
	}
	fmt.Print(p.b.String())
	return nil
}
