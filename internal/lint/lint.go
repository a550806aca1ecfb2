// Package lint looks for hazards in what a state delivers, in its key files, and
// in a repository around it.
package lint

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
	"github.com/l5d-pki/l5d-pki-render/pkg/survey"
)

// Options say what is looked at.
type Options struct {
	// State is the path of the state file.
	State string
	// At is the instant that dates are judged at.
	At time.Time
	// Repository is a directory to look through, too; "" is none.
	Repository string
	// Allow are patterns of files that may hold private keys.
	Allow []string
	// Custody is what key files are read with; its state is filled in.
	Custody custody.World
	// Notes gets lines for people.
	Notes io.Writer
}

// Report is what was found.
type Report struct {
	findings []survey.Finding
	// prefix is the path of the surveyed directory in its work tree.
	prefix string
}

// Failed reports whether there is an error, under strict a warning.
func (r Report) Failed(strict bool) bool {
	for _, f := range r.findings {
		if f.Severity == pki.Error || strict && f.Severity == pki.Warning {
			return true
		}
	}
	return false
}

// Run looks for hazards.
func Run(o Options) (Report, error) {
	allow, err := newAllowances(o.Repository, o.Allow, o.Notes)
	if err != nil {
		return Report{}, err
	}
	text, s, err := read(o.State)
	if err != nil {
		return Report{}, statefile.Named(err, o.State, o.State)
	}
	found, err := o.material(s, allow)
	if err != nil {
		return Report{}, statefile.Named(err, o.State, o.State)
	}
	found = append(found, linkNames(s, o.State)...)
	r := Report{findings: placed(o.State, text, found)}
	if o.Repository != "" {
		err = o.survey(s, allow, &r)
	}
	return r.ofLines(), err
}

// ofLines makes each finding one line: it quotes files that somebody else wrote.
func (r Report) ofLines() Report {
	for i := range r.findings {
		f := &r.findings[i]
		f.Subject, f.Text, f.Hint = sink.Line(f.Subject), sink.Line(f.Text), sink.Line(f.Hint)
	}
	return r
}

func read(path string) ([]byte, *state.Rotation, error) {
	text, err := statefile.Read(path)
	if err != nil {
		return nil, nil, err
	}
	s, err := state.Parse(path, text)
	return text, s, err
}

// linkNames finds links to states of clusters of other names, as far as these can be read.
func linkNames(s *state.Rotation, statePath string) (found []render.Finding) {
	for i, link := range s.Spec.Links {
		if link.State == "" {
			continue
		}
		_, linked, err := read(statefile.Beside(statePath, link.State))
		if err != nil {
			continue
		}
		if p := link.Leads(linked); p != nil {
			f := pki.Finding{Code: p.Code, Severity: pki.Error, Subject: "link " + link.Name, Text: p.Text, Hint: strings.Join(p.Hints, "; ")}
			found = append(found, render.Finding{Path: fmt.Sprintf("spec.links[%d].name", i), Finding: f})
		}
	}
	return found
}

// material lints the state with its keys where custody file has them: a key that
// cannot be read leaves the rules about it out. Of sealed key files it looks at
// what they say in clear.
func (o Options) material(s *state.Rotation, allow allowances) ([]render.Finding, error) {
	world := o.Custody
	world.State, world.StatePath = s, o.State
	c, err := custody.New(world)
	if err != nil {
		return nil, err
	}
	keys := render.Keys{}
	if c.Name == state.CustodyFile {
		if keys, err = keyfile.OpenAll(c); err != nil {
			return nil, err
		}
	}
	found, err := render.Lint(s, keys, o.At)
	if err != nil {
		return nil, err
	}
	sealed, err := keyFiles(c, o.Repository, allow)
	return append(append(found, sealed...), undelivered(s, o.State)...), err
}

// placed gives the findings of a state file their lines.
func placed(statePath string, text []byte, findings []render.Finding) []survey.Finding {
	var all []survey.Finding
	for _, f := range findings {
		line, column := survey.Place(text, f.Path)
		all = append(all, survey.Finding{File: filepath.ToSlash(statePath), Line: line, Column: column, Path: f.Path, Finding: f.Finding})
	}
	return all
}
