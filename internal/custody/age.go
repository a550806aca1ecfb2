package custody

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// Custody age: the key's PEM, encrypted and in armor; the program `age` decrypts
// it. Nobody in a cluster does, so nothing stands in a Secret's place.

// scryptWork is the cost of a passphrase, as a power of two: a second or so, as
// the program `age` has it.
const scryptWork = 18

func sealAge(c *Custody, key pki.Key, _ render.NamedKey) ([]byte, error) {
	recipients, err := c.ageRecipients(key)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	armored := armor.NewWriter(&out)
	encrypted, err := age.Encrypt(armored, recipients...)
	if err != nil {
		return nil, c.mixed(err)
	}
	plain := append(key.PEM(), '\n')
	defer clear(plain)
	_, err = encrypted.Write(plain)
	for _, closer := range []io.Closer{encrypted, armored} {
		err = errors.Join(err, closer.Close()) // a buffer takes everything
	}
	return out.Bytes(), err
}

// ageRecipients are those of the state and, with them, what the file says of itself.
func (c *Custody) ageRecipients(key pki.Key) ([]age.Recipient, error) {
	custody := c.State.Spec.Custody
	if custody.Passphrase {
		passphrase, err := c.passphrase()
		if err != nil {
			return nil, err
		}
		r, err := age.NewScryptRecipient(passphrase)
		if err != nil {
			return nil, problem.CustodyNoPassphrase.With()
		}
		r.SetWorkFactor(cmp.Or(c.PassphraseWork, scryptWork))
		return []age.Recipient{r}, nil // age allows nothing beside it
	}
	if len(custody.Recipients) == 0 {
		return nil, problem.CustodyNoRecipients.With().In(c.StatePath).On("spec.custody.recipients")
	}
	recipients, err := c.parseRecipients()
	if err != nil {
		return nil, err
	}
	return append(recipients, label{Facts{SPKI: spkiOf(key), Recipients: sorted(custody.Recipients)}, recipients[0]}), nil
}

func (c *Custody) parseRecipients() (recipients []age.Recipient, err error) {
	for i, text := range c.State.Spec.Custody.Recipients {
		r, err := c.parseRecipient(text)
		if plugin := state.AgePlugin(text); err != nil && plugin != "" {
			return nil, problem.CustodyPlugin.With(i, plugin).In(c.StatePath).On("spec.custody.recipients")
		}
		if err != nil {
			return nil, oursOr(err, problem.CustodyRecipient.With(text).In(c.StatePath).On("spec.custody.recipients"))
		}
		recipients = append(recipients, r)
	}
	return recipients, nil
}

// checkRecipients tries those that there are; that there are some is for the
// first key to ask.
func checkRecipients(c *Custody) error {
	recipients, err := c.parseRecipients()
	if err != nil || len(recipients) == 0 {
		return err
	}
	if _, err = age.Encrypt(io.Discard, recipients...); err != nil {
		return c.mixed(err)
	}
	return nil
}

// mixed says why nothing is encrypted to recipients that can be read.
func (c *Custody) mixed(err error) error {
	return oursOr(err, problem.CustodyMixedRecipients.With().In(c.StatePath).On("spec.custody.recipients"))
}

func (c *Custody) parseRecipient(text string) (age.Recipient, error) {
	if strings.HasPrefix(text, "ssh-") {
		return c.SSH.Recipient(text)
	}
	all, err := age.ParseRecipients(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// oursOr is the error of asking for SSH keys, or what we say where the library failed.
func oursOr(err error, says *problem.Problem) error {
	var p *problem.Problem
	if errors.As(err, &p) {
		return p
	}
	return says
}

func sorted(texts []string) []string {
	texts = slices.Clone(texts)
	slices.Sort(texts)
	return texts
}

func openAge(c *Custody, file []byte, _ string) ([]byte, error) {
	facts, err := ageFacts(file)
	if err != nil {
		return nil, err
	}
	identities, err := c.ageIdentities(facts.Passphrase)
	if err != nil {
		return nil, err
	}
	plain, err := age.Decrypt(armor.NewReader(bytes.NewReader(file)), identities...)
	var foreign *age.NoIdentityMatchError
	switch {
	case errors.As(err, &foreign) && facts.Passphrase:
		return nil, problem.CustodyWrongPassphrase.With()
	case errors.As(err, &foreign):
		return nil, problem.CustodyOtherIdentity.With()
	case err != nil:
		return nil, oursOr(err, problem.CustodyTampered.With())
	}
	text, err := io.ReadAll(io.LimitReader(plain, maxPlain))
	if err != nil {
		clear(text)
		return nil, problem.CustodyTampered.With()
	}
	return text, nil
}

// maxPlain is the longest key that is read, in bytes.
const maxPlain = 64 << 10
