package keyfile

import (
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// checkNewPlace refuses a place for a new key file: one in clear that Git would
// commit, where links lead to, or that a link of Git leads to, and an encrypted one that
// links lead out of its repository, where nobody would commit it.
func checkNewPlace(c *custody.Custody, file string) error {
	if c.Mode != PlainMode && files.LeavesRepository(file) {
		return problem.CLIPlace.With("out of its repository, behind a symbolic link").In(file)
	}
	if err := refuseLink(c, file); err != nil {
		return err
	}
	return GuardPlace(c, file)
}

// refuseLink refuses a place for a key in clear that a link in Git leads to: a branch that
// somebody checked out could otherwise choose where keys are written.
func refuseLink(c *custody.Custody, file string) error {
	if c.Mode != PlainMode {
		return nil
	}
	link, err := repo.LinkInGit(filepath.Dir(c.StatePath), file)
	switch {
	case err != nil:
		return problem.CustodyGitSilent.With(err).In(file).Because(err)
	case link != "":
		return problem.CustodyLink.With(statefile.FromHere(link), disk.Real(file)).In(file)
	}
	return nil
}

// ledTo is a path for people, with the place that links beside the state lead it to.
func ledTo(c *custody.Custody, file string) string {
	real, dir := disk.Real(file), filepath.Dir(c.StatePath)
	full, err := filepath.Abs(file)
	below, errBelow := filepath.Rel(dir, file)
	if err != nil || real == full || errBelow == nil && real == filepath.Join(disk.Real(dir), below) {
		return file
	}
	return file + ", behind a symbolic link: " + real
}
