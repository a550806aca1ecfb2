package main

import (
	"sync"
	"testing"
)

// TestConcurrentHydrations: Argo CD's source hydrator commits what the plugin prints,
// so two hydrations of one commit have to be the same bytes, in whatever checkout and
// while other applications are hydrated.
func TestConcurrentHydrations(t *testing.T) {
	apps := []struct{ layout, fixture string }{{"chart", "bundle/anchor-added.yaml"}, {"kustomization", "bundle/anchor-spread.yaml"}, {"manifests", "cross-sign/issuer-switched.yaml"}}
	checkout := func(i int) argoApp {
		return newArgoApp(t, apps[i].layout, apps[i].fixture, asIs, map[string]any{"secrets-apart": "true", "annotate": "true"})
	}
	const times = 3
	type outcome struct {
		out, talk string
		failed    bool
	}
	outcomes := make([][]outcome, len(apps))
	var all sync.WaitGroup
	for i := range apps {
		outcomes[i] = make([]outcome, times)
		for n := range times {
			a := checkout(i)
			all.Go(func() { outcomes[i][n].out, outcomes[i][n].talk, outcomes[i][n].failed = a.generate(t) })
		}
	}
	all.Wait()
	seen := map[string]bool{}
	for i, app := range apps {
		want, talk, failed := checkout(i).generate(t)
		if failed || len(want) < 1000 || seen[want] {
			t.Fatalf("%s: %d bytes\n%s", app.layout, len(want), talk)
		}
		seen[want] = true
		for n, got := range outcomes[i] {
			if got.failed || got.out != want {
				t.Errorf("%s, hydration %d: %d bytes, alone %d\n%s", app.layout, n, len(got.out), len(want), got.talk)
			}
		}
	}
}
