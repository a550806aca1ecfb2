package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/survey"
)

// allowList is a file at the top of the repository. It lists patterns, as --allow
// of lint takes them, of files that may hold private keys: test material. The
// guard reads it from the base alone.
const allowList = ".l5d-pki-render-allow"

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
func (g *guardCall) scanChanges() error {
	allowed := g.allowed()
	tags, err := g.repo.Tags(g.commits)
	if err != nil {
		return g.gitProblem(err)
	}
	all := contentsOf(g.changes)
	for _, commit := range g.commits {
		all = append(all, scanned{commit, []string{"commit " + commit[:min(len(commit), 12)]}, false})
	}
	for _, tag := range tags {
		all = append(all, scanned{tag, []string{"tag " + tag[:min(len(tag), 12)]}, false})
	}
	objects := make([]string, len(all))
	for i, s := range all {
		objects[i] = s.object
	}
	passed := 0
	err = g.repo.Contents(objects, func(i int, c repo.Content) error {
		form, found, err := scanSecrets(c.Text)
		if err != nil || !found {
			return err
		}
		for _, name := range all[i].names {
			if all[i].file && allowed(name) {
				passed++
				continue
			}
			g.r.fail(problem.PRGuardKey.With(form).In(shownName(name)))
		}
		return nil
	})
	if errors.Is(err, repo.ErrMissing) {
		g.r.fail(problem.PRGuardUnreadable.With("change", err))
		err = nil
	}
	if passed > 0 {
		g.r.notes = append(g.r.notes, fmt.Sprintf("**%d files with private keys are allowed** by %s of the base", passed, code(allowList)))
	}
	if err == nil {
		err = g.scanNames()
	}
	return g.gitProblem(err)
}

// scanNames: a file name is published as a file's text is.
func (g *guardCall) scanNames() error {
	var names strings.Builder
	for _, c := range g.changes {
		names.WriteString(c.Name + "\n\n")
	}
	form, found, err := scanSecrets(strings.NewReader(names.String()))
	if found {
		g.r.fail(problem.PRGuardKey.With(form + ", in the name of a file"))
	}
	return err
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
func (g *guardCall) allowed() func(name string) bool {
	for _, name := range g.differs {
		if name == allowList {
			g.r.notes = append(g.r.notes, fmt.Sprintf("**the change edits %s**: it counts for changes after this one", code(allowList)))
		}
	}
	nothing := func(string) bool { return false }
	e, err := g.before.Find(allowList)
	if errors.Is(err, repo.ErrAbsent) {
		return nothing
	}
	var text []byte
	if err == nil {
		text, err = g.repo.Read(e, maxState)
	}
	var patterns []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			patterns = append(patterns, line)
		}
	}
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

// Sizes in which a text is searched for keys, in bytes: each part begins with the
// end of the one before, so that a key on the border is found.
const (
	scanPart    = 4 << 20
	scanOverlap = 64 << 10
)

// scanSecrets looks for a private key in clear in a text of any length.
func scanSecrets(r io.Reader) (form string, found bool, err error) {
	var part []byte
	buffer := make([]byte, 0, 64<<10)
	for {
		rest := part[max(0, len(part)-scanOverlap):]
		buffer = append(buffer[:0], rest...)
		n, err := readUpTo(r, &buffer, scanPart)
		if n == 0 {
			return "", false, err
		}
		if form, found = keyIn(buffer); found {
			return form, true, nil
		}
		part, buffer = buffer, part
	}
}

// readUpTo appends at most limit bytes, and reports how many there were; the end
// of the text is no error.
func readUpTo(r io.Reader, to *[]byte, limit int) (n int, err error) {
	for n < limit {
		*to = slices.Grow(*to, 32<<10)
		got, err := r.Read((*to)[len(*to):min(cap(*to), len(*to)+limit-n)])
		*to = (*to)[:len(*to)+got]
		n += got
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// looseKey is a PEM key whose lines are short or that has headers; looseBreak is
// a line end as JSON writes it, which may stand within base64.
var (
	looseKey   = regexp.MustCompile(`-----BEGIN (?:RSA |EC |DSA )?PRIVATE KEY-----\s*(?:[A-Za-z][A-Za-z0-9-]*: [^\n]*\s*)*(?:\s*[A-Za-z0-9+/]){32}`)
	looseBreak = []byte(`\n`)
)

func keyIn(text []byte) (form string, found bool) {
	if form, found = survey.ClearKey(text); found {
		return form, true
	}
	if m := looseKey.Find(text); m != nil && !bytes.Contains(m, []byte("ENCRYPTED")) {
		return "PEM", true
	}
	if !bytes.Contains(text, looseBreak) {
		return "", false
	}
	return survey.ClearKey(bytes.ReplaceAll(text, looseBreak, nil))
}
