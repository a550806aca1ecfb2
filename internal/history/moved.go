package history

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// trail follows a state back to the paths where it was before it came to its own.
type trail struct {
	repo     *repo.Repo
	now      *state.Rotation
	path     string // of the state, in the repository
	untaken  bool   // the commit that is checked out does not have it there
	places   []string
	past     []pastState
	followed map[[2]string]bool // revision, path
	compared map[pastState]bool // without commits
	moves    []string
}

// pastState is a version of the state at another path.
type pastState struct {
	commit, name string
	text         [sha256.Size]byte
}

// verifyMoves proves that the log continues what the state's log was at other paths, and
// names versions at other paths that it does not continue and that are not its own.
func verifyMoves(statePath string, s *state.Rotation, notes io.Writer) (read int, err error) {
	r, name, err := repo.Located(statePath)
	if err != nil {
		return 0, err
	}
	if _, err := r.Resolve("HEAD"); err != nil {
		return 0, nil // no commit yet
	}
	_, taken, wrong := r.File("HEAD", name)
	t := &trail{repo: r, now: s, path: name, untaken: !taken || wrong != nil, followed: map[[2]string]bool{}, compared: map[pastState]bool{}}
	unread, err := repo.EachPast(r.Top, time.Time{}, statefile.MaxSize, func(p repo.Past) {
		was := t.parse(p.Text)
		if was == nil {
			return
		}
		t.places = append(t.places, p.Name)
		if was.Metadata.Name == s.Metadata.Name && p.Name != name && state.Continues(was.Status.Log, s.Status.Log) != nil {
			t.past = append(t.past, pastState{p.Commit, p.Name, sha256.Sum256(p.Text)})
		}
	})
	if err != nil {
		return 0, err
	}
	slices.Sort(t.places)
	t.places = slices.Compact(t.places)
	if t.untaken {
		err = t.origins("", "HEAD", name)
	}
	if err == nil {
		err = t.follow("HEAD", name)
	}
	if err != nil {
		return 0, err
	}
	for _, move := range t.moves {
		sink.Note(notes, "%s", move)
	}
	for _, commit := range unread {
		sink.Note(notes, "commit %s has more paths than are read: other paths of the state were not looked for in it", commit[:12])
	}
	t.noteOthers(notes)
	return len(t.compared), nil
}

// parse gives a version of the state: one of its name, or one whose log begins as its log
// does. It is nil for any other file.
func (t *trail) parse(text []byte) *state.Rotation {
	if !bytes.Contains(text, []byte(state.Group)) && !bytes.Contains(text, []byte{'\\'}) { // YAML may write the group with escapes
		return nil
	}
	was, err := state.ParseLegacy("", text)
	if err != nil || was.Metadata.Name != t.now.Metadata.Name && !sameBeginning(was.Status.Log, t.now.Status.Log) {
		return nil
	}
	return was
}

// at is the state at a path of a commit, or with "" of the working tree; nil where there is
// none.
func (t *trail) at(commit, name string) *state.Rotation {
	if commit != "" {
		text, _, _ := t.repo.File(commit, name)
		return t.parse(text)
	}
	path := filepath.Join(t.repo.Top, filepath.FromSlash(name))
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	text, _ := files.ReadRegular(path, statefile.MaxSize)
	return t.parse(text)
}

// follow goes on from each commit in the history of a revision that brought the state to
// a path.
func (t *trail) follow(revision, name string) error {
	if t.followed[[2]string{revision, name}] {
		return nil
	}
	t.followed[[2]string{revision, name}] = true
	arrivals, err := t.repo.Arrivals(revision, name)
	if err != nil {
		return err
	}
	for _, a := range arrivals {
		for _, parent := range a.Parents {
			if err := t.origins(a.Commit, parent, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// origins compares the log with what the state was in the parent of the commit that
// brought it to a path: where the parent has it, or, if it has it nowhere, where it was
// before that. "" is a commit that is still to be made.
func (t *trail) origins(commit, parent, name string) error {
	var there, gone []string
	versions := map[string][]repo.Version{}
	for _, place := range t.places {
		if place == name {
			continue
		}
		all, err := t.repo.VersionsAt(parent, place)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(v repo.Version) bool { return t.parse(v.Text) == nil })
		if len(all) == 0 || t.another(t.parse(all[len(all)-1].Text), commit, parent, name, place) {
			continue
		}
		versions[place] = all
		if t.at(parent, place) != nil {
			there = append(there, place)
		} else {
			gone = append(gone, place)
		}
	}
	if len(there) == 0 {
		there = gone
	}
	for _, place := range there {
		for _, v := range versions[place] {
			t.compared[pastState{"", place, sha256.Sum256(v.Text)}] = true
			if err := state.Continues(t.parse(v.Text).Status.Log, t.now.Status.Log); err != nil {
				return problem.Of(err).In(fmt.Sprintf("%s (since commit %s, which has it as %s)", t.path, v.Commit[:12], place)).Err()
			}
		}
		if err := t.follow(parent, place); err != nil {
			return err
		}
		in := "a change that is not committed"
		if commit != "" {
			in = "commit " + commit[:12]
		}
		t.moves = append(t.moves, fmt.Sprintf("the state came from %s to %s in %s; its versions there were looked at",
			delivery.Quoted(place), delivery.Quoted(name), in))
	}
	return nil
}

// another reports whether the last version at a place is of another log than the one that a
// commit brings: one that has an entry at most and moved from nowhere, or one beside which
// the other is still kept.
func (t *trail) another(last *state.Rotation, commit, parent, name, place string) bool {
	if sameBeginning(last.Status.Log, t.now.Status.Log) {
		return last.Metadata.Name != t.now.Metadata.Name && t.kept(place)
	}
	born := t.at(commit, name)
	moved := t.at(parent, place) != nil && t.at(commit, place) == nil
	return t.kept(place) || born != nil && len(born.Status.Log) <= 1 && !moved
}

// kept reports whether a place has a state to this day.
func (t *trail) kept(place string) bool {
	return t.at("HEAD", place) != nil && (!t.untaken || t.at("", place) != nil)
}

// noteOthers names the other paths with entries that the log does not have: of a copy, of
// another mesh of the same name, or of a side that a merge left behind.
func (t *trail) noteOthers(notes io.Writer) {
	named := map[string]bool{}
	for _, v := range t.past { // the newest first
		if named[v.name] || t.compared[pastState{"", v.name, v.text}] {
			continue
		}
		named[v.name] = true
		sink.Note(notes, "commit %s has a state of this name at another path, with log entries that this log does not have: "+
			"compare them with `git show %s`", v.commit[:12], delivery.Quoted(v.commit[:12]+":"+v.name))
	}
}
