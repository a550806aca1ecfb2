package repo

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
)

// Review judges files that a call names. What it asked git of a working tree it does not ask
// again: the index and what is checked out are those of the beginning.
type Review struct {
	repo    *Repo
	names   map[place]string                // that Git tracks, each with a zero behind it
	commits map[string]string               // full names, by the place and the name
	diffs   map[[2]string]string            // of the index and of what is checked out, by the place and the commit
	known   struct{ commit, branch string } // the default branch
}

// Review begins to judge files.
func (r *Repo) Review() *Review {
	return &Review{repo: r, names: map[place]string{}, commits: map[string]string{}, diffs: map[[2]string]string{}}
}

// commit is the full name of a commit here, "" if there is none.
func (v *Review) commit(p place, name string) string {
	key := p.top + "\x00" + name
	if _, asked := v.commits[key]; !asked && name != "" {
		v.commits[key], _ = (&Repo{Top: p.top}).Resolve(name)
	}
	return v.commits[key]
}

// Unreviewed returns the first place on the way to a file or folder, a symbolic link, the
// file itself or a file in the folder, that Git tracks in a working tree of the repository,
// or in a submodule there, and that a commit does not have as it is: the branch that is
// checked out may have brought it, over a file that Git ignored before. It is "" if there is
// none. What it is named by says which files of a folder count ([child.Counts]).
func (v *Review) Unreviewed(commit, by, file string) (string, error) {
	file, err := disk.Full(file)
	if err != nil {
		return "", err
	}
	at, found := find(v.repo.Top)
	if !found {
		return "", ErrNone
	}
	for _, path := range append(disk.LinksOn(file), disk.Real(file)) {
		info, err := os.Lstat(path)
		if err != nil { // a pipe of /dev/fd, or what nobody can read
			continue
		}
		n := named{by, path, info.IsDir()}
		trees, of := treesAround(n.dir(), at.shared()), commit
		if len(trees) == 0 {
			if trees, of, err = v.above(at, n); err != nil {
				return path, err
			}
		}
		if place, err := v.unreviewed(trees, of, n); place != "" || err != nil {
			return place, err
		}
	}
	return "", nil
}

// named is a file, a link or a folder.
type named struct {
	by, path string
	folder   bool
}

// dir is the innermost folder around it, or itself.
func (n named) dir() string {
	if n.folder {
		return n.path
	}
	return filepath.Dir(n.path)
}

// above lists the working trees around what is named from that of a repository which has this one
// as a submodule, and the commit of its default branch; none where the file lies in none, or
// the clone does not know that branch.
func (v *Review) above(p place, n named) (trees []place, commit string, err error) {
	for inner := p; ; {
		outer, found := find(filepath.Dir(inner.top))
		if !found {
			return nil, "", nil
		}
		if !within(n.path, outer.top) {
			inner = outer
			continue
		}
		if names, err := v.tracked(outer, inner.top); err != nil || len(names) == 0 {
			return nil, "", err
		}
		r := &Repo{Top: outer.top}
		remote, err := r.DefaultRemote()
		if err != nil {
			return nil, "", nil //nolint:nilerr // it has none, or several
		}
		if commit, err = r.Resolve(r.KnownDefault(remote)); err != nil {
			return nil, "", nil //nolint:nilerr // as in the clones of most CIs
		}
		return treesAround(n.dir(), outer.shared()), commit, nil
	}
}

