package guard

import (
	"errors"
	"io"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// maxLandings is how many versions of a file are read to find the one that brought the
// last log entry. A move changes the state once; the others are edits of its spec, or
// pins of other members. Of an entry that all of them have, the oldest stands for its commit.
const maxLandings = 200

// landings are the commits of the base that changed a log, newest first, with the digests
// of the entries that each of them has, and its status: as far back as the rotation under
// way began.
type landings struct {
	all      []repo.Landing
	logs     [][]string
	statuses []state.Status
	// older: there were others before them, which are not read or cannot be; cut: there
	// may have been.
	older, cut bool
	least      int
}

// loggedIn is where a log is read in the history of the base: in a state file, or at the
// pins of a member in a fleet file.
type loggedIn struct{ file, member string }

// add adds an older version, and reports whether those before it matter.
func (l *landings) add(at repo.Landing, s state.Status) (more bool) {
	if len(l.all) == 0 {
		l.least = min(began(s.Log)+1, len(s.Log))
	}
	l.all, l.logs, l.statuses = append(l.all, at), append(l.logs, digests(s.Log)), append(l.statuses, s)
	return len(s.Log) >= l.least
}

func digests(log []state.LogEntry) (all []string) {
	for _, entry := range log {
		all = append(all, entry.Digest())
	}
	return all
}

// having is how many of the entries of a log each version has.
func (l *landings) having(log []state.LogEntry) (entries []int) {
	want := digests(log)
	for _, has := range l.logs {
		n := 0
		for n < min(len(has), len(want)) && has[n] == want[n] {
			n++
		}
		entries = append(entries, n)
	}
	return entries
}

// without is the newest version that has fewer entries; -1 if all have as many.
func (l *landings) without(has []int, entries int) int {
	return slices.IndexFunc(has, func(n int) bool { return n < entries })
}

var errDone = errors.New("done")

// stateLandings are those of the log in a state file, read once.
func (g *judgement) stateLandings(file string) (*landings, error) {
	if l := g.landingsRead[loggedIn{file, ""}]; l != nil {
		return l, nil
	}
	l := new(landings)
	all, stopped, err := g.versions(file, func(at repo.Landing, text []byte) bool {
		var is state.Status // what is no state has none
		if s, err := state.ParseLegacy(file, text); err == nil {
			is = s.Status
		}
		return l.add(at, is)
	})
	if err != nil {
		return nil, err
	}
	l.older, l.cut = stopped || len(all) == maxLandings, !stopped && g.Repo.Shallow()
	g.landingsRead[loggedIn{file, ""}] = l
	return l, nil
}

// versions gives those of a file in the base's history, newest first, until the base had
// none or f has enough; stopped reports that.
func (g *judgement) versions(file string, f func(at repo.Landing, text []byte) (more bool)) (all []repo.Landing, stopped bool, err error) {
	all, err = g.Repo.Landings(g.Tip, file, maxLandings)
	if err != nil {
		return nil, false, base.GitProblem(err)
	}
	var objects []string
	for _, l := range all {
		if l.Object == "" {
			stopped = true
			break
		}
		objects = append(objects, l.Object)
	}
	err = g.Repo.Contents(objects, func(i int, c repo.Content) error {
		text, err := io.ReadAll(io.LimitReader(c.Text, statefile.MaxSize))
		if err == nil && !f(all[i], text) {
			err = errDone
		}
		return err
	})
	if errors.Is(err, errDone) {
		return all, true, nil
	}
	return all, stopped, base.GitProblem(err)
}

// fleetVersions are those of a fleet file; nil is one that cannot be read.
type fleetVersions struct {
	all     []repo.Landing
	files   []*fleet.File
	stopped bool
}

func (g *judgement) fleetVersions(name string) (*fleetVersions, error) {
	if g.fleetsRead != nil {
		return g.fleetsRead, nil
	}
	v := new(fleetVersions)
	var err error
	v.all, v.stopped, err = g.versions(name, func(_ repo.Landing, text []byte) bool {
		f, _ := fleet.Parse(name, text)
		v.files = append(v.files, f)
		return true
	})
	if err != nil {
		return nil, err
	}
	g.fleetsRead = v
	return v, nil
}

// pinLandings are those of the log of a member of another repository: of its state at the
// commits to which the fleet file has pinned it. A pin that cannot be read is passed over:
// its commit may be gone since the branch was squashed, and it brought nothing that the
// next one does not have.
func (g *judgement) pinLandings(fleetName, member string) (*landings, error) {
	if l := g.landingsRead[loggedIn{fleetName, member}]; l != nil {
		return l, nil
	}
	versions, err := g.fleetVersions(fleetName)
	if err != nil {
		return nil, err
	}
	l := new(landings)
	unread, joined := false, false
	for i, f := range versions.files {
		m := fleet.Cluster{}
		if f != nil {
			if n := slices.IndexFunc(f.Spec.Members, func(o fleet.Member) bool { return o.Name == member }); n >= 0 {
				m.Member = f.Spec.Members[n]
			}
			if joined = m.Repository == "" || m.Commit == ""; joined {
				continue
			}
			g.readPinned(&m)
		}
		if unread = m.Now == nil; unread {
			continue
		}
		if l.older = !l.add(versions.all[i], m.Now.Status); l.older {
			break
		}
	}
	l.older = l.older || unread || versions.stopped || len(versions.all) == maxLandings
	l.cut = !l.older && !joined && g.Repo.Shallow()
	g.landingsRead[loggedIn{fleetName, member}] = l
	return l, nil
}
