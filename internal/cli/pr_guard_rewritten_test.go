package cli

import (
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// TestGuardRewrittenEvidence: an observation of the base that the change rewrites in its
// place is one that the change brings: beside what the guard observes itself it counts only
// with a signature.
func TestGuardRewrittenEvidence(t *testing.T) {
	t.Parallel()
	l := land(t)
	put := func(dir string, o *rotation.Observation, name string) {
		text, err := rotation.MarshalObservation(o)
		if err != nil {
			t.Fatal(err)
		}
		l.edit(dir, name, func(string) string { return string(text) })
	}
	name := ""
	l.commitTo("main", func(dir string) {
		l.moves(dir, "start anchor", "advance --assume BUNDLE-DELIVERED", "advance --assume BUNDLE-LOADED")
		seen := l.at.Add(-time.Hour)
		name = path.Join(path.Dir(l.state), base.EvidenceFolder, "prod-argocd-prod-argocd-"+seen.Format("20060102T150405Z")+".yaml")
		put(dir, holding(t, l.stateIn(dir), seen, func(o *rotation.Observation) { o.Identity, o.Endpoints = nil, nil; o.Coverage = nil }), name)
		l.moves(dir, "advance --assume ISSUER-LOADED")
	})
	s := l.stateOf("main")
	switched := l.at
	dir := l.job("origin/main", func(dir string) {
		put(dir, holding(t, s, switched.Add(time.Minute), nil), name)
		l.moves(dir, "advance")
	})
	l.at = l.at.Add(time.Minute)
	l.shows(holding(t, s, l.at, func(o *rotation.Observation) { o.Endpoints[0].Chain = nil }))
	if _, codes, out := l.guardedAt(dir, "--observe"); !slices.Contains(codes, "rotation-unmet") {
		t.Errorf("%v: %s", codes, out)
	}
}

// TestGuardUnsignedKept: an observation that nobody signed, and that a guard which observes
// itself let pass, opens no wait of a later change where the base lists keys for evidence,
// whether the guard of that one observes or not.
func TestGuardUnsignedKept(t *testing.T) {
	t.Parallel()
	key, line := sshKey(t, "robot", forEvidence)
	for name, c := range map[string]struct {
		keys, signed bool
		unmet        bool
	}{
		"no keys":  {false, false, false},
		"signed":   {true, true, false},
		"unsigned": {true, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := land(t)
			l.commitTo("main", func(dir string) {
				if c.keys {
					l.edit(dir, path.Join(path.Dir(l.state), "allowed_signers"), func(string) string { return line })
				}
				l.moves(dir, "start anchor", "advance --assume BUNDLE-DELIVERED", "advance --assume BUNDLE-LOADED", "advance --assume ISSUER-LOADED")
				seen := l.at.Add(time.Minute)
				text, err := rotation.MarshalObservation(holding(t, l.stateIn(dir), seen, nil))
				if err == nil && c.signed {
					text, err = base.Sign(text, key)
				}
				if err != nil {
					t.Fatal(err)
				}
				name := path.Join(path.Dir(l.state), base.EvidenceFolder, "prod-argocd-prod-argocd-"+seen.Format("20060102T150405Z")+".yaml")
				l.edit(dir, name, func(string) string { return string(text) })
			})
			s := l.stateOf("main")
			dir := l.job("origin/main", func(dir string) { l.moves(dir, "advance") })
			l.at = l.at.Add(time.Minute)
			l.shows(holding(t, s, l.at, func(o *rotation.Observation) { o.Endpoints[0].Chain = nil }))
			for _, how := range [][]string{{"--observe"}, nil} {
				if _, codes, out := l.guardedAt(dir, how...); slices.Contains(codes, "rotation-unmet") != c.unmet || !c.unmet && codes != nil || c.unmet != strings.Contains(out, "no wait is counted from it") {
					t.Errorf("%v: %v, want it unmet: %v: %s", how, codes, c.unmet, out)
				}
			}
		})
	}
}

// TestGuardLinkedBesideOwn: the observation of a linked cluster that lies in evidence/ counts
// beside what the guard observes itself, and so needs its signature.
func TestGuardLinkedBesideOwn(t *testing.T) {
	t.Parallel()
	_, line := sshKey(t, "robot", forEvidence)
	l := land(t)
	const file = "evidence/prod-argocd-west-20260601T120000Z.yaml"
	text := "apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: west\nat: 2026-06-01T12:00:00Z\ncoverage: []\n"
	l.commitTo("main", func(dir string) {
		l.edit(dir, path.Join(path.Dir(l.state), "allowed_signers"), func(string) string { return line })
		l.edit(dir, path.Join(path.Dir(l.state), file), func(string) string { return text })
		l.edit(dir, l.state, func(s string) string {
			return strings.Replace(s, "spec:\n", "spec:\n  links:\n  - {name: west, observation: "+file+"}\n", 1)
		})
	})
	dir := l.job("origin/main", func(dir string) {
		l.edit(dir, path.Join(path.Dir(l.state), file), func(s string) string { return strings.Replace(s, "T12:00:00Z", "T13:00:00Z", 1) })
	})
	l.shows(holding(t, l.stateOf("main"), l.at, nil))
	if _, codes, out := l.guardedAt(dir, "--observe"); !slices.Contains(codes, "guard-evidence") {
		t.Errorf("%v: %s", codes, out)
	}
}
