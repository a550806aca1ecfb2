package cli

import (
	"bytes"
	"fmt"
	"os"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/picture"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// timelineOf puts a status on a time axis: one bar per certificate, a mark per move.
func timelineOf(st *rotation.Status) picture.Timeline {
	t := picture.Timeline{Title: fmt.Sprintf("%s: phase %s, epoch %d", st.Cluster, st.Phase, st.Epoch), Now: st.At}
	for _, x := range st.Certificates {
		t.Bars = append(t.Bars, picture.Bar{
			Name: x.Name, Kind: x.Kind, Role: x.Role,
			NotBefore: x.NotBefore, NotAfter: x.NotAfter, DaysLeft: x.DaysLeft,
		})
	}
	for _, e := range st.Log {
		if at, err := time.Parse(time.RFC3339, e.At); err == nil {
			t.Marks = append(t.Marks, picture.Mark{At: at, Label: e.Phase})
		}
	}
	return t
}

// drawTo writes the pictures that were asked for.
func (a *app) drawTo(st *rotation.Status, svg, png string) error {
	t := timelineOf(st)
	if svg != "" {
		if err := a.writePicture(svg, t.SVG()); err != nil {
			return err
		}
	}
	if png == "" {
		return nil
	}
	image, err := t.PNG()
	if err != nil {
		return err
	}
	return a.writePicture(png, image)
}

// writePicture replaces a picture of the same format, and no other file: a state
// file is easily named by mistake.
func (a *app) writePicture(path string, image []byte) error {
	const magic = 4 // bytes that tell the formats apart: "<svg", "\x89PNG"
	old, err := os.ReadFile(path)
	if err == nil && len(old) > 0 && !bytes.HasPrefix(old, image[:magic]) {
		return problem.CLINotPicture.With().In(path)
	}
	return a.writeFile(path, image, 0o644, true)
}
