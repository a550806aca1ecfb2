// Package checkout reads and changes the files of a fleet in one checkout: the fleet
// file, the states of its members, their observations and their keys.
package checkout

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/order"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// At is where a fleet is: its file, and the directory below which the repositories of
// members are cloned, each under its name; "" where there is none.
type At struct {
	Path, Clones string
	// Opened, if not nil, are the clones below Clones, as far as the caller has opened them.
	Opened *Clones
}

// StateOf is the path of a member's state: beside the fleet file, or in the clone of its
// repository.
func (a At) StateOf(m fleet.Member) string {
	if m.Repository != "" {
		return filepath.Join(a.Clones, m.Repository, filepath.FromSlash(m.State))
	}
	return statefile.Beside(a.Path, m.State)
}

// ClonesUsage is the help of the flag --repositories.
const ClonesUsage = "directory with a clone of each other repository that the fleet file names, under its name"

// Fleet is a fleet as it is on disk.
type Fleet struct {
	At
	File     *fleet.File
	Clusters []fleet.Cluster
	// Evidence of each member alone.
	Evidence []rotation.Evidence
	// Observed are the observations of each member, as their files have them.
	Observed [][]Observed
	texts    [][]byte // of the states
}

// Observed is an observation with its file's text, which may be signed.
type Observed struct {
	*rotation.Observation
	Text []byte
}

// workers is how many members are read at the same time.
const workers = 4

// Load reads a fleet, with what a person brings: observations, each of which names its
// cluster, and their word for every member. A member whose state cannot be read is unknown, and so is what
// a missing observation would show; neither is an error.
func Load(at At, brought moves.Brought) (*Fleet, error) {
	f, err := load(at, (*Fleet).known)
	if err != nil {
		return f, err
	}
	return f, f.bring(brought)
}

// Members reads a fleet without what was observed: for a command that observes it anew,
// whatever is wrong with the observations that are there.
func Members(at At) (*Fleet, error) { return load(at, func(*Fleet, int) error { return nil }) }

// load reads the fleet file and the states of all members, and more of each.
func load(at At, more func(*Fleet, int) error) (*Fleet, error) {
	file, err := readFile(at.Path)
	if err != nil {
		return nil, err
	}
	f := &Fleet{At: at, File: file}
	if f.Opened == nil {
		f.Opened = NewClones(at.Clones)
	}
	n := len(f.File.Spec.Members)
	f.Clusters, f.texts = make([]fleet.Cluster, n), make([][]byte, n)
	f.Evidence, f.Observed = make([]rotation.Evidence, n), make([][]Observed, n)
	problems := make([]problem.List, n)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for i := w; i < n; i += workers {
				f.read(i)
				problems[i].Add(more(f, i))
			}
		})
	}
	group.Wait()
	return f, slices.Concat(problems...).Err()
}

func readFile(path string) (*fleet.File, error) {
	data, err := files.Read(path, state.MaxSize)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, problem.FleetNoFile.With().In(path).Because(err)
	}
	if err != nil {
		return nil, err
	}
	return fleet.Parse(path, data)
}

// Beside is the path of a member's file, seen from where the command runs.
func (f *Fleet) Beside(path string) string { return statefile.Beside(f.Path, path) }

// read reads the state of one member.
func (f *Fleet) read(i int) {
	m := f.File.Spec.Members[i]
	f.Clusters[i] = fleet.Cluster{Member: m}
	text, err := f.stateText(m)
	if err == nil {
		f.texts[i] = text
		f.Clusters[i].Now, err = state.ParseLegacy(m.State, text)
	}
	if err != nil {
		why := problem.Of(err)[0]
		f.Clusters[i].Now, f.Clusters[i].Unread, f.Clusters[i].UnreadHints = nil, why.Text, why.Hints
	}
}

// stateText is the text of a member's state: a file, or what the pinned commit has.
func (f *Fleet) stateText(m fleet.Member) ([]byte, error) {
	if m.Repository != "" {
		return f.Opened.Pinned(m)
	}
	return files.ReadRegular(f.Beside(m.State), statefile.MaxSize)
}

// StatePath is where commands look for the state of a member, and for its keys.
func (f *Fleet) StatePath(i int) string { return f.StateOf(f.File.Spec.Members[i]) }

