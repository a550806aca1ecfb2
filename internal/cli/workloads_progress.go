package cli

import (
	"fmt"
	"os"
	"sync"

	"golang.org/x/term"
)

// progress shows how far long work has come, on one line of a terminal that
// done clears again. Elsewhere it shows nothing.
func (a *app) progress(what string, total int) (show func(n int), done func()) {
	terminal, ok := a.Stderr.(*os.File)
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
