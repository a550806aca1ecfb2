package child

import (
	"cmp"
	"os"
	"path/filepath"
)

// Find gives the path of one of our programs: the one that is named, or else the one
// beside this program, or its name alone, for the PATH.
func Find(name, named string) string {
	if own, err := os.Executable(); named == "" && err == nil {
		name = cmp.Or(beside(own, name+filepath.Ext(filepath.Base(own))), name) // .exe
	}
	return cmp.Or(named, name)
}

// beside looks for a program in the directory of another one, and where that really
// lies: hosts link it into directories of their own.
func beside(own, name string) string {
	paths := []string{filepath.Join(filepath.Dir(own), name)}
	if target, err := filepath.EvalSymlinks(own); err == nil {
		paths = append(paths, filepath.Join(filepath.Dir(target), name))
	}
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path
		}
	}
	return ""
}
