package keyuse

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// maxWalked is how many files are looked at below a directory that is in no repository.
const maxWalked = 5000

// Other is a state that may have a key, too.
type Other struct {
	// Name is how people see its file: from the top of the repository.
	Name string
	*state.Rotation
	// file is where it is; keys are beside it.
	file string
}

// Known is what is known around a state: whose keys are at which files and names.
type Known struct {
	own    Other
	Others []Other
	// older are versions of the own state that somebody put beside it.
	older []Other
	// unseen is what could not be looked at.
	unseen []string
	// in is where states were looked for: this repository, or a directory.
	in           []string
	noRepository bool
	seen         map[string]bool // files
}

// Look reads the states around one that lies at a path: those of its repository and of the
// repositories that its keys are in, linked ones, and the members of the fleet files there.
// It reads the files as they are checked out.
func Look(statePath string, s *state.Rotation) *Known {
	if statePath == "-" {
		statePath = "rotation.yaml" // printed, for a file that does not exist yet
	}
	file := disk.Real(statePath)
	k := &Known{own: Other{Rotation: s, file: file}, seen: map[string]bool{file: true}}
	k.below(existing(filepath.Dir(file)))
	for _, key := range append(Held(s), Retired(s)...) {
		if key.Path != "" && isFile(s) {
			k.below(existing(filepath.Dir(k.own.place(key.Path))))
		}
	}
	for _, l := range s.Spec.Links {
		if l.State != "" {
			k.read(statefile.Beside(file, l.State), l.State)
		}
	}
	return k
}

// existing is the nearest directory that is there.
func existing(dir string) string {
	for dir != filepath.Dir(dir) && !files.IsDir(dir) {
		dir = filepath.Dir(dir)
	}
	return dir
}

// below reads the states of the repository of a directory, or, outside of any, those in it.
func (k *Known) below(dir string) {
	top := dir
	r, err := repo.Open(dir)
	if err == nil {
		top = r.Top
	}
	if slices.Contains(k.in, top) || k.covered(top) {
		return
	}
	names, err := namesBelow(top, err)
	if err != nil {
		k.unseen = append(k.unseen, "the states around "+sink.Name(k.own.Metadata.Name)+" ("+sink.Line(err.Error())+")")
		return
	}
	k.in = append(k.in, top)
	k.noRepository = k.noRepository || r == nil && len(k.in) == 1
	for _, name := range names {
		if statefile.MayBe(name) {
			k.read(filepath.Join(top, filepath.FromSlash(name)), name)
		}
	}
}

// namesBelow are the files of a repository, or of a directory that is in none, as opening
// it said.
func namesBelow(top string, opened error) (names []string, err error) {
	if opened == nil {
		names, _, err = repo.Files(top)
		return names, err
	}
	if !errors.Is(opened, repo.ErrNone) {
		return nil, opened
	}
	names, err = repo.Walk(top, maxWalked)
	if err == nil && len(names) > maxWalked {
		err = fmt.Errorf("more than %d files", maxWalked)
	}
	return names, err
}

// covered reports whether a directory outside of any repository is below one that was walked.
func (k *Known) covered(dir string) bool {
	return slices.ContainsFunc(k.in, func(top string) bool { return strings.HasPrefix(dir, top+string(filepath.Separator)) })
}

// read adds a state, or what a fleet file names. Other files are passed over.
func (k *Known) read(file, name string) {
	real := disk.Real(file)
	if k.seen[real] {
		return
	}
	k.seen[real] = true
	if _, err := os.Stat(real); err != nil {
		k.unseen = append(k.unseen, sink.Name(name)+" (not there)")
		return
	}
	if !statefile.Is(real) {
		return
	}
	text, err := files.Read(real, statefile.MaxSize)
	if _, is := Meshes(text); is || err != nil {
		s, errState := state.ParseLegacy(real, text)
		if errState != nil {
			k.unseen = append(k.unseen, sink.Name(name)+" (cannot be read)")
			return
		}
		if o := (Other{name, s, real}); k.isOlder(o) {
			k.older = append(k.older, o)
		} else {
			k.Others = append(k.Others, o)
		}
		return
	}
	if !files.OfKind(text, fleet.Kind) {
		return
	}
	f, err := fleet.Parse(real, text)
	if err != nil {
		k.unseen = append(k.unseen, sink.Name(name)+" (cannot be read)")
		return
	}
	for _, m := range f.Spec.Members {
		if m.Repository == "" {
			k.read(statefile.Beside(real, m.State), filepath.ToSlash(filepath.Join(filepath.Dir(name), m.State)))
		} else {
			k.unseen = append(k.unseen, "member "+sink.Name(m.Name)+" in repository "+sink.Name(m.Repository))
		}
	}
}

// isOlder reports whether a state is an older version of the own one, as somebody who
// keeps a copy puts beside it.
func (k *Known) isOlder(o Other) bool {
	return o.Metadata.Name == k.own.Metadata.Name && filepath.Dir(o.file) == filepath.Dir(k.own.file) &&
		state.Continues(o.Status.Log, k.own.Status.Log) == nil
}

// Meshes gives every metadata.name of a state file, also of one that is damaged.
func Meshes(text []byte) (meshes []string, is bool) {
	meshes, err := state.Names(text)
	damaged := err != nil && bytes.Contains(text, []byte("kind: "+state.Kind))
	return meshes, len(meshes) > 0 || damaged
}

// place is the file of a key.
func (o Other) place(key string) string { return disk.Real(statefile.Beside(o.file, key)) }

// isFile reports whether the keys of a state are in files.
func isFile(s *state.Rotation) bool {
	kind := s.WithDefaults().Spec.Custody.Kind
	return kind != state.CustodyExternalSecret && kind != state.CustodyCertManager
}

// Looked says where other states were looked for, and how many there are.
func (k *Known) Looked() string {
	in := "this repository"
	if len(k.in) == 0 {
		return "this state alone was looked at"
	}
	if k.noRepository {
		in = sink.Name(filepath.Base(k.in[0])) + ", which is in no repository"
	}
	switch n := len(k.Others); n {
	case 0:
		return "looked at: " + in + " has no other state"
	case 1:
		return "looked at: the other state of " + in
	default:
		return fmt.Sprintf("looked at: the %d other states of %s", n, in)
	}
}

// Unseen is what could not be looked at, "" if nothing is known of such.
func (k *Known) Unseen() string {
	const most = 3
	unseen := slices.Compact(slices.Sorted(slices.Values(k.unseen)))
	if len(unseen) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(unseen[:most], ", "), len(unseen)-most)
	}
	return strings.Join(unseen, ", ")
}

// SameFile are the other states that need a key in the file of one of the own state.
func (k *Known) SameFile(key string) (others []Other) {
	if !isFile(k.own.Rotation) {
		return nil
	}
	at := k.own.place(key)
	for _, o := range k.Others {
		there := func(h render.NamedKey) bool { return h.Path != "" && o.place(h.Path) == at }
		if isFile(o.Rotation) && slices.ContainsFunc(Held(o.Rotation), there) {
			others = append(others, o)
		}
	}
	return others
}
