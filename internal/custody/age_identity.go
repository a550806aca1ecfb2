package custody

import (
	"bytes"
	"os"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"filippo.io/age"
)

// Where identities and the passphrase come from.
const (
	envIdentity    = "L5D_PKI_AGE_IDENTITY" // a path, or the identity itself
	envSOPSKey     = "SOPS_AGE_KEY"         // identities, one a line
	envSOPSFile    = "SOPS_AGE_KEY_FILE"    // a path
	envSOPSCommand = "SOPS_AGE_KEY_CMD"     // a command that prints identities; sops runs it
	envPassphrase  = "L5D_PKI_AGE_PASSPHRASE"
)

// ageIdentities gives everything that may open an age file: the identity that a
// flag names, or all that the environment has.
func (c *Custody) ageIdentities(passphrase bool) ([]age.Identity, error) {
	if passphrase {
		text, err := c.passphrase()
		if err != nil {
			return nil, err
		}
		identity, err := age.NewScryptIdentity(text)
		if err != nil {
			return nil, problem.CustodyNoPassphrase.With()
		}
		return []age.Identity{identity}, nil
	}
	var all []age.Identity
	for _, source := range c.identitySources() {
		identities, err := c.identitiesOf(source)
		if err != nil {
			return nil, err
		}
		all = append(all, identities...)
	}
	if len(all) == 0 && c.Getenv(envSOPSCommand) != "" {
		return nil, problem.CustodyNoIdentity.With().Hint("custody age runs no command: give what %s prints by a pipe, `--identity <(COMMAND)`", envSOPSCommand)
	}
	if len(all) == 0 {
		return nil, problem.CustodyNoIdentity.With()
	}
	return all, nil
}

// pipedIdentity is the text of an identity that is named by a path which gives it
// once (a pipe), for programs that would read it again; "" for a file.
func (c *Custody) pipedIdentity(path string) string {
	if info, err := os.Stat(path); err != nil || info.Mode().IsRegular() || info.IsDir() {
		return ""
	}
	text, err := c.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(text)
}

// identitySource is where an identity stands: in text, or in the file at path.
type identitySource struct{ name, path, text string }

// Files lists the files that flags and the environment name for opening key files, each
// with the name of its flag or variable.
func (c World) Files() (named [][2]string) {
	for _, source := range c.identitySources() {
		named = append(named, [2]string{source.name, source.path})
	}
	return append(named, [2]string{"--passphrase-file", c.PassphraseFile})
}

func (c World) identitySources() []identitySource {
	if c.Identity != "" {
		return []identitySource{{name: "--identity", path: c.Identity}}
	}
	var sources []identitySource
	if value := c.Getenv(envIdentity); value != "" {
		sources = append(sources, sourceOf(envIdentity, value))
	}
	if value := c.Getenv(envSOPSKey); value != "" {
		sources = append(sources, identitySource{name: envSOPSKey, text: value})
	}
	if value := c.Getenv(envSOPSFile); value != "" {
		sources = append(sources, identitySource{name: envSOPSFile, path: value})
	}
	return sources
}

// sourceOf takes the value of a variable for the identity itself, if it looks
// like one.
func sourceOf(name, value string) identitySource {
	if isIdentity(value) {
		return identitySource{name: name, text: value}
	}
	return identitySource{name: name, path: value}
}

// isIdentity reports whether a text is an identity and no path. Bech32 may be of
// either case.
func isIdentity(text string) bool {
	upper := strings.ToUpper(text)
	return strings.Contains(upper, "AGE-SECRET-KEY-") || strings.Contains(upper, "AGE-PLUGIN-") || strings.Contains(text, "-----BEGIN ")
}

// identitiesOf reads one source. The libraries' own texts are dropped: they may
// quote what they read.
func (c *Custody) identitiesOf(s identitySource) ([]age.Identity, error) {
	text := []byte(s.text)
	if s.path != "" {
		var err error
		if text, err = c.ReadFile(s.path); err != nil {
			return nil, s.unread(err)
		}
	}
	defer clear(text)
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("-----BEGIN ")) {
		identity, err := c.SSH.Identity(text)
		if err != nil {
			return nil, oursOr(err, problem.CustodyIdentity.With(s.name))
		}
		return []age.Identity{identity}, nil
	}
	identities, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil && bytes.Contains(bytes.ToUpper(text), []byte("AGE-PLUGIN-")) {
		return nil, problem.CustodyPluginIdentity.With(s.name)
	}
	if err != nil {
		return nil, problem.CustodyIdentity.With(s.name)
	}
	return identities, nil
}

// unread is the error of a file that cannot be read. It names the flag or the
// variable and not the path: that may be an identity, or what is left of one.
func (s identitySource) unread(err error) error {
	if isIdentity(s.path) {
		return problem.CustodyIdentity.With(s.name)
	}
	problems := problem.Of(err)
	for _, p := range problems {
		p.File = s.name
	}
	return problems.Err()
}

// passphrase comes from the file that a flag names, or from the environment;
// never from an argument, which every user of the host can see.
func (c *Custody) passphrase() (string, error) {
	text := c.Getenv(envPassphrase)
	if c.PassphraseFile != "" {
		read, err := c.ReadFile(c.PassphraseFile)
		if err != nil {
			return "", err
		}
		text = string(bytes.TrimRight(read, "\r\n"))
		clear(read)
	}
	if text == "" {
		return "", problem.CustodyNoPassphrase.With()
	}
	return text, nil
}
