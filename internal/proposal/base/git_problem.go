package base

import (
	"errors"

	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

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
	case errors.Is(err, repo.ErrNoRemote), errors.Is(err, repo.ErrRemotes):
		return problem.PRNoRemote.With(err).Because(err)
	case errors.Is(err, repo.ErrNoCache):
		return problem.PRNoCache.With(err).Because(err)
	}
	return problem.PRGit.With(err).Because(err)
}

// IsNotRegular reports whether a path of a commit is something else than a file.
func IsNotRegular(err error) bool {
	var other *repo.NotRegular
	return errors.As(err, &other)
}
