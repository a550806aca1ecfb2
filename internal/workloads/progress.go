package workloads

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"golang.org/x/term"
)

// Progress shows how far long work has come, where To is a terminal.
type Progress struct{ To io.Writer }

// show shows it on one line of a terminal that done clears again. Elsewhere it
// shows nothing.
func (p Progress) show(what string, total int) (show func(n int), done func()) {
	terminal, ok := p.To.(*os.File)
	if !ok || !term.IsTerminal(int(terminal.Fd())) {
		return func(int) {}, func() {}
	}
	var turn sync.Mutex
	const often = 50 // files between two lines: enough to see it move
	show = func(n int) {
		if n%often == 0 {
			turn.Lock()
			defer turn.Unlock()
			fmt.Fprintf(terminal, "\r%s: %d of %d files", what, n, total)
		}
	}
	return show, func() { fmt.Fprint(terminal, "\r\x1b[K") }
}

// Each spreads work over the processors. What it works on comes out in its
// place, so the order of the work does not show.
func (p Progress) Each(n int, do func(i int)) {
	show, done := p.show("reading", n)
	defer done()
	var next, finished atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
				show(int(finished.Add(1)))
			}
		})
	}
	workers.Wait()
}

// Read reads the files that were found, several at once.
func (p Progress) Read(found []File) ([]render.WorkloadFile, error) {
	read := make([]render.WorkloadFile, len(found))
	errs := make([]error, len(found))
	p.Each(len(found), func(i int) {
		read[i].Name = found[i].Name
		read[i].Text, errs[i] = files.Read(found[i].Target, maxFile)
		if errs[i] == nil {
			var info os.FileInfo
			if info, errs[i] = os.Stat(found[i].Target); errs[i] == nil {
				found[i].Mode = info.Mode().Perm()
			}
		}
	})
	var problems problem.List
	for _, err := range errs {
		problems.Add(err)
	}
	return read, problems.Err()
}

// counted is a step of the disk that shows how many files are in place.
func counted(step func(name string), show func(n int)) func(name string) {
	written := 0
	return func(name string) {
		if strings.HasPrefix(name, "rename ") {
			written++
			show(written)
		}
		if step != nil {
			step(name)
		}
	}
}
