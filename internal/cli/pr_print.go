package cli

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// prParts is a pull request for other tools to open.
type prParts struct {
	Branch        string            `json:"branch"`
	Base          string            `json:"base,omitempty"`
	Title         string            `json:"title"`
	Body          string            `json:"body"`
	Labels        []string          `json:"labels"`
	Draft         bool              `json:"draft"`
	CommitMessage string            `json:"commitMessage"`
	Trailers      map[string]string `json:"trailers"`
	Files         []string          `json:"files"`
}

func (p prParts) data() any               { return p }
func (p prParts) text() string            { return p.Title + "\n\n" + p.Body }
func (p prParts) markdown() string        { return "# " + p.Title + "\n\n" + p.Body }
func (p prParts) ending(f *prFlags) error { return nil }
func (p prParts) outputs() [][2]string {
	return [][2]string{{"branch", p.Branch}, {"title", p.Title}, {"labels", strings.Join(p.Labels, ",")}, {"draft", fmt.Sprint(p.Draft)}}
}

// printPR describes the move in the working tree, or the one that would be made
// from what is checked out. It talks to no remote.
func (a *app) printPR(f *prFlags, k ask) (prResult, error) {
	c, err := a.locate(f)
	if err != nil {
		return nil, err
	}
	defer c.close()
	if c.base = f.base; c.base == "" {
		c.base = c.repo.Branch()
	}
	c.guessFlavour()
	if c.tip, err = c.repo.Resolve("HEAD"); err != nil {
		return nil, problem.PRGit.With("there is no commit yet").In(f.statePath)
	}
	if err := c.readBase(); err != nil {
		return nil, err
	}
	p, err := c.printed(k)
	if err != nil {
		return nil, c.told(err)
	}
	parts, err := c.parts(p)
	if err == nil && f.out != "" {
		err = c.write(parts)
	}
	return parts, err
}

// printed is the move to describe.
func (c *prCall) printed(k ask) (*proposal, error) {
	text, err := readFile(c.f.statePath, maxState)
	if err != nil {
		return nil, err
	}
	next, err := state.Parse(c.f.statePath, text)
	if err != nil {
		return nil, err
	}
	if next.Status.Epoch == c.now.Status.Epoch {
		if k.verb == verbStart {
			return nil, problem.PRPrintStart.With().In(c.state)
		}
		c.f.dryRun = true
		return c.propose(k, nil)
	}
	c.root = c.repo.Top
	entry, _ := lastEntry(next)
	p := &proposal{branch: branchOf(next), next: next, entry: entry}
	if p.files, err = c.repo.Dirty(); err != nil {
		return nil, c.gitProblem(err)
	}
	evidence, err := c.witnessed(next)
	if err != nil {
		return nil, err
	}
	return p, c.describe(p, "", evidence)
}

func (c *prCall) parts(p *proposal) (prParts, error) {
	body, err := c.bodyOf(p)
	trailers := map[string]string{}
	for _, t := range trailersOf(p.next, p.text.digest) {
		trailers[t[0]] = t[1]
	}
	return prParts{
		Branch: p.branch, Base: c.base, Title: p.text.title(), Body: body, Labels: c.f.labels, Draft: c.f.draft || p.text.shut,
		CommitMessage: p.message, Trailers: trailers, Files: p.files,
	}, err
}

// writeParts writes what a tool needs that opens the pull request of a commit.
func (c *prCall) writeParts(p *proposal) error {
	parts, err := c.parts(p)
	if err != nil {
		return err
	}
	return c.write(parts)
}

// write puts each part into a file of its own.
func (c *prCall) write(parts prParts) error {
	if err := c.makeDir(c.f.out); err != nil {
		return err
	}
	whole, err := json.MarshalIndent(parts, "", "  ")
	if err != nil {
		return err
	}
	var trailers strings.Builder
	for _, t := range []string{trailerRotation, trailerPhase, trailerEpoch, trailerState} {
		fmt.Fprintf(&trailers, "%s: %s\n", t, parts.Trailers[t])
	}
	for name, text := range map[string]string{
		"branch": parts.Branch + "\n", "title": parts.Title + "\n", "body.md": parts.Body, "labels": strings.Join(parts.Labels, "\n") + "\n",
		"commit-message": parts.CommitMessage, "trailers": trailers.String(), "pull-request.json": string(whole) + "\n",
	} {
		if err := c.writeFile(filepath.Join(c.f.out, name), []byte(text), 0o644, true); err != nil {
			return err
		}
	}
	return nil
}
