package cli

import (
	"errors"

	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// submoduleProblem says what to do about a directory in a submodule; other errors
// stay as they are.
func submoduleProblem(err error) error {
	var submodule *repo.Submodule
	if errors.As(err, &submodule) {
		return problem.PRSubmodule.With(submodule.Name, submodule.Outer).Because(err)
	}
	return err
}
