package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// chartOutput renders a chart as the command chart does, without keys. A chart
// and values files that are paths are looked for beside the state file and may
// not leave its repository.
func (c *syncCall) chartOutput(output int) (outputBytes, error) {
	o := c.state.Spec.Outputs[output]
	if c.charts != nil {
		if err := c.charts(o); err != nil {
			return nil, problem.Of(err).Under(outputPath(output) + ".chart").Err()
		}
	}
	call := &chartCall{state: c.statePath, Request: exchange.Request{
		Chart: o.Chart, Repo: o.Repo, Version: o.Version, Digest: o.Digest,
		Release: o.Release, Namespace: o.Namespace, KubeVersion: defaultKubeVersion,
	}}
	var err error
	if o.ChartIsPath() {
		if call.Chart, _, err = c.place.resolve(o.Chart); err != nil {
			return nil, problem.Of(err).Under(outputPath(output) + ".chart").Err()
		}
	}
	for _, file := range o.ValuesFiles {
		full, _, err := c.place.resolve(file)
		if err != nil {
			return nil, problem.Of(err).Under(outputPath(output) + ".valuesFiles").Err()
		}
		call.valueFiles = append(call.valueFiles, full)
	}
	if err := c.completeRequest(call); err != nil {
		return nil, err
	}
	phase, err := c.chartPhase(call)
	if err != nil {
		return nil, err
	}
	answer, err := exchange.Ask(call.Request, c.chartProgram())
	if err != nil {
		return nil, err
	}
	out, err := phase.PostRender(answer, call.allowRandom)
	if err != nil {
		return nil, err
	}
	c.tellChart(call, answer, phase, out.Report)
	return outputBytes{o.Path: out.Stream}, nil
}
