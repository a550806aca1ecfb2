package keyfile

import (
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// ReadKey reads a private key in clear that a flag names: its owner's alone, too.
func ReadKey(path string) (pki.Key, error) {
	if err := GuardFile(path); err != nil {
		return pki.Key{}, err
	}
	data, err := files.Read(path, MaxSize)
	if err != nil {
		return pki.Key{}, err
	}
	defer clear(data)
	key, err := pki.ParseGivenKey(data)
	if err != nil {
		return pki.Key{}, problem.Of(err).In(path).Err()
	}
	return key, nil
}

// ReadChain reads certificates that a flag names.
func ReadChain(path string) (pki.Chain, error) {
	data, err := files.Read(path, statefile.MaxSize)
	if err != nil {
		return nil, err
	}
	chain, err := pki.ParseChain(data)
	if err != nil {
		return nil, problem.Of(err).In(path).Err()
	}
	return chain, nil
}

// ReadAnchor reads the trust anchor that a flag brings: one, and a root. A mesh
// that was adopted may trust an intermediate; a rotation brings no new one.
func ReadAnchor(path string) (pki.Certificate, error) {
	data, err := files.Read(path, statefile.MaxSize)
	if err != nil {
		return pki.Certificate{}, err
	}
	bundle, err := pki.ParseBundle(data)
	if err == nil && bundle.Len() != 1 {
		err = problem.RotationOneAnchor.With(filepath.Base(path), bundle.Len())
	}
	if err != nil {
		return pki.Certificate{}, problem.Of(err).In(path).Err()
	}
	return bundle.Certificates()[0], nil
}
