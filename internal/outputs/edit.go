package outputs

import (
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/workloads"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// edit stamps the workloads in the files that a glob matches. The files
// of all globs are read together: a Namespace in one speaks for the workloads
// in another.
func (c *Job) edit(output int) (produced, error) {
	if c.edited == nil {
		if err := c.editAll(); err != nil {
			return nil, err
		}
	}
	return c.edited[output], nil
}

func (c *Job) editAll() error {
	c.edited = map[int]produced{}
	var found []workloads.File
	owner, inject := map[string]int{}, map[string]string{}
	var problems problem.List
	for i, o := range c.State.Spec.Outputs {
		if o.Kind != state.OutputEdit {
			continue
		}
		if c.late() {
			return problem.SyncLate.With(i, len(c.State.Spec.Outputs)).In(c.StatePath).On("spec.outputs")
		}
		c.edited[i] = produced{}
		maps.Copy(inject, o.NamespaceInject)
		matched, err := c.matching(o.Path)
		problems.Add(problem.Of(err).Under(fieldOf(i)).Err())
		for _, f := range matched {
			if _, again := owner[f.Target]; !again {
				owner[f.Target] = i
				found = append(found, f)
			}
		}
	}
	if len(problems) > 0 || c.State.Status.Stamp == "" {
		return problems.Err() // before the first wave there is no stamp to write
	}
	read, err := c.Progress.Read(found)
	if err != nil {
		return err
	}
	out, err := render.StampWorkloads(render.WorkloadsInput{State: c.State, Files: read, Inject: inject, Each: c.Progress.Each})
	if err != nil {
		return c.editProblems(err)
	}
	for i, f := range out.Files {
		below, err := filepath.Rel(c.Place.Directory, found[i].Target)
		if err != nil {
			return err
		}
		c.edited[owner[found[i].Target]][filepath.ToSlash(below)] = f.Text
	}
	c.tellEdited(out.Report)
	return nil
}

// editProblems gives the hints that hold here: sync has no flags for namespaces.
func (c *Job) editProblems(err error) error {
	problems := problem.Of(err)
	for _, p := range problems {
		if p.Code == problem.WorkloadsNothing.Code {
			p.Hints = []string{"bring the manifests of the Namespaces, with linkerd.io/inject, into a glob of kind edit; or name the namespaces: `namespaceInject: {NAME: enabled}` in that output; or correct the globs"}
			p.In(c.StatePath).On("spec.outputs")
		}
	}
	return problems.Err()
}

// tellEdited names the workloads that the wave does not reach by itself.
func (c *Job) tellEdited(report render.WorkloadsReport) {
	for _, w := range report.Workloads {
		if w.Fate == render.Unknown || w.Fate == render.Immune || w.Fate == render.HeldBack {
			sink.Note(c.Notes, "%s: %s: %s: %s", w.File, w.Object, w.Fate, w.Why)
		}
	}
}

// matching finds the files of one glob, which is relative to the state file.
func (c *Job) matching(glob string) ([]workloads.File, error) {
	parts := strings.Split(glob, "/")
	fixed := slices.IndexFunc(parts, func(part string) bool { return strings.ContainsAny(part, "*?[") })
	if fixed < 0 {
		fixed = len(parts)
	}
	root, _, err := c.Place.resolve(path.Join(parts[:fixed]...))
	if err != nil {
		return nil, err
	}
	found, err := workloads.Below(root, parts[fixed:])
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(f workloads.File) bool { return state.ProtectedPath(c.Place.nameOf(f.Target)) != "" })
	if len(found) == 0 {
		return nil, problem.WorkloadsNoFiles.With().In(c.shownIn(glob))
	}
	for i := range found {
		found[i].Name = c.Place.nameOf(found[i].Target)
	}
	return found, nil
}
