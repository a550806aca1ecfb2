package command

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/explore"
	"github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

const (
	// maxStates bounds a search: three members of two proxies have some 20 million
	// states, which take 500 MiB.
	maxStates = 24 << 20
	// maxWorkers share a search; more of them only wait for memory.
	maxWorkers = 8
)

// At is where a fleet is.
type At = checkout.At

// ClonesUsage is the help of the flag --repositories.
const ClonesUsage = checkout.ClonesUsage

// Prove walks every history of a small fleet: for each rotation under way, with its own
// certificates, or for an anchor rotation by either strategy where there is none. Then
// the same with each of the rules left out. The error is failed where a pair fails.
func Prove(at checkout.At, size rotation.ExploreOptions, now func() time.Time, show func(report.Report) ([]byte, error),
	failed error) ([]byte, error) {
	on, err := checkout.Members(at)
	if err != nil {
		return nil, err
	}
	walks, err := walksOf(on.File, on.Clusters, now())
	if err != nil {
		return nil, err
	}
	var all explore.Results
	safe := true
	for _, o := range walks {
		o.MaxStates, o.Workers = maxStates, min(runtime.NumCPU(), maxWorkers)
		o.Members, o.Proxies, o.Replicas = orElse(size.Clusters, 3), orElse(size.Proxies, 2), orElse(size.Replicas, 1)
		begin := now()
		r := explore.Explore(o)
		r.Seconds = now().Sub(begin).Seconds()
		all, safe = append(all, r), safe && r.Safe
	}
	data, err := show(append(all, explore.WithoutRules(walks[0])...))
	if err == nil && !safe {
		err = failed
	}
	return data, err
}

// orElse is n, or what it is by default.
func orElse(n, byDefault int) int {
	if n == 0 {
		return byDefault
	}
	return n
}

// walksOf are the rotations under way in a fleet, those that mean the same once.
func walksOf(f *fleet.File, clusters []fleet.Cluster, at time.Time) (walks []explore.Options, err error) {
	for _, members := range fleet.Components(len(clusters), fleet.Links(f, clusters)) {
		for _, i := range members {
			now := clusters[i].Now
			if now == nil || now.Status.Rotation == nil {
				continue
			}
			model, order, err := rotation.ModelOf(now, at)
			if err != nil {
				return nil, err
			}
			o := explore.Of(fmt.Sprintf("the rotation of %s: %s", clusters[i].Name, order.Name), model, order)
			if !slices.ContainsFunc(walks, o.Same) {
				walks = append(walks, o)
			}
		}
	}
	if len(walks) == 0 {
		walks = []explore.Options{explore.Textbook(state.StrategyBundle), explore.Textbook(state.StrategyCrossSign)}
	}
	return walks, nil
}
