package proposal

import (
	"cmp"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// locate finds the repository and the state's name in it, as the path is written:
// what is checked out may have a link there that leads to another state.
func locate(w World, q Request) (*call, error) {
	q.Evidence.Observe = once(q.Evidence.Observe)
	at := &base.Base{World: w.World, StatePath: q.StatePath, Signers: q.Signers, Clones: q.Clones}
	c := &call{Base: at, Moves: w.Moves, q: q, flavour: q.Flavour}
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
		top, full = cmp.Or(repo.TopOf(folder), folder), filepath.Join(folder, filepath.Base(full))
	}
	return c, c.OpenAt(top, full)
}

// once has the cluster read once in a call, however many moves it is asked about: reading
// may take minutes.
func once(observe func(*state.Rotation) ([]byte, error)) func(*state.Rotation) ([]byte, error) {
	if observe == nil {
		return nil
	}
	var text []byte
	var err error
	asked := false
	return func(s *state.Rotation) ([]byte, error) {
		if !asked {
			asked = true
			text, err = observe(s)
		}
		return text, err
	}
}
