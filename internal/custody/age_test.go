package custody

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/sshkey"
	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// opener is a recipient and what opens for it.
type opener struct{ recipient, identity string }

func x25519(t testing.TB) opener {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return opener{id.Recipient().String(), id.String()}
}

func hybrid(t testing.TB) opener {
	t.Helper()
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return opener{id.Recipient().String(), id.String()}
}

func sshPair(t testing.TB, private crypto.Signer) opener {
	t.Helper()
	line, file := testkit.SSHKey(t, private)
	return opener{line, string(file)}
}

func mint(t testing.TB) pki.Key {
	t.Helper()
	key, err := pki.MintKey(pki.FormSEC1, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// ageCustody is custody age with these recipients and this environment.
func ageCustody(t testing.TB, c state.Custody, env map[string]string) *Custody {
	t.Helper()
	c.Kind = state.CustodyAge
	made, err := New(World{
		State: &state.Rotation{Spec: state.Spec{Custody: c}}, StatePath: "rotation.yaml",
		Getenv: func(name string) string { return env[name] }, ReadFile: os.ReadFile, SSH: sshkey.Library{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// code is the code of an error's first problem; "" for none.
func code(err error) problem.Code {
	if problems := problem.Of(err); len(problems) > 0 {
		return problems[0].Code
	}
	return ""
}

var named = render.NamedKey{Name: "2026-1", Path: "keys/2026-1.age", Where: "status.issuers[0]"}

// TestAgeRecipients: what is sealed for a kind of recipient opens with its
// identity, from every place that identities are looked for.
func TestAgeRecipients(t *testing.T) {
	_, edPrivate, _ := ed25519.GenerateKey(rand.Reader)
	rsaPrivate, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]opener{
		"x25519": x25519(t), "post-quantum": hybrid(t),
		"ssh-ed25519": sshPair(t, edPrivate), "ssh-rsa": sshPair(t, rsaPrivate),
	} {
		t.Run(name, func(t *testing.T) {
			file := t.TempDir() + "/identity.txt"
			if err := os.WriteFile(file, []byte(o.identity+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			key := mint(t)
			sealed, err := ageCustody(t, state.Custody{Recipients: []string{o.recipient}}, nil).Seal(key, named)
			if err != nil {
				t.Fatal(err)
			}
			envs := []map[string]string{{envIdentity: file}, {envIdentity: o.identity}, {envSOPSFile: file}}
			if !strings.HasPrefix(name, "ssh") {
				envs = append(envs, map[string]string{envSOPSKey: o.identity})
			}
			for _, env := range envs {
				opened, err := ageCustody(t, state.Custody{}, env).Open(sealed, named)
				if err != nil || !bytes.Equal(opened.PEM(), key.PEM()) {
					t.Errorf("%v: %v", sortedKeys(env), err)
				}
			}
			byFlag := ageCustody(t, state.Custody{}, map[string]string{envIdentity: x25519(t).identity})
			byFlag.Identity = file
			if _, err := byFlag.Open(sealed, named); err != nil {
				t.Errorf("the flag: %v", err)
			}
		})
	}
}

// TestAgeFacts: a file says, without being opened, whose key it holds and who
// opens it; and it says nothing of the key.
func TestAgeFacts(t *testing.T) {
	one, other := x25519(t), x25519(t)
	recipients := []string{one.recipient, other.recipient}
	key := mint(t)
	sealed, err := ageCustody(t, state.Custody{Recipients: recipients}, nil).Seal(key, named)
	if err != nil {
		t.Fatal(err)
	}
	facts, err := ageFacts(sealed)
	slices.Sort(recipients)
	if err != nil || facts.SPKI != spkiOf(key) || len(facts.SPKI) != 64 || !slices.Equal(facts.Recipients, recipients) || facts.Passphrase {
		t.Errorf("%+v (%v)", facts, err)
	}
	for _, o := range []opener{one, other} {
		if _, err := ageCustody(t, state.Custody{}, map[string]string{envSOPSKey: o.identity}).Open(sealed, named); err != nil {
			t.Errorf("one of two recipients: %v", err)
		}
	}
	again, _ := ageCustody(t, state.Custody{Recipients: recipients}, nil).Seal(key, named)
	if bytes.Equal(again, sealed) {
		t.Error("two seals are equal: equal keys could be told")
	}
}

// TestPassphraseCost: a passphrase costs what the program age has it cost, unless a
// test sets less.
func TestPassphraseCost(t *testing.T) {
	for set, want := range map[int]string{0: " 18\n", 10: " 10\n"} {
		c := ageCustody(t, state.Custody{Passphrase: true}, map[string]string{envPassphrase: "correct horse"})
		c.PassphraseWork = set
		sealed, err := c.Seal(mint(t), named)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(armor.NewReader(bytes.NewReader(sealed)))
		if err != nil {
			t.Fatal(err)
		}
		if header, _, _ := strings.Cut(string(text), "---"); !strings.Contains(header, want) {
			t.Errorf("set to %d: the header is %q", set, header)
		}
	}
}

func TestAgePassphrase(t *testing.T) {
	file := t.TempDir() + "/passphrase"
	if err := os.WriteFile(file, []byte("correct horse\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := ageCustody(t, state.Custody{Passphrase: true}, map[string]string{envPassphrase: "correct horse"})
	c.PassphraseWork = 10
	sealed, err := c.Seal(mint(t), named)
	if err != nil {
		t.Fatal(err)
	}
	if facts, err := ageFacts(sealed); err != nil || !facts.Passphrase {
		t.Errorf("%+v (%v)", facts, err)
	}
	byFile := ageCustody(t, state.Custody{}, nil)
	byFile.PassphraseFile = file
	for _, how := range []*Custody{c, byFile} {
		if _, err := how.Open(sealed, named); err != nil {
			t.Error(err)
		}
	}
	for _, r := range []struct {
		env  map[string]string
		want problem.Sentence
	}{
		{map[string]string{envPassphrase: "wrong horse"}, problem.CustodyWrongPassphrase},
		{map[string]string{envSOPSKey: x25519(t).identity}, problem.CustodyNoPassphrase},
	} {
		if _, err := ageCustody(t, state.Custody{}, r.env).Open(sealed, named); code(err) != r.want.Code {
			t.Errorf("%v, want %s", err, r.want.Code)
		}
	}
	if _, err := ageCustody(t, state.Custody{Passphrase: true}, nil).Seal(mint(t), named); code(err) != problem.CustodyNoPassphrase.Code {
		t.Error(err)
	}
}

// TestAgeRefusals: each way to go wrong has its own sentence, which quotes
// nothing of what it read.
func TestAgeRefusals(t *testing.T) {
	o, stranger := x25519(t), x25519(t)
	right := map[string]string{envSOPSKey: o.identity}
	key := mint(t)
	sealed, err := ageCustody(t, state.Custody{Recipients: []string{o.recipient}}, nil).Seal(key, named)
	if err != nil {
		t.Fatal(err)
	}
	garbled := strings.ToLower(o.identity[:len(o.identity)-4]) + "XXXX"
	for name, r := range map[string]struct {
		file []byte
		env  map[string]string
		want problem.Sentence
	}{
		"no identity":          {sealed, nil, problem.CustodyNoIdentity},
		"another's identity":   {sealed, map[string]string{envSOPSKey: stranger.identity}, problem.CustodyOtherIdentity},
		"garbled identity":     {sealed, map[string]string{envSOPSKey: garbled}, problem.CustodyIdentity},
		"truncated":            {sealed[:len(sealed)/2], right, problem.CustodyTruncated},
		"a key in clear":       {key.PEM(), right, problem.CustodyForeignFile},
		"empty":                {nil, right, problem.CustodyForeignFile},
		"a line of it is gone": {without(sealed, 8), right, problem.CustodyTampered},
	} {
		opened, err := ageCustody(t, state.Custody{}, r.env).Open(r.file, named)
		if code(err) != r.want.Code || opened.Signer() != nil {
			t.Errorf("%s: %v, want %s", name, err, r.want.Code)
		}
		if text := told(err); strings.Contains(text, o.identity) || strings.Contains(text, garbled) || strings.Contains(text, "PRIVATE KEY") {
			t.Errorf("%s: the message quotes a secret: %s", name, text)
		}
	}
	if _, err := ageCustody(t, state.Custody{}, map[string]string{envIdentity: "/nowhere/identity"}).Open(sealed, named); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a lost identity file: %v", err)
	}
	for name, r := range map[string]struct {
		recipients []string
		want       problem.Sentence
	}{
		"nobody":          {nil, problem.CustodyNoRecipients},
		"a damaged one":   {[]string{o.recipient[:len(o.recipient)-1]}, problem.CustodyRecipient},
		"a damaged SSH":   {[]string{"ssh-ed25519 AAAA"}, problem.CustodyRecipient},
		"quantum and not": {[]string{o.recipient, hybrid(t).recipient}, problem.CustodyMixedRecipients},
	} {
		file, err := ageCustody(t, state.Custody{Recipients: r.recipients}, nil).Seal(key, named)
		if code(err) != r.want.Code || file != nil {
			t.Errorf("%s: %v, want %s", name, err, r.want.Code)
		}
	}
}

// TestAgeTampered: no byte of a file can change without being noticed.
func TestAgeTampered(t *testing.T) {
	o := x25519(t)
	c := ageCustody(t, state.Custody{Recipients: []string{o.recipient}}, map[string]string{envSOPSKey: o.identity})
	sealed, err := c.Seal(mint(t), named)
	if err != nil {
		t.Fatal(err)
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		if changed[i] == '\n' || i == len(sealed)-1 {
			continue // line ends are armor's own affair
		}
		changed[i] ^= 1
		if opened, err := c.Open(changed, named); err == nil || opened.Signer() != nil {
			t.Fatalf("byte %d of %d changed, and the file opens", i, len(sealed))
		}
	}
	for n := range sealed[:len(sealed)-1] {
		if _, err := c.Open(sealed[:n], named); err == nil {
			t.Fatalf("%d of %d bytes open", n, len(sealed))
		}
	}
}

func without(text []byte, line int) []byte {
	lines := bytes.SplitAfter(text, []byte("\n"))
	return bytes.Join(slices.Delete(lines, line, line+1), nil)
}

// told is everything that a person is told of an error.
func told(err error) (text string) {
	for _, p := range problem.Of(err) {
		text += p.Error() + strings.Join(p.Hints, "")
		if p.Cause != nil {
			text += p.Cause.Error()
		}
	}
	return text
}

// TestLabelOfAnotherFile: a label that names others than the header is encrypted to, as
// far as the header shows it, was not written for this file.
func TestLabelOfAnotherFile(t *testing.T) {
	ed := func() opener {
		_, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return sshPair(t, private)
	}
	a, b, x, y := ed(), ed(), x25519(t), x25519(t)
	for name, c := range map[string]struct {
		to, says []opener
		ok       bool
	}{
		"those that it names":         {[]opener{a, x}, []opener{x, a}, true},
		"another key of the kind":     {[]opener{x}, []opener{y}, true}, // nothing in clear tells them apart
		"another SSH key":             {[]opener{b}, []opener{a}, false},
		"another kind":                {[]opener{x}, []opener{a}, false},
		"one more":                    {[]opener{a, b}, []opener{a}, false},
		"one less":                    {[]opener{a}, []opener{a, b}, false},
		"post-quantum, named another": {[]opener{hybrid(t)}, []opener{x}, false},
	} {
		names := func(all []opener) (list []string) {
			for _, o := range all {
				list = append(list, o.recipient)
			}
			return list
		}
		made := ageCustody(t, state.Custody{Recipients: names(c.to)}, nil)
		to, err := made.parseRecipients()
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		armored := armor.NewWriter(&out)
		w, err := age.Encrypt(armored, append(to, label{Facts{SPKI: "ab", Recipients: sorted(names(c.says))}, to[0]})...)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Close(), armored.Close()
		if _, err := ageFacts(out.Bytes()); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
