package base

import (
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// KeyPaths are the paths of all keys that a state names.
func KeyPaths(s *state.Rotation) []string {
	var keys []string
	for _, a := range s.Status.Anchors {
		keys = append(keys, a.Key)
	}
	for _, i := range s.Status.Issuers {
		keys = append(keys, i.Key)
	}
	for _, w := range s.Status.Webhooks {
		keys = append(keys, w.Key)
		if w.Incoming != nil {
			keys = append(keys, w.Incoming.Key)
		}
	}
	return slices.DeleteFunc(keys, func(k string) bool { return k == "" })
}

// KeyNames are those of KeyPaths that are relative to the state file.
func KeyNames(s *state.Rotation) []string {
	return slices.DeleteFunc(KeyPaths(s), func(k string) bool { return filepath.IsAbs(filepath.FromSlash(k)) })
}
