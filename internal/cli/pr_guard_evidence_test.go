package cli

import (
	"path"
	"slices"
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
		"added": {func(dir string) {
			l.edit(dir, name, func(string) string {
				return "apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: prod-argocd\nat: 2026-06-01T12:00:00Z\ncoverage: []\n"
			})
		}, true},
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

// TestGuardUnreadableEvidence: a file with the name of a kept observation is one, since
// every later move reads it.
func TestGuardUnreadableEvidence(t *testing.T) {
	t.Parallel()
	l := land(t)
	name := path.Join(path.Dir(l.state), base.EvidenceFolder, l.stateOf("main").Metadata.Name+"-20260601T120000Z.yaml")
	const observation = "apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: prod-argocd\nat: 2026-06-01T12:00:00Z\ncoverage: []\n"
	kept := strings.Replace(name, "0601T", "0501T", 1)
	l.commitTo("main", func(dir string) {
		l.edit(dir, kept, func(string) string { return strings.Replace(observation, "-06-01T", "-05-01T", 1) })
	})
	for what, c := range map[string]struct {
		name, text string
		want       []string
	}{
		"an observation":   {name, observation, nil},
		"a word":           {name, "x\n", []string{"guard-unreadable"}},
		"an unknown field": {name, observation + "more: 1\n", []string{"guard-unreadable"}},
		"one is spoiled":   {kept, "at: x\n", []string{"guard-unreadable"}},
		"another name":     {path.Dir(name) + "/README.md", "x\n", nil},
	} {
		if _, codes, out := l.guarded(l.job("origin/main", func(dir string) { l.edit(dir, c.name, func(string) string { return c.text }) })); !slices.Equal(codes, c.want) {
			t.Errorf("%s: %v, want %v: %s", what, codes, c.want, out)
		}
	}
}