// treesAround lists the working trees around a directory, from the outermost of a
// repository inward; shared is what its working trees have in common.
func treesAround(dir, shared string) (trees []place) {
	for ; ; dir = filepath.Dir(dir) {
		if gitDir, found, _ := gitDirOf(dir); found {
			trees = append(trees, place{dir, gitDir})
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	slices.Reverse(trees)
	for i, p := range trees {
		if p.shared() == shared {
			return trees[i:]
		}
	}
	return nil
}

// unreviewed gives the place of a file that one of the trees tracks and the commit of the
// first does not have.
func (v *Review) unreviewed(trees []place, commit string, n named) (string, error) {
	of := commit
	for i, p := range trees {
		switch {
		case p.shared() == trees[0].shared():
			of = commit
		default: // a submodule, or a clone that only lies here
			outer := trees[i-1]
			link, err := v.entry(outer, of, p.top)
			if err != nil {
				return n.path, err
			}
			if of = ""; link.Mode == modeSubmodule {
				of = link.Object
			} else if names, err := v.tracked(outer, p.top); err != nil || len(names) == 0 {
				return "", err
			}
		}
		if n.folder {
			if place, err := v.changedBelow(p, of, n); place != "" || err != nil {
				return place, err
			}
			continue
		}
		names, err := v.tracked(p, n.path)
		if err != nil {
			return n.path, err
		}
		for _, name := range names {
			if same, err := v.same(p, of, filepath.Join(p.top, filepath.FromSlash(name)), n.path); err != nil || !same {
				return n.path, err
			}
		}
	}
	return "", nil
}

// changedBelow gives the first file below a folder that the index or the commit that is
// checked out has otherwise than a commit, and that counts.
func (v *Review) changedBelow(p place, commit string, n named) (string, error) {
	own, err := filepath.Rel(p.top, n.path)
	if err != nil {
		return n.path, err
	}
	changed, err := v.diff(p, commit)
	if err != nil {
		return n.path, err
	}
	fields := strings.Split(changed, "\x00")
	for i := 0; i+1 < len(fields); i += 2 {
		facts, name := strings.Fields(fields[i]), fields[i+1]
		below, is := p.below(filepath.ToSlash(own), name)
		file := filepath.Join(p.top, filepath.FromSlash(name))
		runs := facts[1] == modeExecutable || facts[1] == modeLink
		if _, err := os.Lstat(file); err == nil && is && child.Counts(n.by, below, runs) {
			return file, nil
		}
	}
	return "", nil
}

// diff lists what the index and the commit that is checked out have otherwise than a commit.
func (v *Review) diff(p place, commit string) (string, error) {
	key := [2]string{p.top, commit}
	if diff, asked := v.diffs[key]; asked {
		return diff, nil
	}
	if v.commit(p, commit) == "" {
		none, err := call{dir: p.top, wait: patience, stdin: []byte{}}.run("hash-object", "-t", "tree", "--stdin")
		if err != nil {
			return "", err
		}
		commit = strings.TrimSpace(string(none))
	}
	against := [][]string{{"diff-index", "--cached", commit}}
	if head := v.commit(p, "HEAD"); head != "" {
		against = append(against, []string{"diff-tree", "-r", commit, head})
	}
	var all strings.Builder
	for _, args := range against {
		args = slices.Insert(args, 1, "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none")
		out, err := call{dir: p.top, wait: longPatience}.run(append(args, "--")...)
		if err != nil {
			return "", err
		}
		all.Write(out)
	}
	v.diffs[key] = all.String()
	return v.diffs[key], nil
}

// below is a name of the tree as a folder names it, by any spelling of that.
func (p place) below(folder, name string) (below string, is bool) {
	if folder == "." {
		return name, true
	}
	if below, is = strings.CutPrefix(name, folder+"/"); is {
		return below, true
	}
	parts, n := strings.Split(name, "/"), strings.Count(folder, "/")+1
	if len(parts) <= n {
		return "", false
	}
	head := strings.Join(parts[:n], "/")
	same := mayBe(head, folder) && sameFile(filepath.Join(p.top, filepath.FromSlash(head)), filepath.Join(p.top, filepath.FromSlash(folder)))
	return strings.Join(parts[n:], "/"), same
}

// tracked lists the names of a file in the index and in the commit that is checked out.
// Where the file system takes several spellings for one name, there may be more than one.
func (v *Review) tracked(p place, file string) (names []string, err error) {
	own, err := filepath.Rel(p.top, file)
	if err != nil {
		return nil, err
	}
	own = filepath.ToSlash(own)
	if slices.Contains(strings.Split(own, "/"), ".git") { // Git tracks nothing in there
		return nil, nil
	}
	all, err := v.list(p)
	for name := range strings.SplitSeq(all, "\x00") {
		if name == own || mayBe(name, own) && sameFile(filepath.Join(p.top, filepath.FromSlash(name)), file) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), err
}

// list are the names of all files in the index and in the commit that is checked out.
func (v *Review) list(p place) (string, error) {
	if names, asked := v.names[p]; asked {
		return names, nil
	}
	c := call{dir: p.top, wait: longPatience}
	names, err := c.run("ls-files", "-z", "--cached")
	if err == nil && v.commit(p, "HEAD") != "" {
		var head []byte
		if head, err = c.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", "HEAD"); !bytes.Equal(head, names) {
			names = append(names, head...)
		}
	}
	if err == nil {
		v.names[p] = string(names)
	}
	return v.names[p], err
}

// mayBe reports whether a file system might take two names for the same: by case, or by
// any of Unicode's forms.
func mayBe(a, b string) bool {
	return strings.EqualFold(a, b) || (!isASCII(a) || !isASCII(b)) && strings.Count(a, "/") == strings.Count(b, "/")
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

func sameFile(a, b string) bool {
	one, errOne := os.Lstat(a)
	other, errOther := os.Lstat(b)
	return errOne == nil && errOther == nil && os.SameFile(one, other)
}

// entry is what a commit has at a path of the working tree; the zero entry for nothing,
// and where there is no such commit here.
func (v *Review) entry(p place, commit, file string) (e Entry, err error) {
	if v.commit(p, commit) == "" {
		return e, nil
	}
	name, err := filepath.Rel(p.top, file)
	if err != nil {
		return e, err
	}
	name = filepath.ToSlash(name)
	out, err := (&Repo{Top: p.top}).entriesAt(commit, name)
	for found, is := range entriesOf(out) {
		if found == name {
			e = is
		}
	}
	return e, err
}

// same reports whether a commit has at a path what a file is now: a link to the same place,
// or the content that Git wrote, also by way of Git LFS or with the line ends of Windows.
func (v *Review) same(p place, commit, path, file string) (bool, error) {
	e, err := v.entry(p, commit, path)
	if err != nil || e.Object == "" {
		return false, err
	}
	info, err := os.Lstat(file)
	if err != nil {
		return false, err
	}
	var is []byte
	switch {
	case info.Mode()&fs.ModeSymlink != 0 && e.Mode == modeLink:
		target, err := os.Readlink(file)
		if err != nil {
			return false, err
		}
		is = []byte(filepath.ToSlash(target))
	case info.Mode().IsRegular() && e.Regular() && info.Size() <= maxFile:
		if is, err = os.ReadFile(file); err != nil {
			return false, err
		}
		defer clear(is)
	default:
		return false, nil
	}
	was, err := (&Repo{Top: p.top}).Read(e, maxFile)
	if errors.Is(err, ErrTooLarge) || errors.Is(err, ErrMissing) {
		return false, nil
	}
	pointer := fmt.Sprintf("version https://git-lfs.github.com/spec/v1\noid sha256:%x\nsize %d\n", sha256.Sum256(is), len(is))
	return bytes.Equal(is, was) || bytes.Equal(bytes.ReplaceAll(is, []byte("\r\n"), []byte("\n")), was) || string(was) == pointer, err
}
