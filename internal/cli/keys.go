package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// keyFile is a key file that is to be written.
type keyFile struct {
	path string // from where the command runs
	text []byte
	mode os.FileMode
	note string // for people, once it is there
}

// sealAll makes the key files of minted keys. All are sealed before the first is
// written; of says what each key is for, by path.
func (a *app) sealAll(c *custody.Custody, minted []rotation.Minted, of []render.NamedKey) ([]keyFile, error) {
	if len(minted) > 0 { // told once, not once per key
		if err := c.Check(); err != nil {
			return nil, err
		}
	}
	var files []keyFile
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
		f := keyFile{path: beside(c.StatePath, m.Path), mode: os.FileMode(c.Mode)}
		problems.Add(keyPlace(c, f.path))
		var err error
		f.text, err = c.Seal(m.Key, named)
		problems.Add(err)
		f.note = fmt.Sprintf("wrote the key of %q to %s: %s", m.Name, m.Path, advice(c))
		files = append(files, f)
	}
	return files, problems.Err()
}

// handOut is a file with a key in clear, outside of Git, for the user to store
// where the state says that it is.
func handOut(c *custody.Custody, m rotation.Minted) (keyFile, error) {
	if !c.HandsOut {
		return keyFile{}, problem.CustodyKeyOut.With(c.Name).In(c.StatePath).On("spec.custody.kind")
	}
	f := keyFile{path: handedOut(c.KeyOut, m.Path), text: append(m.Key.PEM(), '\n'), mode: plainMode}
	f.note = fmt.Sprintf("wrote the key of %q to %s: store it as %q before this state is applied, then destroy the file", m.Name, f.path, c.RemoteKey(m.Path))
	return f, guardPlace(c, f.path)
}

// handedOut is the file for the key of a name in a store.
func handedOut(folder, name string) string { return filepath.Join(folder, filepath.Base(name)+".key") }

// advice says what a key file is to people who see it appear.
func advice(c *custody.Custody) string {
	if c.Mode == plainMode {
		return "keep it out of Git"
	}
	return "encrypted (custody " + c.Name + "), commit it"
}

// storeFor writes new key files, all or none, that another file, target, is about
// to name, in directories that only their owner enters where keys are plain. A
// note beside target makes up for a command that is killed in between: with it
// the next run of the command finds and removes what nobody names.
func (a *app) storeFor(target string, files []keyFile) (stored, error) {
	if len(files) == 0 {
		return stored{}, nil
	}
	intent, take, err := a.createNoted(target, false, files)
	if err != nil {
		return stored{}, err
	}
	return stored{
		leave: intent.Keep,
		undo: func() {
			if take() == nil {
				_ = intent.Done()
			} else {
				intent.Keep()
			}
		},
		done: func() {
			if err := intent.Done(); err != nil {
				fmt.Fprintf(&a.talk, "note: %s stays (%v); the next command on this file removes it\n", disk.IntentPath(target), reason(err))
			}
		},
	}, nil
}

// storeAlone is storeFor for keys that no file names: they count as stored once
// all of them are there.
func (a *app) storeAlone(target string, files []keyFile) (undo func(), err error) {
	if len(files) == 0 {
		return func() {}, nil
	}
	intent, take, err := a.createNoted(target, true, files)
	if err != nil {
		return func() {}, err
	}
	if err := intent.DoneDurably(); err != nil { // a note that stays would let the next run take the keys away
		_ = take()
		return func() {}, problem.CLIWrite.With(disk.IntentPath(target), reason(err)).Because(err)
	}
	return func() { _ = take() }, nil
}

// createNoted writes the note, then the keys; take removes the keys again.
func (a *app) createNoted(target string, alone bool, files []keyFile) (intent *disk.Intent, take func() error, err error) {
	intent, err = a.disk().Intend(target, alone, onDisk(files))
	if errors.Is(err, fs.ErrExist) {
		return nil, nil, problem.CLIBusy.With().In(disk.IntentPath(target))
	}
	if err != nil {
		return nil, nil, problem.CLIWrite.With(disk.IntentPath(target), reason(err)).Because(err)
	}
	if take, err = a.createKeys(files); err == nil {
		return intent, take, nil
	}
	var undone *disk.Undone
	if errors.As(err, &undone) && undone.Left != nil {
		intent.Keep() // the next run takes them away
	} else {
		_ = intent.Done()
	}
	return nil, nil, err
}

