package cli

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// tellCI gives a job's later steps what they need, and its page the report
// (GITHUB_OUTPUT and GITHUB_STEP_SUMMARY; Gitea and Forgejo have the same).
func (a *app) tellCI(r prResult) error {
	if file := a.Getenv("GITHUB_OUTPUT"); file != "" {
		var b strings.Builder
		for _, row := range r.Outputs() {
			b.WriteString(sink.Output(row[0], row[1]))
		}
		if err := appendTo(file, b.String()); err != nil {
			return err
		}
	}
	if file := a.Getenv("GITHUB_STEP_SUMMARY"); file != "" {
		return appendTo(file, r.Markdown()+"\n")
	}
	return nil
}

func appendTo(file, text string) error {
	if err := disk.Append(file, text); err != nil {
		return problem.CLIWrite.With(file, files.Reason(err)).Because(err)
	}
	return nil
}
