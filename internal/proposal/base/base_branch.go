package base

import (
	"errors"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Here is the repository itself as a remote: git takes it for one.
const Here = "."

// Remotes chooses remote and branch, and lists the remote's branches. The branch
// is the one that is asked for, the CI's, or the remote's default; local says that
// a repository without a remote stands in for one. What git goes by to reach the remote
// is judged before, by the branch as the clone last saw it.
func (b *Base) Remotes(remote, branch string, local bool) (err error) {
	if b.Remote = remote; b.Remote == "" {
		b.Remote, err = b.Repo.DefaultRemote()
	}
	if errors.Is(err, repo.ErrNoRemote) && local {
		b.Remote, err = Here, nil
	}
	if err == nil {
		b.ofGit, err = b.Repo.Named()
	}
	if err != nil {
		return GitProblem(err)
	}
	if err := b.refuseOfClones(); err != nil {
		return err
	}
	if b.Remote != Here {
		commit, name := b.Repo.Known(b.Remote, branch)
		if err := b.refuseUnreviewed(commit, name, b.ofGit); err != nil {
			return err
		}
	}
	b.Branches, err = b.Repo.Look(b.Remote)
	return GitProblem(err)
}

// Choose takes a branch as the base, the remote's default if none is named.
func (b *Base) Choose(branch string) error {
	if b.Branch = branch; branch == "" {
		b.Branch = b.Branches.Default
	}
	if b.Branch == "" {
		return problem.PRNoDefault.With(address.Redact(b.Remote))
	}
	if b.Tip = b.Branches.Heads[b.Branch]; b.Tip == "" {
		return problem.PRNoBase.With(address.Redact(b.Remote), b.Branch)
	}
	return nil
}

// Fetch brings the base's commit here, and refuses what the call names and only another
// branch has.
func (b *Base) Fetch() error {
	if err := b.Repo.Fetch(b.Remote, b.Branch, b.Tip, 1); err != nil {
		return GitProblem(err)
	}
	return b.refuseUnreviewed(b.Tip, b.Branch, slices.Concat(b.Named, b.ofGit))
}

// refuseUnreviewed refuses files and folders that decide whom this call trusts or what it runs, where
// the branch that is checked out may have brought them: Git writes the files of a branch
// over those that it ignores without asking.
func (b *Base) refuseUnreviewed(commit, branch string, named [][2]string) error {
	review := b.Repo.Review()
	return refuseUnreviewed(named, func(by, file string) (string, string, error) {
		place, err := review.Unreviewed(commit, by, file)
		return place, branch, err
	})
}

// refuseOfClones is the same for what lies in the clones of other repositories of a fleet,
// each by its own default branch.
func (b *Base) refuseOfClones() error {
	if b.Clones == "" {
		return nil
	}
	var problems problem.List
	for _, other := range b.Repo.Clones(b.Clones) {
		problems.Add(refuseUnreviewed(slices.Concat(b.Named, b.ofGit), other.Review().UnreviewedThere))
	}
	return problems.Err()
}

func refuseUnreviewed(named [][2]string, judge func(by, file string) (place, branch string, err error)) error {
	var problems problem.List
	judged, places := map[[2]string]bool{}, map[string]bool{}
	for _, n := range named {
		if by, path := n[0], n[1]; path != "" && path != "-" && !judged[n] {
			judged[n] = true
			place, branch, err := judge(by, path)
			switch {
			case err != nil:
				problems.Add(GitProblem(err))
			case place != "" && !places[place]:
				places[place] = true
				problems = append(problems, problem.PRUnreviewedFile.With(by, branch).In(statefile.FromHere(place)))
			}
		}
	}
	return problems.Err()
}

// RefuseProgram refuses a program that is about to run `pr` and that a branch may have
// brought to the clone that it lies in. The folder with the clones of a fleet is among the
// arguments, which nobody has read yet, or in the variable for them.
func RefuseProgram(args []string, clones, name, path string) error {
	if !slices.Contains(args, "pr") {
		return nil
	}
	repo.TakeNoGitFrom(clones)
	for i, arg := range args {
		value, joined := strings.CutPrefix(arg, "--repositories=")
		if arg == "--repositories" && i+1 < len(args) {
			value, joined = args[i+1], true
		}
		if joined {
			repo.TakeNoGitFrom(value)
		}
	}
	place, branch, err := repo.UnreviewedAround(path)
	if place == "" || err != nil {
		return GitProblem(err)
	}
	return problem.PRUnreviewedFile.With(name, branch).In(statefile.FromHere(place))
}
