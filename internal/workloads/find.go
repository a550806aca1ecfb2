package workloads

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/order"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// maxFile is the largest file that is read, in bytes; the API server
// takes objects of 1.5 MiB at most.
const maxFile = 64 << 20

// File is a file that was named, or found in a directory that was.
type File struct {
	Name   string // as it is shown
	Target string // the same without symbolic links
	Mode   os.FileMode
}

// Find collects the YAML files that arguments lead to, sorted, each once: files, directories
// and patterns. notes gets a line about what was passed over.
func Find(arguments []string, notes io.Writer) ([]File, error) {
	var s search
	for _, arg := range arguments {
		s.argument(arg)
	}
	if len(s.problems) > 0 {
		return nil, s.problems.Err()
	}
	if s.links > 0 {
		sink.Note(notes, "%d symbolic links were not followed", s.links)
	}
	if s.charts > 0 {
		sink.Note(notes, "the templates of %d Helm charts were left alone: stamp what they render", s.charts)
	}
	return s.sorted(), nil
}

// Below collects the files below a directory whose names from there match a pattern;
// of no pattern, the file itself.
func Below(root string, pattern []string) ([]File, error) {
	var s search
	if len(pattern) == 0 {
		s.named(root)
	} else {
		s.walk(root, func(below string) bool { return files.Match(pattern, strings.Split(below, "/")) })
	}
	return s.sorted(), s.problems.Err()
}

// search collects files.
type search struct {
	found         []File
	links, charts int
	problems      problem.List
}

// argument takes a file, a folder or a pattern.
func (s *search) argument(arg string) {
	before := len(s.found)
	_, err := os.Lstat(arg)
	switch {
	case err == nil:
		s.named(arg)
	case !strings.ContainsAny(arg, "*?["):
		s.problems.Add(files.Unread(arg, err))
		return
	default:
		s.pattern(arg)
	}
	if len(s.found) == before && len(s.problems) == 0 {
		s.problems.Add(problem.WorkloadsNoFiles.With().In(arg))
	}
}

// named takes a file or a folder that a person named: its own links are
// followed, unless a file's leaves its folder.
func (s *search) named(arg string) {
	target, err := filepath.EvalSymlinks(arg)
	if err != nil {
		s.problems.Add(files.Unread(arg, err))
		return
	}
	info, err := os.Stat(target)
	switch {
	case err != nil:
		s.problems.Add(files.Unread(arg, err))
	case info.IsDir():
		s.walk(arg, func(string) bool { return true })
	case leaves(arg, target):
		s.problems.Add(problem.WorkloadsLink.With().In(arg))
	default:
		s.found = append(s.found, File{Name: arg, Target: target})
	}
}

// leaves reports whether a file's target lies outside of the folder of its name.
func leaves(name, target string) bool {
	folder, err := filepath.EvalSymlinks(filepath.Dir(name))
	if err != nil {
		return true
	}
	way, err := filepath.Rel(folder, target)
	return err != nil || way == ".." || strings.HasPrefix(way, ".."+string(filepath.Separator))
}

// pattern takes the files below its fixed beginning that match.
func (s *search) pattern(arg string) {
	parts := strings.Split(filepath.ToSlash(arg), "/")
	for _, part := range parts {
		if _, err := path.Match(part, ""); err != nil {
			s.problems.Add(problem.WorkloadsBadPattern.With().In(arg))
			return
		}
	}
	fixed := slices.IndexFunc(parts, func(part string) bool { return strings.ContainsAny(part, "*?[") })
	root := strings.Join(parts[:fixed], "/")
	switch {
	case root == "" && fixed > 0:
		root = "/"
	case root == "":
		root = "."
	}
	if _, err := os.Stat(root); err != nil {
		return // nothing is there: argument says so
	}
	s.walk(root, func(below string) bool { return files.Match(parts[fixed:], strings.Split(below, "/")) })
}

// walk collects the YAML files below a folder. Links are not followed: what
// they lead to inside the folder is found anyway.
func (s *search) walk(root string, wanted func(below string) bool) {
	if files.LeavesRepository(root) {
		s.problems.Add(problem.WorkloadsLink.With().In(root))
		return
	}
	target, err := filepath.EvalSymlinks(root)
	if err == nil {
		err = filepath.WalkDir(target, func(file string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			below, err := filepath.Rel(target, file)
			switch name := d.Name(); {
			case err != nil:
				return err
			case d.IsDir():
				return s.enter(file, name)
			case !files.IsManifest(name) || !wanted(filepath.ToSlash(below)):
			case d.Type()&fs.ModeSymlink != 0:
				s.links++
			case d.Type().IsRegular():
				s.found = append(s.found, File{Name: filepath.Join(root, below), Target: file})
			}
			return nil
		})
	}
	if err != nil {
		s.problems.Add(files.Unread(root, err))
	}
}

// enter skips Git's own folder and the templates of Helm charts, which are
// programs that write YAML.
func (s *search) enter(folder, name string) error {
	if name == ".git" {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(folder), "Chart.yaml")); name == "templates" && !errors.Is(err, fs.ErrNotExist) {
		s.charts++
		return fs.SkipDir
	}
	return nil
}

// sorted is every file once, in the order of names.
func (s *search) sorted() []File {
	order.By(s.found, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	seen := map[string]bool{}
	return slices.DeleteFunc(s.found, func(f File) bool {
		key := f.Target
		if absolute, err := filepath.Abs(key); err == nil {
			key = absolute
		}
		twice := seen[key]
		seen[key] = true
		return twice
	})
}
