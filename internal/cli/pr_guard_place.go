package cli

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/outputs"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// locateGuard finds the repository and the state's name in it without following
// anything of the checkout: the change that is judged may have put a link, or
// a submodule with a repository of its own, in the state's place.
func (a *app) locateGuard(f *prFlags) (*prCall, error) {
	c := &prCall{app: a, f: f, ctx: context.Background(), made: a.Now().UTC().Truncate(time.Second)}
	full, err := filepath.Abs(f.statePath)
	if err != nil {
		return nil, problem.CLIRead.With(reason(err)).In(f.statePath).Because(err)
	}
	here, err := filepath.Abs(".")
	if err != nil {
		return nil, problem.CLIRead.With(reason(err)).In(".").Because(err)
	}
	top := guardTop(full, here)
	if top == "" {
		return nil, problem.PRNoRepository.With().In(f.statePath)
	}
	if c.repo, err = repo.Open(top); err != nil {
		return nil, c.gitProblem(err)
	}
	below, err := filepath.Rel(top, full)
	if err != nil || !filepath.IsLocal(below) {
		return nil, problem.PRNoRepository.With().In(f.statePath)
	}
	c.state = filepath.ToSlash(below)
	return c, nil
}

// guardTop is the repository that holds a path: the one that the command runs in,
// or else the outermost. A submodule is none: the change could have put it there.
func guardTop(full, here string) (top string) {
	for dir := filepath.Dir(full); ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, gitName)); err == nil && !isSubmodule(dir) {
			top = dir
			if below, err := filepath.Rel(dir, here); err == nil && filepath.IsLocal(below) {
				return dir
			}
		}
		if dir == filepath.Dir(dir) {
			return top
		}
	}
}

// isSubmodule reports whether a directory is the checkout of a submodule: its
// .git is a file that names a directory in the superproject's.
func isSubmodule(dir string) bool {
	f, err := os.Open(filepath.Join(dir, gitName))
	if err != nil {
		return false
	}
	defer f.Close()
	head, _ := io.ReadAll(io.LimitReader(f, outputs.HeadSize)) // a directory has none
	return strings.Contains(filepath.ToSlash(string(head)), gitName+"/modules/")
}

// eventMergeGroup is GitHub's name for the event of a merge queue.
const eventMergeGroup = "merge_group"

// queued takes the base of a merge queue's event: the commit that the queue puts
// the change on, which may have other changes that wait before it.
func (c *prCall) queued() (bool, error) {
	if !c.f.guard || c.Getenv("GITHUB_EVENT_NAME") != eventMergeGroup {
		return false, nil
	}
	var event struct {
		MergeGroup struct {
			BaseSHA string `json:"base_sha"`
			BaseRef string `json:"base_ref"`
		} `json:"merge_group"`
	}
	data, err := readFile(c.Getenv("GITHUB_EVENT_PATH"), maxEvent)
	if err == nil {
		err = json.Unmarshal(data, &event)
	}
	branch := strings.TrimPrefix(event.MergeGroup.BaseRef, "refs/heads/")
	if c.f.base != "" && (err != nil || branch != c.f.base) {
		return false, nil // another base was asked for
	}
	if err == nil && (event.MergeGroup.BaseSHA == "" || branch == "") {
		err = errors.New("no base_sha or base_ref")
	}
	if err != nil {
		return false, problem.PRGuardQueue.With(err).Because(err)
	}
	tip, err := c.repo.Resolve(event.MergeGroup.BaseSHA)
	if err != nil {
		return false, problem.PRGuardQueue.With("the commit " + shownName(event.MergeGroup.BaseSHA) + " is not in this clone").Because(err)
	}
	c.base, c.tip = branch, tip
	return true, nil
}
