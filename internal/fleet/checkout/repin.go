package checkout

import (
	"bytes"
	"errors"
	"os"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Repinned is a member whose commit changed in the fleet file.
type Repinned struct {
	Member     string `json:"member"`
	Repository string `json:"repository"`
	From       string `json:"from,omitempty"`
	To         string `json:"to"`
	// Unmerged: the default branch, as the clone knows it, does not have the commit.
	Unmerged bool `json:"unmerged,omitempty"`
}

// Repin pins members of other repositories to a commit, or to the newest one of the
// branch that their clones have as the remote's default. A member stays where its state is the same there.
func Repin(w files.Writer, at At, names []string, commit string) ([]Repinned, error) {
	f, err := Members(at)
	if err != nil {
		return nil, err
	}
	chosen, err := f.Chosen(names, "")
	if err != nil {
		return nil, err
	}
	var changed []Repinned
	var problems problem.List
	commits := map[string]string{}
	for _, i := range chosen {
		m := f.File.Spec.Members[i]
		if m.Repository == "" {
			continue
		}
		to, err := f.newer(m, commit)
		if err != nil {
			problems = append(problems, problem.Of(err).In(at.Path)...)
		} else if to != "" {
			changed = append(changed, Repinned{Member: m.Name, Repository: m.Repository, From: m.Commit, To: to,
				Unmerged: f.Opened.Unmerged(m.Repository, to)})
			commits[m.Name] = to
		}
	}
	if len(problems) > 0 || len(changed) == 0 {
		return nil, problems.Err()
	}
	old, err := files.Read(at.Path, state.MaxSize)
	if err != nil {
		return nil, err
	}
	text, err := Pin(at.Path, old, commits)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(at.Path)
	if err != nil {
		return nil, files.Unread(at.Path, err)
	}
	return changed, w.Replace(at.Path, text, info.Mode().Perm())
}

// newer is the commit to pin for a member; "" where its pin has the same state.
func (f *Fleet) newer(m fleet.Member, commit string) (string, error) {
	r, err := f.Opened.Open(m.Repository)
	if err != nil {
		return "", err
	}
	commit, err = tip(r, commit)
	if ambiguous := (*repo.Ambiguous)(nil); errors.As(err, &ambiguous) {
		return "", problem.FleetPinAmbiguous.With(sink.Name(commit), strings.Join(ambiguous.Meanings, ", "))
	}
	if err != nil {
		return "", problem.FleetNoCommit.With(commit, m.State, m.Repository).Because(err)
	}
	next := m
	next.Commit = commit
	text, err := PinnedIn(r, next)
	if err == nil {
		_, err = state.ParseLegacy(m.Repository+":"+m.State, text)
	}
	if err != nil {
		return "", err
	}
	if m.Commit != "" {
		if old, err := PinnedIn(r, m); err == nil && bytes.Equal(old, text) {
			return "", nil
		}
	}
	return commit, nil
}

// tip is a commit in full, or the newest one of the remote's default branch, or of the
// branch that is checked out.
func tip(r *repo.Repo, commit string) (string, error) {
	if commit != "" {
		full, err := r.ResolveOne(commit)
		if err != nil {
			return commit, err
		}
		return full, nil
	}
	if branch := r.KnownDefault("origin"); branch != "" {
		return r.Resolve(branch)
	}
	full, err := r.Resolve("HEAD")
	if err != nil {
		return "HEAD", err
	}
	return full, nil
}

// Pin writes commits of members, by name, into the text of a fleet file.
func Pin(name string, text []byte, commits map[string]string) ([]byte, error) {
	f, err := fleet.Parse(name, text)
	if err != nil {
		return nil, err
	}
	for i, m := range f.Spec.Members {
		if commit, ok := commits[m.Name]; ok {
			if text, err = manifest.Splice(text, manifest.Put(manifest.At("spec", "members", i, "commit"), commit)); err != nil {
				return nil, problem.FleetPinWrite.With(m.Name, err).In(name).Because(err)
			}
		}
	}
	_, err = fleet.Parse(name, text)
	return text, err
}
