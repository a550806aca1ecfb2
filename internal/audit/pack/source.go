package pack

import (
	"errors"
	"io"
	"path/filepath"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/audit"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/history"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// payloadsOf are the statements about a state's log.
func payloadsOf(r Request, notes io.Writer) (payloads [][]byte, rotation string, err error) {
	text, err := statefile.Read(r.State)
	if err != nil {
		return nil, "", err
	}
	now, err := state.Parse(r.State, text)
	if err != nil {
		return nil, "", err
	}
	if len(now.Status.Log) == 0 {
		return nil, "", problem.AuditEmpty.With().In(r.State)
	}
	source := audit.Source{Name: filepath.Base(r.State), Now: now}
	if r.Reviews != "" {
		if source.Reviews, err = readReviews(r.Reviews); err != nil {
			return nil, "", err
		}
	}
	versions, err := versionsOf(r.State, now, notes)
	if err != nil {
		return nil, "", err
	}
	if versions.repo != nil {
		source.Name = versions.name
	}
	source.Of = func(i int) audit.Version {
		if v, found := versions.brought[i]; found {
			return v
		}
		v := audit.Version{Commit: audit.Commit{Known: audit.Known{Reason: "no commit of the branch has the log entry"}}}
		if i == len(now.Status.Log)-1 {
			v.State, v.SHA256 = now, audit.Sum(text)
		}
		return v
	}
	return audit.Statements(source), now.Metadata.Name, nil
}

func readReviews(file string) (audit.Reviews, error) {
	text, err := files.Read(file, maxFile)
	if err != nil {
		return nil, err
	}
	reviews, err := audit.ReadReviews(text)
	if err != nil {
		return nil, problem.AuditReviews.With(err).In(file)
	}
	return reviews, nil
}

// versions are what Git has of a state file.
type versions struct {
	repo *repo.Repo
	name string // of the state file in the repository
	// brought is the version that brought an entry of the log, by its index.
	brought map[int]audit.Version
}

// versionsOf finds, for each entry of the log, the oldest version that has it.
func versionsOf(path string, now *state.Rotation, notes io.Writer) (*versions, error) {
	found := &versions{brought: map[int]audit.Version{}}
	all, err := history.Versions(path, now)
	if errors.Is(err, repo.ErrNone) {
		sink.Note(notes, "no commits are named: %v", err)
		return found, nil
	}
	if err != nil {
		return nil, repo.ExplainSubmodule(err)
	}
	if found.repo, err = repo.Open(filepath.Dir(path)); err != nil {
		return nil, repo.ExplainSubmodule(err)
	}
	if found.repo.Shallow() {
		return nil, problem.AuditShallow.With().In(path)
	}
	if found.name, err = nameIn(found.repo, path); err != nil {
		return nil, err
	}
	for _, v := range all {
		if err := found.add(v, now); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// nameIn is the name of a file in a repository.
func nameIn(r *repo.Repo, path string) (string, error) {
	dir, err := filepath.Abs(filepath.Dir(path))
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err == nil {
		dir, err = filepath.Rel(r.Top, dir)
	}
	if err != nil {
		return "", files.Unread(path, err)
	}
	return filepath.ToSlash(filepath.Join(dir, filepath.Base(path))), nil
}

// add takes a version for those entries that no older one has.
func (f *versions) add(v repo.Past, now *state.Rotation) error {
	was, err := state.ParseLegacy(v.Name, v.Text)
	if err != nil || was.Metadata.Name != now.Metadata.Name {
		return nil // from before the file was this state, or broken and mended later
	}
	var brought []int
	for i, entry := range now.Status.Log {
		if i >= len(was.Status.Log) || was.Status.Log[i].Digest() != entry.Digest() {
			break
		}
		if _, older := f.brought[i]; !older {
			brought = append(brought, i)
		}
	}
	if len(brought) == 0 {
		return nil
	}
	version := audit.Version{State: was, SHA256: audit.Sum(v.Text)}
	details, err := f.repo.Inspect(v.Commit)
	if err != nil {
		return err
	}
	author, committer, at, err := f.repo.Authorship(v.Commit)
	if err != nil {
		return err
	}
	version.Commit = audit.Commit{
		Known: audit.Known{Recorded: true}, ID: v.Commit, Author: author, Committer: committer,
		CommittedAt: at.Format(time.RFC3339), Trailers: details.Trailers,
	}
	if err := f.evidence(&version, v.Name, details); err != nil {
		return err
	}
	for _, i := range brought {
		f.brought[i] = version
	}
	return nil
}
