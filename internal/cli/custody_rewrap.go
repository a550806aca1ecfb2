package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// custody has the commands about key files.
func (a *app) custody() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "custody",
		Short: "look at the key files of a state, or seal them anew",
		Long: `Private keys live where spec.custody of the state says: in key files that are
encrypted for Git (age, sops, sealed-secret), in a store or the cluster
(external-secret, cert-manager), or in plain files outside of Git (file).
docs/custody.md compares them. Rendering never opens a key unasked.`,
		Example: `  l5d-pki-render custody status
  l5d-pki-render custody rewrap --identity identity.txt`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.custodyStatus(), a.custodyRewrap(), a.custodyIncoming(), a.custodyReadBack())
	return cmd
}

// rewrapFlags say what opens the key files as they are.
type rewrapFlags struct {
	statePath, from, newPassphrase string
	opening                        custodyFlags
}

// custodyRewrap seals every key file anew.
func (a *app) custodyRewrap() *cobra.Command {
	var f rewrapFlags
	cmd := &cobra.Command{
		Use:   "rewrap",
		Short: "seal every key file anew, for the recipients that the state has now",
		Long: `rewrap opens every key file that the state names, with the identity at hand, and
seals it anew as spec.custody says now: after recipients came or went, after a
new .sops.yaml, after a change of the passphrase. All files are replaced, or none.
It is the only command that encrypts a key a second time.

--from KIND opens the files in the custody that they are in: to change custody,
edit spec.custody, then rewrap. Key files get the new kind's names, and the state
names them; the old files stay, for you to remove.

Keys of retired anchors are left as they are: those anchors sign nothing again.`,
		Example: `  l5d-pki-render custody rewrap --identity ~/identity.txt
  l5d-pki-render custody rewrap --from file`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error { return a.rewrap(&f) }),
	}
	stateFlag(cmd, &f.statePath)
	f.opening.add(cmd)
	cmd.Flags().StringVar(&f.from, "from", "", "kind of custody that the key files are in now (default: spec.custody.kind)")
	cmd.Flags().StringVar(&f.newPassphrase, "new-passphrase-file", "", "of custody age with a passphrase: file with the new one (default: the same)")
	return cmd
}

// rewrapped is one key file on its way.
type rewrapped struct {
	of   render.NamedKey
	path string // the new one, as the state names it
	file keyFile
	said string
}

func (a *app) rewrap(f *rewrapFlags) error {
	return a.changeState(f.statePath, func(s *state.Rotation) (change, error) {
		from, to, err := a.bothCustodies(f, s)
		if err != nil {
			return change{}, err
		}
		all, err := rewrapAll(from, to)
		if err != nil {
			return change{}, named(err, f.statePath, f.statePath)
		}
		next := s.Clone()
		for _, r := range all {
			renameKey(next, r.of.Path, r.path)
		}
		return change{next, func() (stored, error) { return a.storeRewrapped(f.statePath, all, from) }}, nil
	})
}

// bothCustodies are the one that opens and the one that seals.
func (a *app) bothCustodies(f *rewrapFlags, s *state.Rotation) (from, to *custody.Custody, err error) {
	old := s.Clone()
	if f.from != "" {
		old.Spec.Custody.Kind = f.from
	}
	if from, err = a.custodyOf(f.statePath, old, f.opening); err != nil {
		return nil, nil, err
	}
	sealing := f.opening
	if f.newPassphrase != "" {
		sealing.passphraseFile = f.newPassphrase
	}
	to, err = a.custodyOf(f.statePath, s, sealing)
	return from, to, err
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
	before, err := readKeyFile(from, of.Path)
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
	r.said = fmt.Sprintf("%s: sealed for %s; before: %s", r.path, sealedFor(to, r.file.text), sealedFor(from, before))
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
	return err == nil && facts.SPKI != "" && judgeFacts(to, file, of) == nil
}

func sealOne(to *custody.Custody, key pki.Key, of render.NamedKey, path string) (keyFile, error) {
	of.Path = path
	file := keyFile{path: beside(to.StatePath, path), mode: os.FileMode(to.Mode)}
	if err := keyPlace(to, file.path); err != nil {
		return file, err
	}
	var err error
	file.text, err = to.Seal(key, of)
	return file, err
}

// storeRewrapped replaces key files in their places, or writes new ones beside
// the old where the custody's kind changed.
func (a *app) storeRewrapped(statePath string, all []rewrapped, from *custody.Custody) (stored, error) {
	var renamed []keyFile
	var inPlace []syncFile
	for _, r := range all {
		if r.path != r.of.Path {
			r.file.note = fmt.Sprintf("remove %s once the new file is committed; if Git ever had a key in clear, rotate instead", r.of.Path)
			renamed = append(renamed, r.file)
			continue
		}
		if r.file.text == nil {
			continue // sealed already
		}
		f := syncFile{name: r.path, target: r.file.path, want: r.file.text, mode: r.file.mode}
		if f.mode == plainMode {
			f.place = plainPlace
		}
		inPlace = append(inPlace, f)
	}
	first, err := a.storeFor(statePath, renamed)
	if err != nil {
		return stored{}, err
	}
	if err := a.replaceAll(inPlace); err != nil {
		first.ending(err)
		return stored{}, err
	}
	for _, r := range all {
		a.data = append(a.data, sink.Log(r.said+"\n")...)
	}
	for _, anchor := range from.State.Status.Retired {
		if anchor.Key != "" {
			fmt.Fprintf(&a.talk, "note: %s is left as it is: its anchor is retired and signs nothing again; destroy the file\n", anchor.Key)
		}
	}
	return first, nil
}

// renameKey makes the state name a key by another path.
func renameKey(s *state.Rotation, from, to string) {
	rename := func(path *string) {
		if *path == from {
			*path = to
		}
	}
	for i := range s.Status.Anchors {
		rename(&s.Status.Anchors[i].Key)
	}
	for i := range s.Status.Issuers {
		rename(&s.Status.Issuers[i].Key)
	}
	for name, w := range s.Status.Webhooks {
		rename(&w.Key)
		if w.Incoming != nil {
			rename(&w.Incoming.Key)
		}
		s.Status.Webhooks[name] = w
	}
}
