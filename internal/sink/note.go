package sink

import (
	"fmt"
	"io"
)

// Note writes a note for people, which is one line whatever names are in it.
func Note(to io.Writer, format string, args ...any) {
	fmt.Fprintf(to, "note: %s\n", Line(fmt.Sprintf(format, args...)))
}
