package repo

import (
	"errors"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// ExplainSubmodule says what to do about a directory in a submodule; other errors
// stay as they are.
func ExplainSubmodule(err error) error {
	var submodule *Submodule
	if errors.As(err, &submodule) {
		return problem.PRSubmodule.With(submodule.Name, submodule.Outer).Because(err)
	}
	return err
}
