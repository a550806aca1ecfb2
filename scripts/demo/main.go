// Command demo walks a whole rotation on test material: one stream, one state
// file per phase, and the difference between each two outputs; then what becomes
// of private keys.
//
// In: the built tool and fixtures/rotation. Out: text for people. Certificates
// and keys are named instead of shown.
//
//	go run ./scripts/demo -binary bin/l5d-pki-render -rotation cross-sign
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

func main() {
	binary := flag.String("binary", "bin/l5d-pki-render", "the tool, built")
	rotation := flag.String("rotation", "bundle", "a folder of fixtures/rotation: "+strings.Join(names(), ", "))
	flag.Parse()
	path, err := filepath.Abs(*binary)
	if err == nil {
		err = run(path, *rotation)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// names lists the rotations by their folder: the strategy, or else the kind.
func names() []string {
	var all []string
	for _, t := range state.Tables {
		all = append(all, folder(t))
	}
	return all
}

func folder(t state.Table) string {
	if t.Strategy != "" {
		return t.Strategy
	}
	return t.Kind
}

// step is one phase: the state file, what it says, and what comes out.
type step struct {
	name   string
	state  *state.Rotation
	output string
}

func run(binary, rotation string) error {
	i := slices.Index(names(), rotation)
	if i < 0 {
		return fmt.Errorf("no rotation %q; there are: %s", rotation, strings.Join(names(), ", "))
	}
	steps := []string{"stable"}
	for _, p := range state.Tables[i].Phases {
		steps = append(steps, p.Name)
	}
	work, err := os.MkdirTemp("", "l5d-pki-render-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := copyFixtures(work); err != nil {
		return err
	}
	w := walk{binary: binary, folder: filepath.Join(work, "rotation", rotation), input: filepath.Join(work, "rotation", "input.yaml")}
	for _, name := range append(steps, "stable-after") {
		if err := w.take(name); err != nil {
			return err
		}
	}
	if err := w.tell(rotation); err != nil {
		return err
	}
	empty := filepath.Join(work, "custody")
	if err := os.Mkdir(empty, 0o700); err != nil {
		return err
	}
	return tellKeys(binary, empty)
}
