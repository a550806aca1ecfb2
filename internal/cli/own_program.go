package cli

import (
	"os"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// programName is this program's name, and that of Argo CD's plugin.
const programName = "l5d-pki-render"

// maxProgram is the largest program that is copied, in bytes: several times ours.
const maxProgram = 512 << 20

// ownProgram is this program's file, for commands that copy it.
func (a *app) ownProgram() ([]byte, error) {
	path := a.Program
	if path == "" {
		var err error
		if path, err = os.Executable(); err != nil {
			return nil, problem.CLIOwnProgram.With(reason(err)).Because(err)
		}
	}
	return readFile(path, maxProgram)
}
