package outputs

import (
	"io"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
)

// Bring makes the files that differ what they should be, and returns a line for each.
func Bring(w files.Writer, root string, all []File, notes io.Writer) (said []byte, err error) {
	changed := Changed(all)
	if len(changed) == 0 {
		sink.Note(notes, "nothing to do: every file is as the state says (%d)", len(all))
		return nil, nil
	}
	if err := Write(w, root, changed); err != nil {
		return nil, err
	}
	for _, f := range changed {
		verb := "wrote"
		if f.Want == nil {
			verb = "removed"
		}
		said = append(said, sink.Log(verb+" "+sink.Line(f.Name)+"\n")...)
	}
	return said, nil
}

// Compared is what would change, with certificates named, and whether anything would.
func Compared(all []File, statePath string, notes io.Writer) (diff []byte, changes bool) {
	changed := Changed(all)
	if len(changed) == 0 {
		sink.Note(notes, "every file is as the state says (%d)", len(all))
		return nil, false
	}
	for _, f := range changed {
		diff = append(diff, f.Diff()...)
	}
	command := "l5d-pki-render sync"
	if statePath != "rotation.yaml" {
		command += " --state " + delivery.Quoted(statePath)
	}
	sink.Note(notes, "%d of %d files would change; `%s` writes them", len(changed), len(all), command)
	return diff, true
}
