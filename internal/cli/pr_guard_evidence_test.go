package cli

import (
	"path"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
)

// TestGuardNotesEvidence: an observation that comes without a move is pointed out;
// other files are not, nor is an observation that goes.
func TestGuardNotesEvidence(t *testing.T) {
	t.Parallel()
	l := land(t)
	name := path.Join(path.Dir(l.state), base.EvidenceFolder, l.stateOf("main").Metadata.Name+"-20260601T120000Z.yaml")
	l.commitTo("main", func(dir string) {
		l.edit(dir, path.Join(path.Dir(l.state), base.EvidenceFolder, l.stateOf("main").Metadata.Name+"-20260501T120000Z.yaml"), func(string) string { return "x: 1\n" })
	})
	for what, c := range map[string]struct {
		work func(dir string)
		want bool
	}{
		"added":     {func(dir string) { l.edit(dir, name, func(string) string { return "x: 1\n" }) }, true},
		"elsewhere": {func(dir string) { l.edit(dir, "other/"+path.Base(name), func(string) string { return "x: 1\n" }) }, false},
		"removed": {func(dir string) {
			gitIn(t, dir, "rm", "-q", path.Join(path.Dir(l.state), base.EvidenceFolder, l.stateOf("main").Metadata.Name+"-20260501T120000Z.yaml"))
			gitIn(t, dir, "commit", "-q", "-m", "rm")
		}, false},
	} {
		_, _, out := l.guarded(l.job("origin/main", c.work))
		if strings.Contains(out, "brings an observation without a move") != c.want {
			t.Errorf("%s: %s", what, out)
		}
	}
}
