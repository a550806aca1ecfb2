package rotation

import (
	"cmp"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// staleGroups are what a wave restarts: the control plane restarts with its chart.
var staleGroups = []string{GroupProxies, GroupGateways, GroupExtensions}

// named are the kinds whose pods tell the name of what Git has. The pods of other
// kinds (a Job of a CronJob, a ReplicaSet of a Rollout) tell their namespace.
var named = []string{"deploy/", "sts/", "ds/", "rc/"}

// stale lists the workloads that do not hold the bundle, or may not, as the newest
// observation has them. A workload whose name is not known stands for all of its
// namespace.
func (o *Observation) stale(m Material) []string {
	list := []string{}
	for _, e := range o.Endpoints {
		if !slices.Contains(staleGroups, e.Group) || sameSet(e.Bundle, m.Bundle) {
			continue
		}
		workload := e.Namespace + "/" + e.Workload
		if e.Namespace == "" || !slices.ContainsFunc(named, func(kind string) bool { return strings.HasPrefix(e.Workload, kind) }) {
			workload = cmp.Or(e.Namespace, "*") + "/*"
		}
		list = append(list, workload)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// staleChoice refuses a wave for stale workloads where it would be another thing, or
// where nothing names them all.
func (w *way) staleChoice() problem.List {
	o := w.own.latest()
	switch {
	case !w.options.StaleOnly:
	case !w.wave, w.to >= 0 && w.path.Steps[w.to].Rollout == state.RolloutChoice, len(w.options.Namespaces) > 0:
		return problem.List{problem.RotationStaleWave.With(w.phase())}
	case w.options.stale != nil: // the move that is reviewed names them
	case o == nil || slices.ContainsFunc(staleGroups, func(group string) bool { return !o.covers(group) }):
		return problem.List{problem.RotationStaleUnknown.With()}
	}
	return nil
}

// split is the record of a wave that does not reach everything at once; nil for one
// that does. previous is the stamp of before, and was the record of its wave.
func (o Options) split(previous string, was *state.Wave, stale func() []string) *state.Wave {
	switch {
	case o.stale != nil: // of a move that is reviewed
		return &state.Wave{Previous: previous, Stale: true, Workloads: slices.Clone(o.stale)}
	case o.StaleOnly:
		w := &state.Wave{Previous: previous, Stale: true, Workloads: stale()}
		if was != nil && was.Stale { // what kept its stamp then keeps it now
			w.Previous = was.Previous
			w.Workloads = append(w.Workloads, was.Workloads...)
			slices.Sort(w.Workloads)
			w.Workloads = slices.Compact(w.Workloads)
		}
		return w
	case len(o.Namespaces) > 0:
		return &state.Wave{Previous: previous, Namespaces: slices.Clone(o.Namespaces)}
	}
	return nil
}
