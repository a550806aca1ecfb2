package repo

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
)

// Settings by the end of their names: those whose value is a command, and those whose
// value is the name of a file or folder.
var (
	commandSettings = []string{
		"command", ".askpass", ".gitproxy", ".helper", ".program", ".smudge", ".clean", ".process", ".uploadpack", ".receivepack",
		".packobjectshook",
	}
	fileSettings = []string{
		".signingkey", ".allowedsignersfile", ".revocationfile", ".cookiefile", ".pinnedpubkey", "sslcert", "sslkey", "sslcainfo", ".sslcapath",
	}
)

// Named lists the files and folders by which git reaches a remote here, each with the
// variable or the setting that names it; files with settings, too.
func (r *Repo) Named() (all [][2]string, err error) {
	out, err := call{dir: r.Top, wait: patience, use: child.Transport}.run("config", "--list", "--show-origin", "-z")
	if err != nil {
		return nil, err
	}
	for _, n := range child.FilesFrom(r.Top, child.Transport) {
		all = append(all, [2]string{child.ForGit + n[0], n[1]})
	}
	origins := map[string]bool{}
	fields := strings.Split(string(out), "\x00")
	for i := 0; i+1 < len(fields); i += 2 {
		if path, file := strings.CutPrefix(fields[i], "file:"); file && !origins[path] {
			origins[path] = true
			all = append(all, child.Named(r.Top, "the configuration of Git", path, true, false)...)
		}
		key, value, _ := strings.Cut(fields[i+1], "\n")
		ends := func(names []string) bool {
			return slices.ContainsFunc(names, func(end string) bool { return strings.HasSuffix(strings.ToLower(key), end) })
		}
		if command, file := ends(commandSettings), ends(fileSettings); command || file {
			all = append(all, child.Named(r.Top, key, value, file, command)...)
		}
	}
	return all, nil
}

// Clones lists the other repositories whose working trees lie in a folder, as those of the
// members of a fleet do.
func (r *Repo) Clones(dir string) (others []*Repo) {
	own, _ := find(r.Top)
	for _, top := range clonesIn(dir) {
		if at, found := find(top); found && at.shared() != own.shared() {
			others = append(others, &Repo{Top: top})
		}
	}
	return others
}

// UnreviewedThere is [Review.Unreviewed] by the default branch of the repository as the clone
// knows it, whose name is returned, too. Files of other repositories cost no process.
func (v *Review) UnreviewedThere(by, file string) (place, branch string, err error) {
	at, found := find(v.repo.Top)
	full, err := disk.Full(file)
	if !found || err != nil {
		return "", "", err
	}
	holds := func(path string) bool { // a file has no .git below it
		return len(treesAround(path, at.shared())) > 0
	}
	if !slices.ContainsFunc(append(disk.LinksOn(full), disk.Real(full)), holds) {
		return "", "", nil
	}
	if v.known.branch == "" {
		remote, _ := v.repo.DefaultRemote()
		v.known.commit, v.known.branch = v.repo.Known(remote, "")
	}
	place, err = v.Unreviewed(v.known.commit, by, file)
	return place, v.known.branch, err
}

// UnreviewedAround is [Review.Unreviewed] for a program in whatever repository it lies in, by
// the default branch of that as the clone knows it, whose name is returned, too.
func UnreviewedAround(program string) (place, branch string, err error) {
	program = child.Where(program)
	for _, path := range append(disk.LinksOn(program), disk.Real(program)) {
		at, found := find(filepath.Dir(path))
		if !found {
			continue
		}
		if place, branch, err = (&Repo{Top: at.top}).Review().UnreviewedThere("", path); place != "" || err != nil {
			return place, branch, err
		}
	}
	return "", "", nil
}

// Known is the commit of a branch of a remote, or of its default one, as the clone last saw
// it; "" where it did not. The name is that of the remote's branch.
func (r *Repo) Known(remote, branch string) (commit, name string) {
	ref := r.KnownDefault(remote)
	if branch != "" {
		ref = "refs/remotes/" + remote + "/" + branch
	}
	if ref == "" {
		return "", remote + "/HEAD"
	}
	commit, _ = r.Resolve(ref)
	return commit, strings.TrimPrefix(ref, "refs/remotes/")
}
