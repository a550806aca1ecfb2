package files

import (
	"os"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// MaxProgram is the largest program that is copied, in bytes: several times ours.
const MaxProgram = 512 << 20

// OwnProgram reads this program's file, for commands that copy it. Without a path
// the system knows where it is.
func OwnProgram(path string) ([]byte, error) {
	if path == "" {
		var err error
		if path, err = os.Executable(); err != nil {
			return nil, problem.CLIOwnProgram.With(Reason(err)).Because(err)
		}
	}
	return Read(path, MaxProgram)
}
