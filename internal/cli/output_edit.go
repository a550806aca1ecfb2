package cli

import (
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// editOutput stamps the workloads in the files that a glob matches. The files
// of all globs are read together: a Namespace in one speaks for the workloads
// in another.
func (c *syncCall) editOutput(output int) (outputBytes, error) {
	if c.edited == nil {
		if err := c.editAll(); err != nil {
			return nil, err
		}
	}
	return c.edited[output], nil
}

func (c *syncCall) editAll() error {
	c.edited = map[int]map[string][]byte{}
	var found []foundFile
	owner, inject := map[string]int{}, map[string]string{}
	var problems problem.List
	for i, o := range c.state.Spec.Outputs {
		if o.Kind != state.OutputEdit {
			continue
		}
		c.edited[i] = outputBytes{}
		maps.Copy(inject, o.NamespaceInject)
		matched, err := c.matching(o.Path)
		problems.Add(problem.Of(err).Under(outputPath(i)).Err())
		for _, f := range matched {
			if _, again := owner[f.target]; !again {
				owner[f.target] = i
				found = append(found, f)
			}
		}
	}
	if len(problems) > 0 || c.state.Status.Stamp == "" {
		return problems.Err() // before the first wave there is no stamp to write
	}
	files, err := c.readFound(found)
	if err != nil {
		return err
	}
	out, err := render.StampWorkloads(render.WorkloadsInput{State: c.state, Files: files, Inject: inject, Each: c.each})
	if err != nil {
		return c.editProblems(err)
	}
	for i, f := range out.Files {
		below, err := filepath.Rel(c.place.folder, found[i].target)
		if err != nil {
			return err
		}
		c.edited[owner[found[i].target]][filepath.ToSlash(below)] = f.Text
	}
	c.tellEdited(out.Report)
	return nil
}

// editProblems gives the hints that hold here: sync has no flags for namespaces.
func (c *syncCall) editProblems(err error) error {
	problems := problem.Of(err)
	for _, p := range problems {
		if p.Code == problem.WorkloadsNothing.Code {
			p.Hints = []string{"bring the manifests of the Namespaces, with linkerd.io/inject, into a glob of kind edit; or name the namespaces: `namespaceInject: {NAME: enabled}` in that output; or correct the globs"}
			p.In(c.statePath).On("spec.outputs")
		}
	}
	return problems.Err()
}

// tellEdited names the workloads that the wave does not reach by itself.
func (c *syncCall) tellEdited(report render.WorkloadsReport) {
	for _, w := range report.Workloads {
		switch w.Fate {
		case render.Unknown, render.Immune, render.HeldBack:
			fmt.Fprintf(&c.talk, "note: %s: %s: %s: %s\n", w.File, w.Object, w.Fate, w.Why)
		}
	}
}

// matching finds the files of one glob, which is relative to the state file.
func (c *syncCall) matching(glob string) ([]foundFile, error) {
	parts := strings.Split(glob, "/")
	fixed := slices.IndexFunc(parts, func(part string) bool { return strings.ContainsAny(part, "*?[") })
	if fixed < 0 {
		fixed = len(parts)
	}
	root, _, err := c.place.resolve(path.Join(parts[:fixed]...))
	if err != nil {
		return nil, err
	}
	var s search
	if fixed == len(parts) {
		s.named(root)
	} else {
		s.walk(root, func(below string) bool { return matches(parts[fixed:], strings.Split(below, "/")) })
	}
	if err := s.problems.Err(); err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(s.sorted(), func(f foundFile) bool { return state.ProtectedPath(c.place.nameOf(f.target)) != "" })
	if len(found) == 0 {
		return nil, problem.WorkloadsNoFiles.With().In(c.shownIn(glob))
	}
	for i := range found {
		found[i].name = c.place.nameOf(found[i].target)
	}
	return found, nil
}
