package custody

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
)

// patience is how long a program may take: it may ask a cloud's KMS.
const patience = 2 * time.Minute

// program is a program of the user's: stdin to stdout, no file, no key in an
// argument.
type program struct {
	name string
	args []string
	dir  string
	env  []string
}

// failure is why a program gave nothing.
type failure struct {
	error
	code int    // its exit code; -1: it did not run to its end
	said string // the first line of what it said, without anything like a key
}

// absent: there is no such program.
func (f *failure) absent() bool {
	var failed *child.Failure
	return errors.As(f.error, &failed) && failed.Missing()
}

// run runs it once. Empty output is never success.
func (p program) run(stdin []byte) ([]byte, *failure) {
	out, err := child.Command{
		Name: p.name, Args: p.args, Dir: p.dir, Env: p.env, Stdin: bytes.NewReader(stdin), Wait: patience, Asks: true, WithParent: true,
	}.Output(context.Background())
	var failed *child.Failure
	switch {
	case err == nil && len(out) > 0:
		return out, nil
	case err == nil:
		return nil, &failure{error: errors.New("no output"), code: -1, said: firstLine("")}
	case errors.As(err, &failed):
		clear(out)
		return nil, &failure{error: err, code: failed.Code, said: firstLine(failed.Stderr)}
	}
	clear(out)
	return nil, &failure{error: err, code: -1, said: firstLine("")}
}

// Bounds of what is quoted of a program's words, in bytes.
const (
	maxSaid = 300
)

// firstLine is what a program said, on one line and without anything that it may
// have quoted of its input: marks of PEM, and runs of base64, which keys are
// made of in each form that they are given in.
func firstLine(talk string) string {
	for line := range strings.Lines(talk) {
		line = strings.TrimSpace(line)
		if line == "" || strings.Contains(line, "-----") {
			continue
		}
		line = strings.ToValidUTF8(secret.Redact(line), "?")
		if len(line) > maxSaid {
			line = strings.ToValidUTF8(line[:maxSaid], "") + "…"
		}
		return line
	}
	return "it said nothing"
}
