package render_test

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// TestImmutableIsRefused: a change of immutable data would not reach the cluster; what
// has the phase's data already may be immutable.
func TestImmutableIsRefused(t *testing.T) {
	in := fixture(t, "control-plane-2-13")
	before, roots, after := trustRoots(t, in)
	frozen := strings.Replace(roots, "\ndata:\n", "\nimmutable: true\ndata:\n", 1)
	other := strings.Replace(foreign, "\ndata:\n", "\nimmutable: true\ndata:\n", 1)
	run := func(stream string) (string, problem.List) {
		in := in
		in.Stream = []byte(stream)
		out, err := render.PostRender(in)
		return string(out.Stream), problem.Of(err)
	}
	if _, found := run(before + frozen + after); len(found) != 1 || found[0].Code != problem.RenderImmutable.Code || found[0].Line == 0 {
		t.Errorf("immutable trust roots: %v", found)
	}
	done, found := run(before + other + "---\n" + roots + after)
	if len(found) > 0 {
		t.Fatalf("another object that is immutable: %v", found)
	}
	done = strings.Replace(done, "name: linkerd-identity-trust-roots\n", "name: linkerd-identity-trust-roots\n  # done\n", 1)
	i := strings.Index(done, "# done")
	done = done[:i] + strings.Replace(done[i:], "\ndata:\n", "\nimmutable: true\ndata:\n", 1)
	if _, found := run(done); len(found) > 0 {
		t.Errorf("immutable, with the phase's data: %v", found)
	}
}
