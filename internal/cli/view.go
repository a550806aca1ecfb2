package cli

import (
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/internal/terminal"

	"github.com/spf13/cobra"
)

// viewFlags say how a report is written.
type viewFlags struct {
	format string
	terminal.Options
}

func (f *viewFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.format, "output", "o", results.Text, "text, json, yaml or markdown")
	f.addDetails(cmd)
}

func (f *viewFlags) addDetails(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.Verbose, "verbose", false, "show fingerprints, verifiers and other details")
	cmd.Flags().IntVar(&f.Width, "width", 0, "columns of the text (default: COLUMNS, or those of the terminal, or 80)")
}

// show returns what writes a report as the flags say.
// further names formats that the command has beside those of every report.
func (a *app) show(f *viewFlags, further ...string) (func(results.Report) ([]byte, error), error) {
	return results.In(f.format, a.view(f), further...)
}

func (a *app) view(f *viewFlags) screen.View {
	f.Color = a.color
	return terminal.View(a.Stdout, a.Getenv, f.Options)
}