func (a *app) createKeys(files []keyFile) (undo func() error, err error) {
	all := onDisk(files)
	root, err := rootOfKeys(all)
	if err != nil {
		return nil, err
	}
	undo, err = a.below(root).CreateAll(all) // the root stays open for undo
	var failed *disk.FileError
	if err != nil {
		path := "the keys"
		if errors.As(err, &failed) {
			path = files[failed.Index].path
		}
		if errors.Is(err, fs.ErrExist) {
			return nil, problem.CLIExists.With().In(path).Because(err)
		}
		return nil, problem.CLIWrite.With(path, reason(err)).Because(err)
	}
	for _, f := range files {
		fmt.Fprintf(&a.talk, "note: %s\n", f.note)
	}
	return undo, nil
}

// rootOfKeys opens the directory that key files stay below, and makes their paths
// relative to it. Plain keys may be behind a link that leads out of the repository.
func rootOfKeys(all []disk.File) (*os.Root, error) {
	targets := make([]string, len(all))
	for i, f := range all {
		targets[i] = f.Path
		if f.Mode == plainMode {
			targets[i] = filepath.Join(disk.Real(filepath.Dir(f.Path)), filepath.Base(f.Path))
		}
	}
	root, below, err := rootOf(targets)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Path = below[i]
		if place := all[i].Place; place != nil {
			all[i].Place = func(path string) error { return place(filepath.Join(root.Name(), path)) }
		}
	}
	return root, nil
}

// onDisk says how key files are written. Those in clear are for their owner
// alone, and Git may not see their temporary names either.
func onDisk(files []keyFile) []disk.File {
	all := make([]disk.File, len(files))
	for i, f := range files {
		all[i] = disk.File{Path: f.path, Data: f.text, Mode: f.mode, New: true, Dirs: true}
		if f.mode == plainMode {
			all[i].DirMode, all[i].Place = 0o700, plainPlace
		}
	}
	return all
}

// plainMode is the mode of files with keys in clear.
const plainMode = keyfile.PlainMode

// readKeyFile reads a key file of the custody.
func readKeyFile(c *custody.Custody, path string) ([]byte, error) { return keyfile.Read(c, path) }

// judgeKeyFile is what is wrong with one key file.
func judgeKeyFile(c *custody.Custody, k render.NamedKey) error { return keyfile.Check(c, k) }

// judgeFacts compares what a key file says in clear with the state.
func judgeFacts(c *custody.Custody, file []byte, k render.NamedKey) error {
	return keyfile.CheckFacts(c, file, k)
}

// guardPlace refuses a place for a key in clear that Git would commit.
func guardPlace(c *custody.Custody, file string) error { return keyfile.GuardPlace(c, file) }

func plainPlace(file string) error { return keyfile.PlainPlace(file) }

// readKey reads a private key in clear that a flag names: its owner's alone, too.
func readKey(path string) (pki.Key, error) {
	if err := keyfile.GuardFile(path); err != nil {
		return pki.Key{}, err
	}
	data, err := readFile(path, maxKey)
	if err != nil {
		return pki.Key{}, err
	}
	defer clear(data)
	key, err := pki.ParseKey(data)
	if err != nil {
		return pki.Key{}, problem.Of(err).In(path).Err()
	}
	return key, nil
}

// readChain reads certificates that a flag names.
func readChain(path string) (pki.Chain, error) {
	data, err := readFile(path, maxState)
	if err != nil {
		return nil, err
	}
	chain, err := pki.ParseChain(data)
	if err != nil {
		return nil, problem.Of(err).In(path).Err()
	}
	return chain, nil
}

// readAnchor reads the trust anchor that a flag brings: one, and a root. A mesh
// that was adopted may trust an intermediate; a rotation brings no new one.
func readAnchor(path string) (pki.Certificate, error) {
	data, err := readFile(path, maxState)
	if err != nil {
		return pki.Certificate{}, err
	}
	bundle, err := pki.ParseBundle(data)
	if err == nil && bundle.Len() != 1 {
		err = problem.RotationOneAnchor.With(filepath.Base(path), bundle.Len())
	}
	if err != nil {
		return pki.Certificate{}, problem.Of(err).In(path).Err()
	}
	return bundle.Certificates()[0], nil
}
