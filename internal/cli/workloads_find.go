package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// maxWorkloadFile is the largest file that is read, in bytes; the API server
// takes objects of 1.5 MiB at most.
const maxWorkloadFile = 64 << 20

// foundFile is a file that was named, or found in a folder that was.
type foundFile struct {
	name   string // as it is shown
	target string // the same without symbolic links
	mode   os.FileMode
}

// gather reads stdin, or all files that the arguments lead to.
func (a *app) gather(in *render.WorkloadsInput, args []string) ([]foundFile, error) {
	if in.Stream {
		text, err := readLimited(a.Stdin, "stdin", render.MaxStream)
		in.Files = []render.WorkloadFile{{Name: "stdin", Text: text}}
		return nil, err
	}
	var s search
	for _, arg := range args {
		s.argument(arg)
	}
	if len(s.problems) > 0 {
		return nil, s.problems.Err()
	}
	found := s.sorted()
	if s.links > 0 {
		fmt.Fprintf(&a.talk, "note: %d symbolic links were not followed\n", s.links)
	}
	if s.charts > 0 {
		fmt.Fprintf(&a.talk, "note: the templates of %d Helm charts were left alone: stamp what they render\n", s.charts)
	}
	var err error
	in.Files, err = a.readFound(found)
	return found, err
}

// search collects files.
type search struct {
	found         []foundFile
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
		s.problems.Add(problem.CLIRead.With(reason(err)).In(arg).Because(err))
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
		s.problems.Add(problem.CLIRead.With(reason(err)).In(arg).Because(err))
		return
	}
	info, err := os.Stat(target)
	switch {
	case err != nil:
		s.problems.Add(problem.CLIRead.With(reason(err)).In(arg).Because(err))
	case info.IsDir():
		s.walk(arg, func(string) bool { return true })
	case leaves(arg, target):
		s.problems.Add(problem.WorkloadsLink.With().In(arg))
	default:
		s.found = append(s.found, foundFile{name: arg, target: target})
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
	s.walk(root, func(below string) bool { return matches(parts[fixed:], strings.Split(below, "/")) })
}

// matches reports whether a path matches a pattern (see [files.Match]).
func matches(pattern, parts []string) bool { return files.Match(pattern, parts) }

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
			case !isYAML(name) || !wanted(filepath.ToSlash(below)):
			case d.Type()&fs.ModeSymlink != 0:
				s.links++
			case d.Type().IsRegular():
				s.found = append(s.found, foundFile{name: filepath.Join(root, below), target: file})
			}
			return nil
		})
	}
	if err != nil {
		s.problems.Add(problem.CLIRead.With(reason(err)).In(root).Because(err))
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

func isYAML(name string) bool { return files.IsYAML(name) }

// sorted is every file once, in the order of names.
func (s *search) sorted() []foundFile {
	slices.SortStableFunc(s.found, func(a, b foundFile) int { return strings.Compare(a.name, b.name) })
	seen := map[string]bool{}
	return slices.DeleteFunc(s.found, func(f foundFile) bool {
		key := f.target
		if absolute, err := filepath.Abs(key); err == nil {
			key = absolute
		}
		twice := seen[key]
		seen[key] = true
		return twice
	})
}
