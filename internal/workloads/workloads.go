// Package workloads stamps the meshed workloads in a stream or in files, so that they
// restart with the wave of a rotation.
package workloads

import (
	"errors"
	"fmt"
	"io"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Options say what is stamped, and how.
type Options struct {
	StatePath string
	// Paths are files, directories and patterns; of none, Stdin is the input.
	Paths []string
	Stdin io.Reader
	// Namespace is that of objects that name none.
	Namespace string
	// Inject has what the annotations of namespaces say that are not in the input.
	Inject map[string]string
	// Namespaces are those that the split wave reaches now; WaveDone ends it.
	Namespaces []string
	WaveDone   bool
	// Remove takes stamps away.
	Remove       bool
	AllowNothing bool
	// Keep writes no file.
	Keep     bool
	Files    files.Writer
	Progress Progress
}

// Changed is a file of the input with the text that it gets.
type Changed struct {
	number   int // in the input
	Name     string
	Old, New []byte
}

// Result is what the workloads get.
type Result struct {
	// Stream is the input with stamps, where it is one.
	Stream  []byte
	Changed []Changed
	Report  render.WorkloadsReport
	// NoStamp: no wave was started yet, so nothing was looked at.
	NoStamp bool
}

// Stamp gathers the state and the files, renders once, and writes once.
func Stamp(o Options) (Result, error) {
	in := render.WorkloadsInput{
		Stream: len(o.Paths) == 0, Namespace: o.Namespace, Inject: o.Inject,
		Remove: o.Remove, AllowNothing: o.AllowNothing, Each: o.Progress.Each,
	}
	found, err := o.gather(&in)
	if err != nil {
		return Result{}, err
	}
	if len(o.Namespaces) > 0 || o.WaveDone {
		return o.continueWave(in, found)
	}
	if in.State, err = statefile.Load(o.StatePath); err != nil {
		return Result{}, err
	}
	return o.stampFiles(in, found)
}

// gather reads stdin, or all files that the paths lead to.
func (o Options) gather(in *render.WorkloadsInput) (found []File, err error) {
	if in.Stream {
		text, err := files.ReadAll(o.Stdin, "stdin", render.MaxStream)
		in.Files = []render.WorkloadFile{{Name: "stdin", Text: text}}
		return nil, err
	}
	if found, err = Find(o.Paths, o.Files.Notes); err != nil {
		return nil, err
	}
	in.Files, err = o.Progress.Read(found)
	return found, err
}

// continueWave stamps with the state as it will be, and then writes the state:
// files first, so that no state says that a namespace is done which is not.
func (o Options) continueWave(in render.WorkloadsInput, found []File) (r Result, err error) {
	err = keyfile.ChangeState(o.Files, o.StatePath, func(current *state.Rotation) (keyfile.Change, error) {
		next, err := rotation.ContinueWave(current, o.Namespaces, o.WaveDone)
		if err != nil {
			return keyfile.Change{}, statefile.Named(err, o.StatePath, o.StatePath)
		}
		in.State = next
		if o.Keep {
			r, err = o.stampFiles(in, found)
			return keyfile.Change{}, err
		}
		return keyfile.Change{Next: next, Before: func() (stored keyfile.Stored, err error) { // the next call does the rest
			r, err = o.stampFiles(in, found)
			return stored, err
		}}, nil
	})
	return r, err
}

// stampFiles renders all files, and writes those that change.
func (o Options) stampFiles(in render.WorkloadsInput, found []File) (r Result, err error) {
	if !in.Stream && !in.Remove && in.State.Status.Stamp == "" {
		sink.Note(o.Files.Notes, "no wave was started yet, so there is no stamp: no file changes")
		return Result{NoStamp: true}, nil
	}
	out, err := render.StampWorkloads(in)
	if err != nil {
		return Result{}, statefile.Named(err, o.StatePath, streamName(in))
	}
	r = Result{Report: out.Report}
	if in.Stream {
		r.Stream = out.Files[0].Text
	}
	for i, file := range out.Files {
		if old := in.Files[i].Text; string(old) != string(file.Text) {
			r.Changed = append(r.Changed, Changed{i, file.Name, old, file.Text})
		}
	}
	if in.Stream || o.Keep {
		return r, nil
	}
	return r, o.replace(r.Changed, found)
}

// streamName is the input's name in problems that name no file themselves.
func streamName(in render.WorkloadsInput) string {
	if in.Stream {
		return in.Files[0].Name
	}
	return ""
}

// replace puts all files in place, or none. A process that is killed in between
// leaves files of which each is old or new.
func (o Options) replace(changed []Changed, found []File) error {
	targets := make([]string, len(changed))
	for i, c := range changed {
		targets[i] = found[c.number].Target
	}
	root, below, err := files.RootOf(targets)
	if root == nil {
		return err
	}
	defer root.Close()
	all := make([]disk.File, len(changed))
	for i, c := range changed {
		all[i] = disk.File{Path: below[i], Data: c.New, Mode: found[c.number].Mode}
	}
	d := o.Files.Disk
	d.Root = root
	show, ended := o.Progress.show("writing", len(changed))
	defer ended()
	d.Step = counted(d.Step, show)
	done, err := d.WriteAll(all)
	var failed *disk.FileError
	if errors.As(err, &failed) {
		return problem.WorkloadsPartly.With(files.Reason(failed.Err), done, len(changed)).In(changed[failed.Index].Name).Because(err)
	}
	return o.Files.Written(fmt.Sprintf("each of %d files", len(changed)), err)
}
