package overlay

import (
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// Options of a build.
type Options struct {
	// Unrestricted lets a kustomization load files from outside of its folder,
	// like `kustomize build --load-restrictor LoadRestrictionsNone`.
	Unrestricted bool
	// Within is the folder that nothing may lead out of: no base, no file, no
	// symbolic link. "" lets bases lie anywhere, as kustomize does.
	Within string
}

// Built is a kustomization's output.
type Built struct {
	// Stream is what `kustomize build` prints: keys sorted, no comments, documents
	// in its order.
	Stream []byte
	// Renames: the kustomization itself, not a base of it, changes names
	// (namePrefix, nameSuffix, transformers); kustomize does that after its components.
	Renames bool
	// Moves: it sets the namespace, likewise after its components.
	Moves bool
}

// Build builds the kustomization in the folder dir.
func Build(dir string, o Options) (Built, error) {
	// An absolute path is never taken for a URL.
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return Built{}, problem.OverlayBuild.With(err).In(dir).Because(err)
	}
	if o.Within != "" {
		return buildWithin(absolute, dir, o)
	}
	return build(filesys.MakeFsOnDisk(), absolute, dir, o)
}

// buildWithin is build behind a fence. What was refused there comes first:
// kustomize would call it a file that is missing, or take it for a URL.
func buildWithin(dir, shown string, o Options) (Built, error) {
	folder, err := filepath.EvalSymlinks(o.Within) // kustomize resolves the folders that it works in
	if err != nil {
		return Built{}, problem.OverlayBuild.With(err).In(shown).Because(err)
	}
	below, err := filepath.Rel(o.Within, dir)
	if err != nil {
		return Built{}, problem.OverlayBuild.With(err).In(shown).Because(err)
	}
	f, err := newFence(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return Built{}, problem.Of(err).In(shown).Err()
	}
	defer f.root.Close()
	built, err := build(f, filepath.Join(folder, below), shown, o)
	if len(f.refused) > 0 {
		return Built{}, f.refused.In(shown).Err()
	}
	return built, err
}

// build is Build on any file system; shown is the folder's name for people.
func build(disk filesys.FileSystem, dir, shown string, o Options) (Built, error) {
	file, err := kustomizationIn(disk, dir)
	if err != nil {
		return Built{}, problem.Of(err).In(shown).Err()
	}
	shown = filepath.Join(shown, filepath.Base(file))
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified // the order of `kustomize build`
	if o.Unrestricted {
		options.LoadRestrictions = types.LoadRestrictionsNone
	}
	g := &guard{FileSystem: disk, root: dir, kustomizations: map[string]string{}}
	resources, err := krusty.MakeKustomizer(options).Run(g, dir)
	if len(g.refused) > 0 {
		return Built{}, g.refused.In(shown).Err()
	}
	if err != nil {
		if address := refusedBy(err); address != "" {
			return Built{}, problem.OverlayRemote.With(address).In(shown).Because(err)
		}
		return Built{}, problem.OverlayBuild.With(g.quote(err)).In(shown).Because(err)
	}
	if resources.Size() == 0 {
		return Built{}, problem.OverlayEmpty.With().In(shown)
	}
	built := Built{}
	if built.Stream, err = resources.AsYaml(); err != nil {
		return Built{}, problem.OverlayBuild.With(g.quote(err)).In(shown).Because(err)
	}
	built.Renames, built.Moves = g.renames, g.moves
	return built, nil
}

// IsKustomization reports whether a folder holds a kustomization; links are not
// followed yet.
func IsKustomization(dir string) bool {
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if info, err := os.Lstat(filepath.Join(dir, name)); err == nil && !info.IsDir() {
			return true
		}
	}
	return false
}

// kustomizationIn finds the one kustomization file of a folder.
func kustomizationIn(disk filesys.FileSystem, dir string) (string, error) {
	if !disk.IsDir(dir) {
		return "", problem.OverlayNoFolder.With()
	}
	var found []string
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if path := filepath.Join(dir, name); disk.Exists(path) && !disk.IsDir(path) {
			found = append(found, path)
		}
	}
	if len(found) != 1 {
		return "", problem.OverlayNoKustomization.With(len(found))
	}
	return found[0], nil
}
