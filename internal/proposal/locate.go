package proposal

import (
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// locate finds the repository and the state's name in it, as the path is written:
// what is checked out may have a link there that leads to another state.
func locate(w World, q Request) (*call, error) {
	c := &call{Base: &base.Base{World: w.World, StatePath: q.StatePath, Signers: q.Signers}, Moves: w.Moves, q: q, flavour: q.Flavour}
	full, err := filepath.Abs(q.StatePath)
	if err != nil {
		return nil, files.Unread(q.StatePath, err)
	}
	top := repo.TopOf(filepath.Dir(full))
	if top == "" { // a link outside of all repositories may lead into one
		folder, err := filepath.EvalSymlinks(filepath.Dir(full))
		if err != nil {
			return nil, files.Unread(q.StatePath, err)
		}
		top, full = folder, filepath.Join(folder, filepath.Base(full))
	}
	if c.Repo, err = repo.Open(top); err != nil {
		return nil, base.GitProblem(err)
	}
	if repo.TopOf(top) == "" {
		top = c.Repo.Top
	}
	below, err := filepath.Rel(top, full)
	if err != nil || !filepath.IsLocal(below) {
		return nil, problem.PRNoRepository.With().In(q.StatePath)
	}
	c.State = filepath.ToSlash(below)
	return c, nil
}
