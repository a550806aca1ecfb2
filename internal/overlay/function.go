package overlay

import "fmt"

// Function is a Component that runs a KRM function on what the including
// kustomization has.
type Function struct {
	// Config is the path of the function's configuration, below the Component's folder.
	Config string
	// Probe is a ConfigMap that never leaves the build; the function adds Key to its data.
	Probe, Key string
	// TrustRoots: the function also makes the trust roots, in this namespace.
	TrustRoots string
}

// Component writes it. kustomize skips a function in silence when only plugins
// are enabled and not programs; the probe makes the build fail then, and so does
// a patch of what the function was to make.
func (f Function) Component() []byte {
	c := newComponent(
		"Runs l5d-pki-render in the build: kustomize build --enable-alpha-plugins --enable-exec",
		"The build fails if it did not run: the field that it adds to a probe is missing then.")
	fmt.Fprintf(c, "configMapGenerator:\n- name: %s\n  literals:\n  - config=%s\n", quote(f.Probe), f.Config)
	c.WriteString("  options:\n    annotations:\n      config.kubernetes.io/local-config: \"true\"\n    disableNameSuffixHash: true\n")
	if f.TrustRoots != "" {
		fmt.Fprintf(c, "generators:\n- %s\n", quote(f.Config))
	}
	fmt.Fprintf(c, "transformers:\n- %s\n", quote(f.Config))
	// Validators run last. A replacement whose source field is missing is an error,
	// and one by the value that stands there already changes nothing, as a validator must.
	probe := fmt.Sprintf("kind: ConfigMap\n    name: %s\n", quote(f.Probe))
	c.WriteString("validators:\n- |-\n" + indent(fmt.Sprintf(
		"apiVersion: builtin\nkind: ReplacementTransformer\nmetadata:\n  name: %s\nreplacements:\n- source:\n    %s    fieldPath: data.%s\n  targets:\n  - select:\n      kind: ConfigMap\n      name: %s\n    fieldPaths:\n    - data.%s\n",
		quote(f.Probe), probe, f.Key, quote(f.Probe), f.Key), 2))
	var entries []entry
	if f.TrustRoots != "" {
		entries = append(entries, entry{patch: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + quote(trustRoots) + "\n  namespace: " + quote(f.TrustRoots) + "\n"})
	}
	return c.finish(entries)
}
