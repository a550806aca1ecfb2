package proposal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Parts is a pull request for other tools to open.
type Parts struct {
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

// Data marshals to JSON and YAML.
func (p Parts) Data() any { return p }

// Text is for a terminal.
func (p Parts) Text() string { return p.Title + "\n\n" + p.Body }

// Markdown is for a pull request.
func (p Parts) Markdown() string { return "# " + p.Title + "\n\n" + p.Body }

// Outputs are for later steps of a CI job.
func (p Parts) Outputs() [][2]string {
	return [][2]string{{"branch", p.Branch}, {"title", p.Title}, {"labels", strings.Join(p.Labels, ",")}, {"draft", fmt.Sprint(p.Draft)}}
}

// Print describes the move in the working tree, or the one that would be made
// from what is checked out. It talks to no remote.
func Print(w World, q Request) (Parts, error) {
	c, err := locate(w, q)
	if err != nil {
		return Parts{}, err
	}
	defer c.close()
	if c.Branch = q.Base; c.Branch == "" {
		c.Branch = c.Repo.Branch()
	}
	c.guessFlavour()
	if c.Tip, err = c.Repo.Resolve("HEAD"); err != nil {
		return Parts{}, problem.PRGit.With("there is no commit yet").In(q.StatePath)
	}
	if err := c.readBase(); err != nil {
		return Parts{}, err
	}
	ch, err := c.printed()
	if err != nil {
		return Parts{}, c.Told(err)
	}
	parts, err := c.parts(ch)
	if err == nil && q.Out != "" {
		err = c.write(parts)
	}
	return parts, err
}

// printed is the move to describe.
func (c *call) printed() (*change, error) {
	file, err := files.Read(c.StatePath, statefile.MaxSize)
	if err != nil {
		return nil, err
	}
	next, err := state.Parse(c.StatePath, file)
	if err != nil {
		return nil, err
	}
	if next.Status.Epoch == c.Now.Status.Epoch {
		if c.q.Wish.Verb == state.MoveStart {
			return nil, problem.PRPrintStart.With().In(c.State)
		}
		c.q.DryRun = true
		p, err := plan.Decide(c.snapshot(), c.q.Wish, c.move)
		if err != nil {
			return nil, err
		}
		return c.change(nil, p)
	}
	c.Root = c.Repo.Top
	names, err := c.Repo.Dirty()
	if err != nil {
		return nil, base.GitProblem(err)
	}
	evidence, err := c.Witnessed(next, c.q.Evidence)
	if err != nil {
		return nil, err
	}
	return c.describe(moved{next: next}, names, "", evidence)
}

func (c *call) parts(ch *change) (Parts, error) {
	body, err := c.bodyOf(ch)
	trailers := map[string]string{}
	for _, t := range ch.text.Trailers() {
		trailers[t[0]] = t[1]
	}
	return Parts{
		Branch: ch.text.Branch, Base: c.Branch, Title: ch.text.Title(), Body: body, Labels: c.q.Labels, Draft: c.q.Draft || ch.text.Shut,
		CommitMessage: ch.message, Trailers: trailers, Files: ch.text.Files,
	}, err
}

// writeParts writes what a tool needs that opens the pull request of a commit.
func (c *call) writeParts(ch *change) error {
	parts, err := c.parts(ch)
	if err != nil {
		return err
	}
	return c.write(parts)
}

// contents are the files of --out by their names.
func (p Parts) contents() (map[string]string, error) {
	whole, err := json.MarshalIndent(p, "", "  ")
	var trailers strings.Builder
	for _, t := range []string{text.TrailerRotation, text.TrailerPhase, text.TrailerEpoch, text.TrailerState} {
		fmt.Fprintf(&trailers, "%s: %s\n", t, p.Trailers[t])
	}
	return map[string]string{
		"branch": p.Branch + "\n", "title": p.Title + "\n", "body.md": p.Body, "labels": strings.Join(p.Labels, "\n") + "\n",
		"commit-message": p.CommitMessage, "trailers": trailers.String(), "pull-request.json": string(whole) + "\n",
	}, err
}

// write puts each part into a file of its own.
func (c *call) write(parts Parts) error {
	if link := linkBelow(c.Repo.Top, c.q.Out); link != "" {
		return problem.PRNotRegular.With().In(link)
	}
	if err := c.Moves.Files.MakeDirs(c.q.Out); err != nil {
		return err
	}
	return c.eachPart(parts, func(path, content string, _ bool) error {
		return c.Moves.Files.Replace(path, []byte(content), 0o644)
	})
}

// removeParts removes the files that write would write.
func (c *call) removeParts() error {
	if link := linkBelow(c.Repo.Top, c.q.Out); link != "" {
		return problem.PRNotRegular.With().In(link)
	}
	return c.eachPart(Parts{}, func(path, _ string, there bool) error {
		if !there {
			return nil
		}
		if err := c.Disk.Remove(path); err != nil {
			return files.Unread(path, err)
		}
		return nil
	})
}

// eachPart calls f with the path and the content of each part, and whether a file is there.
// What is no regular file is left alone.
func (c *call) eachPart(parts Parts, f func(path, content string, there bool) error) error {
	contents, err := parts.contents()
	if err != nil {
		return err
	}
	for name, content := range contents {
		path := filepath.Join(c.q.Out, name)
		info, err := os.Lstat(path)
		switch {
		case err == nil && !info.Mode().IsRegular():
			return problem.PRNotRegular.With().In(path)
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return files.Unread(path, err)
		}
		if err := f(path, content, err == nil); err != nil {
			return err
		}
	}
	return nil
}

// linkBelow is the first part of a path below a repository that is a link, which a commit
// may have made: what is written there would be elsewhere.
func linkBelow(top, path string) string {
	name, inside := files.Below(top, path)
	if !inside {
		return ""
	}
	at := top
	for part := range strings.SplitSeq(name, "/") {
		at = filepath.Join(at, part)
		if info, err := os.Lstat(at); err == nil && info.Mode()&os.ModeSymlink != 0 {
			return at
		}
	}
	return ""
}
