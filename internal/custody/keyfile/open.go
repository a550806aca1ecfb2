package keyfile

import (
	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// OpenAll reads the private keys that the phase needs: those of the signing
// issuer and of the webhooks in force. One that cannot be read is an error only
// where it is needed.
func OpenAll(c *custody.Custody) (render.Keys, error) {
	if err := c.CanOpen(); err != nil {
		return nil, err
	}
	paths := render.KeyPaths(c.State)
	places, keys := places(c, paths), render.Keys{}
	for _, path := range paths {
		keys[path] = openPlaced(c, path, places[path])
	}
	return keys, nil
}

// places says what is wrong with where key files lie, by their paths in the state, with one
// question to git for all of them.
func places(c *custody.Custody, paths []string) map[string]error {
	if c.Mode != PlainMode {
		return nil
	}
	files := make([]string, len(paths))
	for i, path := range paths {
		files[i] = statefile.Beside(c.StatePath, path)
	}
	shown, wrong := repo.ShownWhy(files), map[string]error{}
	for i, file := range files {
		why, is := shown[file]
		wrong[paths[i]] = inGit(file, is, why)
	}
	return wrong
}

func openPlaced(c *custody.Custody, path string, place error) render.Key {
	if place != nil {
		return render.Key{Err: place}
	}
	file, err := readPlaced(c, path)
	if err != nil {
		return render.Key{Err: err}
	}
	pem, err := c.OpenPEM(file, path)
	if c.Mode == PlainMode {
		clear(file)
	}
	return render.Key{PEM: pem, Err: err}
}

// Open reads and opens one key file, and proves that the key is its
// certificate's.
func Open(c *custody.Custody, of render.NamedKey) (pki.Key, error) {
	if err := c.CanOpen(); err != nil {
		return pki.Key{}, err
	}
	file, err := Read(c, of.Path)
	if err != nil {
		return pki.Key{}, err
	}
	return c.Open(file, of)
}
