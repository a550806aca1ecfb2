package custody

import (
	"encoding/base64"
	"maps"
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Exit codes of sops (cmd/sops/codes) that have a sentence of their own.
var sopsSays = map[int]problem.Sentence{
	128: problem.CustodyOtherIdentity, // CouldNotRetrieveKey
	51:  problem.CustodyTampered,      // MacMismatch
	52:  problem.CustodyTampered,      // MacNotFound
	24:  problem.CustodyTampered,      // ErrorDecryptingMac
	25:  problem.CustodyTampered,      // ErrorDecryptingTree
}

// sops runs the user's program in the state's folder, with the .sops.yaml that the
// user's own calls find. It gets the variables of identities, clouds and agents.
func (c *Custody) sops(path string, stdin []byte, args ...string) ([]byte, error) {
	name := c.Getenv("L5D_PKI_SOPS_PROGRAM")
	if name == "" {
		name = "sops"
	}
	config, err := c.sopsConfig()
	if err != nil {
		return nil, err
	}
	p := program{
		name: name, dir: filepath.Dir(c.StatePath), env: child.Environment(child.Sops, c.sopsEnvironment()...),
		args: slices.Concat([]string{"--config", config}, args,
			[]string{"--filename-override", filepath.FromSlash(path), "--input-type", "yaml", "--output-type", "yaml"}),
	}
	out, failed := p.run(stdin)
	switch {
	case failed == nil:
		return out, nil
	case failed.absent():
		return nil, problem.CustodyNoProgram.With(name, "sops").Because(failed)
	}
	if says, known := sopsSays[failed.code]; known && slices.Contains(args, "decrypt") {
		if says.Code == problem.CustodyOtherIdentity.Code {
			if err := c.unreadIdentity(); err != nil {
				return nil, err
			}
			if c.Getenv(envSOPSCommand) != "" {
				return nil, says.With().Hint("%s is set: run it yourself, and see that it succeeds and prints an identity", envSOPSCommand)
			}
		}
		return nil, says.With()
	}
	return nil, problem.CustodyProgram.With("sops", failed.said).Because(failed)
}

// unreadIdentity finds an identity's file that is named and cannot be read; sops
// does not tell it from an identity of somebody else's.
func (c *Custody) unreadIdentity() error {
	for _, source := range c.identitySources() {
		if source.path == "" {
			continue
		}
		text, err := c.ReadFile(source.path)
		clear(text)
		if err != nil {
			return err
		}
	}
	return nil
}

// sopsEnvironment hands on what was meant for us: the app's environment may be
// another than the process's, and sops does not know our variable.
func (c *Custody) sopsEnvironment() []string {
	var env []string
	for _, name := range []string{"SOPS_AGE_RECIPIENTS", envSOPSKey} {
		if value := c.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	if value := c.Getenv("SOPS_AGE_SSH_PRIVATE_KEY_FILE"); value != "" { // a path from where we run, not sops
		env = append(env, "SOPS_AGE_SSH_PRIVATE_KEY_FILE="+absolute(value))
	}
	if value := c.Getenv(envSOPSFile); value != "" {
		env = append(env, c.sopsIdentity(value))
	}
	identity := c.Getenv(envIdentity)
	switch {
	case c.Identity != "":
		env = append(env, c.sopsIdentity(c.Identity))
	case isIdentity(identity):
		env = append(env, envSOPSKey+"="+identity)
	case identity != "":
		env = append(env, c.sopsIdentity(identity))
	}
	return env
}

// sopsIdentity is the variable that gives sops the identity at a path. sops runs
// once for each key, and a pipe gives its text once.
func (c *Custody) sopsIdentity(path string) string {
	if text := c.pipedIdentity(path); text != "" {
		return envSOPSKey + "=" + text
	}
	return envSOPSFile + "=" + absolute(path)
}

func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

func base64Of(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
