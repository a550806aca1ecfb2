package cli

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// outputBytes are the files of one output, by their path relative to the state file.
type outputBytes map[string][]byte

// producers compute the files of each kind of output. Whatever they read, they
// write nothing.
var producers = map[string]func(c *syncCall, output int) (outputBytes, error){
	state.OutputValues:     (*syncCall).valuesOutput,
	state.OutputManifests:  (*syncCall).manifestsOutput,
	state.OutputHelmValues: (*syncCall).helmValuesOutput,
	state.OutputChart:      (*syncCall).chartOutput,
	state.OutputComponent:  (*syncCall).componentOutput,
	state.OutputEdit:       (*syncCall).editOutput,
}

// produce computes the files of all outputs; the problems of all are told
// together. Every file is told where it leads, and none twice.
func (c *syncCall) produce() ([]syncFile, error) {
	var problems problem.List
	var files []syncFile
	by := map[string]int{}
	for i, o := range c.state.Spec.Outputs {
		producer, known := producers[o.Kind]
		if !known {
			problems.Add(problem.SyncNoProducer.With(o.Kind).In(c.statePath).On(outputPath(i)))
			continue
		}
		produced, err := producer(c, i)
		if err != nil {
			problems.Add(named(err, c.statePath, c.shownIn(o.Path)))
			continue
		}
		for _, path := range slices.Sorted(maps.Keys(produced)) {
			f, err := c.placed(i, path, produced[path])
			if err != nil {
				problems.Add(problem.Of(err).In(c.statePath).Under(outputPath(i)).Err())
				continue
			}
			if first, twice := by[f.target]; twice {
				problems.Add(problem.SyncTwice.With(outputPath(first), outputPath(i)).In(f.name))
				continue
			}
			by[f.target] = i
			files = append(files, f)
		}
	}
	return files, problems.Err()
}

func outputPath(output int) string { return fmt.Sprintf("spec.outputs[%d]", output) }

// placed says where a file goes, and gives it its header.
func (c *syncCall) placed(output int, path string, text []byte) (syncFile, error) {
	f := syncFile{output: output, want: text}
	if c.state.Spec.Outputs[output].Kind != state.OutputEdit {
		f.want = append([]byte(header(c.state, output)), text...)
	}
	var err error
	if f.target, f.name, err = c.place.resolve(path); err != nil {
		return f, err
	}
	if info, err := os.Lstat(c.place.at(path)); err == nil && info.Mode()&os.ModeSymlink != 0 {
		return f, problem.SyncProtected.With(path, "a symbolic link")
	}
	return f, nil
}

func (c *syncCall) valuesOutput(output int) (outputBytes, error) {
	o := c.state.Spec.Outputs[output]
	out, err := render.Values(render.ValuesInput{State: c.state, Layout: render.Layout(o.Layout), Chart: render.Group(o.Chart)})
	c.tellApart(output, out.NeedsManifests)
	return outputBytes{o.Path: out.YAML}, err
}

func (c *syncCall) manifestsOutput(output int) (outputBytes, error) {
	how, err := c.loadSecrets(c.statePath, c.state, custody.Manifests, "", secretsFlags{})
	if err != nil {
		return nil, err
	}
	text, err := render.Manifests(render.ManifestsInput{State: c.state, Apart: how.apart, Beside: how.beside})
	return outputBytes{c.state.Spec.Outputs[output].Path: text}, err
}

func (c *syncCall) helmValuesOutput(output int) (outputBytes, error) {
	o := c.state.Spec.Outputs[output]
	in := render.HelmValuesInput{State: c.state, Chart: render.Group(o.Chart), Object: o.Object, Name: o.Name, Namespace: o.Namespace, Key: o.Key}
	if o.HelmRelease != nil {
		in.Release = o.HelmRelease.Name
	}
	out, err := render.HelmValues(in)
	c.tellApart(output, out.NeedsManifests)
	files := outputBytes{o.Path: out.Object}
	if o.HelmRelease != nil {
		files[o.HelmRelease.Path] = out.Patch
	}
	return files, err
}

// tellApart says that an output alone is not the whole PKI.
func (c *syncCall) tellApart(output int, apart bool) {
	if apart {
		fmt.Fprintf(&c.talk, "note: %s: %s\n", outputPath(output), secretsBeside(c.state, c.statePath, false))
	}
}
