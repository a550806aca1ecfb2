package terminal

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// Busy shows that work goes on which takes longer than a second. done ends it. It
// shows nothing where out is no terminal, or one that cannot clear a line.
func Busy(out io.Writer, getenv func(string) string, what string) (done func()) {
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) || getenv("TERM") == "dumb" {
		return func() {}
	}
	seconds := time.NewTicker(time.Second)
	ended := show(out, what, seconds.C)
	return func() {
		seconds.Stop()
		ended()
	}
}

// show writes a line anew at each tick, one a second. done clears it, and returns when
// nothing more is written.
func show(out io.Writer, what string, ticks <-chan time.Time) (done func()) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for n := 1; ; n++ {
			select {
			case <-stop:
				if n > 1 {
					fmt.Fprint(out, "\r\x1b[K")
				}
				return
			case <-ticks:
				fmt.Fprintf(out, "\r\x1b[K%s: %d s", what, n)
			}
		}
	}()
	return func() {
		close(stop)
		<-stopped
	}
}