// known reads what was observed of one member. Only an observation that is there and
// damaged is an error: a person has to know that it does not count.
func (f *Fleet) known(i int) (err error) {
	m := f.Clusters[i]
	if m.Observation != "" {
		file := f.Beside(m.Observation)
		if disk.FromShell(file) {
			return files.Unread(file, disk.ErrNotRegular)
		}
		if err := f.observe(i, file, m.Name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	f.Evidence[i].Earlier, err = f.Kept(i)
	return err
}

// Kept are the observations that lie in evidence/ beside the state of a member.
func (f *Fleet) Kept(i int) ([]*rotation.Observation, error) {
	switch m := f.Clusters[i]; {
	case m.Now == nil:
		return nil, nil
	case m.Repository != "":
		return f.Opened.earlier(m)
	default:
		return moves.OwnEvidence(f.Beside(m.State), m.Now)
	}
}

func (f *Fleet) observe(i int, file, cluster string) error {
	o, text, err := moves.Observation(file)
	if err != nil {
		return err
	}
	if o.Cluster != cluster {
		return problem.FleetObservation.With(cluster, o.Cluster).In(file)
	}
	f.shows(i, o, text)
	return nil
}

func (f *Fleet) shows(i int, o *rotation.Observation, text []byte) {
	f.Evidence[i].Observations = append(f.Evidence[i].Observations, o)
	f.Observed[i] = append(f.Observed[i], Observed{o, text})
}

// bring adds a person's observations to their members, and their word to all.
func (f *Fleet) bring(e moves.Brought) error {
	var problems problem.List
	for _, file := range e.Files {
		o, text, err := moves.Observation(file)
		if err != nil {
			problems.Add(err)
			continue
		}
		i := f.number(o.Cluster)
		if i < 0 {
			problems = append(problems, problem.FleetNoMember.With(o.Cluster).In(file))
			continue
		}
		f.shows(i, o, text)
	}
	for i := range f.Evidence {
		f.Evidence[i].Assumptions = e.Assumptions()
	}
	return problems.Err()
}

func (f *Fleet) number(name string) int {
	return slices.IndexFunc(f.File.Spec.Members, func(m fleet.Member) bool { return m.Name == name })
}

// Chosen are the members that a command is about: those named, or those with all
// labels of a selector (name=value, comma separated), or all.
func (f *Fleet) Chosen(names []string, selector string) ([]int, error) {
	var problems problem.List
	var chosen []int
	for _, name := range names {
		i := f.number(name)
		if i < 0 {
			problems = append(problems, problem.FleetNoMember.With(name).In(f.Path))
		}
		chosen = append(chosen, i)
	}
	if len(names) > 0 {
		return chosen, problems.Err()
	}
	for i, m := range f.File.Spec.Members {
		if labeled(m.Labels, selector) {
			chosen = append(chosen, i)
		}
	}
	if len(chosen) == 0 {
		return nil, problem.FleetNoMember.With(selector).In(f.Path)
	}
	return chosen, nil
}

func labeled(labels map[string]string, selector string) bool {
	if selector == "" {
		return true
	}
	for pair := range strings.SplitSeq(selector, ",") {
		key, value, _ := strings.Cut(pair, "=")
		if have, ok := labels[key]; !ok || have != value {
			return false
		}
	}
	return true
}

// Init makes a fleet file of the states below a directory: members by the names of
// the states, observations where one lies beside the state.
func Init(path, name string) (*fleet.File, error) {
	dir := filepath.Dir(path)
	f := &fleet.File{APIVersion: state.APIVersion, Kind: fleet.Kind, Metadata: state.Metadata{Name: name}}
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != dir && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case !d.Type().IsRegular() || !statefile.MayBe(d.Name()) || !statefile.Is(file):
			return nil
		}
		text, err := files.Read(file, statefile.MaxSize)
		if err != nil {
			return nil // too large for a state
		}
		s, err := state.ParseLegacy(file, text)
		if err != nil {
			return nil // an observation, or the fleet file
		}
		f.Spec.Members = append(f.Spec.Members, member(dir, file, s))
		return nil
	})
	if err != nil {
		return nil, files.Unread(dir, err)
	}
	if len(f.Spec.Members) == 0 {
		return nil, problem.FleetNothing.With(dir)
	}
	order.By(f.Spec.Members, func(a, b fleet.Member) int { return strings.Compare(a.Name+"\x00"+a.State, b.Name+"\x00"+b.State) })
	return f, nil
}

func member(dir, file string, s *state.Rotation) fleet.Member {
	below := func(path string) string {
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return filepath.ToSlash(path)
		}
		return filepath.ToSlash(rel)
	}
	return fleet.Member{Name: s.Metadata.Name, State: below(file), Observation: below(filepath.Join(filepath.Dir(file), "observation.yaml")),
		Labels: s.Metadata.Labels}
}
