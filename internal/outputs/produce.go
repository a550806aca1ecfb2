package outputs

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// produced are the files of one output, by their path relative to the state file.
type produced map[string][]byte

// producers compute the files of each kind of output. Whatever they read, they
// write nothing.
var producers = map[string]func(c *Job, output int) (produced, error){
	state.OutputValues:     (*Job).values,
	state.OutputManifests:  (*Job).manifests,
	state.OutputHelmValues: (*Job).helmValues,
	state.OutputChart:      (*Job).chart,
	state.OutputComponent:  (*Job).component,
	state.OutputEdit:       (*Job).edit,
}

// produce computes the files of all outputs; the problems of all are told
// together. Every file is told where it leads, and none twice.
func (c *Job) produce() ([]File, error) {
	var problems problem.List
	var all []File
	by := map[string]int{}
	c.until = time.Now().Add(c.Within)
	for i := range c.State.Spec.Outputs {
		if c.late() {
			return nil, problem.SyncLate.With(i, len(c.State.Spec.Outputs)).In(c.StatePath).On("spec.outputs")
		}
		of, err := c.one(i)
		problems.Add(err)
		for _, f := range of {
			if first, twice := by[f.Target]; twice {
				problems.Add(problem.SyncTwice.With(fieldOf(first), fieldOf(i)).In(f.Name))
				continue
			}
			by[f.Target] = i
			all = append(all, f)
		}
	}
	return all, problems.Err()
}

// one computes the files of one output, with those that can be written beside the
// problems of others.
func (c *Job) one(output int) (all []File, err error) {
	o := c.State.Spec.Outputs[output]
	producer, known := producers[o.Kind]
	if !known {
		return nil, problem.SyncNoProducer.With(o.Kind).In(c.StatePath).On(fieldOf(output))
	}
	texts, err := producer(c, output)
	if err != nil {
		return nil, statefile.Named(err, c.StatePath, c.shownIn(o.Path))
	}
	var problems problem.List
	for _, path := range slices.Sorted(maps.Keys(texts)) {
		f, err := c.placed(output, path, texts[path])
		if err != nil {
			problems.Add(problem.Of(err).In(c.StatePath).Under(fieldOf(output)).Err())
			continue
		}
		all = append(all, f)
	}
	return all, problems.Err()
}

// late reports whether the time for all outputs is over.
func (c *Job) late() bool { return c.Within > 0 && time.Now().After(c.until) }

func fieldOf(output int) string { return fmt.Sprintf("spec.outputs[%d]", output) }

// placed says where a file goes, and gives it its header.
func (c *Job) placed(output int, path string, text []byte) (File, error) {
	f := File{Output: output, Want: text}
	if c.State.Spec.Outputs[output].Kind != state.OutputEdit {
		f.Want = append([]byte(header(c.State, output)), text...)
	}
	var err error
	if f.Target, f.Name, err = c.Place.resolve(path); err != nil {
		return f, err
	}
	if info, err := os.Lstat(c.Place.at(path)); err == nil && info.Mode()&os.ModeSymlink != 0 {
		return f, problem.SyncProtected.With(path, "a symbolic link")
	}
	return f, nil
}

func (c *Job) values(output int) (produced, error) {
	o := c.State.Spec.Outputs[output]
	out, err := render.Values(render.ValuesInput{State: c.State, Layout: render.Layout(o.Layout), Chart: render.Group(o.Chart)})
	c.tellApart(output, out.NeedsManifests)
	return produced{o.Path: out.YAML}, err
}

func (c *Job) manifests(output int) (produced, error) {
	world := c.Custody
	world.State, world.StatePath = c.State, c.StatePath
	keeper, err := custody.New(world)
	if err != nil {
		return nil, err
	}
	how, err := keyfile.Load(keeper, custody.Manifests, "", keyfile.Wanted{})
	if err != nil {
		return nil, err
	}
	text, err := render.Manifests(render.ManifestsInput{State: c.State, Apart: how.Apart, Beside: how.Beside})
	return produced{c.State.Spec.Outputs[output].Path: text}, err
}

func (c *Job) helmValues(output int) (produced, error) {
	o := c.State.Spec.Outputs[output]
	in := render.HelmValuesInput{State: c.State, Chart: render.Group(o.Chart), Object: o.Object, Name: o.Name, Namespace: o.Namespace,
		Key: o.Key}
	if o.HelmRelease != nil {
		in.Release = o.HelmRelease.Name
	}
	out, err := render.HelmValues(in)
	c.tellApart(output, out.NeedsManifests)
	files := produced{o.Path: out.Object}
	if o.HelmRelease != nil {
		files[o.HelmRelease.Path] = out.Patch
	}
	return files, err
}

// tellApart says that an output alone is not the whole PKI.
func (c *Job) tellApart(output int, apart bool) {
	if apart {
		sink.Note(c.Notes, "%s: %s", fieldOf(output), delivery.BesideChart(c.State, c.StatePath, false))
	}
}

// shownIn is a path of the state as messages name it: relative to where the
// state file was named.
func (c *Job) shownIn(path string) string {
	return filepath.Join(filepath.Dir(c.StatePath), filepath.FromSlash(path))
}
