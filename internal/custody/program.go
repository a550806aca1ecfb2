package custody

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"time"
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
	said string // the first line of what it said, without anything of its input
}

// absent: there is no such program.
func (f *failure) absent() bool {
	return errors.Is(f.error, exec.ErrNotFound) || errors.Is(f.error, os.ErrNotExist)
}

// run runs it once. Empty output is never success.
func (p program) run(stdin []byte) ([]byte, *failure) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.name, p.args...)
	cmd.Dir, cmd.Env = p.dir, p.env
	var out, talk bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &talk
	err := cmd.Run()
	if err == nil && out.Len() > 0 {
		return out.Bytes(), nil
	}
	clear(out.Bytes())
	if err == nil {
		err = errors.New("no output")
	}
	f := &failure{error: err, code: -1, said: firstLine(talk.Bytes(), stdin)}
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		f.code = ended.ExitCode()
	}
	return nil, f
}
