package checkout

import (
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// places are the files that new keys go to, with the member that each is of.
type places map[string]string

// take refuses a file that another member's key goes to, by whatever path: nothing is
// there yet, so that it would only be found once the first of the two is written.
func (p places) take(path, member string) error {
	real := filepath.Join(disk.Real(filepath.Dir(path)), filepath.Base(path))
	if other, taken := p[real]; taken && other != member {
		return problem.FleetOneFile.With(other, member).In(path)
	}
	p[real] = member
	return nil
}
