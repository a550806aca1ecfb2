package keyfile

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyuse"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Rewrapping is a call that seals key files anew.
type Rewrapping struct {
	StatePath string
	// World is what key files are opened with.
	World custody.World
	// From is the kind of custody that they are in, "" if it stays the same.
	From string
	// NewPassphraseFile has the new passphrase, where there is one.
	NewPassphraseFile string
	Files             files.Writer
}

// Rewrap seals every key file anew, for the recipients that the state has now, and
// says what it did, one line each.
func Rewrap(r Rewrapping) (said string, err error) {
	err = ChangeState(r.Files, r.StatePath, func(s *state.Rotation) (Change, error) {
		from, to, err := r.custodies(s)
		if err != nil {
			return Change{}, err
		}
		all, err := rewrapAll(from, to)
		if err != nil {
			return Change{}, statefile.Named(err, r.StatePath, r.StatePath)
		}
		next := s.Clone()
		for _, one := range all {
			eachKey(next, func(key *string) {
				if *key == one.of.Path {
					*key = one.path
				}
			})
		}
		return Change{Next: next, Before: func() (stored Stored, err error) {
			said, stored, err = r.store(all, to)
			return stored, err
		}}, nil
	})
	return said, err
}

// custodies are the one that opens and the one that seals.
func (r Rewrapping) custodies(s *state.Rotation) (from, to *custody.Custody, err error) {
	old := s.Clone()
	if r.From != "" {
		old.Spec.Custody.Kind = r.From
	}
	opens := r.World
	opens.State, opens.StatePath = old, r.StatePath
	if from, err = custody.New(opens); err != nil {
		return nil, nil, err
	}
	seals := r.World
	seals.State, seals.StatePath = s, r.StatePath
	if r.NewPassphraseFile != "" {
		seals.PassphraseFile = r.NewPassphraseFile
	}
	to, err = custody.New(seals)
	return from, to, err
}

// rewrapped is one key file on its way.
type rewrapped struct {
	of   render.NamedKey
	path string // the new one, as the state names it
	file File
	said string
}

// rewrapAll opens and seals every key; the problems of all are told together.
func rewrapAll(from, to *custody.Custody) ([]rewrapped, error) {
	keys, err := render.NamedKeys(to.State)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, problem.CustodyNoKeys.With()
	}
	if err := to.Check(); err != nil {
		return nil, err
	}
	var all []rewrapped
	var problems problem.List
	for _, k := range keys {
		r, err := rewrapOne(from, to, k)
		problems.Add(err)
		all = append(all, r)
	}
	return all, problems.Err()
}

func rewrapOne(from, to *custody.Custody, of render.NamedKey) (rewrapped, error) {
	r := rewrapped{of: of, path: of.Path}
	if from.Name != to.Name {
		r.path = strings.TrimSuffix(of.Path, from.Suffix) + to.Suffix
	}
	before, err := Read(from, of.Path)
	if err != nil {
		return r, err
	}
	key, err := from.Open(before, of)
	if err != nil && r.path == of.Path { // a call that was killed may have sealed it anew
		if again, errAgain := to.Open(before, of); errAgain == nil {
			key, err = again, nil
		} else if saysSealed(to, before, of) {
			r.said = fmt.Sprintf("%s: sealed for %s already; not opened", r.path, sealedFor(to, before))
			return r, nil
		}
	}
	if err != nil {
		return r, err
	}
	defer key.Wipe()
	r.file, err = sealOne(to, key, of, r.path)
	if r.said = r.path + ": plain as before, since custody file encrypts nothing"; from.Name == to.Name && to.Name == state.CustodyFile {
		clear(before)
		return r, err
	}
	r.said = fmt.Sprintf("%s: sealed for %s; before: %s", r.path, sealedFor(to, r.file.Text), sealedFor(from, before))
	clear(before)
	return r, err
}

