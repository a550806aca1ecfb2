package cli

import (
	"context"
	"errors"
	"io"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// chartProgram links Helm, whose libraries take several times as long to start
// as all of this program (docs/chart.md).
var chartProgram = program{"l5d-pki-render-chart", "L5D_PKI_CHART_PROGRAM", child.Charts, problem.ChartProgram}

// chartProgram runs it: request in, reply out.
func (a *app) chartProgram() func(io.Reader, io.Writer) error {
	return func(in io.Reader, out io.Writer) error {
		err := a.runProgram(context.Background(), chartProgram, in, out)
		if errors.Is(err, errSignalled) {
			return problem.ChartStopped.With()
		}
		return err
	}
}
