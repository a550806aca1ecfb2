package kustomize

import (
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
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

// Build builds the kustomization in the folder dir.
func Build(dir string, o Options) (exchange.Built, error) {
	// An absolute path is never taken for a URL.
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return exchange.Built{}, problem.OverlayBuild.With(err).In(dir).Because(err)
	}
	if o.Within != "" {
		return buildWithin(absolute, dir, o)
	}
	return build(filesys.MakeFsOnDisk(), absolute, dir, o)
}

// buildWithin is build behind a fence. What was refused there comes first:
// kustomize would call it a file that is missing, or take it for a URL.
func buildWithin(dir, shown string, o Options) (exchange.Built, error) {
	folder, err := filepath.EvalSymlinks(o.Within) // kustomize resolves the folders that it works in
	if err != nil {
		return exchange.Built{}, problem.OverlayBuild.With(err).In(shown).Because(err)
	}
	below, err := filepath.Rel(o.Within, dir)
	if err != nil {
		return exchange.Built{}, problem.OverlayBuild.With(err).In(shown).Because(err)
	}
	f, err := newFence(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return exchange.Built{}, problem.Of(err).In(shown).Err()
	}
	defer f.root.Close()
	built, err := build(f, filepath.Join(folder, below), shown, o)
	if len(f.refused) > 0 {
		return exchange.Built{}, f.refused.In(shown).Err()
	}
	return built, err
}

// build is Build on any file system; shown is the folder's name for people.
func build(disk filesys.FileSystem, dir, shown string, o Options) (exchange.Built, error) {
	closeNetwork()
	file, err := kustomizationIn(disk, dir)
	if err != nil {
		return exchange.Built{}, problem.Of(err).In(shown).Err()
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
		return exchange.Built{}, g.refused.In(shown).Err()
	}
	if err != nil {
		if address := refusedBy(err); address != "" {
			return exchange.Built{}, problem.OverlayRemote.With(address).In(shown).Because(err)
		}
		return exchange.Built{}, problem.OverlayBuild.With(g.quote(err)).In(shown).Because(err)
	}
	if resources.Size() == 0 {
		return exchange.Built{}, problem.OverlayEmpty.With().In(shown)
	}
	built := exchange.Built{}
	if built.Stream, err = resources.AsYaml(); err != nil {
		return exchange.Built{}, problem.OverlayBuild.With(g.quote(err)).In(shown).Because(err)
	}
	built.Renames, built.Moves = g.renames, g.moves
	return built, nil
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
