package base

import (
	"errors"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
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

// Fetch brings the base's commit here.
func (b *Base) Fetch() error { return GitProblem(b.Repo.Fetch(b.Remote, b.Branch, b.Tip, 1)) }

// GitProblem says what git said.
func GitProblem(err error) error {
	err = repo.ExplainSubmodule(err)
	var said *problem.Problem
	switch {
	case err == nil:
		return nil
	case errors.Is(err, repo.ErrNone):
		return problem.PRNoRepository.With().Because(err)
	case errors.As(err, &said):
		return err
	case errors.Is(err, repo.ErrMoved):
		return problem.PRMoved.With().Because(err)
	case IsNotRegular(err):
		return problem.PRGuardNotFile.With(err, "in Git").Because(err)
	case errors.Is(err, repo.ErrHook):
		return problem.PRHook.With().Because(err)
	}
	if errors.Is(err, repo.ErrNoRemote) {
		return problem.PRNoRemote.With(err).Because(err)
	}
	return problem.PRGit.With(err).Because(err)
}

// IsNotRegular reports whether a path of a commit is something else than a file.
func IsNotRegular(err error) bool {
	var other *repo.NotRegular
	return errors.As(err, &other)
}
