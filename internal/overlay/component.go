package overlay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
)

// Header is the first line of every Component of the tool: whose file it is.
const Header = "# l5d-pki-render: component; written by the tool, edits are lost\n"

// FileName is what the file of a Component is called.
const FileName = "kustomization.yaml"

// FileNames are all that kustomize looks for in a directory.
var FileNames = []string{FileName, "kustomization.yml", "Kustomization"}

// IsKustomization reports whether a directory holds a kustomization; links are
// not followed.
func IsKustomization(dir string) bool {
	for _, name := range FileNames {
		if info, err := os.Lstat(filepath.Join(dir, name)); err == nil && !info.IsDir() {
			return true
		}
	}
	return false
}

// component is a Component in the making: text in a fixed order, so that two
// Components differ only in what they say.
type component struct{ bytes.Buffer }

// newComponent begins a Component; about are lines for its readers.
func newComponent(about ...string) *component {
	c := &component{}
	c.WriteString(Header)
	for _, line := range about {
		c.WriteString("# " + line + "\n")
	}
	c.WriteString("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n")
	return c
}

// entry is one patch. Without a target it is for the object that it names, and
// kustomize fails where there is none; with one it is for all that match.
type entry struct {
	target [][2]string // fields of the selector, in order
	patch  string      // YAML, lines end in LF
}

// finish writes the patches. A Component without any changes nothing.
func (c *component) finish(entries []entry) []byte {
	if len(entries) == 0 {
		c.WriteString("patches: []\n")
		return c.Bytes()
	}
	c.WriteString("patches:\n")
	for _, e := range entries {
		lead := "- "
		if len(e.target) > 0 {
			c.WriteString("- target:\n")
			for _, field := range e.target {
				if field[1] != "" {
					fmt.Fprintf(c, "    %s: %s\n", field[0], quote(field[1]))
				}
			}
			lead = "  "
		}
		c.WriteString(lead + "patch: |-\n" + indent(e.patch, 4))
	}
	return c.Bytes()
}

// podAnnotation is a patch that sets annotations of the pod template, given as
// pairs in order; the steps to the template are created where they are missing.
func podAnnotation(k kind, apiVersion, namespace, name string, annotations ...[2]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: %s\nkind: %s\nmetadata:\n  name: %s\n", quote(apiVersion), k.name, quote(name))
	if namespace != "" {
		fmt.Fprintf(&b, "  namespace: %s\n", quote(namespace))
	}
	depth := 0
	for _, step := range append(append([]string{}, k.template...), "metadata", "annotations") {
		fmt.Fprintf(&b, "%s%s:\n", strings.Repeat("  ", depth), step)
		depth++
	}
	for _, a := range annotations {
		fmt.Fprintf(&b, "%s%s: %s\n", strings.Repeat("  ", depth), a[0], inQuotes(a[1]))
	}
	return b.String()
}

// plain are texts that YAML reads as the strings they are, but for the words of
// its older versions for booleans and null.
var (
	plain    = lazy.New(`^[A-Za-z][A-Za-z0-9]*([-./][A-Za-z][A-Za-z0-9]*)*$`)
	reserved = lazy.New(`^(?i:y|n|yes|no|on|off|true|false|null)$`)
)

// quote is text as a YAML scalar: plain where it is safe, else as JSON writes it.
func quote(text string) string {
	if plain.MatchString(text) && !reserved.MatchString(text) {
		return text
	}
	return inQuotes(text)
}

// inQuotes is text as JSON writes it, so that a hash looks the same whatever it
// begins with.
func inQuotes(text string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}

// indent puts n blanks before every line.
func indent(text string, n int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			b.WriteString(strings.Repeat(" ", n))
		}
		b.WriteString(line)
	}
	return b.String()
}
