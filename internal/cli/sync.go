package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/aymanbagabas/go-udiff"
	"github.com/spf13/cobra"
)

// sync writes the files that spec.outputs names.
func (a *app) sync() *cobra.Command {
	var statePath string
	var check bool
	cmd := &cobra.Command{
		Use:   "sync",
		Short: "write the files that the state's outputs own, all or none",
		Long: `sync computes every file of spec.outputs in the current phase and writes those
that differ: all of them, or none. Files begin with a line that names the state;
a file without it is never overwritten. Files of this state that no output names
any more are removed. No file ever holds a private key.

With --check nothing is written: the exit code is 2 if something would change,
and stdout has the difference, with certificates named instead of shown.`,
		Example: `  l5d-pki-render sync -s linkerd/rotation.yaml
  l5d-pki-render sync --check`,
		Args: cobra.NoArgs,
		RunE: a.runForStdout(func(*cobra.Command, []string) error { return a.doSync(statePath, check) }),
	}
	stateFlag(cmd, &statePath)
	cmd.Flags().BoolVar(&check, "check", false, "write nothing; show what would change and exit 2 if anything would")
	return cmd
}

func (a *app) doSync(statePath string, check bool) error {
	s, err := a.loadState(statePath)
	if err != nil {
		return err
	}
	if len(s.Spec.Outputs) == 0 {
		return problem.SyncNoOutputs.With().In(statePath).On("spec.outputs")
	}
	where, err := placeOf(statePath)
	if err != nil {
		return err
	}
	c := &syncCall{app: a, statePath: statePath, state: s.WithDefaults(), place: where}
	files, err := c.compute()
	if err != nil {
		return err
	}
	if check {
		return a.showSync(files)
	}
	return a.writeSync(where.root, files)
}

// syncCall is one call of sync.
type syncCall struct {
	*app
	statePath string
	state     *state.Rotation
	place     place
	// edited has the files of all outputs of kind edit, once they are computed.
	edited map[int]map[string][]byte
	charts chartAllowed
}

// syncFile is one file as it is and as it should be.
type syncFile struct {
	// output is the place of the output in spec.outputs.
	output int
	// name is the path in the repository, with "/"; target is where it is written.
	name, target string
	// have and want are nil where there is no file; should be none.
	have, want []byte
	mode       os.FileMode
	// place, if set, judges the name of a temporary file, for keys in clear.
	place func(path string) error
}

// changes reports whether the file differs in more than line ends: Git may have
// checked it out with others (core.autocrlf), and commits it without them.
func (f syncFile) changes() bool {
	return !bytes.Equal(unixLines(f.have), unixLines(f.want)) || (f.have == nil) != (f.want == nil)
}

func unixLines(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }

// writeSync brings the files that differ to what they should be, and lists them.
func (a *app) writeSync(root string, files []syncFile) error {
	changed := onlyChanged(files)
	if len(changed) == 0 {
		fmt.Fprintf(&a.talk, "note: nothing to do: every file is as the state says (%d)\n", len(files))
		return nil
	}
	if err := a.replaceBelow(root, changed); err != nil {
		return err
	}
	for _, f := range changed {
		verb := "wrote"
		if f.want == nil {
			verb = "removed"
		}
		a.data = append(a.data, sink.Log(verb+" "+f.name+"\n")...)
	}
	return nil
}

// showSync prints what would change, with certificates named.
func (a *app) showSync(files []syncFile) error {
	changed := onlyChanged(files)
	if len(changed) == 0 {
		fmt.Fprintf(&a.talk, "note: every file is as the state says (%d)\n", len(files))
		return nil
	}
	for _, f := range changed {
		a.data = append(a.data, redactedDiff(f)...)
	}
	fmt.Fprintf(&a.talk, "note: %d of %d files would change; `l5d-pki-render sync` writes them\n", len(changed), len(files))
	return errWouldChange
}

// redactedDiff is a unified diff of what a file is and should be. A change that
// naming the certificates hides is said in words.
func redactedDiff(f syncFile) string {
	from, to := f.name, f.name
	if f.have == nil {
		from = os.DevNull
	}
	if f.want == nil {
		to = os.DevNull
	}
	diff := udiff.Unified(from, to, redact(string(f.have)), redact(string(f.want)))
	if diff == "" {
		return fmt.Sprintf("--- %s\n+++ %s\n(the same certificates in other bytes)\n", from, to)
	}
	return diff
}

func onlyChanged(files []syncFile) (changed []syncFile) {
	for _, f := range files {
		if f.changes() {
			changed = append(changed, f)
		}
	}
	return changed
}

// shownIn is a path of the state as messages name it: relative to where the
// state file was named.
func (c *syncCall) shownIn(path string) string {
	return filepath.Join(filepath.Dir(c.statePath), filepath.FromSlash(path))
}
