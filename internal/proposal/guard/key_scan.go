package guard

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lint"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/survey"
)

// allowList is a file at the top of the repository, which the guard reads from the
// base alone.
const allowList = lint.AllowList

// blob is the kind of the objects that files and links have as their content.
const blob = "blob"

// scanned is an object of the change, and the names by which it is reported.
type scanned struct {
	object string
	names  []string
	// file: the names are paths, which the base may allow.
	file bool
}

// scanChanges looks for private keys in everything that the commits of the change
// bring: every version of every file, with what a later commit takes away again,
// file names, the commits' own text and annotated tags.
func (g *judgement) scanChanges() error {
	allowed := g.allowed()
	tags, err := g.Repo.Tags(g.commits)
	if err != nil {
		return base.GitProblem(err)
	}
	all := contentsOf(g.changes)
	for _, commit := range g.commits {
		all = append(all, scanned{commit, []string{"commit " + short(commit)}, false})
	}
	for _, tag := range tags {
		all = append(all, scanned{tag, []string{"tag " + short(tag)}, false})
	}
	objects := make([]string, len(all))
	for i, s := range all {
		objects[i] = s.object
	}
	passed := 0
	var keys secret.Searcher
	err = g.Repo.Contents(objects, func(i int, c repo.Content) error {
		if all[i].file && c.Kind != blob {
			return fmt.Errorf("%w: %s has the mode of a file, and is a %s", repo.ErrTree, sink.Name(all[i].names[0]), c.Kind)
		}
		if c.Kind == "commit" {
			if c.Text, err = g.inKnownEncoding(c.Text, all[i].names[0]); err != nil {
				return err
			}
		}
		found, err := keys.Scan(c.Text)
		if err != nil || len(found) == 0 {
			return err
		}
		for _, name := range all[i].names {
			if all[i].file && allowed(name) {
				passed++
				continue
			}
			sentence := problem.PRGuardKey
			if found[0].Unsearched {
				sentence = problem.PRGuardUnsearched
			}
			g.r.fail(sentence.With(found[0].Form).In(sink.Name(name)))
		}
		return nil
	})
	if errors.Is(err, repo.ErrMissing) || errors.Is(err, repo.ErrTree) {
		g.r.fail(problem.PRGuardUnreadable.With("change", err))
		err = nil
	}
	if passed > 0 {
		g.r.notes = append(g.r.notes, fmt.Sprintf("**%s with private keys allowed** by %s of the base", problem.Counted(passed, "file"), sink.Code(allowList)))
	}
	if err == nil {
		g.scanNames()
	}
	return base.GitProblem(err)
}

// scanNames: a file name is published as a file's text is.
func (g *judgement) scanNames() {
	var names strings.Builder
	for _, c := range g.changes {
		names.WriteString(c.Name + "\n\n")
	}
	if found := secret.Find([]byte(names.String())); len(found) > 0 {
		g.r.fail(problem.PRGuardKey.With(found[0].Form + ", in the name of a file"))
	}
}

// contentsOf lists the contents of a change, each once, with all of its names.
func contentsOf(changes []repo.Change) (all []scanned) {
	at := map[string]int{}
	for _, c := range changes {
		if !c.HasContent() {
			continue
		}
		i, known := at[c.Object]
		if !known {
			i, at[c.Object] = len(all), len(all)
			all = append(all, scanned{object: c.Object, file: true})
		}
		if !slices.Contains(all[i].names, c.Name) {
			all[i].names = append(all[i].names, c.Name)
		}
	}
	return all
}

// allowed reads the base's list. A list that cannot be read allows nothing.
func (g *judgement) allowed() func(name string) bool {
	for _, name := range g.differs {
		if name == allowList {
			g.r.notes = append(g.r.notes, fmt.Sprintf("**the change edits %s**: it counts for changes after this one", sink.Code(allowList)))
		}
	}
	nothing := func(string) bool { return false }
	e, err := g.before.Find(allowList)
	if errors.Is(err, repo.ErrAbsent) {
		return nothing
	}
	var text []byte
	if err == nil {
		text, err = g.Repo.Read(e, statefile.MaxSize)
	}
	patterns := lint.AllowPatterns(text)
	if err == nil {
		_, err = survey.Allowed(patterns, "")
	}
	if err != nil {
		g.r.fail(problem.PRGuardUnreadable.With("base", err).In(allowList))
		return nothing
	}
	return func(name string) bool {
		is, _ := survey.Allowed(patterns, name) // compiled above
		return is
	}
}
