package outputs

import (
	"cmp"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/chartphase"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// chart renders a chart as the command chart does, without keys. A chart and
// values files that are paths are looked for beside the state file and may
// not leave its repository.
func (c *Job) chart(output int) (produced, error) {
	o := c.State.Spec.Outputs[output]
	if c.AllowChart != nil {
		if err := c.AllowChart(o); err != nil {
			return nil, problem.Of(err).Under(fieldOf(output) + ".chart").Err()
		}
	}
	request, err := c.request(output)
	if err != nil {
		return nil, err
	}
	s, err := statefile.Load(c.StatePath)
	if err != nil {
		return nil, err
	}
	phase, err := chartphase.New(s, chartphase.Options{StatePath: c.StatePath, Custody: c.Custody}, &request)
	if err != nil {
		return nil, err
	}
	answer, err := exchange.Ask(request, c.Charts)
	if err != nil {
		return nil, err
	}
	out, err := phase.PostRender(answer, false)
	if err != nil {
		return nil, err
	}
	for _, note := range phase.Notes(request, answer, c.StatePath) {
		sink.Note(c.Notes, "%s", note)
	}
	return produced{o.Path: out.Stream}, nil
}

// request is what the chart program is asked for.
func (c *Job) request(output int) (exchange.Request, error) {
	o := c.State.Spec.Outputs[output]
	request := exchange.Request{
		Chart: o.Chart, Repo: o.Repo, Version: o.Version, Digest: o.Digest, Engine: cmp.Or(o.Engine, state.EngineHelm3),
		Release: o.Release, Namespace: o.Namespace, KubeVersion: chartphase.KubeVersion,
	}
	var err error
	if o.ChartIsPath() {
		if request.Chart, _, err = c.Place.resolve(o.Chart); err != nil {
			return request, problem.Of(err).Under(fieldOf(output) + ".chart").Err()
		}
	}
	var values []string
	for _, file := range o.ValuesFiles {
		full, _, err := c.Place.resolve(file)
		if err != nil {
			return request, problem.Of(err).Under(fieldOf(output) + ".valuesFiles").Err()
		}
		values = append(values, full)
	}
	for _, path := range values {
		data, err := files.Read(path, chartphase.MaxValues)
		if err != nil {
			return request, err
		}
		request.Values.Files = append(request.Values.Files, exchange.File{Name: path, Data: data})
	}
	chartphase.Complete(&request, c.Getenv)
	return request, nil
}
