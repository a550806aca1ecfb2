package keyfile

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// CheckAll returns what is wrong with each of these key files, nil if nothing is: of a plain
// one who may read it and whether it holds the key, of a sealed one what it says without
// being opened.
func CheckAll(c *custody.Custody, keys []render.NamedKey) []error {
	paths := make([]string, len(keys))
	for i, k := range keys {
		paths[i] = k.Path
	}
	places, wrong := places(c, paths), make([]error, len(keys))
	for i, k := range keys {
		wrong[i] = check(c, k, places[k.Path])
	}
	return wrong
}

// check is CheckAll of one; place is what is wrong with where it lies.
func check(c *custody.Custody, k render.NamedKey, place error) error {
	if c.Refers() {
		return nil
	}
	if _, err := os.Stat(statefile.Beside(c.StatePath, k.Path)); errors.Is(err, fs.ErrNotExist) {
		return problem.CustodyAbsent.With()
	}
	if place != nil {
		return place
	}
	file, err := readPlaced(c, k.Path)
	defer clear(file)
	switch {
	case err != nil:
	case c.Facts != nil:
		err = CheckFacts(c, file, k)
	case c.Mode == PlainMode:
		var key pki.Key
		key, err = c.Open(file, k)
		key.Wipe()
	}
	return err
}

// Wrong is why a key file must not be relied on, of what [CheckAll] found; nil for one that
// is not here, that this user may not read, or that is sealed for other people than the state
// says.
func Wrong(err error) *problem.Problem {
	found := problem.Of(err)
	usable := []problem.Code{problem.CustodyAbsent.Code, problem.CustodyOldRecipients.Code, problem.CustodyForOthers.Code}
	if len(found) == 0 || errors.Is(err, fs.ErrPermission) || slices.Contains(usable, found[0].Code) {
		return nil
	}
	return found[0]
}

// CheckFacts compares what a key file says in clear with the state, which names it
// for a key. Rendering asks the same of files that it copies.
func CheckFacts(c *custody.Custody, file []byte, k render.NamedKey) error {
	facts, err := c.Facts(file)
	if err != nil {
		return err
	}
	if c.Fits != nil {
		if err := c.Fits(c, file, k); err != nil {
			return err
		}
	}
	want := c.State.Spec.Custody
	switch {
	case facts.SPKI != "" && facts.SPKI != custody.SPKI(k.Certificate):
		return problem.CustodyOtherKey.With(k.Certificate.Fingerprint()[:16])
	case want.Kind == state.CustodyAge && facts.SPKI == "" && !facts.Passphrase:
		return problem.CustodyUnlabeled.With()
	case len(want.Recipients) == 0 && !want.Passphrase || facts.Recipients == nil && !facts.Passphrase:
		return nil // nothing is said of one of the two
	case facts.Passphrase != want.Passphrase,
		!want.Passphrase && !slices.Equal(facts.Recipients, slices.Sorted(slices.Values(want.Recipients))):
		if !want.Passphrase && !facts.Passphrase && !slices.ContainsFunc(facts.Recipients,
			func(r string) bool { return slices.Contains(want.Recipients, r) }) {
			return problem.CustodyForOthers.With()
		}
		return problem.CustodyOldRecipients.With()
	}
	return nil
}
