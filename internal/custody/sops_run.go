package custody

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// sopsPatience is how long one call of sops may take: it may ask a cloud's KMS.
const sopsPatience = 2 * time.Minute

// Exit codes of sops (cmd/sops/codes) that have a sentence of their own.
var sopsSays = map[int]problem.Sentence{
	128: problem.CustodyOtherIdentity, // CouldNotRetrieveKey
	51:  problem.CustodyTampered,      // MacMismatch
	52:  problem.CustodyTampered,      // MacNotFound
	24:  problem.CustodyTampered,      // ErrorDecryptingMac
	25:  problem.CustodyTampered,      // ErrorDecryptingTree
}

// sops runs the user's program in the state's folder, so that it finds the
// .sops.yaml that the user's own calls find: stdin to stdout, no file, no key in
// an argument. Its environment is the user's, for clouds and agents.
func (c *Custody) sops(path string, stdin []byte, args ...string) ([]byte, error) {
	program := c.Getenv("L5D_PKI_SOPS_PROGRAM")
	if program == "" {
		program = "sops"
	}
	ctx, cancel := context.WithTimeout(context.Background(), sopsPatience)
	defer cancel()
	args = append(args, "--filename-override", filepath.FromSlash(path), "--input-type", "yaml", "--output-type", "yaml")
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = filepath.Dir(c.StatePath)
	cmd.Env = append(os.Environ(), c.sopsEnvironment()...)
	var out, talk bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &talk
	err := cmd.Run()
	if err == nil && out.Len() > 0 {
		return out.Bytes(), nil
	}
	clear(out.Bytes())
	var ended *exec.ExitError
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, os.ErrNotExist):
		return nil, problem.CustodyNoProgram.With(program, "sops").Because(err)
	case errors.As(err, &ended) && slices.Contains(args, "decrypt"):
		if says, known := sopsSays[ended.ExitCode()]; known {
			return nil, says.With()
		}
	}
	return nil, problem.CustodyProgram.With("sops", firstLine(talk.Bytes(), stdin)).Because(err)
}

// sopsEnvironment hands on what was meant for us: the app's environment may be
// another than the process's, and sops does not know our variable.
func (c *Custody) sopsEnvironment() []string {
	var env []string
	for _, name := range []string{"SOPS_AGE_RECIPIENTS", envSOPSKey, envSOPSFile} {
		if value := c.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	identity := c.Getenv(envIdentity)
	switch {
	case c.Identity != "":
		env = append(env, envSOPSFile+"="+absolute(c.Identity))
	case isIdentity(identity):
		env = append(env, envSOPSKey+"="+identity)
	case identity != "":
		env = append(env, envSOPSFile+"="+absolute(identity))
	}
	return env
}

func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// firstLine is what a program said, on one line and without anything that it may
// have quoted of its input.
func firstLine(talk, stdin []byte) string {
	for line := range strings.Lines(string(talk)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.Contains(line, "-----") || len(line) >= 24 && bytes.Contains(stdin, []byte(line)) {
			continue
		}
		if len(line) > 300 {
			line = line[:300] + "…"
		}
		return strings.ToValidUTF8(line, "?")
	}
	return "it said nothing"
}

func base64Of(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
