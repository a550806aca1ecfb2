package caller

import (
	"context"
	"sync"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/observe"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Target is one of several clusters.
type Target struct {
	Cluster
	// Context is that of the kubeconfig.
	Context string
	// State of the cluster; nil where it cannot be read.
	State *state.Rotation
}

// Seen is what became of one of them: an observation, or why there is none.
type Seen struct {
	Observation *rotation.Observation
	Gaps        []observe.Gap
	Unknown     string
}

// grace is how long a program may take to end after its limit; then it is ended.
var grace = 10 * time.Second

// Several observes clusters, so many at the same time. Each has the limit of the options
// for itself, and done is called for each as soon as it is known, one after the other. A
// cluster that does not answer in time, or of which nothing can be read, is unknown.
func Several(o Options, parallel int, targets []Target, run func(context.Context) Program, done func(i int, s Seen)) {
	var group sync.WaitGroup
	var lock sync.Mutex
	slots := make(chan struct{}, max(1, parallel))
	for i, t := range targets {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			seen := one(o, t, run)
			lock.Lock()
			defer lock.Unlock()
			done(i, seen)
		})
	}
	group.Wait()
}

func one(o Options, t Target, run func(context.Context) Program) Seen {
	o.Context = t.Context
	ctx, cancel := context.WithTimeout(context.Background(), o.Limit+grace)
	defer cancel()
	seen, answer, err := ask(o, run(ctx), t.State, t.Cluster)
	switch {
	case answer.Late || ctx.Err() != nil:
		return Seen{Unknown: problem.ObserveLate.With(o.Limit).Text}
	case err != nil:
		return Seen{Unknown: problem.Of(err)[0].Text}
	case seen.ControlPlane.TrustRoots == nil && len(seen.Identity) == 0 && len(seen.Endpoints) == 0 && len(answer.Gaps) > 0:
		return Seen{Unknown: "nothing can be read; " + answer.Gaps[0].String()}
	}
	return Seen{Observation: seen, Gaps: answer.Gaps}
}
