package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
	"github.com/l5d-pki/l5d-pki-render/pkg/survey"
)

// Caps on a repository. A larger file is searched for private keys only.
const (
	maxRepoFiles = 200_000
	maxRepoFile  = 16 << 20 // bytes
	maxRepoBytes = 2 << 30  // of all files together
)

// lintReport is what one call of lint found.
type lintReport struct {
	findings []survey.Finding
	// prefix is the path of the surveyed folder in its work tree.
	prefix string
}

// verdict is the end of the call: exit code 1 for an error, under strict for a warning.
func (r lintReport) verdict(strict bool) error {
	for _, f := range r.findings {
		if f.Severity == pki.Error || strict && f.Severity == pki.Warning {
			return errFound
		}
	}
	return nil
}

// placed gives the findings of a state file their lines.
func (a *app) placed(statePath string, findings []render.Finding) []survey.Finding {
	text, _ := readFile(statePath, maxState) // it was read a moment ago; without it there is no line
	var all []survey.Finding
	for _, f := range findings {
		line, column := survey.Place(text, f.Path)
		all = append(all, survey.Finding{File: filepath.ToSlash(statePath), Line: line, Column: column, Path: f.Path, Finding: f.Finding})
	}
	return all
}

// lintRepository adds what stands in a repository to a report.
func (a *app) lintRepository(dir, statePath string, allow allowances, all *lintReport) error {
	s, err := a.loadState(statePath)
	if err != nil {
		return err
	}
	sv, err := survey.New(survey.Settings{State: s, Allow: allow.flags, AllowFromTop: allow.list, Prefix: allow.prefix})
	if err != nil {
		return err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return problem.SurveyNoFolder.With().In(dir)
	}
	names, prefix, err := repositoryFiles(dir)
	if err != nil {
		return err
	}
	large, err := addFiles(sv, dir, names)
	if err != nil {
		return err
	}
	if err := addPast(sv, dir, prefix, s); err != nil {
		return err
	}
	report := sv.Report()
	fmt.Fprintf(&a.talk, "looked at %d files, %d YAML documents; passed over %d templates and %d files over %d MiB\n",
		report.Files, report.Documents, report.Templates, large, maxRepoFile>>20)
	if inside, ok := insideOf(dir, statePath); ok {
		for i := range all.findings {
			all.findings[i].File = inside
		}
	}
	all.findings, all.prefix = append(all.findings, report.Findings...), prefix
	return nil
}

// addPast looks through what the history has brought since the rotation began.
func addPast(sv *survey.Survey, dir, prefix string, s *state.Rotation) error {
	err := repo.EachPast(dir, beganAt(s), maxRepoFile, func(p repo.Past) {
		if name, below := strings.CutPrefix(p.Name, prefix); below {
			sv.AddPast(p.Commit, name, p.Text)
		}
	})
	if err != nil && !errors.Is(err, repo.ErrNone) {
		return problem.CLIRead.With(reason(err)).In(dir).Because(err)
	}
	return nil
}

// beganAt is when the rotation under way began, or the last one: a day before
// the log says so, since clocks differ. Without a log it is the zero instant.
func beganAt(s *state.Rotation) time.Time {
	log := s.Status.Log
	for i := len(log) - 1; i >= 0; i-- {
		if log[i].Phase == state.PhaseStable || i > 0 && log[i-1].Phase != state.PhaseStable {
			continue
		}
		if at, err := time.Parse(time.RFC3339, log[i].At); err == nil {
			return at.Add(-24 * time.Hour)
		}
	}
	return time.Time{}
}

// repositoryFiles are the files that are not ignored, or all files of a folder that is in no
// work tree.
func repositoryFiles(dir string) (names []string, prefix string, err error) {
	names, prefix, err = repo.Files(dir)
	if errors.Is(err, repo.ErrNone) {
		names, err = repo.Walk(dir, maxRepoFiles)
	}
	if refused := submoduleProblem(err); refused != err {
		return nil, "", refused
	}
	if err != nil {
		return nil, "", problem.CLIRead.With(reason(err)).In(dir).Because(err)
	}
	if len(names) > maxRepoFiles {
		return nil, "", problem.SurveyTooMuch.With(maxRepoFiles, "files").In(dir)
	}
	return names, prefix, nil
}

// addFiles reads the files one after the other. Links are not followed, files
// that are tracked and deleted are not there, and no path leaves the folder.
func addFiles(sv *survey.Survey, dir string, names []string) (large int, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return 0, problem.CLIRead.With(reason(err)).In(dir).Because(err)
	}
	defer root.Close()
	total := int64(0)
	for _, name := range names {
		info, err := root.Lstat(filepath.FromSlash(name))
		switch {
		case errors.Is(err, fs.ErrNotExist), err == nil && !info.Mode().IsRegular():
			continue
		case err != nil:
			return 0, problem.CLIRead.With(reason(err)).In(name).Because(err)
		case info.Size() > maxRepoFile:
			large++
			if err := addLarge(sv, root, name); err != nil {
				return 0, err
			}
			continue
		}
		if total += info.Size(); total > maxRepoBytes {
			return 0, problem.SurveyTooMuch.With(maxRepoBytes>>20, "MiB").In(dir)
		}
		text, err := readInside(root, name)
		if err != nil {
			return 0, err
		}
		sv.Add(name, text)
	}
	return large, nil
}

// addLarge looks for private keys in a file that is too large to be parsed.
func addLarge(sv *survey.Survey, root *os.Root, name string) error {
	f, err := root.Open(filepath.FromSlash(name))
	if err == nil {
		defer f.Close()
		err = sv.AddLarge(name, f)
	}
	if err != nil {
		return problem.CLIRead.With(reason(err)).In(name).Because(err)
	}
	return nil
}

func readInside(root *os.Root, name string) ([]byte, error) {
	f, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, problem.CLIRead.With(reason(err)).In(name).Because(err)
	}
	defer f.Close()
	return readLimited(f, name, maxRepoFile)
}

// insideOf is a path as seen from a folder, if it lies below it.
func insideOf(dir, path string) (string, bool) {
	from, err := filepath.Abs(dir)
	if err != nil {
		return "", false
	}
	to, err := filepath.Abs(path)
	if err != nil {
		return "", false
	}
	name, err := filepath.Rel(from, to)
	name = filepath.ToSlash(name)
	return name, err == nil && name != ".." && !strings.HasPrefix(name, "../")
}
