package guard

import (
	"maps"
	"path"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
)

// readDirectories are those whose files commands read whatever their names are, or make
// there later: evidence, and the directories of the keys that a state names.
func (g *judgement) readDirectories() map[string]bool {
	dirs := g.evidenceDirectories()
	if g.Now != nil {
		for _, file := range base.KeyPaths(g.Now) {
			dirs[path.Dir(g.Beside(file))] = true
		}
	}
	return dirs
}

// evidenceDirectories are evidence/ beside this state, and those from which the base reads
// observations beside other states.
func (g *judgement) evidenceDirectories() map[string]bool {
	dirs := map[string]bool{g.Beside(base.EvidenceFolder): true}
	if g.before != nil {
		for _, p := range g.places(g.before) {
			if p.beside != "" {
				dirs[path.Dir(p.file)] = true
			}
		}
	}
	return dirs
}

// evidenceFiles are all files of both sides in those.
func (g *judgement) evidenceFiles() (names []string) {
	dirs := g.evidenceDirectories()
	for _, t := range []*repo.Tree{g.before, g.after} {
		if t == nil {
			continue
		}
		for _, name := range t.Files() {
			if dirs[path.Dir(name)] {
				names = append(names, name)
			}
		}
	}
	return names
}

// foldsInto is the directory among those that some file systems put a path into, under
// another spelling of its own.
func foldsInto(name string, dirs map[string]bool) (dir string, is bool) {
	for above := path.Dir(onWindows(name)); above != "." && above != "/"; above = path.Dir(above) {
		for _, dir := range slices.Sorted(maps.Keys(dirs)) {
			if dir != above && dir != "." && folds(dir) == folds(above) {
				return dir, true
			}
		}
		if long, found := longName(above, dirs); found && !dirs[above] {
			return long, true
		}
	}
	return "", false
}
