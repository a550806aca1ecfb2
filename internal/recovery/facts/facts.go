// Package facts gathers what the diagnosis of package recovery goes by: the state, its
// key files, the Git history of the state file, and evidence.
package facts

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/history"
	"github.com/l5d-pki/l5d-pki-render/internal/lint"
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
	c, keys, err := keysOf(w, q.StatePath, facts.State)
	if err != nil {
		return facts, err
	}
	wrong := keyfile.CheckAll(c, keys)
	facts.MissingKeys, facts.WrongKeys = missingKeys(c, keys, wrong), wrongKeys(c, keys, wrong)
	for i := range facts.WrongKeys {
		if k := &facts.WrongKeys[i]; !k.Readable {
			k.Commit = otherVersion(c, k.Path)
		}
	}
	return facts, nil
}

// keysOf are the keys that a state names, and its custody.
func keysOf(w custody.World, statePath string, s *state.Rotation) (*custody.Custody, []render.NamedKey, error) {
	c, err := w.Of(statePath, s)
	if err != nil {
		return nil, nil, err
	}
	keys, err := render.NamedKeys(c.State)
	return c, keys, statefile.Named(err, statePath, statePath)
}

// readable are the codes of keys that others can get.
var readable = []problem.Code{problem.CustodyInGit.Code, problem.CustodyGitSilent.Code, problem.CustodyOpenToAll.Code}

// wrongKeys lists the keys whose files must not be relied on, of what was found of each.
func wrongKeys(c *custody.Custody, keys []render.NamedKey, found []error) (wrong []recovery.WrongKey) {
	for i, k := range keys {
		p := keyfile.Wrong(found[i])
		if p == nil || c.Mode == keyfile.PlainMode && lint.Allows(c.StatePath, k.Path) {
			continue // test material may be in Git, as for `lint`
		}
		w := recovery.WrongKey{Path: k.Path, File: statefile.Beside(c.StatePath, k.Path), Why: p.Text, Hint: strings.Join(p.Hints, "; ")}
		w.Readable = slices.Contains(readable, p.Code)
		wrong = append(wrong, w)
	}
	return wrong
}

// otherVersion is the newest commit that has a file otherwise than it is; "" without one.
func otherVersion(c *custody.Custody, path string) string {
	is, err := keyfile.Read(c, path)
	if err != nil {
		return ""
	}
	defer clear(is)
	committed, _ := repo.Versions(statefile.Beside(c.StatePath, path)) // without Git there is none
	for _, v := range slices.Backward(committed) {
		if !bytes.Equal(v.Text, is) {
			return v.Commit
		}
	}
	return ""
}

// missingKeys lists the keys that the state names and whose files do not exist, of what was
// found of each.
func missingKeys(c *custody.Custody, keys []render.NamedKey, wrong []error) (missing []recovery.MissingKey) {
	s, statePath := c.State, c.StatePath
	for i, k := range keys {
		if recovery.UnusedKey(s, k.Path) {
			continue
		}
		if found := problem.Of(wrong[i]); len(found) == 0 || found[0].Code != problem.CustodyAbsent.Code {
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
	return missing
}
