// Package facts gathers what the diagnosis of package recovery goes by: the state, its
// key files, the Git history of the state file, and evidence.
package facts

import (
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/history"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/recovery"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Request says whose situation is asked for.
type Request struct {
	StatePath string
	Evidence  moves.Loader
	// Instant is when dates are judged; it is asked after the evidence was loaded,
	// which may take minutes.
	Instant func() (time.Time, error)
	// DownSince is since when identity has signed nothing; zero if nobody said.
	DownSince time.Time
	// Outputs names the outputs that are not what the state says, and those that were
	// not compared; nil compares none.
	Outputs func(statePath string, s *state.Rotation) (stale, unchecked []string)
}

// Gather gathers the facts.
func Gather(w custody.World, q Request) (recovery.Facts, error) {
	k, err := load(q)
	if err != nil {
		return recovery.Facts{}, history.WithReadable(q.StatePath, err)
	}
	facts := recovery.Facts{File: q.StatePath, State: k.state, Status: k.status, DownSince: q.DownSince}
	if q.Outputs != nil {
		facts.StaleOutputs, facts.UncheckedOutputs = q.Outputs(q.StatePath, k.state)
		facts.Compared = len(k.state.Spec.Outputs) - len(facts.UncheckedOutputs)
	}
	for _, o := range k.evidence.Observations {
		if o.Cluster == facts.State.Metadata.Name {
			facts.Observed = append(facts.Observed, o)
		}
	}
	facts.Reverted, facts.Edited, facts.NoHistory = history.Look(q.StatePath, facts.State)
	if len(facts.Edited) > 0 {
		facts.Unedited = history.Unedited(q.StatePath, facts.State)
	}
	facts.MissingKeys, err = missingKeys(w, q.StatePath, facts.State)
	return facts, err
}

// missingKeys lists the keys that the state names and whose files do not exist.
func missingKeys(w custody.World, statePath string, s *state.Rotation) (missing []recovery.MissingKey, err error) {
	c, err := w.Of(statePath, s)
	if err != nil {
		return nil, err
	}
	all, err := render.NamedKeys(c.State)
	if err != nil {
		return nil, statefile.Named(err, statePath, statePath)
	}
	for _, k := range all {
		if recovery.UnusedKey(s, k.Path) {
			continue
		}
		if found := problem.Of(keyfile.Check(c, k)); len(found) == 0 || found[0].Code != problem.CustodyAbsent.Code {
			continue
		}
		of := strings.TrimPrefix(k.Where, "status.")
		of, _, _ = strings.Cut(of, "s[")
		of, _, _ = strings.Cut(of, "s.")
		lost := recovery.MissingKey{Of: of, Name: k.Name, Path: k.Path, File: statefile.Beside(statePath, k.Path)}
		if committed, _ := repo.Versions(lost.File); len(committed) > 0 { // without Git there is none
			lost.Commit = committed[len(committed)-1].Commit
		}
		missing = append(missing, lost)
	}
	return missing, nil
}
