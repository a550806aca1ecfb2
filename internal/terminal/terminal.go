// Package terminal finds out what a report is read on.
package terminal

import (
	"io"
	"os"
	"strconv"

	"github.com/l5d-pki/l5d-pki-render/internal/screen"

	"golang.org/x/term"
)

// Values of --color.
const (
	Auto   = "auto"
	Always = "always"
	Never  = "never"
)

// Options are what the user asks for.
type Options struct {
	// Color is Auto, Always or Never.
	Color string
	// Width in columns; 0: that of the terminal.
	Width   int
	Verbose bool
}

// View is what text for out is laid out for. The width is that of the options, of
// the variable COLUMNS, or of the terminal; without any of them
// [screen.DefaultWidth]. With Auto there is color on a terminal, unless NO_COLOR
// (https://no-color.org) is set or TERM is dumb.
func View(out io.Writer, getenv func(string) string, o Options) screen.View {
	v := screen.View{Width: o.Width, Verbose: o.Verbose}
	file, _ := out.(*os.File)
	terminal := file != nil && term.IsTerminal(int(file.Fd()))
	if columns, err := strconv.Atoi(getenv("COLUMNS")); v.Width <= 0 && err == nil && columns > 0 {
		v.Width = columns
	}
	if v.Width <= 0 && terminal {
		v.Width, _, _ = term.GetSize(int(file.Fd()))
	}
	v.Width = max(v.Width, 0)
	v.Known = v.Width > 0
	v.Color = o.Color == Always || o.Color != Never && terminal && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
	return v
}

// Talks reports whether a person is there to answer: both ends are a terminal.
func Talks(in io.Reader, out io.Writer) bool {
	from, reads := in.(*os.File)
	to, writes := out.(*os.File)
	return reads && writes && term.IsTerminal(int(from.Fd())) && term.IsTerminal(int(to.Fd()))
}
