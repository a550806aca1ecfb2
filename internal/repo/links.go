package repo

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
)

// LinkInGit returns the first symbolic link on the way to a file, or in its place, that
// Git has, or would commit: a branch that was checked out may have brought it. Links count
// that lie in the working tree around home, a directory that need not be there, or around the
// file, by their names or behind links. It is "" if there is none.
func LinkInGit(home, file string) (string, error) {
	home, err := filepath.Abs(home)
	if err == nil {
		file, err = filepath.Abs(file)
	}
	if err != nil {
		return "", err
	}
	at, _, err := around(disk.Real(home))
	if err != nil {
		return "", err
	}
	named, err := namedPlace()
	if err != nil {
		return "", err
	}
	tops := []string{at.top, named.top}
	for _, near := range []string{home, filepath.Dir(file)} {
		if top := TopOf(near); top != "" {
			tops = append(tops, disk.Real(top))
		}
	}
	links := slices.DeleteFunc(disk.LinksOn(file), func(link string) bool {
		return !slices.ContainsFunc(tops, func(top string) bool { return top != "" && within(link, top) })
	})
	review := (&Repo{}).Review()
	shown := shownWhy(links, func(link string) string { return link })
	for _, link := range links {
		if why, is := shown[link]; is {
			return link, why
		}
		at, found := find(filepath.Dir(link))
		if !found {
			continue
		}
		if names, err := review.tracked(at, link); err != nil || len(names) > 0 { // also where the index alone has lost it
			return link, err
		}
	}
	return "", nil
}

// TopOf is the innermost repository that holds a folder by the names of the path, ""
// where none does. One behind a link of another repository is none.
func TopOf(folder string) (top string) {
	linked := false
	for dir := folder; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil && (top == "" || linked) {
			top, linked = dir, false
		}
		if info, err := os.Lstat(dir); err == nil && info.Mode()&os.ModeSymlink != 0 {
			linked = true
		}
		if dir == filepath.Dir(dir) {
			return top
		}
	}
}
