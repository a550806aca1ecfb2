package checkout

import (
	"io"
	"os"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// World is what changes need from outside.
type World struct {
	Now    func() time.Time
	Random io.Reader
	Files  files.Writer
	// Custody is what keeps the keys of a state that lies at a path.
	Custody func(statePath string, s *state.Rotation) (*custody.Custody, error)
	// Root is the repository that is written to, if the fleet file lies in no clone of it.
	Root string
	// Outside, if not nil, chooses the keys that are not written here, but by the caller.
	Outside func(keyfile.File) bool
	// Elsewhere says why a member of another repository cannot move now; nil: the caller
	// writes to no other repository. What moves there is written by the caller.
	Elsewhere func(fleet.Cluster) error
}

// Wish is a move of members.
type Wish struct {
	// Verb is start, advance or back; Kind and Strategy are of a start.
	Verb, Kind, Strategy string
	// Members are those named: all of them move, or none. Selector chooses by labels.
	Members  []string
	Selector string
	// To is a phase, of advance and back; Abandon goes back to the beginning.
	To      string
	Abandon bool
	// Limit is how many members move at most; 0: no limit.
	Limit    int
	Options  rotation.Options
	Evidence moves.Brought
	Material Material
	DryRun   bool
}

// Result is what became of a wish.
type Result struct {
	Scene    *fleet.Scene
	Outcomes []fleet.Outcome
	// Moved are the members that moved, or would move.
	Moved []fleet.Outcome
	// Names are the files that were changed, relative to the fleet file, and the
	// states of the members before.
	Names []string
	// Keys are the files of the keys that were made.
	Keys   []keyfile.File
	DryRun bool
}

// Make makes the moves that are wished and may be made: the states of all members
// that move are written, or none, after the keys that they name.
func (w World) Make(at At, wish Wish) (*Result, error) {
	release, err := w.Lock(at)
	if err != nil {
		return nil, err
	}
	defer release()
	f, err := Load(at, wish.Evidence)
	if err == nil {
		err = keyfile.Recover(w.Files, at.Path, f.named())
	}
	if err != nil {
		return nil, err
	}
	return w.MakeIn(f, wish)
}

// MakeIn is Make in a fleet that was read already, by a caller who has the lock.
func (w World) MakeIn(f *Fleet, wish Wish) (*Result, error) {
	r, minted, err := w.decide(f, wish)
	defer func() { keyfile.WipeAll(minted) }()
	if err != nil || wish.DryRun {
		return r, err
	}
	return r, w.write(f, r)
}

// Lock locks the fleet file and all states: of two commands one wins and the other one
// says so. None of them may be a link.
func (w World) Lock(at At) (release func(), err error) {
	var releases []func()
	release = func() {
		for _, r := range slices.Backward(releases) {
			r()
		}
	}
	take := func(file string) error {
		if err := statefile.RefuseLink(file); err != nil {
			return err
		}
		_, r, err := disk.Lock(file)
		if err != nil {
			return keyfile.NotLocked(file, err)
		}
		releases = append(releases, r)
		return nil
	}
	f, err := readFile(at.Path)
	if err != nil {
		return nil, err
	}
	err = take(at.Path)
	for _, m := range f.Spec.Members {
		if file := statefile.Beside(at.Path, m.State); err == nil && m.Repository == "" && files.IsFile(file) {
			err = take(file)
		}
	}
	if err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// named tells which files the states name as keys. Of a state that cannot be read,
// all are.
func (f *Fleet) named() func(path string) bool {
	var all []func(string) bool
	for _, c := range f.Clusters {
		switch {
		case c.Repository != "": // its keys are not beside this file
		case c.Now == nil:
			return func(string) bool { return true }
		default:
			all = append(all, keyfile.NamedBy(f.Beside(c.State), c.Now))
		}
	}
	return func(path string) bool {
		return slices.ContainsFunc(all, func(names func(string) bool) bool { return names(path) })
	}
}

// decide judges the wish for every chosen member.
func (w World) decide(f *Fleet, wish Wish) (*Result, []rotation.Minted, error) {
	chosen, err := f.Chosen(wish.Members, wish.Selector)
	if err != nil {
		return nil, nil, err
	}
	instant := w.Now().UTC().Truncate(time.Second)
	scene, err := fleet.Open(f.File, f.Clusters, f.Evidence, instant)
	if err != nil {
		return nil, nil, err
	}
	wish.Options.Ahead = true
	s := &starting{World: w, fleet: f, scene: scene, wish: wish, at: instant}
	r := &Result{Scene: scene, Outcomes: scene.Try(chosen, s.inside(s.mover())), DryRun: wish.DryRun}
	for _, o := range r.Outcomes {
		if o.Ready() && (wish.Limit == 0 || len(r.Moved) < wish.Limit) {
			r.Moved = append(r.Moved, o)
		}
	}
	if err := r.refusal(wish); err != nil {
		return r, s.minted, err
	}
	if !wish.DryRun {
		err = s.seal(r)
	}
	return r, s.minted, err
}

// mover is the move of the wish.
func (s *starting) mover() fleet.Move {
	o, at := s.wish.Options, s.at
	switch {
	case s.wish.Verb == state.MoveStart:
		return s.start
	case s.wish.Abandon:
		return func(_ int, r *state.Rotation, e rotation.Evidence) (*rotation.Move, error) {
			return rotation.Abandon(r, o, e, at)
		}
	case s.wish.To != "" && s.wish.Verb == state.MoveBack:
		return func(_ int, r *state.Rotation, e rotation.Evidence) (*rotation.Move, error) {
			return rotation.BackTo(r, s.wish.To, o, e, at)
		}
	case s.wish.To != "":
		return func(_ int, r *state.Rotation, e rotation.Evidence) (*rotation.Move, error) {
			return rotation.AdvanceTo(r, s.wish.To, o, e, at)
		}
	case s.wish.Verb == state.MoveBack:
		return func(_ int, r *state.Rotation, e rotation.Evidence) (*rotation.Move, error) {
			return rotation.Back(r, o, e, at)
		}
	}
	return fleet.Advance(o, at)
}

// maxRefused is how many refusals of one command are listed.
const maxRefused = 12

// refusal refuses a wish of which nothing comes, or not all that was named.
func (r *Result) refusal(wish Wish) error {
	named := len(wish.Members) > 0 && wish.Limit == 0
	if len(r.Moved) > 0 && (!named || len(r.Moved) == len(r.Outcomes)) {
		return nil
	}
	var problems problem.List
	for _, o := range r.Outcomes {
		name := r.Scene.Clusters[o.Member].Name
		for _, p := range o.Own {
			refused := problem.FleetRefused.With(name + ": " + p.Error())
			refused.Hints = append(slices.Clone(p.Hints), refused.Hints...)
			problems = append(problems, refused)
		}
		problems = append(problems, r.Scene.Problems(o.Member, o.Holds)...)
	}
	return problems[:min(len(problems), maxRefused)].Err()
}

// write stores the keys that the states name, then the states.
func (w World) write(f *Fleet, r *Result) error {
	var changes []files.Change
	for _, o := range r.Moved {
		c := f.Clusters[o.Member]
		if c.Repository != "" {
			continue
		}
		text, err := state.Update(f.texts[o.Member], o.Move.State)
		if err != nil {
			return problem.Of(err).In(c.State).Err()
		}
		path := f.Beside(c.State)
		info, err := os.Stat(path)
		if err != nil {
			return files.Unread(path, err)
		}
		changes = append(changes, files.Change{Name: path, Target: path, Data: text, Mode: info.Mode().Perm()})
		r.Names = append(r.Names, c.State)
	}
	keys := slices.Clone(r.Keys)
	if w.Outside != nil {
		keys = slices.DeleteFunc(keys, w.Outside)
	}
	first, err := keyfile.Store(w.Files, f.Path, keys)
	if err != nil {
		return err
	}
	defer first.Leave()
	err = w.Files.ReplaceTargets(changes)
	first.Ending(err)
	return err
}
