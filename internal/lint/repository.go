package lint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
	"github.com/l5d-pki/l5d-pki-render/pkg/survey"
)

// Caps on a repository. A larger file is searched for private keys only.
const (
	maxRepoFiles = 200_000
	maxRepoFile  = 16 << 20 // bytes
	maxRepoBytes = 2 << 30  // of all files together
)

// survey adds what is in a repository to a report.
func (o Options) survey(s *state.Rotation, allow allowances, all *Report) error {
	dir := o.Repository
	sv, err := survey.New(survey.Settings{State: s, Allow: allow.flags, AllowFromTop: allow.list, Prefix: allow.prefix})
	if err != nil {
		return err
	}
	if !files.IsDir(dir) {
		return problem.SurveyNoFolder.With().In(dir)
	}
	names, prefix, err := repositoryFiles(dir)
	if err != nil {
		return err
	}
	var objects manifests
	large, err := addFiles(sv, dir, names, &objects)
	if err != nil {
		return err
	}
	workloads := objects.survey(sv, s)
	unread, err := addPast(sv, dir, prefix, s)
	if err != nil {
		return err
	}
	report := sv.Report()
	fmt.Fprintf(o.Notes, "looked at %s, %s; passed over %s and %s over %d MiB\n", problem.Counted(report.Files, "file"),
		problem.Counted(report.Documents, "YAML document"), problem.Counted(report.Templates, "template"),
		problem.Counted(large, "file"), maxRepoFile>>20)
	if inside, ok := files.Below(dir, o.State); ok {
		for i := range all.findings {
			all.findings[i].File = inside
		}
	}
	all.findings, all.prefix = append(all.findings, report.Findings...), prefix
	all.findings = append(all.findings, workloads...)
	all.findings = append(all.findings, unread...)
	return nil
}

// addPast looks through what the history has brought since the rotation began.
func addPast(sv *survey.Survey, dir, prefix string, s *state.Rotation) (unread []survey.Finding, err error) {
	large, err := repo.EachPast(dir, beganAt(s), maxRepoFile, func(p repo.Past) {
		if name, below := strings.CutPrefix(p.Name, prefix); below {
			sv.AddPast(p.Commit, name, p.Text)
		}
	})
	if err != nil && !errors.Is(err, repo.ErrNone) {
		return nil, files.Unread(dir, err)
	}
	for _, commit := range large {
		p := problem.SurveyLargeCommit.With(commit[:12])
		unread = append(unread, survey.Finding{File: filepath.ToSlash(dir), Finding: pki.Finding{
			Code: p.Code, Severity: pki.Error, Subject: commit[:12], Text: p.Text, Hint: strings.Join(p.Hints, "; ")}})
	}
	return unread, nil
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
	if refused := repo.ExplainSubmodule(err); refused != err { //nolint:errorlint // the error itself comes back where it is no submodule's
		return nil, "", refused
	}
	if err != nil {
		return nil, "", files.Unread(dir, err)
	}
	if len(names) > maxRepoFiles {
		return nil, "", problem.SurveyTooMuch.With(maxRepoFiles, "files").In(dir)
	}
	return names, prefix, nil
}

// addFiles reads the files one after the other. Links are not followed, files
// that are tracked and deleted are not there, and no path leaves the folder.
func addFiles(sv *survey.Survey, dir string, names []string, workloads *manifests) (large int, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return 0, files.Unread(dir, err)
	}
	defer root.Close()
	total, charts := int64(0), chartsIn(names)
	for _, name := range names {
		info, err := root.Lstat(filepath.FromSlash(name))
		switch {
		case errors.Is(err, fs.ErrNotExist), err == nil && !info.Mode().IsRegular():
			continue
		case err != nil:
			return 0, files.Unread(name, err)
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
		text, err := files.ReadIn(root, name, maxRepoFile)
		if err != nil {
			return 0, err
		}
		if !workloads.add(name, text, charts) {
			sv.Add(name, text)
		}
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
		return files.Unread(name, err)
	}
	return nil
}
