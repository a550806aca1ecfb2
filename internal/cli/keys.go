package cli

import (
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// storeKey writes one minted key: a new file in a folder that only its owner
// enters, readable by its owner only.
func (a *app) storeKey(path string, m rotation.Minted) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return problem.CLIWrite.With(path, reason(err)).Because(err)
	}
	return a.writeFile(path, append(m.Key.PEM(), '\n'), 0o600, false)
}

// readKey reads a private key that a flag or the state names.
func readKey(path string) (pki.Key, error) {
	data, err := readFile(path, maxKey)
	if err != nil {
		return pki.Key{}, err
	}
	key, err := pki.ParseKey(data)
	if err != nil {
		return pki.Key{}, problem.Of(err).In(path).Err()
	}
	return key, nil
}

// readChain reads certificates that a flag names.
func readChain(path string) (pki.Chain, error) {
	data, err := readFile(path, maxState)
	if err != nil {
		return nil, err
	}
	chain, err := pki.ParseChain(data)
	if err != nil {
		return nil, problem.Of(err).In(path).Err()
	}
	return chain, nil
}
