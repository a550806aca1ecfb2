package cli

import (
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
)

// forgeOf is the forge of a repository: one for the case's own, and one for each other.
func (r *hintRun) forgeOf(address string) (forge.Forge, error) {
	if address == r.env["REMOTE"] || r.env["REMOTE"] == "" {
		return r.forge.of(address), nil
	}
	if r.others == nil {
		r.others = map[string]*fakeForge{}
	}
	if r.others[address] == nil {
		r.others[address] = &fakeForge{kind: r.forge.kind, comments: map[string]string{}}
	}
	return r.others[address].of(address), nil
}

// pinnedFleet puts the mesh of the case into a repository of its own, $TOP/east, and makes
// the case's repository that of a fleet file, which pins it.
func (r *hintRun) pinnedFleet() error {
	east := filepath.Join(r.env["TOP"], "east")
	for _, call := range [][]string{
		{"clone", "-q", "--bare", ".", east + ".git"}, {"clone", "-q", east + ".git", east},
		{"rm", "-q", "-r", "rotation.yaml", "keys"},
	} {
		if _, err := r.arrange("git", call); err != nil {
			return err
		}
	}
	text := "apiVersion: l5d-pki-render/v1alpha1\nkind: Fleet\nmetadata: {name: prod}\nspec:\n  members:\n  - name: east\n    state: rotation.yaml\n    repository: east\n"
	if err := os.WriteFile("fleet.yaml", []byte(text), 0o600); err != nil {
		return err
	}
	if err := r.works([]string{"fleet", "pin", "--repositories", r.env["TOP"]}); err != nil {
		return err
	}
	_, err := r.arrange("push", nil)
	return err
}