// saysSealed reports whether a key file says of itself that it is what rewrap
// would make of it. Only a custody whose recipients the state lists can be held
// to them: sops chooses them by rules of its own.
func saysSealed(to *custody.Custody, file []byte, of render.NamedKey) bool {
	if to.Facts == nil || len(to.State.Spec.Custody.Recipients) == 0 {
		return false
	}
	facts, err := to.Facts(file)
	return err == nil && facts.SPKI != "" && CheckFacts(to, file, of) == nil
}

func sealOne(to *custody.Custody, key pki.Key, of render.NamedKey, path string) (File, error) {
	of.Path = path
	file := File{Path: statefile.Beside(to.StatePath, path), Mode: os.FileMode(to.Mode)}
	if err := checkNewPlace(to, file.Path); err != nil {
		return file, err
	}
	var err error
	file.Text, err = to.Seal(key, of)
	return file, err
}

// store replaces key files in their places, or writes new ones beside the old where
// the custody's kind changed.
func (r Rewrapping) store(all []rewrapped, to *custody.Custody) (said string, first Stored, err error) {
	known := keyuse.Look(r.StatePath, to.State)
	if err := apartFrom(known, to.State, all); err != nil {
		return "", Stored{}, err
	}
	var renamed []File
	var inPlace []files.Change
	for _, one := range all {
		if one.path != one.of.Path {
			one.file.Note = oldFile(known.Advise(r.StatePath, one.of.Path, nil, nil))
			renamed = append(renamed, one.file)
			continue
		}
		if one.file.Text == nil {
			continue // sealed already
		}
		c := files.Change{Name: one.path, Target: one.file.Path, Data: one.file.Text, Mode: one.file.Mode}
		if c.Mode == PlainMode {
			c.Place = PlainPlace
		}
		inPlace = append(inPlace, c)
	}
	if first, err = Store(r.Files, r.StatePath, renamed); err != nil {
		return "", Stored{}, err
	}
	if err := r.Files.ReplaceTargets(inPlace); err != nil {
		first.Ending(err)
		return "", Stored{}, err
	}
	for _, one := range all {
		said += sink.Log(one.said + "\n")
	}
	for _, k := range keyuse.Retired(to.State) {
		sealed := slices.ContainsFunc(all, func(one rewrapped) bool { return one.of.Path == k.Path })
		if k.Path != "" && !sealed {
			a := known.Advise(r.StatePath, k.Path, []render.NamedKey{k}, keyuse.Held(to.State))
			sink.Note(r.Files.Notes, "%s is left as it is: %s", k.Path, retiredVerdict(a))
		}
	}
	return said, first, nil
}

// oldFile says what becomes of a key file whose key is in a new one.
func oldFile(a keyuse.Advice) string {
	const clear = "; if Git ever had a key in clear, rotate instead"
	switch {
	case !a.Destroyed():
		return "leave " + a.Key + ": " + a.Reason() + " is read from there" + clear
	case a.Unseen != "":
		return "remove " + a.Key + " once the new file is committed, unless one of these names it: " + a.Unseen + " (" + a.Looked + ")" + clear
	}
	return "remove " + a.Key + " once the new file is committed" + clear
}

// apartFrom refuses to seal a file anew that another state names, too, and has other
// recipients for: they could open it no more.
func apartFrom(known *keyuse.Known, s *state.Rotation, all []rewrapped) error {
	var problems problem.List
	for _, one := range all {
		if one.path != one.of.Path || one.file.Text == nil {
			continue
		}
		for _, other := range known.SameFile(one.path) {
			if !sameRecipients(s, other.Rotation) {
				problems = append(problems, problem.CustodyShared.With(one.path, sink.Name(other.Name)))
			}
		}
	}
	return problems.Err()
}

// sameRecipients reports whether two states have keys sealed for the same ones.
func sameRecipients(a, b *state.Rotation) bool {
	of := func(s *state.Rotation) (kind string, recipients []string, passphrase bool) {
		c := s.WithDefaults().Spec.Custody
		return c.Kind, slices.Compact(slices.Sorted(slices.Values(c.Recipients))), c.Passphrase
	}
	kind, recipients, passphrase := of(a)
	otherKind, others, otherPassphrase := of(b)
	return kind == otherKind && slices.Equal(recipients, others) && passphrase == otherPassphrase
}
