package keyfile

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
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
	for _, m := range minted {
		named := render.NamedKey{Name: m.Name, Path: m.Path}
		if i := slices.IndexFunc(of, func(k render.NamedKey) bool { return k.Path == m.Path }); i >= 0 {
			named = of[i]
		}
		if c.KeyOut != "" {
			f, err := handOut(c, m)
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
func handOut(c *custody.Custody, m rotation.Minted) (File, error) {
	if !c.HandsOut {
		return File{}, problem.CustodyKeyOut.With(c.Name).In(c.StatePath).On("spec.custody.kind")
	}
	f := File{Path: HandedOut(c.KeyOut, m.Path), Text: append(m.Key.PEM(), '\n'), Mode: PlainMode}
	f.Note = fmt.Sprintf("wrote the key of %q to %s: store it as %q before this state is applied, then destroy the file", m.Name, ledTo(c, f.Path), c.RemoteKey(m.Path))
	return f, checkNewPlace(c, f.Path)
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
