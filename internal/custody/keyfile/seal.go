package keyfile

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyuse"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// File is a key file that is to be written.
type File struct {
	// Path is seen from where the command runs.
	Path string
	Text []byte
	Mode os.FileMode
	// Note is for people, once the file is there.
	Note string
}

// SealAll makes the key files of minted keys. All are sealed before the first is
// written; of says what each key is for, by path.
func SealAll(c *custody.Custody, minted []rotation.Minted, of []render.NamedKey) ([]File, error) {
	if len(minted) > 0 { // told once, not once per key
		if err := c.Check(); err != nil {
			return nil, err
		}
		if err := provePassphrase(c, minted); err != nil {
			return nil, err
		}
	}
	var files []File
	var problems problem.List
	stored, err := storeNames(c, minted, of)
	if err != nil {
		return nil, err
	}
	for _, m := range minted {
		named := render.NamedKey{Name: m.Name, Path: m.Path}
		if i := slices.IndexFunc(of, func(k render.NamedKey) bool { return k.Path == m.Path }); i >= 0 {
			named = of[i]
		}
		if c.KeyOut != "" {
			f, err := handOut(c, m, stored[m.Path])
			problems.Add(err)
			files = append(files, f)
			continue
		}
		f := File{Path: statefile.Beside(c.StatePath, m.Path), Mode: os.FileMode(c.Mode)}
		problems.Add(checkNewPlace(c, f.Path))
		var err error
		f.Text, err = c.Seal(m.Key, named)
		problems.Add(err)
		f.Note = fmt.Sprintf("wrote the key of %q to %s: %s", m.Name, ledTo(c, f.Path), advice(c))
		files = append(files, f)
	}
	return files, problems.Err()
}

// SealNamed is SealAll for keys that the custody's state names.
func SealNamed(c *custody.Custody, minted []rotation.Minted) ([]File, error) {
	of, err := render.NamedKeys(c.State)
	if err != nil {
		return nil, statefile.Named(err, c.StatePath, c.StatePath)
	}
	return SealAll(c, minted, of)
}

// WipeAll ends minted keys.
func WipeAll(minted []rotation.Minted) {
	for _, m := range minted {
		m.Key.Wipe()
	}
}

// handOut is a file with a key in clear, outside of Git, for the user to store
// where the state says that it is.
func handOut(c *custody.Custody, m rotation.Minted, looked string) (File, error) {
	if !c.HandsOut {
		return File{}, problem.CustodyKeyOut.With(c.Name).In(c.StatePath).On("spec.custody.kind")
	}
	f := File{Path: HandedOut(c.KeyOut, m.Path), Text: append(m.Key.PEM(), '\n'), Mode: PlainMode}
	f.Note = fmt.Sprintf("wrote the key of %q to %s: store it as %q before this state is applied, then destroy the file%s", m.Name, ledTo(c, f.Path), c.RemoteKey(m.Path), looked)
	return f, checkNewPlace(c, f.Path)
}

// storeNames says of each name that a minted key gets in the store what is known of it.
// One that another state has in that store is refused: that key would be written over.
func storeNames(c *custody.Custody, minted []rotation.Minted, of []render.NamedKey) (said map[string]string, err error) {
	if c.KeyOut == "" || !c.HandsOut || len(minted) == 0 {
		return nil, nil
	}
	known := keyuse.Look(c.StatePath, c.State)
	at, _ := keyuse.StoreOf(c.State)
	isNew := func(path string) bool {
		return slices.ContainsFunc(minted, func(m rotation.Minted) bool { return m.Path == path })
	}
	had := slices.DeleteFunc(keyuse.Held(c.State), func(k render.NamedKey) bool { return isNew(k.Path) })
	for i := range had {
		had[i].Path = c.RemoteKey(had[i].Path)
	}
	said = map[string]string{}
	var problems problem.List
	for _, m := range minted {
		named := render.NamedKey{Name: m.Name, Path: c.RemoteKey(m.Path)}
		if i := slices.IndexFunc(of, func(k render.NamedKey) bool { return k.Path == m.Path }); i >= 0 {
			named.Certificate = of[i].Certificate
		}
		for _, other := range known.Others {
			theirs, store := keyuse.Stored(other.Rotation)
			taken, is := keyuse.Taken(named, c.State, theirs, other.Rotation)
			if store.Name != at.Name || !is || keyuse.Apart(had, theirs) {
				continue
			}
			if store == at && at.Kind == state.StoreCluster {
				whose := []any{m.Name, named.Path, at.Kind, at.Name, sink.Name(other.Name), sink.Line(taken.Name)}
				problems = append(problems, problem.CustodyKeyTaken.With(whose...).In(c.StatePath))
				continue
			}
			said[m.Path] += fmt.Sprintf("; but state %s has the key of %s at %s of %s %s: if that is the same store, that key would be written over; take another name (--name, --keys-dir, or another `key` in the state)",
				sink.Name(other.Name), sink.Line(taken.Name), sink.Name(taken.Path), store.Kind, sink.Name(store.Name))
		}
	}
	first := minted[0].Path // once is enough
	said[first] += " (" + known.Looked()
	if unseen := known.Unseen(); unseen != "" {
		said[first] += "; not at " + unseen
	}
	said[first] += ")"
	return said, problems.Err()
}

// HandedOut is the file for the key of a name in a store.
func HandedOut(folder, name string) string { return filepath.Join(folder, filepath.Base(name)+".key") }

// advice says what a key file is to people who see it appear.
func advice(c *custody.Custody) string {
	if c.Mode == PlainMode {
		return "keep it out of Git"
	}
	return "encrypted (custody " + c.Name + "), commit it"
}
