package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// copyFixtures copies the state files and the test keys. In the repository keys
// are readable to everybody, which keys never should be: the copies are 0600.
func copyFixtures(work string) error {
	for _, folder := range []string{"pki", "rotation"} {
		to := filepath.Join(work, folder)
		if err := os.CopyFS(to, os.DirFS(filepath.Join("fixtures", folder))); err != nil {
			return err
		}
		if err := closeToOthers(to); err != nil {
			return err
		}
	}
	return nil
}

func closeToOthers(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.Chmod(path, 0o600)
	})
}

// walk is the rotation so far.
type walk struct {
	binary, folder, input string
	steps                 []step
}

// take renders the stream at one phase.
func (w *walk) take(name string) error {
	path := filepath.Join(w.folder, name+".yaml")
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	r, err := state.Parse(filepath.Base(path), data)
	if err != nil {
		return err
	}
	in, err := os.Open(w.input)
	if err != nil {
		return err
	}
	defer in.Close()
	var out bytes.Buffer
	cmd := exec.Command(w.binary, "post-render", "-s", path)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, &out, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("post-render at %s: %w", name, err)
	}
	w.steps = append(w.steps, step{name, r, out.String()})
	return nil
}

// tell prints the table, the differences and the last line.
func (w *walk) tell(rotation string) error {
	fmt.Printf("Rotation %q: what each phase fixes\n\n", rotation)
	fmt.Printf("  %-22s %-14s %-8s %s\n", "phase", "bundle", "issuer", "stamp")
	for _, s := range w.steps {
		fmt.Printf("  %-22s %-14s %-8s %s\n", s.name, bundleNames(s.state), s.state.Issuing().Name, orDash(s.state.Status.Stamp))
	}
	touched := map[string]bool{}
	for i, s := range w.steps[1:] {
		fmt.Printf("\n=== %s -> %s\n", w.steps[i].name, s.name)
		changed := differences(w.steps[i].output, s.output)
		if len(changed) == 0 {
			fmt.Println("\n  (no byte of this stream changes)")
		}
		for _, c := range changed {
			touched[c.object] = true
			fmt.Printf("\n%s\n%s", c.object, c.diff)
		}
	}
	input, err := os.ReadFile(w.input)
	if err != nil {
		return err
	}
	same := "is"
	if w.steps[0].output != string(input) {
		same = "is NOT"
	}
	fmt.Printf("\n%d steps changed %d of %d documents and no byte of the others; the first output %s the chart's own rendering, byte for byte.\n",
		len(w.steps)-1, len(touched), len(documents(string(input))), same)
	return nil
}

func bundleNames(r *state.Rotation) string {
	var all []string
	for _, a := range r.Bundle() {
		all = append(all, a.Name)
	}
	return strings.Join(all, " ")
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
