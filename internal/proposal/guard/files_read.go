package guard

import (
	"errors"
	"io"
	"path"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/outputs"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// maxWritten caps what the guard writes out of a change, in bytes.
const maxWritten = 2 << 30

// texts gives the regular files of at most limit bytes among names, whole.
func (g *judgement) texts(t *repo.Tree, names []string, limit int64, f func(name string, text []byte)) error {
	var regular, objects []string
	for _, name := range names {
		if e, err := t.Find(name); err == nil {
			regular, objects = append(regular, name), append(objects, e.Object)
		}
	}
	return g.Repo.Contents(objects, func(i int, c repo.Content) error {
		if c.Size > limit {
			return nil
		}
		text, err := io.ReadAll(c.Text)
		f(regular[i], text)
		return err
	})
}

// materialize writes the files of the merge that outputs and evidence are read
// from into a private directory: regular files with the bytes of their blobs,
// without links, submodules, filters or hooks.
func (g *judgement) materialize(next *state.Rotation) error {
	dir, root, remove, err := disk.Temporary()
	if err != nil {
		return problem.CLIWrite.With("a temporary directory", files.Reason(err)).Because(err)
	}
	g.Root, g.removeTree = dir, remove
	var names, objects []string
	needed := g.needed(next)
	for _, name := range g.after.Files() {
		if e, err := g.after.Find(name); err == nil && needed(name) {
			names, objects = append(names, name), append(objects, e.Object)
		}
	}
	g.skipped = map[string]bool{}
	total := int64(0)
	err = g.Repo.Contents(objects, func(i int, c repo.Content) error {
		if c.Size > outputs.MaxOwned {
			g.skipped[names[i]] = true
			return nil
		}
		if total += c.Size; total > maxWritten {
			return problem.SurveyTooMuch.With(maxWritten>>20, "MiB").In(g.State)
		}
		if err := disk.Copy(root, filepath.FromSlash(names[i]), c.Text); err != nil {
			return problem.CLIWrite.With(sink.Name(names[i]), files.Reason(err)).Because(err)
		}
		return nil
	})
	var known *problem.Problem
	if errors.As(err, &known) {
		return err
	}
	return base.GitProblem(err)
}

// needed reports which files the outputs and the evidence of a state are read
// from. A kustomization may read any file of the repository.
func (g *judgement) needed(next *state.Rotation) func(name string) bool {
	paths := append(base.KeyNames(next), base.EvidenceFolder, next.Spec.Custody.Certificate)
	for _, link := range next.Spec.Links {
		paths = append(paths, link.State, link.Observation)
		if link.State != "" {
			paths = append(paths, path.Join(path.Dir(link.State), base.EvidenceFolder))
		}
	}
	everything := false
	for _, o := range next.Spec.Outputs {
		everything = everything || o.For != ""
		paths = append(append(paths, fixedPart(o.Path)), o.ValuesFiles...)
		if o.ChartIsPath() {
			paths = append(paths, o.Chart)
		}
	}
	below := map[string]bool{g.State: true}
	for _, p := range paths {
		if p != "" {
			below[g.Beside(p)] = true
		}
	}
	return func(name string) bool {
		if everything || len(next.Spec.Outputs) > 0 && files.IsYAML(name) {
			return true // workloads, and files that no output names any more
		}
		for ; name != "."; name = path.Dir(name) {
			if below[name] {
				return true
			}
		}
		return below["."]
	}
}

// fixedPart is a glob up to its first part with a wildcard.
func fixedPart(glob string) string {
	parts := strings.Split(glob, "/")
	for i, part := range parts {
		if strings.ContainsAny(part, globLetters) {
			return path.Join(append([]string{"."}, parts[:i]...)...)
		}
	}
	return glob
}
