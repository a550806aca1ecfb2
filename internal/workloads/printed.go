package workloads

import (
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

// Form is how a result is asked for.
type Form struct {
	// Stream: the input was one stream and no files.
	Stream, Check, Diff bool
	// Report is "", text or json.
	Report string
}

// Said is what a call has to say: Out on stdout, Notes on stderr.
type Said struct {
	Out   []byte
	Notes string
}

// Say gives the stream, the difference or the names of files, and the report.
func (r Result) Say(f Form) (s Said) {
	text := sink.Log(r.Report.Brief())
	switch f.Report {
	case results.Text:
		text = sink.Log(r.Report.Text())
	case results.JSON:
		text = string(sink.JSON(r.Report.JSON()))
	}
	switch {
	case f.Diff:
		for _, c := range r.Changed {
			s.Out = append(s.Out, results.Diff(c.Name, c.Name, string(c.Old), string(c.New))...)
		}
	case f.Report == "" && (f.Check || !f.Stream):
		for _, c := range r.Changed {
			s.Out = append(s.Out, sink.Log(sink.Line(c.Name)+"\n")...)
		}
	case f.Stream && !f.Check:
		s.Out = r.Stream
	default:
		s.Out = []byte(text)
		return s
	}
	if !f.Stream || f.Report != "" || f.Check {
		s.Notes = text
	}
	return s
}
