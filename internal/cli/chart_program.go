package cli

import (
	"context"
	"errors"
	"io"

	"github.com/l5d-pki/l5d-pki-render/internal/argocd"
	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// chartProgram links Helm and kustomize, whose libraries take several times as
// long to start as all of this program (docs/chart.md), and bounds itself.
var chartProgram = program{"l5d-pki-render-chart", "L5D_PKI_CHART_PROGRAM", child.Charts, problem.ChartProgram, nil, nil}

// chartProgram runs it: request in, reply out.
func (a *app) chartProgram() func(io.Reader, io.Writer) error { return a.bounded(problem.ChartLimit) }

// build builds a kustomization in it.
func (a *app) build(k exchange.Kustomization) (exchange.Built, error) {
	return exchange.AskBuild(k, a.bounded(problem.OverlayLimit))
}

// bounded runs the program; limit says that it hit one of its bounds.
func (a *app) bounded(limit problem.Sentence) func(io.Reader, io.Writer) error {
	return func(in io.Reader, out io.Writer) error {
		err := a.runProgram(context.Background(), chartProgram, in, out)
		confined := a.Getenv(argocd.ConfinedVariable)
		switch {
		case errors.Is(err, errSignalled):
			return problem.ChartStopped.With()
		case child.OutOfMemory(err) && confined != "":
			return problem.ArgoCDMemory.With(confined).Because(err)
		case child.OutOfMemory(err):
			return limit.With(child.ChartMemory>>20, child.ChartSeconds).Because(err)
		}
		return err
	}
}
