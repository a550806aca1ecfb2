package base

import (
	"errors"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Here is the repository itself as a remote: git takes it for one.
const Here = "."

// Remotes chooses remote and branch, and lists the remote's branches. The branch
// is the one that is asked for, the CI's, or the remote's default; local says that
// a repository without a remote stands in for one.
func (b *Base) Remotes(remote string, local bool) (err error) {
	if b.Remote = remote; b.Remote == "" {
		b.Remote, err = b.Repo.DefaultRemote()
	}
	if errors.Is(err, repo.ErrNoRemote) && local {
		b.Remote, err = Here, nil
	}
	if err == nil {
		b.Branches, err = b.Repo.Look(b.Remote)
	}
	return GitProblem(err)
}

// Choose takes a branch as the base, the remote's default if none is named.
func (b *Base) Choose(branch string) error {
	if b.Branch = branch; branch == "" {
		b.Branch = b.Branches.Default
	}
	if b.Branch == "" {
		return problem.PRNoDefault.With(address.Redact(b.Remote))
	}
	if b.Tip = b.Branches.Heads[b.Branch]; b.Tip == "" {
		return problem.PRNoBase.With(address.Redact(b.Remote), b.Branch)
	}
	return nil
}

// Fetch brings the base's commit here, and refuses what the call names and only another
// branch has.
func (b *Base) Fetch() error {
	if err := b.Repo.Fetch(b.Remote, b.Branch, b.Tip, 1); err != nil {
		return GitProblem(err)
	}
	return b.refuseUnreviewed()
}

// refuseUnreviewed refuses files that decide whom this call trusts or what it runs, where
// the branch that is checked out may have brought them: Git writes the files of a branch
// over those that it ignores without asking.
func (b *Base) refuseUnreviewed() error {
	var problems problem.List
	judged := map[string]bool{"": true, "-": true}
	for _, named := range b.Named {
		by, path := named[0], named[1]
		if judged[path] {
			continue
		}
		judged[path] = true
		place, err := b.Repo.Unreviewed(b.Tip, path)
		switch {
		case err != nil:
			problems.Add(GitProblem(err))
		case place != "":
			problems = append(problems, problem.PRUnreviewedFile.With(by, b.Branch).In(statefile.FromHere(place)))
		}
	}
	return problems.Err()
}
