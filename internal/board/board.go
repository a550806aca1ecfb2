// Package board makes the report for a change board: it gathers what is known of a
// state, and writes it as one document.
package board

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/lint"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/nextstep"
	"github.com/l5d-pki/l5d-pki-render/internal/recovery"
	"github.com/l5d-pki/l5d-pki-render/internal/recovery/facts"
	"github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/report/document"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Help of the command.
const (
	Short = "write one page on the rotation for a change board or an auditor"
	Long  = `report writes one HTML page, or Markdown: where the rotation is and what comes next,
the phases and the lives of certificates on a time axis, who trusts whom in each
phase, what each pull request changes, what is known of the cluster and by which
source, the log with everything that a person answered for, every certificate, and
hazards. What is not known is said to be unknown.
The page has no scripts and loads nothing. With --at the same state, Git history and
evidence are the same bytes. --to replaces an earlier report, and no other file.
With --fleet FILE it is a grid of the members of a fleet by phase, with what holds each.`
	Example = `  l5d-pki-render report --to report.html
  l5d-pki-render report --evidence observation.yaml -o markdown
  l5d-pki-render report --at 2026-06-01T12:00:00Z > report.html`
)

// Request says what is reported, and how.
type Request struct {
	// State is the path of the state file.
	State    string
	Evidence moves.Loader
	// Brought is the evidence that the user named.
	Brought *moves.Brought
	// Fleet is the path of a fleet file: it is reported in the place of a state. Clones is
	// where the other repositories that it names are cloned.
	Fleet, Clones string
	// At is when dates are judged, as the user wrote it; Clock reads it after the
	// evidence was loaded.
	At      string
	Clock   func(asked string) (time.Time, error)
	Custody custody.World
	Notes   io.Writer
	Files   files.Writer
	// Format is HTML or [report.Markdown]; To the file to write, "" returns the text.
	Format, To string
}

// HTML is the format of pages.
const HTML = "html"

// Write makes the report. With q.To it writes the file and returns nothing.
func Write(q Request) ([]byte, error) {
	write, head := document.Document.HTML, document.Head
	switch q.Format {
	case HTML:
	case report.Markdown:
		write, head = document.Document.Markdown, document.MarkdownHead
	default:
		return nil, problem.CLIFormat.With(q.Format, "html or markdown")
	}
	if err := replaces(q.To, head); err != nil {
		return nil, err
	}
	d, err := q.document()
	if err != nil {
		return nil, err
	}
	text := write(d)
	if q.To == "" {
		return text, nil
	}
	return nil, q.Files.Replace(q.To, text, 0o644)
}

func (q Request) document() (document.Document, error) {
	if q.Fleet != "" {
		return ofFleet(q)
	}
	b, err := gather(q)
	if err != nil {
		return document.Document{}, err
	}
	return b.Document(), nil
}

// replaces refuses to overwrite a file that is no report of the format.
func replaces(path, head string) error {
	if path == "" {
		return nil
	}
	return files.MayReplace(path, func(begin []byte) bool { return bytes.HasPrefix(begin, []byte(head)) }, problem.CLINotReport.With())
}

// gather gathers what is known of the state.
func gather(q Request) (b report.Board, err error) {
	text, err := statefile.Read(q.State)
	if err != nil {
		return b, err
	}
	sum := sha256.Sum256(text)
	b.File, b.Digest = filepath.ToSlash(q.State), hex.EncodeToString(sum[:])
	var at time.Time
	known, err := facts.Gather(q.Custody, facts.Request{
		StatePath: q.State,
		Evidence: func(path string, s *state.Rotation) (rotation.Evidence, error) {
			b.Evidence, err = q.Evidence(path, s)
			return b.Evidence, err
		},
		Instant: func() (time.Time, error) {
			at, err = q.Clock(q.At)
			return at, err
		},
	})
	if err != nil {
		return b, err
	}
	b.State, b.Status = known.State, known.Status
	b.Status.Alarms = append(b.Status.Alarms, known.LogAlarms()...)
	b.Status.Delivery = delivery.Of(b.State, q.State)
	b.Todo = nextstep.Of(nextstep.Facts{State: b.State, StatePath: q.State, Evidence: q.Brought.Files, Status: b.Status})
	b.Diagnoses = recovery.Diagnose(known)
	if err := prove(&b, at); err != nil {
		return b, statefile.Named(err, q.State, q.State)
	}
	return b, hazards(&b, q, at)
}

// prove plans and proves the rotation.
func prove(b *report.Board, at time.Time) (err error) {
	if b.Here, err = rotation.Prove(b.State, rotation.ProveOptions{}, b.Evidence, at); err != nil || b.State.Status.Rotation == nil {
		return err
	}
	if b.Walk, err = rotation.Prove(b.State, rotation.ProveOptions{All: true}, b.Evidence, at); err != nil {
		return err
	}
	b.Plan, err = rotation.PlanOf(b.State, rotation.Options{}, b.Evidence, at)
	return err
}

// hazards are what lint finds.
func hazards(b *report.Board, q Request, at time.Time) error {
	found, err := lint.Run(lint.Options{State: q.State, At: at, Custody: q.Custody, Notes: q.Notes})
	if err != nil {
		return err
	}
	for _, f := range found.Findings() {
		b.Hazards = append(b.Hazards, report.Hazard{Place: fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column), Finding: f.Finding})
	}
	return nil
}
