package cli

import results "github.com/l5d-pki/l5d-pki-render/internal/report"

// Formats of what there is to read.
const (
	formatText = results.Text
	formatJSON = results.JSON
)

// report is a result of this package's own, in words or as data.
type report interface {
	text() string
	markdown() string
	data() any
}

// exported is a report for internal/report.
type exported struct{ report }

func (e exported) Text() string     { return e.text() }
func (e exported) Markdown() string { return e.markdown() }
func (e exported) Data() any        { return e.data() }

func printer(format string) (func(report) ([]byte, error), error) {
	write, err := results.In(format)
	return func(r report) ([]byte, error) { return write(exported{r}) }, err
}
